import { afterEach, expect, test, vi } from 'vitest';
import { read, readValue, write } from './stored.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
  sessionStorage.clear();
});

test.each([
  ['device', () => localStorage, () => sessionStorage],
  ['tab', () => sessionStorage, () => localStorage],
] as const)('what is written for the %s is read there, and nowhere else', (where, there, elsewhere) => {
  write(where, 'tincan-x', 'on');
  expect(there().getItem('tincan-x')).toBe('on');
  expect(elsewhere().length).toBe(0);
  expect(read(where, 'tincan-x', 2)).toBe('on');
  expect(read(where, 'tincan-x', 1)).toBe('');
  write(where, 'tincan-x', undefined);
  expect(there().length).toBe(0);
  expect(read(where, 'tincan-x', 2)).toBe('');
});

test.each([
  ['', undefined],
  ['{', undefined],
  ['null', null],
  ['{"a":[1]}', { a: [1] }],
  ['"' + 'x'.repeat(40) + '"', undefined],
])('reads %s as the value it is, or as none', (stored, value) => {
  localStorage.setItem('tincan-x', stored);
  expect(readValue('device', 'tincan-x', 40)).toEqual(value);
});

test('a browser that refuses storage remembers nothing, and nothing throws', () => {
  const refuses = new Proxy(
    {},
    {
      get: () => {
        throw new DOMException('', 'SecurityError');
      },
    },
  );
  vi.stubGlobal('localStorage', refuses);
  vi.stubGlobal('sessionStorage', undefined);
  for (const where of ['device', 'tab'] as const) {
    write(where, 'tincan-x', 'on');
    write(where, 'tincan-x', undefined);
    expect(read(where, 'tincan-x', 10)).toBe('');
    expect(readValue(where, 'tincan-x', 10)).toBeUndefined();
  }
});
