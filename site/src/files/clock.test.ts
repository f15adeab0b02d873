import { expect, test, vi } from 'vitest';
import { clock } from './clock.ts';

test.each([
  [0, '0:00'],
  [7.9, '0:07'],
  [65, '1:05'],
  [900, '15:00'],
  [6000, '100:00'],
])('%d s', (seconds, shown) => {
  expect(clock(seconds)).toBe(shown);
  vi.spyOn(Number.prototype, 'toLocaleString').mockImplementation(() => {
    throw new RangeError();
  });
  expect(clock(seconds)).toBe(shown);
});
