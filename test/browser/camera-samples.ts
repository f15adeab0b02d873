import { crc32, deflateSync } from 'node:zlib';

/*
 * Pictures as cameras, phones and programs write them, with a mark in each place where they say something of their
 * making. Two colours, side by side, tell which way they are shown: red is on the left, or on top where a picture is turned.
 */

export interface CameraSample {
  name: string;
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** Texts that are in the bytes, and may not be in those of the picture that is sent. */
  marks: string[];
  /** How large it is when it is upright. */
  width: number;
  height: number;
  frames: number;
}

const red = [0xc0, 0x30, 0x20] as const;
const blue = [0x20, 0x40, 0xb0] as const;
const [width, height] = [48, 32];

/** Parts one after another: a text counts as its letters, a number as one byte. */
function join(...parts: (string | number | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.map((part) =>
    typeof part === 'string' ? Buffer.from(part, 'latin1') : typeof part === 'number' ? [part] : part,
  );
  return Uint8Array.from(bytes.flatMap((part) => [...part]));
}

const big16 = (value: number) => Uint8Array.of(value >> 8, value & 0xff);
const big32 = (value: number) => join(big16(value >>> 16), big16(value & 0xffff));
const little16 = (value: number) => big16(value).reverse();
const little32 = (value: number) => big32(value).reverse();

/** The two colours as a JPEG, from the tables on: behind FFD8. */
const jpegPixels = Buffer.from(
  '/9sAQwAGBAUGBQQGBgUGBwcGCAoQCgoJCQoUDg8MEBcUGBgXFBYWGh0lHxobIxwWFiAsICMmJykqKRkfLTAtKDAlKCko/9sAQwEHBwcKCAoTCgoTKBoWGigoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgo/8AAEQgAIAAwAwEiAAIRAQMRAf/EABYAAQEBAAAAAAAAAAAAAAAAAAAFBv/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAVAQEBAAAAAAAAAAAAAAAAAAAGB//EABgRAQADAQAAAAAAAAAAAAAAAAAGQ4LC/9oADAMBAAIRAxEAPwDFgDSpiEuoRtD7s9A8zo1yAGoOugIouAhLqEbQ+7PQPM6NcgBqDv/Z',
  'base64',
);

/** The two colours as the content of a VP8 chunk. */
const webpPixels = Buffer.from(
  'cAQAnQEqMAAgAD5tMJNGpCMhoTAVWACADYlAGXQxv8A/EDTAfIAAKocWfSAA/u7TI4O7eb6llF29e3r+LHuL/FoLg/rW2FX+YJMw26AAAAA=',
  'base64',
);

function segment(marker: number, ...content: (string | number | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const bytes = join(...content);
  return join(0xff, marker, big16(bytes.length + 2), bytes);
}

const start = join(0xff, 0xd8);
const jfif = segment(0xe0, 'JFIF\0', 1, 1, 0, big16(72), big16(72), 0, 0);

type Field = [tag: number, type: 1 | 2 | 3 | 4 | 5 | 7, value: Uint8Array];

/** A directory of EXIF that begins at `at`, and behind it the values that are longer than four bytes. */
function directory(at: number, fields: Field[], next = 0): Uint8Array<ArrayBuffer> {
  const sizes = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1 };
  let behind = at + 2 + 12 * fields.length + 4;
  const values: Uint8Array[] = [];
  const entries = fields.map(([tag, type, value]) => {
    const entry = join(big16(tag), big16(type), big32(value.length / sizes[type]));
    if (value.length <= 4) return join(entry, value, new Uint8Array(4 - value.length));
    values.push(value);
    behind += value.length;
    return join(entry, big32(behind - value.length));
  });
  return join(big16(fields.length), ...entries, big32(next), ...values);
}

/** EXIF with a camera, an orientation, a place, a comment, a maker's note and a thumbnail. */
function exif(mark: string, orientation: number, thumbnail?: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = (value: string) => join(value, 0);
  const degrees = join(big32(52), big32(1), big32(31), big32(1), big32(12), big32(1));
  const main = (camera: number, place: number, small: number) =>
    directory(
      8,
      [
        [0x010f, 2, text(`${mark}-maker`)],
        [0x0110, 2, text(`${mark}-camera`)],
        [0x0112, 3, big16(orientation)],
        [0x0131, 2, text(`${mark}-software`)],
        [0x0132, 2, text('2026:01:02 03:04:05')],
        [0x8769, 4, big32(camera)],
        [0x8825, 4, big32(place)],
      ],
      small,
    );
  const camera = (at: number) =>
    directory(at, [
      [0x927c, 7, text(`${mark}-note`)],
      [0x9286, 7, join('ASCII\0\0\0', `${mark}-comment`)],
      [0xa431, 2, text(`${mark}-serial`)],
    ]);
  const place = (at: number) =>
    directory(at, [
      [0x0000, 1, Uint8Array.of(2, 3, 0, 0)],
      [0x0001, 2, text('N')],
      [0x0002, 5, degrees],
      [0x0003, 2, text('E')],
      [0x0004, 5, degrees],
      [0x001c, 7, join('ASCII\0\0\0', `${mark}-place`)],
    ]);
  const cameraAt = 8 + main(0, 0, 0).length;
  const placeAt = cameraAt + camera(0).length;
  const smallAt = placeAt + place(0).length;
  const small = (at: number) =>
    thumbnail
      ? directory(at, [
          [0x0103, 3, big16(6)],
          [0x0201, 4, big32(at + 2 + 3 * 12 + 4)],
          [0x0202, 4, big32(thumbnail.length)],
        ])
      : join();
  return join(
    join('MM', 0, 42, big32(8)),
    main(cameraAt, placeAt, thumbnail ? smallAt : 0),
    camera(cameraAt),
    place(placeAt),
    small(smallAt),
    thumbnail ?? join(),
  );
}

const exifMarks = (mark: string) =>
  ['maker', 'camera', 'software', 'note', 'comment', 'serial', 'place'].map((what) => `${mark}-${what}`);

function xmp(mark: string): string {
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="${mark}-xmp"/></rdf:RDF></x:xmpmeta>`;
}

/** A colour profile with nothing in it but a copyright. */
function icc(mark: string): Uint8Array<ArrayBuffer> {
  const text = join('text', big32(0), `${mark}-icc`, 0);
  const head = join(
    big32(132 + 12 + text.length),
    join('none', big32(0x02100000), 'mntrRGB XYZ ', new Uint8Array(12), 'acsp', new Uint8Array(88)),
  );
  return join(head, big32(1), 'cprt', big32(144), big32(text.length), text);
}

function turnedJpeg(): CameraSample {
  const mark = 'turned';
  const thumbnail = join(start, jfif, segment(0xfe, `${mark}-thumbnail`), jpegPixels);
  const bytes = join(start, segment(0xe1, 'Exif\0\0', exif(mark, 6, thumbnail)), jpegPixels);
  const marks = [...exifMarks(mark), `${mark}-thumbnail`, 'Exif'];
  return { name: 'turned.jpg', type: 'image/jpeg', bytes, marks, width: height, height: width, frames: 1 };
}

function editedJpeg(): CameraSample {
  const mark = 'edited';
  const bytes = join(
    start,
    jfif,
    segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', xmp(mark)),
    segment(0xe2, 'ICC_PROFILE\0', 1, 1, icc(mark)),
    segment(0xed, 'Photoshop 3.0\0', `8BIM-${mark}-iptc`),
    segment(0xfe, `${mark}-comment`),
    jpegPixels,
    // What some phones put behind a picture: a film, or another picture.
    `${mark}-trailer`,
  );
  const marks = ['xmp', 'icc', 'iptc', 'comment', 'trailer'].map((what) => `${mark}-${what}`);
  marks.push('ICC_PROFILE', 'Photoshop', 'ns.adobe.com');
  return { name: 'edited.jpg', type: 'image/jpeg', bytes, marks, width, height, frames: 1 };
}

function chunk(name: string, ...content: (string | number | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const named = join(name, ...content);
  return join(big32(named.length - 4), named, big32(crc32(named)));
}

function png(): CameraSample {
  const mark = 'shot';
  const line = join(
    0,
    ...Array.from({ length: width }, (_, x) => Uint8Array.of(...(x < width / 2 ? red : blue))),
  );
  const lines = join(...Array.from({ length: height }, () => line));
  const bytes = join(
    '\x89PNG\r\n\x1a\n',
    chunk('IHDR', big32(width), big32(height), 8, 2, 0, 0, 0),
    chunk('iCCP', `${mark}-profile`, 0, 0, deflateSync(icc(mark))),
    chunk('eXIf', exif(mark, 1)),
    chunk('tEXt', 'Author', 0, `${mark}-text`),
    chunk('iTXt', 'XML:com.adobe.xmp', 0, 0, 0, 0, 0, xmp(mark)),
    chunk('tIME', big16(2026), 1, 2, 3, 4, 5),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND'),
    `${mark}-trailer`,
  );
  const marks = [
    ...exifMarks(mark),
    ...['profile', 'text', 'xmp', 'trailer'].map((what) => `${mark}-${what}`),
  ];
  marks.push('eXIf', 'tEXt', 'iTXt', 'tIME', 'iCCP');
  return { name: 'shot.png', type: 'image/png', bytes, marks, width, height, frames: 1 };
}

function riff(name: string, ...content: (string | number | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const bytes = join(...content);
  return join(name, little32(bytes.length), bytes, new Uint8Array(bytes.length % 2));
}

function webp(): CameraSample {
  const mark = 'phone';
  const less = (size: number) => little32(size - 1).subarray(0, 3);
  const bytes = riff(
    'RIFF',
    'WEBP',
    riff('VP8X', 0x2c, 0, 0, 0, less(width), less(height)),
    riff('ICCP', icc(mark)),
    riff('VP8 ', webpPixels),
    riff('EXIF', exif(mark, 1)),
    riff('XMP ', xmp(mark)),
  );
  const marks = [...exifMarks(mark), `${mark}-xmp`, `${mark}-icc`, 'EXIF', 'XMP ', 'ICCP'];
  return { name: 'phone.webp', type: 'image/webp', bytes, marks, width, height, frames: 1 };
}

/** Content in blocks of at most 255 bytes. */
function blocks(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: (number | Uint8Array)[] = [];
  for (let at = 0; at < content.length; at += 255) {
    const part = content.subarray(at, at + 255);
    parts.push(part.length, part);
  }
  return join(...parts, 0);
}

/** Colours of two bits as a GIF has them, in codes of three bits that are never joined: 4 begins anew, 5 ends. */
function gifPixels(colours: number[]): Uint8Array<ArrayBuffer> {
  const codes = colours.flatMap((colour, at) => (at % 2 === 0 ? [4, colour] : [colour]));
  const bits = [...codes, 5].flatMap((code) => [code & 1, (code >> 1) & 1, code >> 2]);
  const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, (_, at) =>
    bits.slice(at * 8, at * 8 + 8).reduce((sum, bit, place) => sum | (bit << place), 0),
  );
  return join(2, blocks(Uint8Array.from(bytes)));
}

function gif(): CameraSample {
  const mark = 'moving';
  const frames = 3;
  const text = join(0x21, 0xfe, blocks(join(`${mark}-comment`)));
  const pictures = Array.from({ length: frames }, (_, frame) => {
    // The border between the colours moves.
    const colours = Array.from({ length: width * height }, (_, at) => (at % width < 24 + 8 * frame ? 1 : 2));
    return join(
      join(0x21, 0xf9, 4, 4, little16(10), 0, 0),
      join(0x2c, little16(0), little16(0), little16(width), little16(height), 0),
      gifPixels(colours),
    );
  });
  // XMP lies in a GIF as it is, and its letters count as lengths; a slide of 258 bytes leads to the end from each of them.
  const slide = join(1, ...Array.from({ length: 256 }, (_, at) => 255 - at), 0);
  const bytes = join(
    join('GIF89a', little16(width), little16(height), 0x81, 0, 0),
    join(0, 0, 0, ...red, ...blue, 255, 255, 255),
    join(0x21, 0xff, 11, 'NETSCAPE2.0', 3, 1, little16(0), 0),
    text,
    join(0x21, 0xff, 11, 'XMP DataXMP', xmp(mark), slide),
    ...pictures,
    join(0x21, 0xff, 11, 'MakerMake1.', blocks(join(`${mark}-maker`))),
    0x3b,
    `${mark}-trailer`,
  );
  const marks = ['comment', 'xmp', 'maker', 'trailer'].map((what) => `${mark}-${what}`);
  marks.push('XMP DataXMP', 'MakerMake');
  return { name: 'moving.gif', type: 'image/gif', bytes, marks, width, height, frames };
}

export const cameraSamples: readonly CameraSample[] = [turnedJpeg(), editedJpeg(), png(), webp(), gif()];
