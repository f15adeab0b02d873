import { Lexer, Tokenizer, type Token, type Tokens, type TokensList } from 'marked';
import { showBidi } from './bidi.ts';
import { oneLineEnd } from './lines.ts';

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

/**
 * What the other person may cost: a text of more characters than this, or one that needs more elements or more work, is
 * shown as plain text. Work is counted in characters that were looked at in vain or twice.
 */
export const longest = 10_000;
const mostElements = 2_000;
const mostWork = 100_000;
/** Of quotes and lists in each other, and of emphasis and links in each other. What lies deeper is text. */
const deepest = 8;

// Anchored, or each would be tried at every place of the text.
const never = /^(?!)/;
const neverAnywhere = /^(?!)/g;

/** Nothing else starts any Markdown of ours. */
const anyMarkup = /[*_`~[|>]|https?:\/\/|www\.|^[ \t]*(?:[-+]|#{1,6}|\d{1,9}[.)])[ \t]/im;
/** The box of a task, behind the mark of its item. */
const box = /^\[([ xX])\][ \t]+/;
/** Scripts that put spaces between words: `2*3*4` and `a**b**c` are no emphasis. Others emphasise inside a run. */
const spaced = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;
const wordLike = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

/**
 * marked's tokenizer for our subset. What it doesn't know, or finds too deep, it leaves to be text. Where marked
 * would search the rest of the text for an end that never comes, the work is counted.
 */
class Subset extends Tokenizer {
  #work = 0;
  #blocks = 0;
  #inlines = 0;
  #inItem = false;
  #opened = '';

  /** Keeps the rules of what is no Markdown here from ever matching. */
  restrict(): void {
    const { block, inline, other } = this.rules;
    this.rules = {
      block: {
        ...block,
        code: never,
        heading: never,
        html: never,
        def: never,
        lheading: never,
        // marked's own also ends where one of those begins, and looks through all rows of a table for that.
        paragraph:
          /^([^\n]+(?:\n(?! {0,3}(?:>|#{2,6}[ \t]+[^ \t\n]|```|~~~|(?:[*+-]|1[.)])[ \t]+[^ \t\n])|[^\n|]*\|[^\n]*\n[ |:]*-[ |:-]*(?:\n|$)|[ \t]+\n)[^\n]+)*)/,
      },
      inline: {
        ...inline,
        reflink: never,
        nolink: never,
        reflinkSearch: neverAnywhere,
        br: never,
        // Opaque, so that nothing inside becomes a link or emphasis.
        tag: /^<(?!https?:\/\/|www\.)[a-z/!?][^<>]*>/i,
        autolink: /^<(https?:\/\/[^\s<>]*)>/i,
        // marked's own looks ahead for addresses of mail at each step. An address that begins with www. begins a word.
        text: /^(?:`+|~+|[^])(?:[^\\<!`[*~_hHwW]+|!(?!\[)|[hH](?!ttps?:\/\/)|[wW](?!(?<![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}_.:@/\\=&%?#+-][wW])[wW]{2}\.))*/u,
      },
      other: {
        ...other,
        // Tried at every step of a list, at a length that grows with what it is tried on.
        hrRegex: () => never,
        listIsTask: never,
        // Would put spaces before a line of dashes, against headings that aren't any here.
        blockquoteSetextReplace: neverAnywhere,
        // Otherwise an <a> that is only text would turn off what makes addresses links.
        startATag: never,
        endATag: never,
      },
    };
  }

  override hr(): undefined {}

  override heading(src: string): Tokens.Heading | undefined {
    const [raw = '', mark = '', text = ''] = /^ {0,3}(#{1,6})[ \t]+(\S[^\n]*)\n?/.exec(src) ?? [];
    if (text === '' || this.#inItem) return undefined;
    if (mark === '#') {
      const alone = this.#opened === src && src.slice(raw.length).trim() === '';
      // A single one may also be a number, lines of a shell or of code, and “# of guests”.
      if (/^\d+(?![\d.)])/.test(text) || /^ {0,3}#[ \t]/.test(src.slice(raw.length))) return undefined;
      if (alone && /^\p{Ll}/u.test(text)) return undefined;
    }
    const kept = text.trimEnd();
    return { type: 'heading', raw, depth: mark.length, text: kept, tokens: this.lexer.inline(kept) };
  }

  override blockquote(src: string): Tokens.Blockquote | undefined {
    // With a space, for >_< is no quote.
    if (!/^ {0,3}>[ \t>\n]/.test(src) || this.#blocks >= deepest) return undefined;
    // A line without a mark stands outside. Marked would take it in, and read all that is before it once more.
    const quoted = src.slice(0, /\n(?! {0,3}>)/.exec(src)?.index);
    this.#spend(5 * quoted.length);
    const token = this.#inside(false, () => super.blockquote(quoted));
    return token && visible.test(token.raw.replaceAll('>', '')) ? token : undefined;
  }

  override list(src: string): Tokens.List | undefined {
    // With something in it, for a mere dash or number is no list.
    if (!/^ {0,3}(?:[*+-]|\d{1,9}[.)])[ \t]+\S/.test(src) || this.#blocks >= deepest) return undefined;
    const { items, length } = listAt(src);
    // A line by itself may begin with a minus, a plus or the number of a day. Below an item it is part of a list.
    const task = /^ {0,3}\S+[ \t]+\[[ xX]\][ \t]+\S/.test(src);
    const least = task || (this.#inItem && src !== this.#opened) ? 1 : 2;
    this.#spend(length);
    if (items < least) return undefined;
    this.#spend(5 * length);
    const queued = this.lexer.inlineQueue.length;
    const token = this.#inside(true, () => super.list(src.slice(0, length)));
    if (token && token.items.length >= least) return token;
    this.lexer.inlineQueue.length = queued;
    return undefined;
  }

  /** What blocks are about to be read in: the message, a quote or an item. */
  opens(src: string): void {
    this.#opened = src;
  }

  #inside<T>(item: boolean, read: () => T): T {
    const before = this.#inItem;
    this.#inItem = item;
    this.#blocks += 1;
    const result = read();
    this.#blocks -= 1;
    this.#inItem = before;
    return result;
  }

  override fences(src: string): Tokens.Code | undefined {
    const open = /^ {0,3}(`{3,}|~{3,})/.exec(src)?.[1];
    if (open === undefined) return undefined;
    const token = super.fences(src);
    const lines = token?.raw.trimEnd().split('\n') ?? [];
    const close = lines.length > 1 ? (lines.at(-1)?.trim() ?? '') : '';
    const closed = close.startsWith(open) && close === (open[0] ?? '').repeat(close.length);
    // One that runs to the end of the text may have been meant as no fence at all.
    if (token && closed && token.text.trim() !== '') return token;
    this.#spend(token?.raw.length ?? src.length);
    return undefined;
  }

  override table(src: string): Tokens.Table | undefined {
    const [head = '', align = ''] = src.split('\n', 2);
    if (!head.includes('|') || !align.includes('|') || !/^[ |:]*-[ |:-]*$/.test(align)) return undefined;
    // marked fills short rows up: few characters could become very many cells.
    const all = src.slice(0, /\n[ \t]*\n/.exec(src)?.index);
    this.#spend(all.length);
    const rows = all.split('\n').length;
    if (rows * head.split('|').length > mostElements) return undefined;
    const token = super.table(src);
    if (!token) return undefined;
    // And it drops the cells of a row that has too many.
    const lines = token.raw.split('\n').slice(2);
    const kept = token.rows.every(
      (row, index) => bare(row.map(({ text }) => text).join('')) === bare(lines[index] ?? ''),
    );
    return kept ? token : undefined;
  }

  override emStrong(src: string, masked: string, before = ''): Tokens.Em | Tokens.Strong | undefined {
    const run = /^(?:\*+|_+)/.exec(src)?.[0];
    if (run === undefined) return undefined;
    // __proto__ and __init__ are names.
    if (run.startsWith('__') || this.#inlines >= deepest || spaced.test(before)) return textOf(run);
    this.#inlines += 1;
    const token = super.emStrong(src, masked, before);
    this.#inlines -= 1;
    this.#spend(token?.raw.length ?? src.length);
    return token && spaced.test(src.slice(token.raw.length)) ? textOf(run) : token;
  }

  override del(src: string, masked: string, before = ''): Tokens.Del | undefined {
    if (!src.startsWith('~~') || this.#inlines >= deepest) return undefined;
    this.#inlines += 1;
    const token = super.del(src, masked, before);
    this.#inlines -= 1;
    this.#spend(token?.raw.length ?? src.length);
    return token;
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    if (!/^!?\[/.test(src) || !this.lexer.state.linkParenPossible || this.#inlines >= deepest)
      return undefined;
    this.#inlines += 1;
    const token = super.link(src);
    this.#inlines -= 1;
    this.#spend(token?.raw.length ?? src.length);
    return token;
  }

  override codespan(src: string): Tokens.Codespan | undefined {
    if (!src.startsWith('`')) return undefined;
    const token = super.codespan(src);
    if (!token) this.#spend(src.length);
    return token;
  }

  override url(src: string): Tokens.Link | undefined {
    const found = /^(?:https?:\/\/|www\.)[^\s<>"`\u200B\uFEFF\u3000]+/i.exec(src)?.[0];
    if (found === undefined) return undefined;
    const bare = /^w/i.test(found);
    const text = withoutEnd(bare ? found.slice(0, lengthOfBare(found)) : found);
    const href = bare ? `https://${text}` : text;
    if (text === '' || !webAddress(href)) {
      this.#spend(found.length);
      return undefined;
    }
    return { type: 'link', raw: text, href, text, autolink: true, tokens: [] };
  }

  #spend(characters: number): void {
    this.#work += characters;
    if (this.#work > mostWork) throw new RangeError('too much work');
  }
}

class Reader extends Lexer {
  readonly #subset: Subset;

  constructor(subset: Subset) {
    super({ gfm: true, tokenizer: subset });
    this.#subset = subset;
    subset.restrict();
  }

  override blockTokens(src: string, tokens?: Token[], clipped?: boolean): Token[];
  override blockTokens(src: string, tokens?: TokensList, clipped?: boolean): TokensList;
  override blockTokens(src: string, tokens: Token[] = [], clipped = false): Token[] {
    this.#subset.opens(src);
    return super.blockTokens(src, tokens, clipped);
  }
}

const item = /^( {0,3})([*+-]|\d{1,9}[.)])([ \t]+|$)/;

/**
 * How many items the list at the start of a text has, and where it ends: before a line that is neither an item nor
 * indented as what stands in one. Where marked would take such a line in, it reads all of the item again.
 */
function listAt(src: string): { items: number; length: number } {
  const mark = item.exec(src)?.[2] ?? '';
  const kind = mark.at(-1);
  let [items, inner, end, at] = [0, 0, 0, 0];
  for (const line of src.split('\n')) {
    at += line.length + 1;
    if (line.trim() === '') continue;
    const found = item.exec(line);
    if (found && indent(found[1] ?? '') < Math.max(inner, 1) && found[2]?.at(-1) === kind) {
      // Leading zeros would be lost, and so would the asterisk that ends * what somebody does *.
      if (/^0\d/.test(found[2] ?? '') || (kind === '*' && /\s\*\s*$/.test(line)))
        return { items: 0, length: end };
      items += 1;
      const text = indent(line.slice(0, found[0].length), true);
      const bullet = (found[1]?.length ?? 0) + (found[2]?.length ?? 0);
      inner = text - bullet > 4 ? bullet + 1 : text;
    } else if (indent(/^[ \t]*/.exec(line)?.[0] ?? '') < inner) {
      break;
    }
    end = at;
  }
  return { items, length: Math.min(end, src.length) };
}

/** How far to the right what follows these characters begins. */
function indent(before: string, all = false): number {
  let width = 0;
  for (const character of before) {
    if (character === '\t') width += 4 - (width % 4);
    else if (character === ' ' || all) width += 1;
  }
  return width;
}

/** In the place of emphasis: the lexer takes any token. */
function textOf(raw: string): Tokens.Em {
  return { type: 'text', raw, text: raw } as unknown as Tokens.Em;
}

const bare = (text: string) => text.replace(/[\s|\\]/g, '');

/** What ends an address wherever it comes: scripts without spaces go on right behind it, and quotes are never in one. */
const endsAddress = /[。，、；：！？（）「」『』【】《》〈〉〔〕［］｛｝“”„«»‹›｡､｢｣]/u;
/** What belongs to the sentence where it is last. What is not ASCII and no letter is none of an address. */
const endsSentence = /[?!.,:;*'~|\p{P}]/u;
/** Of those, what people mean. */
const meant = /[/_\-#%&@\\]/;
const closes = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

/** An address in prose, without the punctuation of the sentence around it. */
function withoutEnd(found: string): string {
  const address = found.slice(0, endsAddress.exec(found)?.index);
  /** How many more there are of each closing bracket than of the one that opens it. */
  const more = new Map<string, number>();
  for (const [close, open] of closes) {
    let count = 0;
    for (const character of address) count += character === close ? 1 : character === open ? -1 : 0;
    more.set(close, count);
  }
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address.charAt(end - 1);
    const left = more.get(last);
    if (left !== undefined) {
      if (left <= 0) break;
      more.set(last, left - 1);
    } else if (meant.test(last) || !endsSentence.test(last)) break;
  }
  return address.slice(0, end);
}

/**
 * How much of a text that begins with `www.` is an address: a host of three parts or more, and behind it a port, a path
 * or nothing. 0 where it is none.
 */
function lengthOfBare(found: string): number {
  const host =
    /^www\.(?:[\p{L}\p{N}_-]+\.)+(?:xn--[a-z0-9-]+|[a-z]{2,}|(?:(?![a-z])\p{L}){2,})(?::\d+)?/iu.exec(
      found.slice(0, 260),
    )?.[0];
  if (host === undefined || /^[@\\:_-]/.test(found.slice(host.length))) return 0;
  return /^[/?#]/.test(found.slice(host.length)) ? found.length : host.length;
}

/** The address of a web page as browsers read it; nothing else may be a link, nor one that carries a password. */
export function webAddress(address: string): URL | undefined {
  if (!/^https?:\/\/[^/?#\\@]+(?![^/?#\\]*@)/i.test(address)) return undefined;
  try {
    const url = new URL(address);
    const web = url.protocol === 'http:' || url.protocol === 'https:';
    return web && url.username === '' && url.password === '' ? url : undefined;
  } catch {
    return undefined;
  }
}

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
    const blocks = new Builder().blocks(new Reader(new Subset()).lex(text), false);
    const [first] = blocks;
    const unmarked = first?.type === 'paragraph' && first.children.every(({ type }) => type === 'text');
    return blocks.length > 1 || !unmarked ? blocks : plain(text);
  } catch {
    return plain(text);
  }
}
