import { correction, generate } from 'lean-qr';
import { describe, expect, test } from 'vitest';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*+-./:';

/** What the engine puts into QR codes: base43 with a fixed number of digits for each number of bytes. */
function base43(bytes: Uint8Array): string {
  let number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = '';
  for (let length = Math.ceil((8 * bytes.length) / Math.log2(43)); text.length < length; number /= 43n) {
    text = (alphabet[Number(number % 43n)] ?? '') + text;
  }
  return text;
}

/** What stands in links. */
function base64url(bytes: Uint8Array): string {
  return `${Buffer.from(bytes).toString('base64url')}z`;
}

function sample(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16);
}

/** Side of the code that QrCode.svelte draws, in modules. */
function modules(text: string): number {
  return generate(text, { minCorrectionLevel: correction.L }).size;
}

const sites = [
  'https://tincan.example/',
  'http://192.168.1.5:8787/',
  'https://d1234abcd56789.cloudfront.net/',
];

describe('the QR code', () => {
  // The shortest and a longer invite, and the sizes of a reply: PROTOCOL.md §2.
  test.each([97, 115, 160, 177, 241, 305])('of %i bytes is smaller in base43 than in base64url', (length) => {
    for (const site of sites) {
      for (let seed = 1; seed <= 5; seed++) {
        const bytes = sample(length, seed);
        const [small, large] = [modules(`${site}#${base43(bytes)}`), modules(`${site}#${base64url(bytes)}`)];
        expect(small, `${site} ${seed}`).toBeLessThan(large);
      }
    }
  });

  test('is never larger, whatever the length', () => {
    for (let length = 80; length <= 332; length += 7) {
      const bytes = sample(length, length);
      const [small, large] = [modules(`#${base43(bytes)}`), modules(`#${base64url(bytes)}`)];
      expect(small, `${length} bytes`).toBeLessThanOrEqual(large);
    }
  });

  // A camera of 480 lines reads 2.6 pixels a module, with the quiet zone and the code at half of its picture.
  test.each([
    ['an invite', 115],
    ['the longest reply', 305],
    ['the longest invite', 332],
  ])('%s fits one frame of a camera', (_name, length) => {
    for (const site of sites) {
      const side = modules(`${site}#${base43(sample(length, 1))}`) + 8;
      expect(side * 2.6).toBeLessThan(480 * 0.5);
    }
  });
});
