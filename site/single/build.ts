import { readBlock } from './file.ts';

let text: Promise<string> | undefined;

/** In the place of src/settings/build.ts: the licences lie in the file. */
export function readText(name: 'notices.txt'): Promise<string> {
  if (name !== 'notices.txt') throw new Error(`there is no ${String(name)}`);
  text ??= readBlock('notices').then((bytes) => new TextDecoder().decode(bytes));
  return text;
}
