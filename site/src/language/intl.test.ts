import { afterEach, describe, expect, test, vi } from 'vitest';
import { inUnits, lastingIn, listIn } from './intl.ts';

afterEach(() => vi.unstubAllGlobals());

/** A browser whose Intl lacks this, or refuses it. */
function without(name: 'ListFormat' | 'NumberFormat', refused: boolean) {
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

  test.each([
    ['en', '1 second', '30 seconds', '1 minute', '5 minutes', '1,234 minutes'],
    ['es', '1 segundo', '30 segundos', '1 minuto', '5 minutos', '1234 minutos'],
  ])('in %s', (locale, ...told) => {
    expect([1, 30, 100, 300, 1234 * 60].map(lastingIn(locale))).toEqual(told);
  });

  test.each([true, false])(
    'has the signs of its units where the browser knows no words (refused: %s)',
    (refused) => {
      without('NumberFormat', refused);
      expect([30, 300].map(lastingIn('en'))).toEqual(['30 s', '5 min']);
    },
  );
});
