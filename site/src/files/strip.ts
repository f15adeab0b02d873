import { colours, letters, type PictureType } from './head.ts';

/*
 * Pictures without what they say of their making. They are taken apart: what is needed to show them is copied, and everything
 * else stays behind, known or not, and so does what comes after their end. It is how those are freed that move, of which a
 * canvas would leave one frame, and what a canvas has written, for browsers sign that too: Chromium with a colour profile.
 */

type Parts = Uint8Array<ArrayBuffer>[];

/** The parts are not those of such a picture. */
class NotWhole extends Error {}

function need(right: boolean): asserts right {
  if (!right) throw new NotWhole();
}

/** The same picture of parts of `bytes` and a few of our own; undefined where they are not those of a whole picture. */
export function strip(type: PictureType, bytes: Uint8Array<ArrayBuffer>): Blob | undefined {
  const parts: Parts = [];
  try {
    if (type === 'image/gif') stripGif(bytes, parts);
    else if (type === 'image/png') stripPng(bytes, parts);
    else if (type === 'image/webp') stripWebp(bytes, parts);
    else if (type === 'image/jpeg') stripJpeg(bytes, parts);
    else return undefined;
  } catch (error) {
    if (error instanceof NotWhole) return undefined;
    throw error;
  }
  // In one part: Firefox knows a picture by its first, and that may be two bytes.
  return new Blob([joined(parts)], { type });
}

