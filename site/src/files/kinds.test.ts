import { describe, expect, test } from 'vitest';
import { kindOf, voiceName } from './kinds.ts';

describe('what a file is', () => {
  test.each([
    ['photo.png', 'image/png', 'picture'],
    ['photo.HEIC', '', 'picture'],
    ['song.mp3', '', 'sound'],
    ['note.webm', 'audio/webm', 'sound'],
    ['film.webm', 'video/webm', 'video'],
    ['film.mp4', 'video/mp4', 'video'],
    ['letter.pdf', '', 'document'],
    ['notes', 'text/plain', 'document'],
    ['picture', 'image/png', 'picture'],
    ['drawing', 'image/svg+xml', 'file'],
    ['page', 'text/html', 'file'],
    ['all.zip', 'image/png', 'archive'],
    ['disk.img', 'image/png', 'archive'],
    ['thing', '', 'file'],
    ['thing.xyz', 'image/png', 'file'],
    ['photo.png.', 'image/png', 'file'],
  ] as const)('%s, said to be %s, is a %s', (name, kind, is) => expect(kindOf({ name, kind })).toBe(is));

  const run =
    'exe bat lnk LNK pif chm msc mht vbe ws wsh psm1 inf appx msix application jnlp pyw scpt webloc terminal workflow mobileconfig docm xlsm xll shtml xml bash html svg library-ms search-ms ipa php apk jar';
  test.each(run.split(' '))(
    'what ends in .%s is a program, even where it is said to be a picture',
    (ending) => {
      expect(kindOf({ name: `photo.png.${ending}`, kind: 'image/png' })).toBe('program');
    },
  );
});

test.each([
  ['audio/mp4', 'voice.m4a'],
  ['audio/ogg;codecs=opus', 'voice.ogg'],
  ['audio/webm;codecs=opus', 'voice.webm'],
  ['Audio/OGG', 'voice.ogg'],
  ['audio/x', 'voice.bin'],
  ['constructor', 'voice.bin'],
  ['__proto__', 'voice.bin'],
])('a voice message of %s is saved as %s', (kind, name) => expect(voiceName(kind)).toBe(name));
