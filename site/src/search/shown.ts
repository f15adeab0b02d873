import { showBidi } from '../message/bidi.ts';
import { parse, type Block, type Inline } from '../message/markdown.ts';
import { fold } from './folding.ts';

/** What a search reads of a message of the history. */
export interface Searched {
  /** Names it on the page. */
  readonly key: string;
  readonly text: string;
  /** It is a file: its name is searched, or nothing where that is a word of the page. */
  readonly file?: { readonly about: { readonly name: string; readonly voice: boolean } } | undefined;
}

/** Between two pieces of a message. It is in no folded text, so that nothing is found across. */
const apart = '\n';

/** The text of a message as people read it, without the signs of its Markdown: a piece for each line of its own. */
export function piecesOf({ text, file }: Searched): string[] {
  if (file) return file.about.voice ? [] : [file.about.name];
  return parse(text).flatMap(piecesIn);
}

/** What is searched of a message. */
export function foldedOf(message: Searched): string {
  return piecesOf(message).map(fold).join(apart);
}

function piecesIn(block: Block): string[] {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return [lineOf(block.children)];
    case 'quote':
      return block.children.flatMap(piecesIn);
    case 'list':
      return block.items.flatMap(({ children }) => children.flatMap(piecesIn));
    case 'code':
      return [showBidi(block.text)];
    case 'table':
      return [block.head, ...block.rows].flatMap((row) => row.map(lineOf));
  }
}

function lineOf(inlines: readonly Inline[]): string {
  return inlines.map((inline) => ('children' in inline ? lineOf(inline.children) : inline.text)).join('');
}
