import { beforeEach, describe, expect, test } from 'vitest';
import { aboutOf, atOnce, Tray, type Clean } from './tray.svelte.ts';
import type { Check } from './transfer.svelte.ts';

const none: Check = () => Promise.resolve(undefined);
const png: Check = () => Promise.resolve({ type: 'image/png', width: 1, height: 1 });
const cleaned = new File(['clean'], 'a.png', { type: 'image/png' });
const clean: Clean = () => Promise.resolve(cleaned);
const cannot: Clean = () => Promise.resolve(undefined);

const file = (name = 'a.png') => new File(['abc'], name, { type: name.endsWith('.png') ? 'image/png' : '' });

let tray: Tray;
beforeEach(() => {
  tray = new Tray();
  URL.createObjectURL = () => 'blob:1';
  URL.revokeObjectURL = () => undefined;
});

test('what is no picture goes as it is', async () => {
  const one = file('a.bin');
  tray.add([one]);
  expect(await tray.take(clean, none)).toEqual([one]);
  expect(tray.list).toEqual([]);
});

test('a picture goes as it was made anew', async () => {
  tray.add([file()]);
  expect(await tray.take(clean, png)).toEqual([cleaned]);
});

test.each([
  ['a picture of a phone’s own format', 'IMG_1.HEIC', ''],
  ['one that is too large to unpack', 'a.jpg', 'image/jpeg'],
  ['one without an ending', 'scan', 'image/tiff'],
])('%s does not go by itself, for it holds what cameras write, too', async (_, name, type) => {
  const one = new File(['abc'], name, { type });
  tray.add([one]);
  expect(await tray.take(clean, none)).toEqual([]);
  expect(tray.list[0]?.unclean).toBe(true);
  tray.list[0]?.sendOriginal(true);
  expect(await tray.take(clean, none)).toEqual([one]);
});

test('a drawing of vectors goes as it is', async () => {
  const one = new File(['<svg/>'], 'a.svg', { type: 'image/svg+xml' });
  tray.add([one]);
  expect(await tray.take(clean, none)).toEqual([one]);
});

test('what is removed while it is looked at leaves no address', async () => {
  let made = 0;
  URL.createObjectURL = () => `blob:${++made}`;
  tray.add([file()]);
  const [attached] = tray.list;
  const looking = attached?.look(png);
  if (attached) tray.remove(attached);
  await looking;
  expect(made).toBe(0);
});

test('the original goes where that is wanted', async () => {
  const one = file();
  tray.add([one]);
  tray.list[0]?.sendOriginal(true);
  expect(await tray.take(clean, png)).toEqual([one]);
});

describe('a picture that cannot be made anew', () => {
  test('stays, and never goes by itself', async () => {
    tray.add([file(), file('b.bin')]);
    const onlySecond: Check = (content) =>
      Promise.resolve(
        (content as File).name === 'a.png' ? { type: 'image/png', width: 1, height: 1 } : undefined,
      );
    expect((await tray.take(cannot, onlySecond)).map(({ name }) => name)).toEqual(['b.bin']);
    expect(tray.list.map(({ unclean }) => unclean)).toEqual([true]);
  });

  test('goes once its person wants the original sent', async () => {
    const one = file();
    tray.add([one]);
    await tray.take(cannot, png);
    tray.list[0]?.sendOriginal(true);
    expect(tray.list[0]?.original).toBe(true);
    expect(await tray.take(cannot, png)).toEqual([one]);
  });

  test('so does one where making it anew throws', async () => {
    tray.add([file()]);
    expect(await tray.take(() => Promise.reject(new Error('x')), png)).toEqual([]);
    expect(tray.list).toHaveLength(1);
  });
});

test('what is removed while it is made ready does not go', async () => {
  tray.add([file()]);
  let make: (made: File) => void = () => undefined;
  const taking = tray.take(() => new Promise((resolve) => (make = resolve)), png);
  await new Promise((resolve) => setTimeout(resolve));
  expect(await tray.take(clean, png), 'a second press meanwhile').toEqual([]);
  expect(tray.busy).toBe(true);
  for (const attached of tray.list) tray.remove(attached);
  make(cleaned);
  expect(await taking).toEqual([]);
  expect(tray.busy).toBe(false);
});

test('a second press while the first is under way sends nothing twice', async () => {
  tray.add([file('a.bin')]);
  const [first, second] = await Promise.all([tray.take(clean, none), tray.take(clean, none)]);
  expect([first?.length, second?.length]).toEqual([1, 0]);
});

test('there is room for sixteen, and the person is told', () => {
  tray.add(Array.from({ length: atOnce + 1 }, () => file()));
  expect([tray.list.length, tray.told]).toEqual([atOnce, 'many']);
});

test('a folder is told of', () => {
  tray.add([], true);
  expect(tray.told).toBe('folder');
});

describe('what the other person is told', () => {
  test('name, kind and size', () => {
    expect(aboutOf(file())).toEqual({ name: 'a.png', kind: 'image/png', size: 3, voice: false });
  });

  test('a name that is too long keeps its ending', () => {
    const { name } = aboutOf(new File([], `${'ü'.repeat(300)}.tar.gz`));
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255);
    expect(name).toMatch(/^ü+(\.tar)?\.gz$/);
  });

  test('half a character, no name and a strange kind do no harm', () => {
    expect(aboutOf(new File([], 'a\ud83d.txt')).name).toBe('a\ufffd.txt');
    expect(aboutOf(new File([], '')).name).toBe('file');
    expect(aboutOf({ name: 'a', type: 'text/plain; charset=x', size: 1 } as File).kind).toBe('');
    expect(aboutOf({ name: 'a', type: 'x'.repeat(101), size: 1 } as File).kind).toBe('');
  });
});
