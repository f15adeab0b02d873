/**
 * What shows something: not space, not what is made to show nothing (fillers, joiners, tags, marks of direction), nor
 * the empty pattern of Braille. The signs of Arabic and their like that stand around numbers are of the same category as
 * those, and are seen.
 */
const visible =
  /[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]|(?!\u{16FE4}|\u{1D159})[^\p{White_Space}\p{DI}\p{Cf}\p{Cc}\p{Cs}\u2800]/u;

/** Whether a message with this text would show nothing. */
export function isBlank(text: string): boolean {
  return !visible.test(text);
}
