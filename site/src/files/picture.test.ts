import { afterEach, describe, expect, test, vi } from 'vitest';
import { checkPicture, pictureName, withoutMetadata } from './picture.ts';
import { strip } from './strip.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Parts one after another: a text counts as its letters, a number as one byte. */
function join(...parts: (string | number | Uint8Array)[]): Bytes {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === 'number') return [part];
      return typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : [...part];
    }),
  );
}

const big16 = (value: number) => join((value >> 8) & 255, value & 255);
const big32 = (value: number) => join(big16(value >>> 16), big16(value & 0xffff));
const little16 = (value: number) => big16(value).reverse();
const little24 = (value: number) => join(little16(value & 0xffff), value >>> 16);
const little32 = (value: number) => big32(value).reverse();

type Part = string | number | Uint8Array;
/** A chunk of a PNG. Nobody here looks at the sum behind it. */
const chunk = (name: string, ...content: Part[]) =>
  join(big32(join(...content).length), name, ...content, 1, 2, 3, 4);
const segment = (marker: number, ...content: Part[]) =>
  join(0xff, marker, big16(join(...content).length + 2), ...content);
const riff = (name: string, ...content: Part[]) => {
  const { length } = join(...content);
  return join(name, little32(length), ...content, new Uint8Array(length % 2));
};
const box = (name: string, ...content: Part[]) => join(big32(join(...content).length + 8), name, ...content);

const pngHead = (width: number, height: number) =>
  join('\x89PNG\r\n\x1a\n', chunk('IHDR', big32(width), big32(height), 8, 6, 0, 0, 0));
const jpegFrame = (width: number, height: number, marker = 0xc0) =>
  segment(marker, 8, big16(height), big16(width), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1);
const jpegStart = join(0xff, 0xd8);
const gifHead = (width: number, height: number, flags = 0) =>
  join('GIF89a', little16(width), little16(height), flags, 0, 0);
const gifFrame = (width: number, height: number) =>
  join(0x2c, 0, 0, 0, 0, little16(width), little16(height), 0, 2, 2, 0x44, 1, 0);
const vp8 = (width: number, height: number) =>
  riff('VP8 ', 0x10, 0, 0, 0x9d, 1, 0x2a, little16(width), little16(height), 0, 0, 0);
const vp8l = (width: number, height: number) =>
  riff('VP8L', 0x2f, little32((width - 1) | ((height - 1) << 14)), 0, 0, 0, 0, 0, 0);
const vp8x = (flags: number, width: number, height: number) =>
  riff('VP8X', flags, 0, 0, 0, little24(width - 1), little24(height - 1));
const webp = (...chunks: Uint8Array[]) => riff('RIFF', 'WEBP', ...chunks);
const brands = (...names: string[]) => box('ftyp', names[0] ?? '', 0, 0, 0, 0, ...names);
const ispe = (width: number, height: number) => box('ispe', 0, 0, 0, 0, big32(width), big32(height));
const meta = (...properties: Uint8Array[]) =>
  box('meta', 0, 0, 0, 0, box('hdlr', 'pict'), box('iprp', box('ipco', box('pixi', 1), ...properties)));
const tkhd = (width: number, height: number) =>
  box('tkhd', new Uint8Array(76), big32(width * 65_536), big32(height * 65_536));

const samples: Record<string, { type: string; bytes: Bytes }> = {
  png: {
    type: 'image/png',
    bytes: join(pngHead(300, 200), chunk('tEXt', 'mark'), chunk('IDAT', 1, 2, 3), chunk('IEND')),
  },
  apng: {
    type: 'image/png',
    bytes: join(
      pngHead(300, 200),
      chunk('acTL', big32(2), big32(0)),
      chunk('eXIf', 'mark'),
      chunk('fcTL', new Uint8Array(26)),
      chunk('IDAT', 1, 2, 3),
      chunk('fdAT', 1, 2, 3, 4, 5),
      chunk('IEND'),
    ),
  },
  jpeg: {
    type: 'image/jpeg',
    bytes: join(
      jpegStart,
      segment(0xe1, 'Exif\0\0mark'),
      0xff,
      segment(0xdb, new Uint8Array(65)),
      jpegFrame(300, 200, 0xc2),
      segment(0xda, 1, 2, 3, 4),
      join(0xff, 0xd9),
    ),
  },
  vp8: { type: 'image/webp', bytes: webp(vp8(300, 200)) },
  vp8l: { type: 'image/webp', bytes: webp(vp8l(300, 200)) },
  vp8x: { type: 'image/webp', bytes: webp(vp8x(0x2c, 300, 200), riff('ICCP', 'mark'), vp8(300, 200)) },
  gif: {
    type: 'image/gif',
    bytes: join(
      gifHead(300, 200, 0x80),
      new Uint8Array(6),
      join(0x21, 0xfe, 4, 'mark', 0),
      gifFrame(300, 200),
      0x3b,
    ),
  },
  avif: {
    type: 'image/avif',
    bytes: join(
      brands('mif1', 'avif'),
      meta(ispe(160, 100), ispe(300, 200), ispe(20, 10)),
      box('mdat', 'pixels'),
    ),
  },
  avis: {
    type: 'image/avif',
    bytes: join(
      brands('avis', 'msf1'),
      meta(ispe(300, 200)),
      box('moov', box('trak', tkhd(300, 200)), box('trak', tkhd(0, 0))),
      box('mdat', 'pixels'),
    ),
  },
};

