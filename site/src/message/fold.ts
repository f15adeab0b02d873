import type { Block, Inline } from './markdown.ts';

/** A message that takes more room than this is folded, and shows this much of itself; in characters. */
const most = 5_000;
const shown = 3_000;
/** A line takes as much room as so many characters, however short it is. So does each block, item and row. */
const line = 50;

export interface Folded {
  /** The start of the message. */
  head: Block[];
  /** The text of all the rest. */
  rest: string;
}

/** A long message folded, or nothing where it is short enough to be shown whole. */
export function fold(blocks: Block[]): Folded | undefined {
  if (roomOf(blocks, most + 1) <= most) return undefined;
  const cutter = new Cutter(shown);
  const head = cutter.blocks(blocks);
  return { head, rest: cutter.rest };
}

/** How much room these blocks take. Above the limit it stops counting. */
function roomOf(blocks: readonly Block[], limit: number): number {
  const cutter = new Cutter(limit);
  cutter.blocks(blocks);
  return limit - cutter.room;
}

/** Divides a message, in the order it is read, into what there is room for and the rest. */
class Cutter {
  room: number;
  rest = '';

  constructor(room: number) {
    this.room = room;
  }

  blocks(blocks: readonly Block[]): Block[] {
    return this.#each(blocks, (block): Block => {
      switch (block.type) {
        case 'paragraph':
        case 'heading':
          return { ...block, children: this.#inlines(block.children) };
        case 'quote':
          return { ...block, children: this.blocks(block.children) };
        case 'code':
          return { ...block, text: this.#text(block.text), whole: block.whole ?? block.text };
        case 'list':
          return {
            ...block,
            items: this.#each(block.items, (item) => ({ ...item, children: this.blocks(item.children) })),
          };
        case 'table':
          return {
            ...block,
            head: block.head.map((cell) => this.#inlines(cell)),
            rows: this.#each(block.rows, (row) => row.map((cell) => this.#inlines(cell))),
          };
      }
    });
  }

  /** Those that begin where there is room; of the others, their text. */
  #each<T>(all: readonly T[], take: (one: T) => T): T[] {
    const taken: T[] = [];
    for (const [index, one] of all.entries()) {
      if (index > 0) this.room -= line;
      const fits = this.room > 0;
      const part = take(one);
      if (fits) taken.push(part);
    }
    return taken;
  }

  #inlines(inlines: readonly Inline[]): Inline[] {
    const taken: Inline[] = [];
    for (const inline of inlines) {
      const fits = this.room > 0;
      const part: Inline =
        'children' in inline
          ? { ...inline, children: this.#inlines(inline.children) }
          : { ...inline, text: this.#text(inline.text) };
      if (fits) taken.push(part);
    }
    return taken;
  }

  #text(text: string): string {
    let end = 0;
    while (end < text.length && this.room > 0) {
      const next = text.indexOf('\n', end) + 1 || text.length;
      const fits = Math.min(next - end, this.room);
      this.room -= Math.max(fits, next < text.length ? line : 0);
      end += fits;
    }
    // It is cut at the end of a line or a word, if there is one nearby, and never within a character.
    if (end < text.length) {
      const near = Math.max(text.lastIndexOf('\n', end - 1), text.lastIndexOf(' ', end - 1)) + 1;
      if (near > end - 200 && near > 0) end = near;
      else if (/[\uDC00-\uDFFF]/.test(text.charAt(end))) end -= 1;
    }
    this.rest += text.slice(end);
    return text.slice(0, end);
  }
}
