import { afterEach, expect, test, vi } from 'vitest';
import { fromDisk } from './file.ts';
import { read, readValue, write } from './stored.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
  sessionStorage.clear();
});

test.each([
  ['https:', false],
  ['http:', false],
  ['file:', true],
  ['content:', true],
  ['blob:', true],
])('a page of %s is from a disk: %s', (protocol, is) => {
  vi.stubGlobal('location', { protocol });
  expect(fromDisk()).toBe(is);
});

test.each([
  ['device', () => localStorage],
  ['tab', () => sessionStorage],
] as const)(
  'one from a disk reads and writes nothing of the %s, where others of that disk could',
  (where, there) => {
    there().setItem('tincan-before', '"theirs"');
    vi.stubGlobal('location', { protocol: 'file:' });
    write(where, 'tincan-x', 'on');
    write(where, 'tincan-before', undefined);
    expect(read(where, 'tincan-before', 100)).toBe('');
    expect(readValue(where, 'tincan-before', 100)).toBeUndefined();
    expect({ ...there() }).toEqual({ 'tincan-before': '"theirs"' });
  },
);

test('and it says nothing to other tabs', async () => {
  vi.stubGlobal('location', { protocol: 'file:' });
  const made = vi.fn();
  vi.stubGlobal('BroadcastChannel', made);
  vi.resetModules();
  await import('./pending.ts');
  expect(made).not.toHaveBeenCalled();
});
