import type { DecodeOpts, Image as Pixels } from 'qr/decode.js';

/** Why there is no camera picture, or no code in a photo. */
export type ScanTrouble =
  | 'insecure'
  | 'unsupported'
  | 'refused'
  | 'absent'
  | 'busy'
  | 'reader'
  | 'not-image'
  | 'too-large'
  | 'no-code';

/** The text of the QR code in a picture, or why there is none. */
export type Scanned = { text: string } | { trouble: ScanTrouble };

/** A picture of which parts can be had at any size. */
export interface Picture {
  width: number;
  height: number;
  /** The part from `x`, `y`, made `scale` times as large. */
  part(x: number, y: number, width: number, height: number, scale: number): Pixels;
}

/** Looks for a QR code in pixels. */
export type Decode = (pixels: Pixels) => string | undefined;

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
  const { decodeQR } = await import('qr/decode.js');
  return (pixels) => {
    try {
      return decodeQR(pixels, effort);
    } catch {
      return undefined;
    }
  };
}

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
  signal: AbortSignal,
): Promise<void> {
  let native = await nativeReader();
  const decode = await decoder(frame);
  let looks = 0;
  while (!signal.aborted) {
    const started = performance.now();
    let text: string | undefined;
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.videoWidth > 0) {
      try {
        text = (await native?.detect(video))?.[0]?.rawValue;
      } catch {
        native = undefined;
      }
      if (!native) text = readFrame(video, decode, enlarged[looks++ % enlarged.length]);
    }
    if (signal.aborted) return;
    if (text) await found(text);
    // At most half of the time goes into looking, so that the page stays usable on a slow phone.
    const took = performance.now() - started;
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000, Math.max(80, took))));
  }
}

/** Frames are looked at as they are and made larger, in turns: a blurred code of a small picture needs the latter. */
const enlarged = [1, 2] as const;

function readFrame(video: HTMLVideoElement, decode: Decode, most = 1): string | undefined {
  const { videoWidth, videoHeight } = video;
  const picture = drawn(video, videoWidth, videoHeight);
  return decode(
    picture.part(0, 0, videoWidth, videoHeight, Math.min(most, 1280 / Math.max(videoWidth, videoHeight))),
  );
}

/** Reads the QR code of a photo or screenshot. Never rejects. */
export async function readPhoto(file: Blob): Promise<Scanned> {
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
    const [detected] = (await (await nativeReader())?.detect(image).catch(() => [])) ?? [];
    if (detected) return { text: detected.rawValue };
    let decode: Decode;
    try {
      decode = await decoder(photo);
    } catch {
      return { trouble: 'reader' };
    }
    const text = await findCode(drawn(image, width, height), decode);
    return text === undefined ? { trouble: 'no-code' } : { text };
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
export async function findCode(picture: Picture, decode: Decode): Promise<string | undefined> {
  const until = performance.now() + patience;
  for (const [x, y, width, height, side] of looks(picture)) {
    if (performance.now() > until) return undefined;
    const scale = Math.min(side / Math.max(width, height), maxEnlarged);
    const text = decode(picture.part(x, y, width, height, scale));
    if (text) return text;
    await new Promise((resolve) => setTimeout(resolve));
  }
  return undefined;
}

const maxEnlarged = 3;
/** A large picture without a code would keep a slow phone busy for long; in milliseconds. */
const patience = 8_000;

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
