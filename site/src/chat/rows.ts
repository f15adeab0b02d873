import type { ChatMessage } from './entry.svelte.ts';

/*
 * The history in rows: messages, a day above the first of each day, and a divider above the first that came unread.
 * What a message looks like depends on its neighbours: the first that one author wrote in one go shows the author, and
 * the last the time.
 *
 *     messages          1        2    3               4
 *     rows        day   1 first  2    3 last   new    4 first last
 *
 * At each change of the history there is a new list of messages. Making all its rows anew would take the longer the
 * more was said, and Svelte would have to update each that is on the page. But two lists that follow each other hardly
 * differ: some messages are gone at the start, where the history is cut, and some have come at the end.
 *
 *     before     1 2 3 4 5 6
 *     after          3 4 5 6 7    dropped: 2, same: 4
 *
 *     3          is made anew: nothing stands above it any more, so it needs its day
 *     4 5        stay, the very objects of before
 *     6          is made anew: it is no longer the last of its author
 *     7          is made
 *
 * So a message that comes costs a copy of the list of rows and two new rows. Where something in the middle changes, as
 * when a failed message leaves its place to be sent again, all below it is made anew; where the divider goes or moves
 * among the messages that were there, everything is, which is rare.
 */

/** One line of the history as it is shown. */
export type Row =
  /** Another day begins, on which `at` is. */
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  /** What follows came while nobody was reading. */
  | { readonly kind: 'new'; readonly key: string }
  /** `first`, `last`: it is the first or the last of what one author wrote in one go. */
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: ChatMessage;
      readonly first: boolean;
      readonly last: boolean;
    };

/** Rows, and what they were made of: for making the next ones out of them. */
export interface Rows {
  readonly rows: readonly Row[];
  readonly messages: readonly ChatMessage[];
  readonly fresh: string | undefined;
  /** How many rows, at the start of the rows before these, are gone. */
  readonly dropped: number;
}

/** Messages of one author that are no farther apart than this belong together; in milliseconds. */
const oneGo = 5 * 60_000;

const nothing: Rows = { rows: [], messages: [], fresh: undefined, dropped: 0 };

/**
 * The rows of these messages. `fresh` is the key of the message with the divider above it. With the rows `before`,
 * only those that changed are made anew: one more after thousands takes no longer than copying a list.
 */
export function rowsOf(messages: readonly ChatMessage[], fresh?: string, before: Rows = nothing): Rows {
  const { dropped, same } = common(before.messages, messages);
  // Where the divider stands at a message that has just come, nothing above it changes. That it moves or goes is rare.
  const moved =
    fresh !== before.fresh &&
    (before.fresh !== undefined || !messages.slice(same).some(({ key }) => key === fresh));
  // The last of those that stay is made anew too: whether it is the last of its author depends on what comes next.
  const stay = moved ? 0 : Math.max(0, same - 1);
  const rows: Row[] = [];
  if (stay > 0) {
    const from = below(before.rows, dropped);
    // The first one has nothing above it any more.
    if (dropped > 0) add(rows, messages, 0, fresh);
    const kept = dropped > 0 ? from + 1 : from;
    const to = above(before.rows, before.messages.length - dropped - stay);
    const top = rows.length;
    const all = rows.concat(before.rows.slice(kept, to));
    for (let i = stay; i < messages.length; i++) add(all, messages, i, fresh);
    return { rows: all, messages, fresh, dropped: kept - top };
  }
  for (let i = 0; i < messages.length; i++) add(rows, messages, i, fresh);
  return { rows, messages, fresh, dropped: 0 };
}

/** The messages of the second list that were not in the first. */
export function added(before: readonly ChatMessage[], after: readonly ChatMessage[]): readonly ChatMessage[] {
  const { dropped, same } = common(before, after);
  // A message that is sent again has left its place for the end. It is not new, even where it was the first.
  const others = [...before.slice(0, dropped), ...before.slice(dropped + same)];
  const known = new Set(others.map(({ key }) => key));
  return after.slice(same).filter(({ key }) => !known.has(key));
}

/** When the day begins on which `at` is. */
export function dayOf(at: number): number {
  if (at < day.start || at >= day.end) {
    const date = new Date(at);
    const [y, m, d] = [date.getFullYear(), date.getMonth(), date.getDate()];
    day = { start: new Date(y, m, d).getTime(), end: new Date(y, m, d + 1).getTime() };
  }
  return day.start;
}

/** The day that was asked for last. Most messages are of the same day, and a Date for each would be most of the work. */
let day = { start: 0, end: 0 };

/** The day on which `at` is, as HTML writes it: 2026-11-27. */
export function isoDay(at: number): string {
  const day = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** How many messages at the start are gone, and how many after them are still the same. */
function common(before: readonly ChatMessage[], after: readonly ChatMessage[]) {
  const first = after[0]?.key;
  const found = before.findIndex(({ key }) => key === first);
  const dropped = found < 0 ? before.length : found;
  let same = 0;
  while (dropped + same < before.length && before[dropped + same] === after[same]) same += 1;
  return { dropped, same };
}

/** Index of the row of the first message that stays when this many messages have gone; 0 when none has. */
function below(rows: readonly Row[], dropped: number): number {
  let at = 0;
  for (let left = dropped; left > 0 && at < rows.length; at++) if (rows[at]?.kind === 'message') left -= 1;
  while (dropped > 0 && at < rows.length && rows[at]?.kind !== 'message') at += 1;
  return at;
}

/** Index at which the rows of the last `count` messages begin, with any day or divider right above them. */
function above(rows: readonly Row[], count: number): number {
  let end = rows.length;
  for (let left = count; left > 0 && end > 0; end--) if (rows[end - 1]?.kind === 'message') left -= 1;
  while (end > 0 && rows[end - 1]?.kind !== 'message') end -= 1;
  return end;
}

function add(rows: Row[], messages: readonly ChatMessage[], index: number, fresh: string | undefined): void {
  const message = messages[index];
  if (!message) return;
  const [previous, next] = [messages[index - 1], messages[index + 1]];
  const { key, at } = message;
  if (!previous || dayOf(previous.at) !== dayOf(at)) rows.push({ kind: 'day', key: `day ${key}`, at });
  if (key === fresh) rows.push({ kind: 'new', key: `new ${key}` });
  const first = !previous || !continues(previous, message, fresh);
  const last = !next || !continues(message, next, fresh);
  rows.push({ kind: 'message', key, message, first, last });
}

function continues(previous: ChatMessage, message: ChatMessage, fresh: string | undefined): boolean {
  return (
    previous.from === message.from &&
    message.at - previous.at < oneGo &&
    message.key !== fresh &&
    dayOf(previous.at) === dayOf(message.at)
  );
}
