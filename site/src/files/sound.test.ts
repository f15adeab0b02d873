import { expect, test } from 'vitest';
import { checkSound } from './sound.ts';

/** A blob that begins with these bytes, as jsdom's own can't be read. */
const blob = (head: string) => {
  const bytes = Uint8Array.from(head, (letter) => letter.charCodeAt(0));
  return {
    slice: (from: number, to: number) => ({
      arrayBuffer: () => Promise.resolve(bytes.slice(from, to).buffer),
    }),
  } as Blob;
};

test.each([
  ['\0\0\0\x18ftypisom', 'audio/mp4'],
  ['OggS\0\x02', 'audio/ogg'],
  ['\x1A\x45\xDF\xA3\x01', 'audio/webm'],
  ['RIFF\x24\0\0\0WAVEfmt ', 'audio/wav'],
  ['fLaC\0', 'audio/flac'],
  ['ID3\x04', 'audio/mpeg'],
  ['\xFF\xFB\x90', 'audio/mpeg'],
  ['\xFF\xF1\x50', 'audio/aac'],
])('%j is %s', async (head, type) => {
  expect(await checkSound(blob(head))).toEqual({ type, width: 0, height: 0 });
});

test.each([
  ['a playlist', '#EXTM3U\n#EXT-X-VERSION:3'],
  ['a page', '<!doctype html>'],
  ['RIFF of another kind', 'RIFF\x24\0\0\0AVI LIST'],
  ['nothing', ''],
  ['a beginning cut off', 'Ogg'],
  ['what comes too late', ' OggS'],
])('%s is no sound', async (_, head) => expect(await checkSound(blob(head))).toBeUndefined());
