import { Lexer, Tokenizer, type Token, type Tokens, type TokensList } from 'marked';
import { lengthOfBare, webAddress, withoutEnd } from './links.ts';

/**
 * What the other person may cost: a text that needs more elements or more work is shown as plain text. Work is counted in
 * characters that were looked at in vain or twice.
 */
export const mostElements = 2_000;
const mostWork = 100_000;
/** Of quotes and lists in each other, and of emphasis and links in each other. What lies deeper is text. */
const deepest = 8;

// Anchored, or each would be tried at every place of the text.
const never = /^(?!)/;
const neverAnywhere = /^(?!)/g;

/** Scripts that put spaces between words: `2*3*4` and `a**b**c` are no emphasis. Others emphasise inside a run. */
const spaced = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u;
/** What shows something by itself. */
export const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

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

/** What marked reads in a text of ours. Throws where that costs too much. */
export function tokensOf(text: string): TokensList {
  return new Reader(new Subset()).lex(text);
}
