import { rename, writeFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from '@playwright/test';
import encodeQR from 'qr';

/** A QR code as a page has drawn it. */
export interface Drawn {
  svg: string;
  /** Modules of a side, without the white around them. */
  modules: number;
  /** QR codes come in versions 1 to 40. */
  version: number;
}

/** How a picture shows a code. */
export interface View {
  width: number;
  height: number;
  /** The code's side with the white around it, as a part of the picture's height. */
  share: number;
  /** Degrees. */
  turn?: number;
  /** Pixels. */
  blur?: number;
  /** The most that noise adds to or takes from a pixel, of 255. */
  noise?: number;
  /** Where the middle of the code is, as parts of the picture. */
  at?: readonly [x: number, y: number];
  /** Other codes in the same picture, each as large and as straight as it is here. */
  beside?: readonly { svg: string; share: number; at: readonly [x: number, y: number] }[];
}

/** Reads the code that a page shows. */
export async function drawn(code: Locator): Promise<Drawn> {
  const svg = await code.evaluate((element) => new XMLSerializer().serializeToString(element));
  const [, quiet = 0, side = 0] = (/viewBox="-(\d+) -\d+ (\d+) /.exec(svg) ?? []).map(Number);
  const modules = side - 2 * quiet;
  return { svg, modules, version: (modules - 17) / 4 };
}

/** A code that no page of ours has drawn, in this version or the smallest that fits. */
export function foreign(text: string, version?: number): Drawn {
  const quiet = 4;
  const rows = encodeQR(text, 'raw', {
    ecc: 'low',
    border: quiet,
    ...(version === undefined ? {} : { version }),
  });
  const dark = rows.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : [])));
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${rows.length} ${rows.length}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${rows.length}v${rows.length}H0z"/><path d="${dark.join('')}"/></svg>`;
  const modules = rows.length - 2 * quiet;
  return { svg, modules, version: (modules - 17) / 4 };
}

/** A blank page that makes pictures of codes, and looks at pictures. */
export class Studio {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async open(browser: Browser): Promise<Studio> {
    return new Studio(await browser.newPage());
  }

  close(): Promise<void> {
    return this.#page.context().close();
  }

  /** A picture of the code on a grey desk; without a code, the desk. */
  async picture(
    code: Pick<Drawn, 'svg'> | undefined,
    view: View,
    type: 'image/jpeg' | 'image/png' = 'image/jpeg',
  ): Promise<Buffer> {
    const url = await this.#page.evaluate(draw, { svg: code?.svg, view, type });
    return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  }

  /** How light a picture is at these points, 0 to 255; the points are parts of its sides. */
  lightness(picture: Buffer, points: readonly (readonly [x: number, y: number])[]): Promise<number[]> {
    return this.#page.evaluate(look, { url: `data:;base64,${picture.toString('base64')}`, points });
  }
}

/** Puts a picture before the camera that reads this file. An open camera goes on with the one before. */
export async function film(file: string, jpeg: Buffer): Promise<void> {
  // Chromium has the old file mapped, so it must not change under it.
  await writeFile(`${file}.new`, Buffer.concat([jpeg, jpeg]));
  await rename(`${file}.new`, file);
}

async function draw({
  svg,
  view,
  type,
}: {
  svg: string | undefined;
  view: View;
  type: string;
}): Promise<string> {
  const { width, height, share, turn = 0, blur = 0, noise = 0, at = [0.5, 0.5], beside = [] } = view;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');

  const desk = context.createLinearGradient(0, 0, width, height);
  desk.addColorStop(0, '#b5b2ab');
  desk.addColorStop(1, '#77746e');
  context.fillStyle = desk;
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#33312e';
  context.font = `${Math.round(height / 24)}px sans-serif`;
  for (let line = 1; line <= 12; line++)
    context.fillText('a desk with a note on it', 9, (line * height) / 12);

  const codes = [...beside, ...(svg === undefined ? [] : [{ svg, share, at, turn }])];
  for (const { svg, share, at, turn = 0 } of codes as {
    svg: string;
    share: number;
    at: readonly [number, number];
    turn?: number;
  }[]) {
    const image = new Image();
    // Large first, and small from that: a camera doesn't paint whole pixels, it mixes them.
    image.src = `data:image/svg+xml,${encodeURIComponent(svg.replace('<svg ', '<svg width="1200" height="1200" '))}`;
    await image.decode();
    const large = document.createElement('canvas');
    large.width = large.height = 1200;
    large.getContext('2d')?.drawImage(image, 0, 0, 1200, 1200);
    const side = height * share;
    context.translate(width * at[0], height * at[1]);
    context.rotate((turn * Math.PI) / 180);
    context.imageSmoothingQuality = 'high';
    context.drawImage(large, -side / 2, -side / 2, side, side);
    context.resetTransform();
  }
  if (blur > 0) {
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [width, height];
    copy.getContext('2d')?.drawImage(canvas, 0, 0);
    context.filter = `blur(${blur}px)`;
    context.drawImage(copy, 0, 0);
    context.filter = 'none';
  }
  if (noise > 0) {
    const pixels = context.getImageData(0, 0, width, height);
    let random = 1; // the same noise in every run
    for (let i = 0; i < pixels.data.length; i += 4) {
      random = (random * 48271) % 0x7fffffff;
      const more = ((random / 0x7fffffff) * 2 - 1) * noise;
      for (let c = i; c < i + 3; c++) pixels.data[c] = (pixels.data[c] ?? 0) + more;
    }
    context.putImageData(pixels, 0, 0);
  }
  return canvas.toDataURL(type, 0.85);
}

async function look({
  url,
  points,
}: {
  url: string;
  points: readonly (readonly [number, number])[];
}): Promise<number[]> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  context.drawImage(image, 0, 0);
  return points.map(([x, y]) => {
    const { data } = context.getImageData(Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1);
    return Math.round(((data[0] ?? 0) + (data[1] ?? 0) + (data[2] ?? 0)) / 3);
  });
}