function joined(parts: Parts): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Bytes, and how to read numbers of them. Throws where there are too few. */
class Bytes {
  readonly all: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  constructor(all: Uint8Array<ArrayBuffer>) {
    this.all = all;
    this.#view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  }

  part(at: number, end: number): Uint8Array<ArrayBuffer> {
    need(at <= end && end <= this.all.length);
    return this.all.subarray(at, end);
  }

  byte(at: number): number {
    need(at < this.all.length);
    return this.#view.getUint8(at);
  }

  long(at: number, little = false): number {
    need(at + 4 <= this.all.length);
    return this.#view.getUint32(at, little);
  }

  name(at: number): string {
    return letters(this.part(at, at + 4));
  }
}

function stripGif(all: Uint8Array<ArrayBuffer>, parts: Parts): void {
  const bytes = new Bytes(all);
  /** The end of the blocks from `at` on, behind the empty one. */
  const blocks = (at: number): number => {
    let next = at;
    while (bytes.byte(next) > 0) next += 1 + bytes.byte(next);
    return next + 1;
  };
  let at = 13 + colours(bytes.byte(10));
  parts.push(bytes.part(0, at));
  let frames = 0;
  /** How long the next frame is shown: it belongs to what is drawn next, which may be a text that stays behind. */
  let control: Uint8Array<ArrayBuffer> | undefined;
  // Many are cut off behind a frame, and are shown all the same.
  while (at < all.length && bytes.byte(at) !== 0x3b) {
    const kind = bytes.byte(at);
    if (kind === 0x2c) {
      const data = at + 10 + colours(bytes.byte(at + 9)) + 1;
      const end = blocks(data);
      if (control) parts.push(control);
      parts.push(bytes.part(at, end));
      control = undefined;
      frames += 1;
      at = end;
      continue;
    }
    need(kind === 0x21);
    const label = bytes.byte(at + 1);
    const end = blocks(at + 2);
    if (label === 0xf9) {
      need(bytes.byte(at + 2) === 4 && end === at + 8);
      control = bytes.part(at, end);
    } else if (label === 0x01) {
      control = undefined;
    } else if (label === 0xff && bytes.byte(at + 2) === 11) {
      const loop = repeats(bytes, at + 3, end);
      if (loop) parts.push(loop);
    }
    at = end;
  }
  need(frames > 0);
  parts.push(Uint8Array.of(0x3b));
}

/** How often a GIF is repeated, where the application at `at` says so. Nothing else that it says is kept. */
function repeats(bytes: Bytes, at: number, end: number): Uint8Array<ArrayBuffer> | undefined {
  const application = bytes.part(at, at + 11);
  if (!['NETSCAPE2.0', 'ANIMEXTS1.0'].includes(letters(application))) return undefined;
  for (let block = at + 11; block < end - 1; block += 1 + bytes.byte(block)) {
    if (bytes.byte(block) !== 3 || bytes.byte(block + 1) !== 1) continue;
    return Uint8Array.of(0x21, 0xff, 11, ...application, ...bytes.part(block, block + 4), 0);
  }
  return undefined;
}

/** The segments of a JPEG that are kept: tables, the frame, and how often the decoder begins anew. */
const jpegSegments = [0xc0, 0xc1, 0xc2, 0xc4, 0xdb, 0xdd];

function stripJpeg(all: Uint8Array<ArrayBuffer>, parts: Parts): void {
  const bytes = new Bytes(all);
  parts.push(bytes.part(0, 2));
  for (let at = 2; ;) {
    need(bytes.byte(at) === 0xff);
    const marker = bytes.byte(at + 1);
    if (marker === 0xd9) break;
    let end = at + 2 + (bytes.byte(at + 2) << 8) + bytes.byte(at + 3);
    need(end >= at + 4);
    // The pixels follow the head of their scan, up to a marker that is none of theirs.
    if (marker === 0xda) while (!endsScan(bytes, end)) end += 1;
    const segment = bytes.part(at, end);
    if (marker === 0xda || jpegSegments.includes(marker) || tellsColours(segment)) parts.push(segment);
    at = end;
  }
  parts.push(Uint8Array.of(0xff, 0xd9));
}

function endsScan(bytes: Bytes, at: number): boolean {
  if (bytes.byte(at) !== 0xff) return false;
  const next = bytes.byte(at + 1);
  return next !== 0 && !(next >= 0xd0 && next <= 0xd7);
}

/** Without these two, colours would be taken for others. One with a thumbnail in it is longer. */
function tellsColours(segment: Uint8Array): boolean {
  const start = letters(segment.subarray(0, 9));
  return (
    (segment.length === 18 && start === '\xff\xe0\0\x10JFIF\0') ||
    (segment.length === 16 && start === '\xff\xee\0\x0eAdobe')
  );
}

/** The chunks of a PNG that are kept, with the lengths that they may have: none has room for anything more. */
const pngChunks: Record<string, (length: number) => boolean> = {
  IHDR: (length) => length === 13,
  PLTE: (length) => length <= 768,
  tRNS: (length) => length <= 256,
  gAMA: (length) => length === 4,
  cHRM: (length) => length === 32,
  sRGB: (length) => length === 1,
  acTL: (length) => length === 8,
  fcTL: (length) => length === 26,
  fdAT: () => true,
  IDAT: () => true,
  IEND: (length) => length === 0,
};

function stripPng(all: Uint8Array<ArrayBuffer>, parts: Parts): void {
  const bytes = new Bytes(all);
  parts.push(bytes.part(0, 8));
  let pixels = false;
  for (let at = 8; ;) {
    const [length, name] = [bytes.long(at), bytes.name(at + 4)];
    const end = at + 12 + length;
    const chunk = bytes.part(at, end);
    if (Object.hasOwn(pngChunks, name)) {
      need(pngChunks[name]?.(length) === true);
      parts.push(chunk);
    }
    if (name === 'IDAT') pixels = true;
    if (name === 'IEND') break;
    at = end;
  }
  need(pixels);
}

/** The chunks of a WebP that are kept, and those within a frame of it. */
const webpChunks = ['ALPH', 'VP8 ', 'VP8L'];

/** Where pixels begin in a frame, behind its place, size and time. */
const webpFrame = 16;

function stripWebp(all: Uint8Array<ArrayBuffer>, parts: Parts): void {
  const bytes = new Bytes(all);
  const end = bytes.long(4, true) + 8;
  need(end <= all.length);
  const kept: Parts = [];
  eachChunk(bytes, 12, end, (name, at, to) => {
    if (name === 'VP8X') {
      need(to - at === 10);
      // Of its flags only those stay that say that it moves, and that it lets something through.
      kept.push(...chunkOf(name, [Uint8Array.of(bytes.byte(at) & 0x12, 0, 0, 0), bytes.part(at + 4, to)]));
    } else if (name === 'ANIM') {
      need(to - at === 6);
      kept.push(...chunkOf(name, [bytes.part(at, to)]));
    } else if (name === 'ANMF') {
      need(to - at >= webpFrame);
      const frame: Parts = [bytes.part(at, at + webpFrame)];
      eachChunk(bytes, at + webpFrame, to, (inner, from, until) => {
        if (webpChunks.includes(inner)) frame.push(...chunkOf(inner, [bytes.part(from, until)]));
      });
      kept.push(...chunkOf(name, frame));
    } else if (webpChunks.includes(name)) {
      kept.push(...chunkOf(name, [bytes.part(at, to)]));
    }
  });
  need(kept.length > 0);
  const [head] = chunkOf('RIFF', [bytes.part(8, 12), ...kept]);
  if (head) parts.push(head, bytes.part(8, 12), ...kept);
}

/** Calls `take` with the chunks of a RIFF file between two places: with its name, and where its content is. */
function eachChunk(
  bytes: Bytes,
  from: number,
  to: number,
  take: (name: string, at: number, end: number) => void,
): void {
  for (let at = from; at < to;) {
    const end = at + 8 + bytes.long(at + 4, true);
    need(end <= to);
    take(bytes.name(at), at + 8, end);
    // One of an odd length is followed by an empty byte.
    at = end + (end % 2);
  }
}

/** A chunk of a RIFF file, in parts. */
function chunkOf(name: string, content: Parts): Parts {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const head = new Uint8Array(8);
  head.set([...name].map((letter) => letter.charCodeAt(0)));
  new DataView(head.buffer).setUint32(4, length, true);
  return [head, ...content, new Uint8Array(length % 2)];
}
