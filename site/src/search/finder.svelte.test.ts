import { flushSync } from 'svelte';
import { describe, expect, test } from 'vitest';
import { Finder } from './finder.svelte.ts';
import { foldedOf, piecesOf, type Searched } from './shown.ts';

/** Turns the order of what follows around. */
const turned = String.fromCharCode(0x202e);

const said = (...all: string[]): Searched[] => all.map((text, i) => ({ key: `m${i}`, text }));

describe('what is searched of a message', () => {
  test.each([
    ['words across emphasis', 'so **very bold**, *and* ~~gone~~', ['so very bold, and gone']],
    ['code in a line', 'call `f(x)` now', ['call f(x) now']],
    ['the text of a link, and not its address', 'see [here](https://a.example/x)', ['see here']],
    ['each item and quote', '- one\n- two\n\n> three', ['one', 'two', 'three']],
    ['code without its fence and language', '```go\nx := 1\n```', ['x := 1']],
    ['each cell', '| a | b |\n| - | - |\n| c | d |', ['a', 'b', 'c', 'd']],
    ['a heading', '## Title', ['Title']],
    ['what turns the order around, as it is shown', `\`a${turned}b\``, ['a[U+202E]b']],
    ['signs that are none', '2 * 3 * 4 _a', ['2 * 3 * 4 _a']],
  ])('%s', (_, text, pieces) => {
    expect(piecesOf({ key: 'k', text })).toEqual(pieces);
  });

  test('is the name of a file, and nothing of a voice message', () => {
    const file = (voice: boolean) => ({ about: { name: 'Plan.pdf', voice } });
    expect(foldedOf({ key: 'k', text: 'Plan.pdf (3 MB)', file: file(false) })).toBe('plan.pdf');
    expect(foldedOf({ key: 'k', text: 'Voice message (3 MB)', file: file(true) })).toBe('');
  });

  test('is found in one line of it, and never across two', () => {
    const finder = search(said('- one\n- two'), 'one two');
    expect(finder.count).toBe(0);
  });
});

/** One that has looked at all. */
function search(messages: readonly Searched[], typed: string): Finder {
  const finder = new Finder(() => messages);
  void finder.prepare();
  finder.typed = typed;
  finder.begin();
  return finder;
}

describe('the order of what is found', () => {
  test('is from the newest on, round and round, the last of a message first', () => {
    const finder = search(said('a x a', 'none', 'A'), 'a');
    const all = Array.from({ length: 4 }, () => {
      const now = { ...finder.current, position: finder.position };
      finder.step(1);
      return now;
    });
    expect(all).toEqual([
      { key: 'm2', nth: 0, position: 1 },
      { key: 'm0', nth: 1, position: 2 },
      { key: 'm0', nth: 0, position: 3 },
      { key: 'm2', nth: 0, position: 1 },
    ]);
    finder.step(-1);
    finder.step(-1);
    expect([finder.position, finder.count]).toEqual([3, 3]);
  });

  test('keeps the current one when more comes, and counts that', () => {
    let now = $state.raw(said('one', 'two'));
    const finder = new Finder(() => now);
    void finder.prepare();
    finder.typed = 'o';
    finder.begin();
    finder.step(1);
    expect([finder.current?.key, finder.position, finder.count]).toEqual(['m0', 2, 2]);
    now = [...now, { key: 'new', text: 'foo' }];
    void finder.prepare();
    flushSync();
    expect([finder.current?.key, finder.position, finder.count]).toEqual(['m0', 4, 4]);
    now = now.slice(1);
    flushSync();
    expect(finder.current).toBeUndefined();
    finder.begin();
    expect([finder.current?.key, finder.position]).toEqual(['new', 1]);
  });

  test('tells what stands around the current one, as it was written', () => {
    const finder = search(said(`${'x'.repeat(100)} Málaga ${'y'.repeat(100)}`), 'malaga');
    expect(finder.excerpt).toBe(`${'x'.repeat(39)} Málaga ${'y'.repeat(39)}`);
  });
});

describe('what is asked by the hostile', () => {
  test.each([
    ['nothing', '', false],
    ['spaces', '  \u00a0', true],
    ['half of a pair', '\uD83D', true],
    ['only marks', '\u0301\u064e', true],
    ['a very long one', 'ab'.repeat(100_000), true],
    ['signs of patterns', '.*', true],
  ])('%s is found nowhere', (_, typed, nothing) => {
    const finder = search(said('Some text 😀 e\u0301 مُ'), typed);
    expect([finder.count, finder.position, finder.nothing]).toEqual([0, 0, nothing]);
    finder.step(1);
    expect(finder.current).toBeUndefined();
  });

  test('a history of more than one piece is looked at in several, the newest first', async () => {
    const long = 'word '.repeat(4_000);
    const list = said(...Array.from({ length: 10 }, () => long), 'newest word');
    const finder = new Finder(() => list);
    finder.typed = 'word';
    const done = finder.prepare();
    const first = finder.count;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(40_001);
    finder.typed = 'no such';
    expect(finder.nothing).toBe(false);
    await done;
    expect(finder.nothing).toBe(true);
    finder.typed = 'word';
    expect(finder.count).toBe(40_001);
  });

  test('nothing more is looked at when it is over', async () => {
    const list = said(...Array.from({ length: 10 }, () => 'word '.repeat(4_000)));
    const finder = new Finder(() => list);
    finder.typed = 'word';
    const done = finder.prepare();
    const before = finder.count;
    finder.stop();
    await done;
    expect(finder.count).toBe(before);
  });
});
