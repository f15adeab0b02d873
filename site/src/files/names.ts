/** The longest name that PROTOCOL.md has, in bytes. */
const longest = 255;

/** A name in at most 255 bytes of UTF-8, with its ending. What is half a character becomes a whole one. */
export function shortened(name: string): string {
  const encoder = new TextEncoder();
  const whole = new TextDecoder().decode(encoder.encode(name));
  const ending = /\.[A-Za-z0-9]{1,12}$/.exec(whole)?.[0] ?? '';
  const characters = [...whole.slice(0, whole.length - ending.length)];
  const room = longest - ending.length;
  while (encoder.encode(characters.join('')).length > room) characters.pop();
  return characters.join('') + ending;
}
