import type { DecodeOpts, Image as Pixels } from 'qr/decode.js';
import { readsBack } from '../life/canvas.ts';

/** Why there is no camera picture, or no code in a photo. */
export type ScanTrouble =
  | 'insecure'
  | 'unsupported'
  | 'refused'
  | 'absent'
  | 'busy'
  | 'reader'
  | 'hidden'
  | 'not-image'
  | 'too-large'
  | 'no-code';

/** The text of the QR code in a picture, or why there is none. */
export type Scanned = { text: string } | { trouble: ScanTrouble };

/** A picture whose parts can be drawn at any size. */
export interface Picture {
  width: number;
  height: number;
  /** The part from `x`, `y`, made `scale` times as large. */
  part(x: number, y: number, width: number, height: number, scale: number): Pixels;
}

/** Looks for QR codes in pixels. */
export interface Decode {
  /** The text of the first one that is found. */
  one(pixels: Pixels): string | undefined;
  /** The texts of all of them. */
  all(pixels: Pixels): Promise<string[]>;
}

/**
 * How much a text is worth to whoever scans: 2 is what they look for, 1 has to do with it, 0 is something else. A
 * picture may hold more than one code, as where the code of the Wi-Fi hangs beside ours.
 */
export type Worth = (text: string) => Promise<0 | 1 | 2>;

/** The most valuable of the texts that are found one after another, until one is what is looked for. */
class Best {
  text: string | undefined;
  #worth = -1;
  readonly #value: Worth;

  constructor(value: Worth) {
    this.#value = value;
  }

  /** Counts another text, and says whether it is what is looked for. */
  async offer(text: string): Promise<boolean> {
    if (text === this.text) return this.found;
    const worth = await this.#value(text);
    if (worth > this.#worth) {
      this.#worth = worth;
      this.text = text;
    }
    return this.found;
  }

  get found(): boolean {
    return this.#worth === 2;
  }

  /** Looks for one code, and where that is not what is looked for, for all in the picture. Says whether it was found. */
  async look(pixels: Pixels, decode: Decode): Promise<boolean> {
    const first = decode.one(pixels);
    if (first === undefined || first === '') return false;
    if (await this.offer(first)) return true;
    for (const text of await decode.all(pixels)) if (await this.offer(text)) return true;
    return false;
  }
}

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}

declare global {
  /** Native reader of some browsers. */
  var BarcodeDetector:
    { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> } | undefined;
}

/** A photo above these is refused before it is unpacked: a small file may hold a picture that fills the memory. */
const maxFile = 32 << 20;
const maxPixels = 100_000_000;

/** How long a frame of the camera, and a part of a photo, may keep the page busy beyond the first look. */
const frame: DecodeOpts = { effort: 4, timeLimit: 60 };
const photo: DecodeOpts = { effort: 32, timeLimit: 400 };

/** Loads the reader, which isn't part of the page before somebody scans. */
async function decoder(effort: DecodeOpts): Promise<Decode> {
  const { decodeQR, decodeQRBatch } = await import('qr/decode.js');
  return {
    one(pixels) {
      try {
        return decodeQR(pixels, effort);
      } catch {
        return undefined;
      }
    },
    async all(pixels) {
      const { width, height } = pixels;
      const [found = []] = await decodeQRBatch([pixels], { ...effort, maxSize: { width, height } });
      return found.filter((each) => typeof each === 'string').slice(0, maxCodes);
    },
  };
}

/** Of at most so many codes in one look it is asked what they are worth. */
const maxCodes = 16;

/** The browser's own reader, where it has one that knows QR codes. */
async function nativeReader(): Promise<Detector | undefined> {
  try {
    const formats = await globalThis.BarcodeDetector?.getSupportedFormats();
    if (!globalThis.BarcodeDetector || !formats?.includes('qr_code')) return undefined;
    return new globalThis.BarcodeDetector({ formats: ['qr_code'] });
  } catch {
    return undefined;
  }
}

/**
 * Reads QR codes from a camera's picture until `signal` ends it, calling `found` with each text; it waits for
 * `found` before it looks again. Rejects where the reader cannot be loaded.
 */
export async function watchVideo(
  video: HTMLVideoElement,
  found: (text: string) => Promise<void>,
  worth: Worth,
  signal: AbortSignal,
): Promise<void> {
  let native = await nativeReader();
  const decode = await decoder(frame);
  let looks = 0;
  while (!signal.aborted) {
    const started = performance.now();
    const best = new Best(worth);
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.videoWidth > 0) {
      try {
        for (const { rawValue } of (await native?.detect(video)) ?? []) if (await best.offer(rawValue)) break;
      } catch {
        native = undefined;
      }
      if (!native) await best.look(frameOf(video, enlarged[looks++ % enlarged.length]), decode);
    }
    if (signal.aborted) return;
    if (best.text) await found(best.text);
    // At most half of the time goes into looking, so that the page stays usable on a slow phone.
    const took = performance.now() - started;
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000, Math.max(80, took))));
  }
}

