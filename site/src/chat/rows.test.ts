import { describe, expect, test } from 'vitest';
import type { ChatMessage } from './entry.svelte.ts';
import { added, dayOf, rowsOf, type Rows, type Row } from './rows.ts';

let count = 0;

/** Written at this minute of the morning of 26 November 2026, local time, or of `day`. */
function message(from: 'you' | 'them', minute: number, day = 26): ChatMessage {
  count += 1;
  const at = new Date(2026, 10, day, 9, minute).getTime();
  return { key: `k${count}`, from, text: `text ${count}`, at, state: from === 'you' ? 'sent' : 'received' };
}

/** In short: `day`, `new`, or who wrote it, in capitals where the author is shown, with ! where the time is. */
function short(rows: readonly Row[]): string {
  return rows
    .map((row) => {
      if (row.kind !== 'message') return row.kind;
      const { from } = row.message;
      return `${row.first ? from.toUpperCase() : from}${row.last ? '!' : ''}`;
    })
    .join(' ');
}

describe('rows', () => {
  test.each<[string, ChatMessage[], string]>([
    ['nothing said, nothing shown', [], ''],
    ['one author in one go', [message('you', 0), message('you', 4), message('you', 8)], 'day YOU you you!'],
    ['two authors', [message('you', 0), message('them', 0), message('you', 0)], 'day YOU! THEM! YOU!'],
    ['five minutes', [message('you', 0), message('you', 5), message('you', 9)], 'day YOU! YOU you!'],
    [
      'days',
      [message('them', 0, 20), message('them', 0, 20), message('them', 0)],
      'day THEM them! day THEM!',
    ],
    ['a clock set back', [message('you', 9), message('you', 0)], 'day YOU you!'],
    ['a clock set back by a day', [message('you', 0, 26), message('you', 0, 25)], 'day YOU! day YOU!'],
  ])('%s', (_name, messages, wanted) => {
    const { rows } = rowsOf(messages);
    expect(short(rows)).toBe(wanted);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });

  test('what is written in one go over midnight is parted by the day', () => {
    const at = new Date(2026, 10, 26, 23, 59).getTime();
    const messages = [at, at + 120_000].map((at) => ({ ...message('you', 0), at }));
    expect(short(rowsOf(messages).rows)).toBe('day YOU! day YOU!');
  });

  test('the divider parts it as well', () => {
    const messages = [message('them', 0), message('them', 0), message('them', 0)];
    expect(short(rowsOf(messages, messages[1]?.key).rows)).toBe('day THEM! new THEM them!');
    expect(short(rowsOf(messages, 'gone').rows)).toBe('day THEM them them!');
  });

  test('what stays the same is not made again', () => {
    const messages = [message('you', 0), message('them', 0), message('them', 1)];
    const before = rowsOf(messages);
    const after = rowsOf([...messages, message('them', 2)], undefined, before);
    expect(short(after.rows)).toBe('day YOU! THEM them them!');
    after.rows.slice(0, 3).forEach((row, i) => expect(row).toBe(before.rows[i]));
  });

  test('whatever happens to the messages, step by step gives what all at once gives', () => {
    let seed = 7;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    let messages: ChatMessage[] = [];
    let made: Rows | undefined;
    let fresh: string | undefined;
    let minute = 0;
    for (let step = 0; step < 1000; step++) {
      const what = random(20);
      if (what === 0 && random(5) === 0) messages = [];
      else if (what < 4) messages = messages.slice(random(4));
      else if (what === 4) {
        const at = random(messages.length + 1);
        const again = messages[at];
        if (again) messages = [...messages.slice(0, at), ...messages.slice(at + 1), { ...again }];
      } else if (what === 5) fresh = random(2) === 0 ? undefined : messages.at(-random(3) - 1)?.key;
      else {
        minute += [0, 1, 6, 300][random(4)] ?? 0;
        const author = () => (random(2) === 0 ? 'you' : 'them');
        const more = Array.from({ length: random(3) }, () => message(author(), minute, 1));
        messages = [...messages.slice(random(3)).slice(-30), ...more];
        if (fresh === undefined && random(4) === 0) fresh = more[0]?.key;
      }
      made = rowsOf(messages, fresh, made);
      expect(made.rows).toEqual(rowsOf(messages, fresh).rows);
    }
  });

  test('it is told how many rows at the start went', () => {
    const messages = Array.from({ length: 6 }, (_, i) => message('you', i));
    const before = rowsOf(messages);
    const after = rowsOf([...messages.slice(2), message('them', 9)], undefined, before);
    expect(after.dropped).toBe(2);
    expect(after.rows.length).toBe(before.rows.length - 2 + 1);
  });

  test('one more is cheap after ten thousand', () => {
    let messages = Array.from({ length: 10_000 }, (_, i) => message(i % 3 === 0 ? 'you' : 'them', i));
    let made = rowsOf(messages);
    const whole: number[] = [];
    const more: number[] = [];
    const time = (into: number[], run: () => void) => {
      const began = performance.now();
      run();
      into.push(performance.now() - began);
    };
    for (let i = 0; i < 50; i++) {
      messages = [...messages, message('you', 10_000 + i)];
      time(whole, () => rowsOf(messages));
      time(more, () => (made = rowsOf(messages, undefined, made)));
    }
    const median = (times: number[]) => times.sort((a, b) => a - b)[25] ?? 0;
    expect(median(more)).toBeLessThan(median(whole) / 2);
  });
});

describe('which messages are new', () => {
  const [a, b, c] = [message('you', 0), message('them', 0), message('them', 0)];

  test.each<[string, ChatMessage[], ChatMessage[], ChatMessage[]]>([
    ['the first', [], [a], [a]],
    ['those at the end', [a], [a, b, c], [b, c]],
    ['none where the oldest went', [a, b], [b], []],
    ['none where all went', [a, b], [], []],
    ['those after a clearing', [a, b], [c], [c]],
    ['not one that is sent again', [a, b], [b, { ...a }], []],
    ['nor where another comes with it', [a, b], [b, c, { ...a }], [c]],
    ['nor one that was copied', [a, b], [{ ...a }, b], []],
  ])('%s', (_name, before, after, wanted) => {
    expect(added(before, after)).toEqual(wanted);
  });
});

test('a day begins at its local midnight, whatever was asked before', () => {
  const times: [number, number][] = [
    [26, 0],
    [26, 23],
    [25, 12],
    [26, 5],
    [1, 0],
  ];
  for (const [day, hour] of times) {
    const at = new Date(2026, 10, day, hour, 30).getTime();
    expect(dayOf(at)).toBe(new Date(2026, 10, day).getTime());
  }
});