const check = (bytes: Uint8Array<ArrayBuffer>) => checkPicture(new Blob([bytes]));

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) yield (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) >> 8;
}

describe('a picture', () => {
  test.each(Object.entries(samples))('is known by its bytes: %s', async (_, { type, bytes }) => {
    expect(await checkPicture(new Blob([bytes], { type: 'text/html' }))).toEqual({
      ...{ type, width: 300, height: 200 },
    });
  });

  test.each(Object.entries(samples))('is the same or none where it is cut off: %s', async (_, { bytes }) => {
    const whole = await check(bytes);
    let known = 0;
    for (let length = 0; length < bytes.length; length++) {
      const part = await check(bytes.slice(0, length));
      if (part) known += 1;
      expect([undefined, whole], `${length} bytes`).toContainEqual(part);
    }
    expect(known).toBeLessThan(bytes.length - 10);
  });

  test.each(Object.entries(samples))('never throws, whatever is changed: %s', async (_, { type, bytes }) => {
    const random = numbers(7);
    for (let round = 0; round < 400; round++) {
      const other = bytes.slice();
      for (let change = 0; change <= round % 4; change++) {
        other[random.next().value % bytes.length] = random.next().value & 255;
      }
      const found = await check(other);
      if (found) {
        expect(found.width * found.height).toBeLessThanOrEqual(50_000_000);
        expect(Math.min(found.width, found.height)).toBeGreaterThan(0);
        expect(Math.max(found.width, found.height)).toBeLessThanOrEqual(16_384);
      }
      const stripped = strip(type as 'image/png', other);
      // What is taken apart has no more in it than before: 19 bytes tell how often, and where it ends.
      if (stripped) expect(stripped.size).toBeLessThanOrEqual(other.length + 20);
    }
  });

  const sized: Record<string, (width: number, height: number) => Bytes> = {
    png: (width, height) => join(pngHead(width, height), chunk('IDAT', 1)),
    apng: (width, height) => join(pngHead(width, height), chunk('acTL', new Uint8Array(8))),
    jpeg: (width, height) => join(jpegStart, jpegFrame(width, height)),
    gif: (width, height) => join(gifHead(width, height), gifFrame(1, 1)),
    webp: (width, height) => webp(vp8x(0, width, height)),
    moving: (width, height) => webp(vp8x(2, width, height)),
    avif: (width, height) => join(brands('avif'), meta(ispe(width, height))),
  };
  test.each(Object.entries(sized))('is not larger than what is unpacked: %s', async (name, make) => {
    const moves = ['gif', 'apng', 'moving'].includes(name);
    expect(await check(make(16_384, 1000))).toMatchObject({ width: 16_384, height: 1000 });
    expect(await check(make(16_385, 1000))).toBeUndefined();
    expect(await check(make(1000, 16_385))).toBeUndefined();
    expect((await check(make(8000, 6250))) !== undefined).toBe(!moves);
    expect(await check(make(8000, 6251))).toBeUndefined();
    expect((await check(make(4097, 4096))) !== undefined).toBe(!moves);
    if (name === 'webp' || name === 'moving') return; // they tell one less, and so have no zero
    expect(await check(make(0, 10))).toBeUndefined();
    expect(await check(make(10, 0))).toBeUndefined();
  });

  test.each<[string, Uint8Array]>([
    ['nothing', join()],
    ['svg', join('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>')],
    ['html', join('<!doctype html><script>alert(1)</script>')],
    ['pdf', join('%PDF-1.7\n', new Uint8Array(100))],
    ['zip', join('PK\x03\x04', new Uint8Array(100))],
    ['bmp', join('BM', new Uint8Array(100))],
    ['heic', join(brands('heic', 'mif1'), meta(ispe(300, 200)))],
    ['a film', join(brands('isom', 'mp42'), box('moov', box('trak', tkhd(300, 200))))],
    ['a sound as RIFF', join('RIFF', little32(100), 'WAVEfmt ', new Uint8Array(100))],
    ['a script that begins like a GIF', join('GIF89a/*', new Uint8Array(100), '*/=1;alert(1)')],
    ['HTML before a picture', join('<html>', samples.jpeg?.bytes ?? '')],
    ['HTML in the place of a head', join('\x89PNG\r\n\x1a\n<html>', new Uint8Array(100))],
    [
      'a head of another length',
      join('\x89PNG\r\n\x1a\n', chunk('IHDR', new Uint8Array(14)), chunk('IDAT', 1)),
    ],
    ['a PNG without pixels', join(pngHead(300, 200), chunk('IEND'))],
    ['pixels before their size', join(jpegStart, segment(0xda, 1, 2, 3), jpegFrame(300, 200))],
    ['a JPEG of another kind', join(jpegStart, jpegFrame(300, 200, 0xc3))],
    ['a JPEG in a JPEG', join(jpegStart, jpegStart, jpegFrame(300, 200))],
    ['a length that lacks itself', join(jpegStart, join(0xff, 0xe0, 0, 1), jpegFrame(300, 200))],
    ['a frame that makes a GIF larger', join(gifHead(1, 1), gifFrame(60_000, 60_000), 0x3b)],
    ['a frame of a GIF that sticks out', join(gifHead(9, 9), 0x2c, 5, 0, 0, 0, 5, 0, 5, 0, 0, 2, 0)],
    ['one large size among small ones', join(brands('avif'), meta(ispe(9, 9), ispe(60_000, 1)))],
    [
      'a film larger than its picture',
      join(brands('avis'), meta(ispe(9, 9)), box('moov', box('trak', tkhd(9000, 9000)))),
    ],
    ['boxes that reach out of their box', join(brands('avif'), box('meta', 0, 0, 0, 0, big32(99), 'iprp'))],
    ['a WebP longer than its file', join('RIFF', little32(1000), 'WEBP', vp8(300, 200))],
  ])('is not %s', async (_, bytes) => {
    expect(await check(Uint8Array.from(bytes))).toBeUndefined();
  });

  test('is found behind megabytes of what stands before its size, in a few reads', async () => {
    const before = Array.from({ length: 100 }, () => [join(0xff, 0xe1, 0xff, 0xff), new Uint8Array(65_533)]);
    const blob = new Blob([jpegStart, ...before.flat(), jpegFrame(300, 200)]);
    const slice = vi.spyOn(Blob.prototype, 'slice');
    expect(await checkPicture(blob)).toEqual({ type: 'image/jpeg', width: 300, height: 200 });
    expect(slice.mock.calls.length).toBeLessThan(110);
  });

  test('is not looked for without an end', async () => {
    const slice = vi.spyOn(Blob.prototype, 'slice');
    const before = Array.from({ length: 300 }, () => [join(0xff, 0xe1, big16(2002)), new Uint8Array(2000)]);
    expect(await checkPicture(new Blob([jpegStart, ...before.flat(), jpegFrame(300, 200)]))).toBeUndefined();
    expect(await checkPicture(new Blob([jpegStart, new Uint8Array(400_000).fill(0xff)]))).toBeUndefined();
    expect(slice.mock.calls.length).toBeLessThanOrEqual(2 * 256);
  });

  test('is none where its file is gone', async () => {
    const blob = new Blob([samples.png?.bytes ?? '']);
    vi.spyOn(Blob.prototype, 'slice').mockImplementation(() => {
      throw new DOMException('gone', 'NotFoundError');
    });
    expect(await checkPicture(blob)).toBeUndefined();
  });
});

