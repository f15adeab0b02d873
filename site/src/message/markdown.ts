import type { Token, Tokens } from 'marked';
import { showBidi } from './bidi.ts';
import { oneLineEnd } from './lines.ts';
import { webAddress } from './links.ts';
import { mostElements, tokensOf, visible } from './subset.ts';

/*
 * Reads a message as Markdown: paragraphs, headings, emphasis, lists, tasks, quotes, links to web pages, code and tables.
 * Everything else is text: HTML, pictures, references, rules, entities, `__name__`, headings by a line of dashes, and what
 * has no end, such as a fence that is not closed. People mostly type messages and no Markdown, so what they meant as text
 * has to stay as it was typed:
 *
 *   paragraphs  keep their line breaks, blank lines and spaces; a text without Markdown is one paragraph
 *   lists       have two items or more, and show the marks that were typed: a single `- 5 °C` or `3. October` is text.
 *               A line without a mark stands outside of the list or quote above it
 *   headings    need a space behind their marks. A single `#` stays text where it may be a number (`# 5`), a comment of
 *               a shell (several lines, or one in a paragraph), or a message such as `# of guests: 12`
 *   links       are those with a scheme, and words that begin with `www.` and have a host of three parts
 *   lines       end with CR, U+2028 and their like as with LF
 *
 * A text that would take too many elements or too much work is one paragraph, as it was typed; see subset.ts.
 */

/** A piece of a line. */
export type Inline =
  | { type: 'text'; text: string }
  | { type: 'code'; text: string }
  | { type: 'em' | 'strong' | 'del'; children: Inline[] }
  | { type: 'link'; href: string; children: Inline[] };

/** A piece of a message. */
export type Block =
  | { type: 'paragraph'; children: Inline[] }
  /** `level` counts from 1 in each message, and leaves none out. */
  | { type: 'heading'; mark: string; level: number; children: Inline[] }
  | { type: 'quote'; children: Block[] }
  | { type: 'list'; mark: Mark; items: Item[] }
  /** `whole`: all of the code, where only its start is shown. */
  | { type: 'code'; language: string; text: string; whole?: string }
  | { type: 'table'; align: Align[]; head: Inline[][]; rows: Inline[][][] };

/** What stands before each item, behind its number where it has one. */
export type Mark = '-' | '+' | '*' | '.' | ')';

export interface Item {
  /** As it was typed; 0 in a list without numbers. */
  number: number;
  /** What stands in the box of a task. */
  task?: string | undefined;
  children: Block[];
}

export type Align = 'left' | 'center' | 'right' | null;

