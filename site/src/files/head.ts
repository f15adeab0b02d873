/*
 * What the first bytes of a picture say of it. They may come from anybody: each length is checked against the end of what
 * it lies in before it is used, and a head costs a bounded number of reads, whatever it says.
 */

export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif' | 'image/avif';

export interface PictureHead {
  type: PictureType;
  /** As stored: where an orientation of EXIF turns the picture, it is shown the other way round. */
  width: number;
  height: number;
  /** It has several frames, or may have: that of a GIF is only known at its end. */
  moves: boolean;
}

/** A picture above these is not unpacked: a small file may hold one that fills the memory. */
const maxSide = 16_384;
const maxPixels = 50_000_000;

/**
 * The same for one that moves. Browsers unpack a frame when it is about to be shown, and keep a few of a large picture and
 * no more: however many there are, they take time for as long as the picture is in sight, but no memory. What a frame costs
 * is what counts, so less is allowed of it.
 */
const maxMovingPixels = 1 << 24;

/** Whether a picture of this size is unpacked. */
export function fits(width: number, height: number, moves = false): boolean {
  if (!(width > 0 && height > 0 && width <= maxSide && height <= maxSide)) return false;
  return width * height <= (moves ? maxMovingPixels : maxPixels);
}

/** The head is not that of a picture we know, or there is not enough of it. */
class NoPicture extends Error {}

/** What a head costs at most: so many reads, of so many bytes each. */
const maxReads = 256;
const window = 1024;

/**
 * Bytes of a file by their place. Heads are long because of what stands before the size, such as a camera's thumbnail: that
 * is jumped over unread, so that even megabytes of it cost a few reads.
 */
class Reader {
  readonly size: number;
  readonly #blob: Blob;
  #bytes = new Uint8Array();
  #at = 0;
  #reads = 0;

  constructor(blob: Blob) {
    this.#blob = blob;
    this.size = blob.size;
  }