const bytesOf = async (blob: Blob | undefined) => new Uint8Array((await blob?.arrayBuffer()) ?? []);

describe('taken apart', () => {
  test('a GIF keeps its frames and how often they are shown, and nothing else', async () => {
    const control = (time: number) => join(0x21, 0xf9, 4, 0, little16(time), 0, 0);
    const loop = join(0x21, 0xff, 11, 'NETSCAPE2.0', 3, 1, 0, 0, 0);
    const head = join(gifHead(9, 9, 0x80), new Uint8Array(6));
    const own = join(0x2c, 0, 0, 0, 0, 9, 0, 9, 0, 0x80, new Uint8Array(6), 2, 2, 0x44, 1, 0);
    const all = join(
      head,
      join(0x21, 0xff, 11, 'NETSCAPE2.0', 4, 'mark', 3, 1, 0, 0, 5, 2, 'mark', 0),
      join(0x21, 0xfe, 4, 'mark', 4, 'mark', 0),
      join(0x21, 0xff, 11, 'XMP DataXMP', 4, 'mark', 0),
      control(1),
      gifFrame(9, 9),
      control(7),
      join(0x21, 0x01, 12, new Uint8Array(12), 4, 'mark', 0),
      own,
      control(2),
      gifFrame(5, 5),
      join(0x21, 0xff, 4, 'mark', 0),
      join(0x21, 0x99, 4, 'mark', 0),
    );
    const kept = join(head, loop, control(1), gifFrame(9, 9), own, control(2), gifFrame(5, 5), 0x3b);
    expect(await bytesOf(strip('image/gif', join(all, 0x3b, 'mark')))).toEqual(kept);
    // Cut off behind a frame it is still one.
    expect(await bytesOf(strip('image/gif', all))).toEqual(kept);
    expect(strip('image/gif', all)?.type).toBe('image/gif');
    expect(strip('image/gif', all.slice(0, -1))).toBeUndefined();
    expect(strip('image/gif', join(head, 0x3b))).toBeUndefined();
    expect(strip('image/gif', join(head, gifFrame(9, 9), 0x99))).toBeUndefined();
  });

  test('a PNG keeps the chunks that are shown, of the length that they have', async () => {
    const shown = [
      chunk('gAMA', new Uint8Array(4)),
      chunk('cHRM', new Uint8Array(32)),
      chunk('sRGB', 0),
      chunk('PLTE', 1, 2, 3),
      chunk('tRNS', 1),
      chunk('acTL', new Uint8Array(8)),
      chunk('fcTL', new Uint8Array(26)),
      chunk('IDAT', 1, 2, 3),
      chunk('fdAT', 1, 2, 3, 4, 5),
    ];
    const other = ['tEXt', 'zTXt', 'iTXt', 'eXIf', 'iCCP', 'tIME', 'pHYs', 'abCd'].map((name) =>
      chunk(name, 'mark'),
    );
    const end = chunk('IEND');
    const all = join(pngHead(9, 9), ...shown.flatMap((part, at) => [part, other[at] ?? '']), end, 'mark');
    expect(await bytesOf(strip('image/png', all))).toEqual(join(pngHead(9, 9), ...shown, end));
    expect(
      strip('image/png', join(pngHead(9, 9), chunk('gAMA', 'mark more'), chunk('IDAT', 1), end)),
    ).toBeUndefined();
    expect(strip('image/png', join(pngHead(9, 9), end))).toBeUndefined();
    expect(strip('image/png', join(pngHead(9, 9), chunk('IDAT', 1)))).toBeUndefined();
  });

  test('a WebP keeps its frames, and says no more that there is anything else', async () => {
    const frame = (...inner: Uint8Array[]) => riff('ANMF', new Uint8Array(16), ...inner);
    const anim = riff('ANIM', 0, 0, 0, 0, 0, 0);
    const alpha = riff('ALPH', 1, 2, 3);
    const mark = (name: string) => riff(name, 'marks');
    const all = join(
      webp(
        vp8x(0xff, 9, 9),
        mark('ICCP'),
        anim,
        frame(alpha, vp8(9, 9), mark('JUNK')),
        mark('what'),
        frame(vp8l(9, 9)),
        mark('EXIF'),
        mark('XMP '),
      ),
      'mark',
    );
    expect(await bytesOf(strip('image/webp', all))).toEqual(
      webp(vp8x(0x12, 9, 9), anim, frame(alpha, vp8(9, 9)), frame(vp8l(9, 9))),
    );
    expect(strip('image/webp', webp(mark('EXIF')))).toBeUndefined();
    expect(strip('image/webp', webp(vp8x(2, 9, 9), riff('ANMF', 'mark')))).toBeUndefined();
    expect(strip('image/webp', webp(join('VP8 ', little32(99), 'mark')))).toBeUndefined();
  });

  test('a JPEG keeps its tables and scans', async () => {
    const jfif = segment(0xe0, 'JFIF\0', 1, 1, 0, 0, 1, 0, 1, 0, 0);
    const adobe = segment(0xee, 'Adobe', 0, 100, 0, 0, 0, 0, 1);
    const tables = join(
      segment(0xdb, new Uint8Array(65)),
      jpegFrame(9, 9),
      segment(0xc4, new Uint8Array(20)),
    );
    const scan = join(segment(0xda, 1, 2, 3), 1, 0xff, 0, 2, 0xff, 0xd0, 3);
    const end = join(0xff, 0xd9);
    const mark = (marker: number, text = 'mark') => segment(marker, text);
    const all = join(
      jpegStart,
      join(jfif, segment(0xe0, 'JFIF\0', 1, 1, 0, 0, 1, 0, 1, 1, 1, 'mark'), mark(0xe0, 'JFXX\0mark')),
      join(
        mark(0xe1, 'Exif\0\0mark'),
        mark(0xe2),
        mark(0xed),
        adobe,
        mark(0xee, 'Adobe and a mark'),
        mark(0xfe),
      ),
      join(tables, scan, mark(0xfe), scan, end, 'mark'),
    );
    expect(await bytesOf(strip('image/jpeg', all))).toEqual(
      join(jpegStart, jfif, adobe, tables, scan, scan, end),
    );
    expect(strip('image/jpeg', join(jpegStart, tables, scan))).toBeUndefined();
    expect(strip('image/jpeg', join(jpegStart, 'mark'))).toBeUndefined();
  });

  test('an AVIF is nothing', () => {
    expect(strip('image/avif', samples.avis?.bytes ?? join())).toBeUndefined();
  });
});

