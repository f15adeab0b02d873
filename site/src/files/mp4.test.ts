import { expect, test } from 'vitest';
import { withLength } from './mp4.ts';
import { recorded } from '../../test/mp4.ts';

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}

const rest = new Uint8Array(20_000).fill(7);

test.each([0, 1])('the length is written, in version %d, and nothing else changes', async (version) => {
  const before = new Blob([recorded({ version, length: 1041 }), rest], { type: 'audio/mp4' });
  const after = await withLength(before, 2.5);
  expect(after.type).toBe('audio/mp4');
  expect(await bytesOf(after)).toEqual(new Uint8Array([...recorded({ version, length: 120_000 }), ...rest]));
});

test.each([
  ['one that isn’t in pieces', recorded({ pieces: false, length: 1041 })],
  ['something else', new TextEncoder().encode('OggS and so on')],
  ['nothing', new Uint8Array()],
])('%s stays as it is', async (_name, bytes) => {
  const blob = new Blob([bytes]);
  expect(await withLength(blob, 2.5)).toBe(blob);
});

test('one that is cut off or spoilt anywhere does no harm', async () => {
  for (const version of [0, 1]) {
    const whole = recorded({ version, length: 1041 });
    for (let at = 0; at < whole.length; at++) {
      expect((await withLength(new Blob([whole.slice(0, at)]), 2.5)).size).toBe(at);
      for (const value of [0, 1, 255]) {
        expect((await withLength(new Blob([whole.with(at, value)]), 2.5)).size).toBe(whole.length);
      }
    }
  }
});
