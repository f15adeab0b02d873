/** All that ends a line somewhere. */
export const lineEnds = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;

/** The text with one kind of line end: some of the others browsers show as nothing, and join the words around them. */
export function oneLineEnd(text: string): string {
  return text.replace(lineEnds, '\n');
}
