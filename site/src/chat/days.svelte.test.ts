import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { texts, written } from '../language/language.svelte.ts';
import { Today } from './days.svelte.ts';
import { isoDay } from './rows.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** What a day is called on a screen that is shown from `now` on. */
function shownFrom(now: Date) {
  vi.setSystemTime(now);
  let today: Today | undefined;
  const end = $effect.root(() => {
    today = new Today();
  });
  flushSync();
  return { nameOf: (at: Date) => today?.nameOf(at.getTime()), look: () => today?.look(), end };
}

test.each([
  ['in the morning', new Date(2026, 10, 27, 0, 0, 0), 0],
  ['at noon', new Date(2026, 10, 27, 12), 0],
  ['a second before midnight', new Date(2026, 10, 27, 23, 59, 59), 0],
  ['the day before', new Date(2026, 10, 26, 23, 59, 59), 1],
  ['at the beginning of the day before', new Date(2026, 10, 26), 1],
])('%s', (_, at, days) => {
  const { nameOf, end } = shownFrom(new Date(2026, 10, 27, 15, 30));
  expect(nameOf(at)).toBe([texts.today, texts.yesterday][days]);
  end();
});

test('another day is written out, also one that has not come yet', () => {
  const { nameOf, end } = shownFrom(new Date(2026, 0, 1, 9));
  for (const at of [new Date(2025, 11, 30), new Date(2026, 0, 2)])
    expect(nameOf(at)).toBe(written('day', at.getTime()));
  expect(nameOf(new Date(2025, 11, 31, 18))).toBe(texts.yesterday);
  end();
});

test('after midnight today is yesterday, and a day later it is written out', async () => {
  const said = new Date(2026, 10, 27, 23, 50);
  const { nameOf, end } = shownFrom(said);
  await vi.advanceTimersByTimeAsync(9 * 60_000);
  expect(nameOf(said)).toBe(texts.today);
  await vi.advanceTimersByTimeAsync(2 * 60_000);
  expect(nameOf(said)).toBe(texts.yesterday);
  await vi.advanceTimersByTimeAsync(24 * 60 * 60_000);
  expect(nameOf(said)).toBe(written('day', said.getTime()));
  end();
});

test('a device that has slept over midnight looks at the clock, and nothing goes on after the end', () => {
  const said = new Date(2026, 10, 27, 23, 50);
  const { nameOf, look, end } = shownFrom(said);
  vi.setSystemTime(new Date(2026, 10, 28, 7));
  expect(nameOf(said)).toBe(texts.today);
  look();
  expect(nameOf(said)).toBe(texts.yesterday);
  expect(vi.getTimerCount()).toBe(1);
  end();
  expect(vi.getTimerCount()).toBe(0);
});

test('a day is written for HTML as it is here, and not in Greenwich', () => {
  expect(isoDay(new Date(2026, 0, 2, 0, 0, 1).getTime())).toBe('2026-01-02');
  expect(isoDay(new Date(2026, 11, 31, 23, 59, 59).getTime())).toBe('2026-12-31');
});
