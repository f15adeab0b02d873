import { afterEach, describe, expect, test, vi } from 'vitest';
import { categoryIn, inUnits, listIn, numberIn, sizeIn } from './intl.ts';

afterEach(() => vi.unstubAllGlobals());

/** A browser whose Intl lacks this, or refuses it. */
function without(name: 'ListFormat' | 'NumberFormat' | 'PluralRules', refused: boolean) {
  const refuse = () => {
    throw new TypeError('refused');
  };
  vi.stubGlobal('Intl', Object.create(Intl, { [name]: { value: refused ? refuse : undefined } }));
}

describe('a list', () => {
  test.each([
    ['en-GB', 'a', 'a and b', 'a, b and c'],
    ['es', 'a', 'a y b', 'a, b y c'],
    ['ar', 'a', 'a وb', 'a وb وc'],
  ])('in %s', (locale, one, two, three) => {
    const list = listIn(locale);
    expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'])]).toEqual(['', one, two, three]);
  });

  test.each([true, false])('has commas where the browser knows none (refused: %s)', (refused) => {
    without('ListFormat', refused);
    expect(listIn('es')(['a', 'b', 'c'])).toBe('a, b, c');
  });
});

describe('a length of time', () => {
  test.each([
    [0, 0, 'second'],
    [0.6, 1, 'second'],
    [89.4, 89, 'second'],
    [90, 1, 'minute'],
    [119.9, 1, 'minute'],
    [120, 2, 'minute'],
    [7200, 120, 'minute'],
  ] as const)('of %d s is told as %d %s', (seconds, count, unit) => {
    expect(inUnits(seconds)).toEqual({ count, unit });
  });
});

describe('a number', () => {
  test('has the grouping and the digits of the language', () => {
    const digits = new Intl.NumberFormat('fa').format(12_345);
    expect([numberIn('en')(12_345), numberIn('es')(12_345), numberIn('fa')(12_345)]).toEqual([
      '12,345',
      '12.345',
      digits,
    ]);
  });

  test.each([true, false])('is digits where the browser writes none (refused: %s)', (refused) => {
    without('NumberFormat', refused);
    expect(numberIn('es')(12_345)).toBe('12345');
    expect([0, 1_500].map(sizeIn('es'))).toEqual(['0 B', '1.5 kB']);
  });

  test.each([true, false])('has no other plural where the browser knows none (refused: %s)', (refused) => {
    expect([1, 2, 3].map(categoryIn('ar'))).toEqual(['one', 'two', 'few']);
    without('PluralRules', refused);
    expect([1, 2, 3].map(categoryIn('ar'))).toEqual(['other', 'other', 'other']);
  });

  test('is written by one formatter, however many there are', () => {
    const make = vi.fn(Intl.NumberFormat);
    vi.stubGlobal('Intl', Object.create(Intl, { NumberFormat: { value: make } }));
    const [number, size] = [numberIn('en'), sizeIn('en')];
    expect(make).not.toHaveBeenCalled();
    expect([1, 2, 3].map(number)).toEqual(['1', '2', '3']);
    expect([25_000, 26_000].map(size)).toEqual(['25 kB', '26 kB']);
    expect(make).toHaveBeenCalledTimes(2);
  });
});