// That pictures are drawn again is shown in browsers: jsdom has no canvas.
describe('without metadata', () => {
  afterEach(() => vi.unstubAllGlobals());
  const bitmap = { width: 300, height: 200, close: vi.fn() };
  const blob = (name: string) => new Blob([samples[name]?.bytes ?? '']);

  test('one that moves is taken apart, and has to be shown by the browser', async () => {
    const decode = vi.fn(() => Promise.resolve(bitmap));
    vi.stubGlobal('createImageBitmap', decode);
    const stripped = await withoutMetadata(blob('gif'));
    expect(String.fromCharCode(...(await bytesOf(stripped)))).not.toContain('mark');
    expect(decode).toHaveBeenCalledWith(stripped);
    expect(bitmap.close).toHaveBeenCalledTimes(1);
    expect((await withoutMetadata(blob('apng')))?.type).toBe('image/png');
    decode.mockRejectedValue(new DOMException('no', 'InvalidStateError'));
    expect(await withoutMetadata(blob('gif'))).toBeUndefined();
  });

  test('there is none of what moves and can’t be taken apart, of what is no picture, and without a canvas', async () => {
    vi.stubGlobal('createImageBitmap', () => Promise.resolve(bitmap));
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
    expect(await withoutMetadata(blob('avis'))).toBeUndefined();
    expect(await withoutMetadata(new Blob(['<svg/>']))).toBeUndefined();
    expect(await withoutMetadata(blob('jpeg'))).toBeUndefined();
    vi.stubGlobal('createImageBitmap', undefined);
    expect(await withoutMetadata(blob('gif'))).toBeUndefined();
  });
});

test.each([
  ['a.jpg', 'image/jpeg', 'a.jpg'],
  ['a.JPEG', 'image/jpeg', 'a.JPEG'],
  ['a.avif', 'image/jpeg', 'a.jpg'],
  ['IMG_1.HEIC', 'image/jpeg', 'IMG_1.jpg'],
  ['a.webp', 'image/png', 'a.png'],
  ['a.gif', 'image/gif', 'a.gif'],
  ['2026.01.02', 'image/png', '2026.01.02.png'],
  ['a.tar.gz', 'image/webp', 'a.tar.gz.webp'],
  ['a.png.exe', 'image/png', 'a.png.exe.png'],
  ['', 'image/png', 'picture.png'],
  ['.png', 'image/png', 'picture.png'],
  ['a.png', 'text/html', 'a.png'],
  ['a.png', 'toString', 'a.png'],
  ['é'.repeat(127), 'image/png', `${'é'.repeat(125)}.png`],
  [`${'😀'.repeat(63)}.gif`, 'image/webp', `${'😀'.repeat(62)}.webp`],
])('%s of %s is called %s', (name, type, expected) => {
  expect(pictureName(name, type)).toBe(expected);
});
