/*
 * Whether a canvas can be believed. Where a browser protects people from being recognised, it gives a white picture or
 * noise in the place of what was drawn, which looks like a picture of something else.
 */

const side = 8;

/** A pattern of light and dark, the bits of a number, that no noise has. */
function dark(x: number, y: number): boolean {
  return ((0x9e3779b9 >>> ((x >> 1) + (y >> 1) * 4)) & 1) === 1;
}

function small(): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D | null } {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = side;
  return { canvas, context: canvas.getContext('2d', { willReadFrequently: true }) };
}

function drawPattern(context: CanvasRenderingContext2D): void {
  for (let y = 0; y < side; y += 2) {
    for (let x = 0; x < side; x += 2) {
      context.fillStyle = dark(x, y) ? '#000' : '#fff';
      context.fillRect(x, y, 2, 2);
    }
  }
}

/** Whether the pattern is there, with less than so many shades of difference. */
function showsPattern(context: CanvasRenderingContext2D, shades: number): boolean {
  const { data } = context.getImageData(0, 0, side, side);
  return Array.from({ length: side * side }, (_, at) => {
    const wanted = dark(at % side, Math.floor(at / side)) ? 0 : 255;
    return [0, 1, 2].every((colour) => Math.abs((data[at * 4 + colour] ?? -1000) - wanted) < shades);
  }).every((right) => right);
}

/** Whether a canvas gives back what was drawn on it, well enough to read a code. */
export function readsBack(): boolean {
  const { context } = small();
  if (!context) return false;
  drawPattern(context);
  return showsPattern(context, 64);
}

/**
 * Whether a canvas can be written as a picture, and that picture is what was drawn. Some browsers change a pixel here and
 * there by one shade, which nobody sees. Rejects where the browser refuses any of it.
 */
export async function writesBack(): Promise<boolean> {
  const [drawn, read] = [small(), small()];
  if (!drawn.context || !read.context) return false;
  drawPattern(drawn.context);
  const written = await new Promise<Blob | null>((resolve) => drawn.canvas.toBlob(resolve, 'image/png'));
  if (!written) return false;
  const bitmap = await createImageBitmap(written);
  read.context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return showsPattern(read.context, 4);
}
