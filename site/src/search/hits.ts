import type { Searched } from './shown.ts';

/** A message that has what is searched for. */
export interface Hit {
  readonly key: string;
  /** How often it has that. */
  readonly count: number;
  /** How many come before, in newer messages. */
  readonly before: number;
}

/** The messages that have the folded words `wanted`, newest first. Those that have no text yet are left out. */
export function hitsIn(
  messages: readonly Searched[],
  texts: Pick<WeakMap<Searched, string>, 'get'>,
  wanted: string,
): Hit[] {
  const hits: Hit[] = [];
  if (wanted === '') return hits;
  let before = 0;
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i];
    const text = message && texts.get(message);
    if (!message || text === undefined) continue;
    let count = 0;
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) count += 1;
    if (count > 0) hits.push({ key: message.key, count, before });
    before += count;
  }
  return hits;
}
