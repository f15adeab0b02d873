import { writesBack } from '../life/canvas.ts';
import { fits, readHead, type PictureHead } from './head.ts';
import { shortened } from './names.ts';
import { strip } from './strip.ts';

/** More than this is not read to free a picture of what it says of its making. */
const maxFile = 64 << 20;

/** How much of a photo is kept where it is written again: nobody sees the loss, and it gets hardly any larger. */
const quality = 0.92;

/**
 * What a picture is by its bytes, whatever it is called; undefined where it is none that is shown: of another type, cut
 * off in its head, or too large to unpack. The size is the one stored, which EXIF may turn. Never rejects.
 */
export async function checkPicture(
  blob: Blob,
): Promise<{ type: string; width: number; height: number } | undefined> {
  const head = await readHead(blob);
  return head && { type: head.type, width: head.width, height: head.height };
}

/**
 * The same picture without what it says of its making: place, time, camera, thumbnail, comments. A still one is
 * drawn, upright, and written again: nothing but its pixels is left. Of a GIF, and of a PNG or WebP that moves, only what it
 * takes to show them is kept (strip.ts). Undefined where neither can be done, or cannot be trusted. Never rejects.
 */
export async function withoutMetadata(picture: Blob): Promise<Blob | undefined> {
  try {
    if (picture.size > maxFile) return undefined;
    const head = await readHead(picture);
    if (!head) return undefined;
    return await (head.moves ? takenApart(picture, head) : drawnAgain(picture, head));
  } catch {
    return undefined;
  }
}

async function takenApart(picture: Blob, { type }: PictureHead): Promise<Blob | undefined> {
  const stripped = strip(type, new Uint8Array(await picture.arrayBuffer()));
  if (!stripped) return undefined;
  // Whoever gets it should see it.
  const frame = await createImageBitmap(stripped);
  frame.close();
  return stripped;
}

async function drawnAgain(picture: Blob, { type }: PictureHead): Promise<Blob | undefined> {
  if (!(await writesBack())) return undefined;
  const canvas = document.createElement('canvas');
  try {
    const { width, height } = await draw(picture, canvas);
    if (width === 0) return undefined;
    const photo = type === 'image/jpeg' || (type === 'image/avif' && isOpaque(canvas));
    const wanted = photo ? 'image/jpeg' : type === 'image/webp' ? type : 'image/png';
    const written = await encode(canvas, wanted);
    const shown = written && (await readHead(written));
    // A browser that cannot write a type writes PNG. One that keeps the canvas to itself writes nothing, or anything.
    if (!shown || (shown.type !== wanted && shown.type !== 'image/png')) return undefined;
    if (shown.width !== width || shown.height !== height) return undefined;
    return strip(shown.type, new Uint8Array(await written.arrayBuffer()));
  } finally {
    // Safari keeps the pixels of a canvas long after nobody has it any more.
    canvas.width = canvas.height = 0;
  }
}

/** Draws a picture upright on a canvas of its size. The width is 0 where it was not all drawn. */
async function draw(picture: Blob, canvas: HTMLCanvasElement): Promise<{ width: number; height: number }> {
  const bitmap = await upright(picture);
  try {
    const { width, height } = bitmap;
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d');
    // The head may have promised less. And a canvas that is too large for a browser stays empty, without an error.
    if (!context || !fits(width, height) || !reaches(context, width - 1, height - 1)) {
      return { width: 0, height: 0 };
    }
    context.drawImage(bitmap, 0, 0);
    return { width, height };
  } finally {
    bitmap.close();
  }
}

/** Whether the canvas has this pixel. It is empty again afterwards. */
function reaches(context: CanvasRenderingContext2D, x: number, y: number): boolean {
  context.fillRect(x, y, 1, 1);
  const [, , , alpha = 0] = context.getImageData(x, y, 1, 1).data;
  context.clearRect(x, y, 1, 1);
  return alpha > 128;
}

async function upright(picture: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(picture, { imageOrientation: 'from-image' });
  } catch (error) {
    // Browsers that do not know the word turn pictures anyway.
    if (!(error instanceof TypeError)) throw error;
    return createImageBitmap(picture);
  }
}

function encode(canvas: HTMLCanvasElement, type: string): Promise<Blob | undefined> {
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), type, quality));
}

/**
 * Whether nothing shows through. A few rows are looked at in one go, for all of them would be in the memory once more; and
 * a browser may have changed some by a shade.
 */
function isOpaque(canvas: HTMLCanvasElement): boolean {
  const { width, height } = canvas;
  const context = canvas.getContext('2d');
  const rows = 64;
  for (let y = 0; y < height; y += rows) {
    const data = context?.getImageData(0, y, width, Math.min(rows, height - y)).data ?? [];
    for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) < 250) return false;
  }
  return true;
}

const extensions: Record<string, readonly string[]> = {
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'],
  'image/png': ['png', 'apng'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'image/avif': ['avif', 'avifs'],
};

/** Of pictures that are given another type, and of those that a phone changes without changing their names. */
const anyExtension = /\.(jpe?g|jpe|jfif|a?png|webp|gif|avifs?|hei[cf])$/i;

/** The name of a picture of this type: with another extension where the one that it has is of another type. */
export function pictureName(name: string, type: string): string {
  const known = Object.hasOwn(extensions, type) ? extensions[type] : undefined;
  const [extension] = known ?? [];
  if (!known || extension === undefined) return name;
  const [, own = ''] = anyExtension.exec(name) ?? [];
  if (known.includes(own.toLowerCase()) && name.length > own.length + 1) return name;
  return shortened(`${name.replace(anyExtension, '') || 'picture'}.${extension}`);
}
