/** Shows the characters that turn the order of a text around, where that would make it read as another one. */
export function showBidi(text: string): string {
  return text.replace(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, showCode);
}

/** A character by its code, such as `[U+202E]`. */
export function showCode(character: string): string {
  return `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`;
}
