/*
 * Bytes as text of a document in UTF-16, which holds them nearly as they are: two bytes are one code unit, the first of
 * them its upper half. What a document cannot hold, or a parser would change or take for the end of a script, is written
 * as a mark and the unit with one bit turned over, which makes a harmless one of each.
 */

const mark = 0x21;
const turned = 0x4000;

/** Controls, the mark itself, `<`, halves of surrogate pairs, and what Unicode says is no character. */
function escaped(unit: number): boolean {
  return (
    unit < 0x20 ||
    unit === mark ||
    unit === 0x3c ||
    (unit >= 0x7f && unit <= 0x9f) ||
    (unit >= 0xd800 && unit <= 0xdfff) ||
    (unit >= 0xfdd0 && unit <= 0xfdef) ||
    unit === 0xfeff ||
    unit >= 0xfffe
  );
}

/** The bytes as text; where their number is odd, a zero comes behind them. */
export function written(bytes: Uint8Array): string {
  const units: number[] = [];
  for (let i = 0; i < bytes.length; i += 2) {
    const unit = ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
    if (escaped(unit)) units.push(mark, unit ^ turned);
    else units.push(unit);
  }
  let text = '';
  // A call takes no more arguments than this.
  for (let i = 0; i < units.length; i += 8192) text += String.fromCharCode(...units.slice(i, i + 8192));
  return text;
}

/** The bytes that a text was written of. */
export function read(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 2);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let unit = text.charCodeAt(i);
    if (unit === mark) unit = text.charCodeAt(++i) ^ turned;
    bytes[length++] = unit >> 8;
    bytes[length++] = unit;
  }
  return bytes.slice(0, length);
}