/** Frames are looked at as they are and enlarged, in turns: a blurred code in a small picture is only read enlarged. */
const enlarged = [1, 2] as const;

function frameOf(video: HTMLVideoElement, most = 1): Pixels {
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(most, 1280 / Math.max(videoWidth, videoHeight));
  return drawn(video, videoWidth, videoHeight).part(0, 0, videoWidth, videoHeight, scale);
}

/** The page can get at the pixels of a camera or a photo: by the browser's own reader, or through a canvas. */
export async function canSee(): Promise<boolean> {
  return (await nativeReader()) !== undefined || readsBack();
}

/** Reads the QR code of a photo or screenshot, the one that is worth most. Never rejects. */
export async function readPhoto(file: Blob, worth: Worth): Promise<Scanned> {
  if (file.size > maxFile) return { trouble: 'too-large' };
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    // The size is known before the picture is unpacked, which browsers do when it is first drawn.
    if (!(await loaded(image))) return { trouble: 'not-image' };
    const { naturalWidth: width, naturalHeight: height } = image;
    if (width === 0 || height === 0) return { trouble: 'not-image' };
    if (width * height > maxPixels) return { trouble: 'too-large' };
    const best = new Best(worth);
    const detected = (await (await nativeReader())?.detect(image).catch(() => [])) ?? [];
    for (const { rawValue } of detected) if (await best.offer(rawValue)) return { text: rawValue };
    let decode: Decode;
    try {
      decode = await decoder(photo);
    } catch {
      return { trouble: 'reader' };
    }
    await findCode(drawn(image, width, height), decode, best);
    if (best.text !== undefined) return { text: best.text };
    return { trouble: (await canSee()) ? 'no-code' : 'hidden' };
  } catch {
    return { trouble: 'not-image' };
  } finally {
    URL.revokeObjectURL(url);
  }
}

function loaded(image: HTMLImageElement): Promise<boolean> {
  return new Promise((resolve) => {
    image.onload = () => resolve(true);
    image.onerror = () => resolve(false);
  });
}

/** Parts of a drawable thing through one canvas. */
function drawn(source: CanvasImageSource, width: number, height: number): Picture {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return {
    width,
    height,
    part(x, y, partWidth, partHeight, scale) {
      canvas.width = Math.max(1, Math.round(partWidth * scale));
      canvas.height = Math.max(1, Math.round(partHeight * scale));
      if (!context) throw new Error('no canvas');
      context.fillStyle = '#fff'; // what is transparent counts as paper
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.imageSmoothingQuality = 'high';
      context.drawImage(source, x, y, partWidth, partHeight, 0, 0, canvas.width, canvas.height);
      return context.getImageData(0, 0, canvas.width, canvas.height);
    },
  };
}

/**
 * Looks for a code in the whole picture at a few sizes, since a blurred code is read better small and a small one
 * large, and then in overlapping parts. Lets the page breathe between the looks.
 */
async function findCode(picture: Picture, decode: Decode, best: Best): Promise<void> {
  const started = performance.now();
  for (const [x, y, width, height, side] of looks(picture)) {
    if (performance.now() - started > (best.text === undefined ? patience : patienceForMore)) return;
    const scale = Math.min(side / Math.max(width, height), maxEnlarged);
    if (await best.look(picture.part(x, y, width, height, scale), decode)) return;
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** The text of the code in a picture that is worth most. */
export async function bestCode(picture: Picture, decode: Decode, worth: Worth): Promise<string | undefined> {
  const best = new Best(worth);
  await findCode(picture, decode, best);
  return best.text;
}

const maxEnlarged = 3;
/** A large picture without a code would keep a slow phone busy for long; in milliseconds. */
const patience = 8_000;
/** The same limit after some other code was found, for most pictures have only one. */
const patienceForMore = 1_500;

type Look = readonly [x: number, y: number, width: number, height: number, side: number];

function* looks({ width, height }: Picture): Generator<Look> {
  const side = Math.max(width, height);
  for (const wanted of [1280, 800, 2400]) yield [0, 0, width, height, wanted];
  if (side <= 1280) return;
  for (const share of [0.6, 0.35]) {
    const [partWidth, partHeight] = [Math.round(width * share), Math.round(height * share)];
    const steps = Math.ceil((1 - share) / (share / 2)) + 1;
    for (let row = 0; row < steps; row++) {
      for (let column = 0; column < steps; column++) {
        const x = Math.round(((width - partWidth) * column) / (steps - 1));
        const y = Math.round(((height - partHeight) * row) / (steps - 1));
        yield [x, y, partWidth, partHeight, 1280];
      }
    }
  }
}
