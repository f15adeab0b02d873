import type { Check } from './transfer.svelte.ts';

/** How the sounds begin that browsers play, each as a pattern over its first bytes in latin1. */
const beginnings: readonly [type: string, begins: RegExp][] = [
  ['audio/mp4', /^[^]{4}ftyp/],
  ['audio/ogg', /^OggS/],
  // eslint-disable-next-line no-control-regex -- the beginning of a Matroska file
  ['audio/webm', /^\x1A\x45\xDF\xA3/],
  ['audio/wav', /^RIFF[^]{4}WAVE/],
  ['audio/flac', /^fLaC/],
  ['audio/aac', /^\xFF[\xF0\xF1\xF8\xF9]/],
  ['audio/mpeg', /^ID3|^\xFF[\xE2-\xFF]/],
];

/**
 * What a sound is by its bytes, whatever it is called. A player is given nothing else: a playlist would lead some of
 * them to other addresses.
 */
export const checkSound: Check = async (content) => {
  const bytes = new Uint8Array(await content.slice(0, 12).arrayBuffer());
  const head = String.fromCharCode(...bytes);
  const type = beginnings.find(([, begins]) => begins.test(head))?.[0];
  return type === undefined ? undefined : { type, width: 0, height: 0 };
};
