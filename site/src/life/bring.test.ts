import { beforeEach, expect, test, vi } from 'vitest';
import type { bring as Bring } from './bring.ts';

const hash = 'sha256-oDZ+k4XL4C11wPlRgO4wZA2HXapkpPqGZFJ91nM1u/c=';
const from = 'https://chat.example/tincan/assets/main-aaaaaaaa.js';

let bring: typeof Bring;
/** The links in the page's head. */
const links = () => [...document.head.querySelectorAll('link')];
const settle = (event: 'load' | 'error') => links().forEach((link) => link.dispatchEvent(new Event(event)));

beforeEach(async () => {
  const table = document.createElement('script');
  table.type = 'application/json';
  table.id = 'integrity';
  table.textContent = JSON.stringify({ 'search-bbbbbbbb.js': hash });
  document.head.replaceChildren(table);
  // jsdom has no list of what a link may be.
  Object.defineProperty(HTMLLinkElement.prototype, 'relList', {
    configurable: true,
    value: { supports: (rel: string) => rel === 'modulepreload' },
  });
  vi.resetModules();
  ({ bring } = await import('./bring.ts'));
});

test('a script comes by a link with its hash, and only then is it imported', async () => {
  const load = vi.fn(() => Promise.resolve('part'));
  const part = bring(load, ['./search-bbbbbbbb.js'], from);
  expect(links().map(({ rel, href, integrity, crossOrigin }) => [rel, href, integrity, crossOrigin])).toEqual(
    [['modulepreload', 'https://chat.example/tincan/assets/search-bbbbbbbb.js', hash, '']],
  );
  await Promise.resolve();
  expect(load).not.toHaveBeenCalled();
  settle('load');
  expect(await part).toBe('part');
});

test('what is here or on its way is not asked for twice', async () => {
  const load = () => Promise.resolve('part');
  const parts = [bring(load, ['./search-bbbbbbbb.js'], from), bring(load, ['./search-bbbbbbbb.js'], from)];
  expect(links()).toHaveLength(1);
  settle('load');
  expect(await Promise.all(parts)).toEqual(['part', 'part']);
  expect(await bring(load, ['./search-bbbbbbbb.js'], from)).toBe('part');
  expect(links()).toHaveLength(1);
});

test('what did not come is asked for again at the next try', async () => {
  const load = vi.fn(() => Promise.resolve('part'));
  const first = bring(load, ['./search-bbbbbbbb.js', './search-cccccccc.css'], from);
  settle('error');
  await expect(first).rejects.toThrow('could not load search-bbbbbbbb.js');
  expect(load).not.toHaveBeenCalled();
  expect(links()).toEqual([]);
  const second = bring(load, ['./search-bbbbbbbb.js', './search-cccccccc.css'], from);
  expect(links()).toHaveLength(2);
  settle('load');
  expect(await second).toBe('part');
});

test('the scripts and styles of the first screen are there', async () => {
  document.head.innerHTML =
    '<link rel="stylesheet" href="https://chat.example/tincan/assets/main-dddddddd.css">';
  const part = bring(() => Promise.resolve('part'), ['./main-dddddddd.css', './main-aaaaaaaa.js'], from);
  expect(await part).toBe('part');
  expect(links()).toHaveLength(1);
});

test('a browser that knows no such links imports as ever', async () => {
  Object.defineProperty(HTMLLinkElement.prototype, 'relList', {
    configurable: true,
    value: { supports: () => false },
  });
  expect(await bring(() => Promise.resolve('part'), ['./search-bbbbbbbb.js'], from)).toBe('part');
  expect(links()).toEqual([]);
});
