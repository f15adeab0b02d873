import { expect, test, vi } from 'vitest';
import { Transfer } from './transfer.svelte.ts';

const about = { name: 'a.png', kind: 'image/png', size: 10_000, voice: false };

test('the rate is that of the last seconds', () => {
  const file = new Transfer(false, about);
  for (let second = 0; second <= 4; second++) file.goes(second * 1000, second * 1000);
  expect(file.rate).toBe(1000);
  for (let second = 5; second <= 20; second++) file.goes(4000, second * 1000);
  expect(file.rate).toBe(0);
});

test('a new attempt begins its rate anew, and never counts backwards', () => {
  const file = new Transfer(false, about);
  file.goes(9000, 0);
  file.goes(100, 1000);
  expect(file.rate).toBe(0);
});

test.each([
  ['image/png', true],
  ['image/jpeg', true],
  ['IMAGE/WEBP', true],
  ['image/gif', true],
  ['image/avif', true],
  ['image/svg+xml', false],
  ['image/png;x', false],
  ['text/html', false],
  ['', false],
])('%s counts as a picture: %s', (kind, is) => {
  expect(new Transfer(false, { ...about, kind }).isPicture).toBe(is);
});

test('a program is no picture, whatever its sender says', () => {
  expect(new Transfer(false, { ...about, name: 'a.png.exe' }).isPicture).toBe(false);
});

test('a picture is shown as what its bytes are, and not as its sender says', async () => {
  let shown: Blob | undefined;
  URL.createObjectURL = (blob: Blob) => {
    shown = blob;
    return 'blob:1';
  };
  const file = new Transfer(true, about, new Blob(['x'], { type: 'text/html' }));
  await file.look(() => Promise.resolve({ type: 'image/gif', width: 3, height: 2 }));
  expect(file.seen).toEqual({ src: 'blob:1', width: 3, height: 2 });
  expect(shown?.type).toBe('image/gif');
});

test('what is no picture is not shown, and is looked at once', async () => {
  const check = vi.fn<() => Promise<undefined>>().mockResolvedValue(undefined);
  const file = new Transfer(true, about, new Blob(['x']));
  await file.look(check);
  await file.look(check);
  expect(file.seen).toBe('no');
  expect(check).toHaveBeenCalledOnce();
});

test('what is forgotten while it is looked at leaves nothing', async () => {
  const made = vi.fn<() => string>(() => 'blob:1');
  URL.createObjectURL = made;
  const file = new Transfer(true, about, new Blob(['x']));
  const looking = file.look(() => Promise.resolve({ type: 'image/png', width: 1, height: 1 }));
  file.forget();
  await looking;
  expect([file.content, file.seen, made.mock.calls.length]).toEqual([undefined, undefined, 0]);
});

test('a check that throws is one that says no', async () => {
  const file = new Transfer(true, about, new Blob(['x']));
  await file.look(() => Promise.reject(new Error('x')));
  expect(file.seen).toBe('no');
});
