/** All that ends a line somewhere. */
export const lineEnds = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;

/** The text with one kind of line end: a browser shows some of the others as nothing, and their words would be one. */
export function oneLineEnd(text: string): string {
  return text.replace(lineEnds, '\n');
}
