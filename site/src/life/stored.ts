import { fromDisk } from './file.ts';

/** What is remembered: on the device until it is wiped, or in this tab alone until it is closed. */
type Where = 'device' | 'tab';

// The storage is named anew each time, for where site data is blocked naming it throws.
function storage(where: Where): Storage {
  if (fromDisk()) throw new Error('a page from a disk stores nothing');
  return where === 'device' ? localStorage : sessionStorage;
}

/** What is stored under this name. Empty where there is nothing, more than `longest` characters, or no storage. */
export function read(where: Where, key: string, longest: number): string {
  try {
    const stored = storage(where).getItem(key) ?? '';
    return stored.length <= longest ? stored : '';
  } catch {
    return '';
  }
}

/** What is stored, parsed as JSON; undefined where it is none. Another version may have written it, or anybody. */
export function readValue(where: Where, key: string, longest: number): unknown {
  try {
    return JSON.parse(read(where, key, longest));
  } catch {
    return undefined;
  }
}

/** Stores a text under this name, or nothing more. Where there is no storage, it holds as long as the page does. */
export function write(where: Where, key: string, text: string | undefined): void {
  try {
    if (text === undefined) storage(where).removeItem(key);
    else storage(where).setItem(key, text);
  } catch {
    // Nothing is remembered, then.
  }
}
