import { expect, test } from 'vitest';
import { kindOf } from './kinds.ts';

test.each([
  ['photo.png', 'image/png', 'picture'],
  ['song.mp3', 'audio/mpeg', 'sound'],
  ['film.mp4', 'video/mp4', 'video'],
  ['letter.pdf', '', 'document'],
  ['notes', 'text/plain', 'document'],
  ['all.zip', 'application/zip', 'archive'],
  ['thing', '', 'file'],
  ['setup.exe', 'image/png', 'program'],
  ['page.html', 'text/plain', 'program'],
  ['drawing.svg', 'image/svg+xml', 'program'],
  ['photo.png.LNK', 'image/png', 'program'],
] as const)('%s, said to be %s, is a %s', (name, kind, is) => expect(kindOf({ name, kind })).toBe(is));
