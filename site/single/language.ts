import type { Source } from '../src/language/source.ts';
import { unpacked } from './dictionaries.ts';
import { readBlock } from './file.ts';

let text: Promise<string> | undefined;

/** A dictionary out of the file. */
export async function dictionaryOf(tag: string): Promise<Source> {
  text ??= readBlock('languages').then((bytes) => new TextDecoder().decode(bytes));
  return unpacked(await text, tag);
}