  /** The `length` bytes at `at`. */
  async bytes(at: number, length: number): Promise<Uint8Array> {
    if (length > window || at + length > this.size) throw new NoPicture();
    if (at < this.#at || at + length > this.#at + this.#bytes.length) {
      this.#reads += 1;
      if (this.#reads > maxReads) throw new NoPicture();
      this.#bytes = new Uint8Array(await this.#blob.slice(at, at + window).arrayBuffer());
      this.#at = at;
      if (length > this.#bytes.length) throw new NoPicture();
    }
    return this.#bytes.subarray(at - this.#at, at - this.#at + length);
  }

  async view(at: number, length: number): Promise<DataView> {
    const bytes = await this.bytes(at, length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }
}

/** Bytes as letters, one for each. */
export function letters(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function need(right: boolean): asserts right {
  if (!right) throw new NoPicture();
}

/**
 * The head of a picture by its bytes alone; undefined where they are of anything else, or the picture is too large. Never
 * rejects.
 */
export async function readHead(blob: Blob): Promise<PictureHead | undefined> {
  try {
    const head = await known(new Reader(blob));
    return head && fits(head.width, head.height, head.moves) ? head : undefined;
  } catch {
    // Also where the file cannot be read, as when it was removed.
    return undefined;
  }
}

async function known(file: Reader): Promise<PictureHead | undefined> {
  const start = letters(await file.bytes(0, 12));
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return png(file);
  if (start.startsWith('\xff\xd8\xff')) return jpeg(file);
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return webp(file);
  if (/^GIF8[79]a/.test(start)) return gif(file);
  if (start.slice(4, 8) === 'ftyp') return avif(file);
  return undefined;
}

async function png(file: Reader): Promise<PictureHead> {
  const head = await file.view(8, 21);
  need(head.getUint32(0) === 13 && head.getUint32(4) === 0x49484452); // IHDR
  need(head.getUint8(18) === 0 && head.getUint8(19) === 0 && head.getUint8(20) <= 1);
  const [width, height] = [head.getUint32(8), head.getUint32(12)];
  // Whether it moves is said before the pixels.
  for (let at = 33; ;) {
    const chunk = await file.view(at, 8);
    const [length, name] = [chunk.getUint32(0), letters(await file.bytes(at + 4, 4))];
    need(/^[a-z]{4}$/i.test(name) && at + 12 + length <= file.size);
    if (name === 'IDAT' || name === 'acTL') {
      return { type: 'image/png', width, height, moves: name === 'acTL' };
    }
    need(name !== 'IEND');
    at += 12 + length;
  }
}

async function jpeg(file: Reader): Promise<PictureHead> {
  for (let at = 2; ;) {
    const segment = await file.view(at, 4);
    need(segment.getUint8(0) === 0xff);
    const marker = segment.getUint8(1);
    // Any number of FF may stand before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // The pixels may not come before their size, nor a second picture, and none of these has a length.
    need(marker >= 0xc0 && !(marker >= 0xd0 && marker <= 0xda));
    const length = segment.getUint16(2);
    need(length >= 2 && at + 2 + length <= file.size);
    // Baseline, extended and progressive are all that browsers show.
    if (marker >= 0xc0 && marker <= 0xc2) {
      need(length >= 11);
      const frame = await file.view(at + 4, 6);
      const parts = frame.getUint8(5);
      need(frame.getUint8(0) === 8 && [1, 3, 4].includes(parts) && length === 8 + 3 * parts);
      return { type: 'image/jpeg', width: frame.getUint16(3), height: frame.getUint16(1), moves: false };
    }
    need(marker > 0xcf || marker === 0xc4);
    at += 2 + length;
  }
}

async function webp(file: Reader): Promise<PictureHead> {
  const head = await file.view(0, 30);
  const size = head.getUint32(4, true);
  const chunk = head.getUint32(16, true);
  need(size % 2 === 0 && size + 8 <= file.size && 12 + chunk <= size);
  const moves = false;
  switch (letters(await file.bytes(12, 4))) {
    case 'VP8 ': {
      // A key frame, and the mark behind its tag.
      need(chunk >= 10 && (head.getUint8(20) & 1) === 0);
      need(head.getUint16(23) === 0x9d01 && head.getUint8(25) === 0x2a);
      const [width, height] = [head.getUint16(26, true) & 0x3fff, head.getUint16(28, true) & 0x3fff];
      return { type: 'image/webp', width, height, moves };
    }
    case 'VP8L': {
      const bits = head.getUint32(21, true);
      need(chunk >= 5 && head.getUint8(20) === 0x2f && bits >>> 29 === 0);
      const [width, height] = [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
      return { type: 'image/webp', width, height, moves };
    }
    case 'VP8X': {
      // Decoders refuse a picture that is not as large as is said here, and a frame that reaches out of it.
      need(chunk === 10);
      const width = (head.getUint32(23, true) >>> 8) + 1;
      const height = (head.getUint32(26, true) >>> 8) + 1;
      return { type: 'image/webp', width, height, moves: (head.getUint8(20) & 2) !== 0 };
    }
  }
  throw new NoPicture();
}

async function gif(file: Reader): Promise<PictureHead> {
  const head = await file.view(0, 13);
  const [width, height, flags] = [head.getUint16(6, true), head.getUint16(8, true), head.getUint8(10)];
  for (let at = 13 + colours(flags); ;) {
    const [kind] = await file.bytes(at, 1);
    if (kind === 0x2c) {
      // Browsers make the picture as large as its first frame, where that is larger than what the head says.
      const frame = await file.view(at, 10);
      need(frame.getUint16(1, true) + frame.getUint16(5, true) <= width);
      need(frame.getUint16(3, true) + frame.getUint16(7, true) <= height);
      return { type: 'image/gif', width, height, moves: true };
    }
    need(kind === 0x21);
    at += 2;
    for (let length = -1; length !== 0; at += 1 + length) length = (await file.bytes(at, 1))[0] ?? 0;
  }
}

/** How long the table of colours is that the flags of a GIF announce. */
export function colours(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
}

interface Box {
  name: string;
  at: number;
  end: number;
}

/** The boxes between two places of an ISO file, without their heads. */
async function* boxes(file: Reader, from: number, to: number): AsyncGenerator<Box> {
  for (let at = from; at < to;) {
    const size = (await file.view(at, 8)).getUint32(0);
    const name = letters(await file.bytes(at + 4, 4));
    // 0 is the rest of the file, and 1 a length of 64 bits: neither belongs to what stands before the pixels.
    const end = size === 0 ? to : at + size;
    if (size === 1) return;
    need(size === 0 || (size >= 8 && end <= to));
    yield { name, at: at + 8, end };
    at = end;
  }
}

/** Sizes that are found inside of others: `meta/iprp/ipco/ispe` of a picture, `moov/trak/tkhd` of one that moves. */
const paths: Record<string, readonly string[]> = {
  meta: ['iprp', 'ipco', 'ispe'],
  moov: ['trak', 'tkhd'],
};

/**
 * What the pixels themselves say is not read. Decoders compare it with this, but unpack a frame first; they do so up to a
 * limit of their own, and outside of the page.
 */
async function avif(file: Reader): Promise<PictureHead> {
  const size = (await file.view(0, 4)).getUint32(0);
  need(size >= 16 && size <= 512 && size % 4 === 0);
  const brands: string[] = letters(await file.bytes(8, size - 8)).match(/.{4}/gs) ?? [];
  brands.splice(1, 1); // the version
  need(brands.some((brand) => brand === 'avif' || brand === 'avis'));
  const head: PictureHead = { type: 'image/avif', width: 0, height: 0, moves: brands.includes('avis') };
  for await (const { name, at, end } of boxes(file, size, file.size)) {
    if (name === 'moov') head.moves = true;
    const path = paths[name];
    // Of these two only `meta` begins with a version and flags.
    if (path) await extents(file, name === 'meta' ? at + 4 : at, end, path, head);
  }
  return head;
}

/** Takes the largest size below `path`: a picture may be made of tiles, and have a small one beside it. */
async function extents(
  file: Reader,
  from: number,
  to: number,
  [next, ...path]: readonly string[],
  head: PictureHead,
): Promise<void> {
  for await (const { name, at, end } of boxes(file, from, to)) {
    if (name !== next) continue;
    if (path.length > 0) {
      await extents(file, at, end, path, head);
      continue;
    }
    need(name === 'ispe' ? end - at === 12 : end - at === 84 || end - at === 96);
    const extent = await file.view(end - 8, 8);
    const whole = name === 'ispe' ? 0 : 16; // bits behind the point
    const [width, height] = [extent.getUint32(0) >>> whole, extent.getUint32(4) >>> whole];
    need(fits(width, height, head.moves) || (name === 'tkhd' && width + height === 0));
    if (width * height > head.width * head.height) Object.assign(head, { width, height });
  }
}
