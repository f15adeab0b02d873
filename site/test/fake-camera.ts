import { generate } from 'lean-qr';
import { vi } from 'vitest';

/** Pixels, as a canvas gives them. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

/** A picture with the QR code of a text in it: `module` pixels a module, its corner at `x`, `y`. */
export function drawCode(
  text: string,
  { width = 400, height = 400, module = 4, x = 40, y = 40, dark = 0, light = 255 } = {},
): Pixels {
  const code = generate(text);
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const on = code.get(Math.floor((column - x) / module), Math.floor((row - y) / module));
      data.fill(on ? dark : light, (row * width + column) * 4, (row * width + column) * 4 + 3);
    }
  }
  return { width, height, data };
}

/** The part of a picture at another size, without smoothing. */
export function part(
  from: Pixels,
  x: number,
  y: number,
  width: number,
  height: number,
  scale: number,
): Pixels {
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  const data = new Uint8ClampedArray(wide * high * 4);
  for (let row = 0; row < high; row++) {
    for (let column = 0; column < wide; column++) {
      const at = (y + Math.floor(row / scale)) * from.width + x + Math.floor(column / scale);
      data.set(from.data.subarray(at * 4, at * 4 + 4), (row * wide + column) * 4);
    }
  }
  return { width: wide, height: high, data };
}

const blank: Pixels = { width: 8, height: 8, data: new Uint8ClampedArray(256).fill(255) };

/** What jsdom lacks: a camera, and pictures that can be drawn. Ends with `vi.unstubAllGlobals` and `remove`. */
export class FakeCamera {
  /** What the camera sees, and what photos show. Undefined: nothing. */
  sees: Pixels | undefined;
  /** The next request for the camera fails so. */
  refuses: string | undefined;
  /** While set, the browser is still asking the person. */
  asking: Promise<void> | undefined;
  readonly tracks: (EventTarget & { stop: () => void; stopped: boolean })[] = [];
  readonly asked: unknown[] = [];
  /** What a canvas gives of what was drawn on it. */
  handsBack: (data: Uint8ClampedArray) => Uint8ClampedArray = (data) => data;
  /** Photos that the browser cannot read. */
  broken = false;

  constructor() {
    const getUserMedia = async (constraints: unknown) => {
      this.asked.push(constraints);
      await this.asking;
      if (this.refuses !== undefined) throw new DOMException('', this.refuses);
      const track = Object.assign(new EventTarget(), {
        stopped: false,
        stop: () => {
          track.stopped = true;
        },
      });
      this.tracks.push(track);
      return { getTracks: () => [track], getVideoTracks: () => [track] };
    };
    Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: { getUserMedia } });
    vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue();
    vi.spyOn(HTMLMediaElement.prototype, 'readyState', 'get').mockReturnValue(4);
    vi.spyOn(HTMLVideoElement.prototype, 'videoWidth', 'get').mockImplementation(() => this.#pixels.width);
    vi.spyOn(HTMLVideoElement.prototype, 'videoHeight', 'get').mockImplementation(() => this.#pixels.height);
    const pixelsNow = () => this.#pixels;
    const handsBack = (data: Uint8ClampedArray) => this.handsBack(data);
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(function (
      this: HTMLCanvasElement,
    ) {
      const painted: Pixels = { width: 0, height: 0, data: new Uint8ClampedArray(0) };
      let pictured = false;
      const fresh = () => {
        if (painted.width === this.width && painted.height === this.height) return;
        [painted.width, painted.height] = [this.width, this.height];
        painted.data = new Uint8ClampedArray(this.width * this.height * 4).fill(255);
      };
      const context = {
        fillStyle: '#fff',
        fillRect(x: number, y: number, width: number, height: number) {
          fresh();
          const shade = context.fillStyle === '#000' ? 0 : 255;
          for (let row = y; row < y + height; row++)
            for (let column = x; column < x + width; column++)
              painted.data.fill(
                shade,
                (row * painted.width + column) * 4,
                (row * painted.width + column) * 4 + 3,
              );
        },
        drawImage: () => (pictured = true),
        getImageData: () => {
          const { width, height, data } = pictured ? pixelsNow() : painted;
          return { width, height, data: handsBack(data) };
        },
      };
      return context as unknown as RenderingContext;
    });
    const pixels = () => this.#pixels;
    const broken = () => this.broken;
    vi.stubGlobal(
      'Image',
      class {
        onload?: () => void;
        onerror?: () => void;
        naturalWidth = 0;
        naturalHeight = 0;
        set src(_url: string) {
          ({ width: this.naturalWidth, height: this.naturalHeight } = pixels());
          setTimeout(() => (broken() ? this.onerror?.() : this.onload?.()));
        }
      },
    );
    Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined });
  }

  /** No camera to ask for, as on plain http. */
  remove(): void {
    Reflect.deleteProperty(navigator, 'mediaDevices');
  }

  /** Every camera that was switched on is off. */
  get off(): boolean {
    return this.tracks.every(({ stopped }) => stopped);
  }

  get #pixels(): Pixels {
    return this.sees ?? blank;
  }
}