/** What the other person may cost: a text of more characters than this is shown as plain text; and see subset.ts. */
export const longest = 10_000;
/** Nothing else starts any Markdown of ours. */
const anyMarkup = /[*_`~[|>]|https?:\/\/|www\.|^[ \t]*(?:[-+]|#{1,6}|\d{1,9}[.)])[ \t]/im;
/** The box of a task, behind the mark of its item. */
const box = /^\[([ xX])\][ \t]+/;
const wordLike = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

/** Makes our tree of marked's tokens. */
class Builder {
  #elements = 0;
  /** The depths of the headings that what comes now stands below. */
  readonly #above: number[] = [];

  /** What stands between two other blocks becomes one paragraph, blank lines and all. */
  blocks(tokens: readonly Token[], inside: boolean): Block[] {
    const blocks: Block[] = [];
    let run: Inline[] = [];
    const flush = (last: boolean) => {
      // The space around other blocks takes the place of line breaks there.
      if (inside || blocks.length > 0) trimStart(run);
      if (inside || !last) trimEnd(run);
      if (run.length > 0) blocks.push(this.#count({ type: 'paragraph', children: run }));
      run = [];
    };
    for (const token of tokens) {
      const block = this.#block(token);
      if (block) {
        flush(false);
        blocks.push(this.#count(block));
      } else {
        this.#text(token, run);
      }
    }
    flush(true);
    return blocks;
  }

  #block(token: Token): Block | undefined {
    switch (token.type) {
      case 'heading': {
        const { depth, text, tokens } = token as Tokens.Heading;
        while ((this.#above.at(-1) ?? 0) >= depth) this.#above.pop();
        const level = this.#above.push(depth);
        return {
          type: 'heading',
          mark: '#'.repeat(depth),
          level,
          children: this.#inlines(tokens, text, false),
        };
      }
      case 'blockquote':
        return { type: 'quote', children: this.blocks(token.tokens ?? [], true) };
      case 'list': {
        const { raw, ordered, items } = token as Tokens.List;
        return {
          type: 'list',
          mark: (/[*+.)-]/.exec(raw)?.[0] ?? '-') as Mark,
          items: items.map((item) => {
            const number = ordered ? Number(/\d+/.exec(item.raw)?.[0] ?? 0) : 0;
            const children = this.blocks(item.tokens, true);
            return this.#count({ number, task: takeBox(children), children });
          }),
        };
      }
      case 'code': {
        const { raw, text } = token as Tokens.Code;
        const language = /^ *(?:`+|~+)([^\n]*)/.exec(raw)?.[1] ?? '';
        return { type: 'code', language: language.trim(), text };
      }
      case 'table': {
        const { align, header, rows } = token as Tokens.Table;
        const cells = (row: Tokens.TableCell[]) =>
          row.map(({ text, tokens }) => this.#count(this.#inlines(tokens, text, false)));
        return { type: 'table', align, head: cells(header), rows: rows.map(cells) };
      }
      default:
        return undefined;
    }
  }

  /** A paragraph, a line of a list, or blank lines: all that was typed, whether the lexer kept it or not. */
  #text(token: Token, into: Inline[]): void {
    const text = 'text' in token && typeof token.text === 'string' ? token.text : '';
    if ('tokens' in token && token.tokens && token.raw.startsWith(text)) {
      for (const inline of this.#inlines(token.tokens, text, false)) push(into, inline);
      push(into, { type: 'text', text: token.raw.slice(text.length) });
    } else {
      push(into, { type: 'text', text: token.raw });
    }
  }

  #inlines(tokens: readonly Token[], source: string, linked: boolean): Inline[] {
    if (tokens.map(({ raw }) => raw).join('') !== source) return [{ type: 'text', text: source }];
    const inlines: Inline[] = [];
    for (const token of tokens) push(inlines, this.#inline(token, linked));
    return inlines;
  }

  #inline(token: Token, linked: boolean): Inline {
    const typed: Inline = { type: 'text', text: linked ? showBidi(token.raw) : token.raw };
    if (token.type !== 'text') this.#count(token);
    switch (token.type) {
      case 'em':
      case 'strong':
      case 'del': {
        const { type, text, tokens } = token as Tokens.Em | Tokens.Strong | Tokens.Del;
        // Faces such as *_* are no emphasis.
        return wordLike.test(text) ? { type, children: this.#inlines(tokens, text, linked) } : typed;
      }
      case 'codespan': {
        const ticks = /^`+/.exec(token.raw)?.[0].length ?? 0;
        return { type: 'code', text: showBidi(token.raw.slice(ticks, -ticks)) };
      }
      case 'link': {
        const { raw, href, title, text, tokens, autolink } = token as Tokens.Link;
        const url = webAddress(href);
        // A title would be hidden, and so would be a link without a text.
        if (!url || linked || title || !visible.test(text)) return typed;
        if (autolink)
          return { type: 'link', href: url.href, children: [{ type: 'text', text: showBidi(text) }] };
        if (!raw.startsWith(`[${text}](`)) return typed;
        return { type: 'link', href: url.href, children: this.#inlines(tokens, text, true) };
      }
      default:
        return typed;
    }
  }

  #count<T>(node: T): T {
    this.#elements += 1;
    if (this.#elements > mostElements) throw new RangeError('too many elements');
    return node;
  }
}

/** Takes the box of a task from the beginning of an item, with a task behind it. */
function takeBox([block]: Block[]): string | undefined {
  const first = block?.type === 'paragraph' ? block.children[0] : undefined;
  if (block?.type !== 'paragraph' || first?.type !== 'text') return undefined;
  const [all = '', state] = box.exec(first.text) ?? [];
  if (state === undefined || (first.text === all && block.children.length === 1)) return undefined;
  first.text = first.text.slice(all.length);
  if (first.text === '') block.children.shift();
  return state;
}

function push(into: Inline[], inline: Inline): void {
  const last = into.at(-1);
  if (inline.type !== 'text') into.push(inline);
  else if (last?.type === 'text') last.text += inline.text;
  else if (inline.text !== '') into.push(inline);
}

function trimStart(run: Inline[]): void {
  const first = run[0];
  if (first?.type !== 'text') return;
  first.text = first.text.replace(/^(?:[ \t]*\n)+/, '');
  if (first.text.trim() === '' && run.length === 1) run.pop();
}

function trimEnd(run: Inline[]): void {
  const last = run.at(-1);
  if (last?.type !== 'text') return;
  last.text = last.text.trimEnd();
  if (last.text === '') run.pop();
}

/** A text as one paragraph. */
export function plain(text: string): Block[] {
  return [{ type: 'paragraph', children: [{ type: 'text', text: oneLineEnd(text) }] }];
}

/** Whether there is anything in it that may be Markdown, and so something to read. */
export function marked(text: string): boolean {
  return text.length <= longest && anyMarkup.test(text);
}

/**
 * Reads a message as Markdown: paragraphs, emphasis, lists, quotes, links, code and tables. All other text stays as it
 * was typed but for its line ends, and a text without Markdown is one paragraph. Never throws; what costs too much is
 * plain.
 */
export function parse(typed: string): Block[] {
  const text = oneLineEnd(typed);
  if (!marked(text)) return plain(text);
  try {
    const blocks = new Builder().blocks(tokensOf(text), false);
    const [first] = blocks;
    const unmarked = first?.type === 'paragraph' && first.children.every(({ type }) => type === 'text');
    return blocks.length > 1 || !unmarked ? blocks : plain(text);
  } catch {
    return plain(text);
  }
}
