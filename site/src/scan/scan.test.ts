import { cleanup, screen, within } from '@testing-library/svelte';
import { decodeQR, decodeQRBatch } from 'qr/decode.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bestCode, canSee, readPhoto as readAny, type Decode, type Worth } from './scan.ts';
import { english as texts } from '../language/english.ts';
import { drawCode, FakeCamera, part, type Pixels } from '../../test/fake-camera.ts';
import { button, field, hasButton, status, TestPage } from '../../test/page.ts';

const reply = `https://example.test/#r${'0K7Q/X'.repeat(28)}`;

let camera: FakeCamera;

beforeEach(() => {
  history.replaceState(null, '', '/');
  camera = new FakeCamera();
});
afterEach(() => {
  cleanup();
  camera.remove();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function dialog(name: string): HTMLElement | null {
  return screen.queryByRole('dialog', { name });
}

function photoField(): HTMLInputElement {
  return screen.getByLabelText('Choose a photo');
}

function png(size = 1000): File {
  return new File([new Uint8Array(size)], 'shot.png', { type: 'image/png' });
}

const anything: Worth = () => Promise.resolve(2);
const ours: Worth = (text) => Promise.resolve(text.includes('#r') ? 2 : 0);
const readPhoto = (file: Blob) => readAny(file, anything);

describe('bestCode', () => {
  const options = { effort: 32, timeLimit: 400 };
  const decode: Decode = {
    one(pixels) {
      try {
        return decodeQR(pixels, options);
      } catch {
        return undefined;
      }
    },
    async all(pixels) {
      const [found = []] = await decodeQRBatch([pixels], { ...options, maxSize: pixels });
      return found.filter((each) => typeof each === 'string');
    },
  };

  function pictured(pixels: Pixels) {
    const { width, height } = pixels;
    return {
      width,
      height,
      part: (x: number, y: number, w: number, h: number, scale: number) => part(pixels, x, y, w, h, scale),
    };
  }

  test.each([
    ['a screenshot', { width: 500, height: 500, module: 5 }],
    ['a tiny picture', { width: 150, height: 150, module: 2, x: 20, y: 20 }],
    ['a corner of a large screenshot', { width: 2560, height: 1440, module: 3, x: 2300, y: 1200 }],
    ['a little contrast', { width: 500, height: 500, module: 5, dark: 90, light: 180 }],
  ])('%s', async (_name, how) => {
    expect(await bestCode(pictured(drawCode(reply, how)), decode, anything)).toBe(reply);
  });

  const wifi = 'WIFI:T:WPA;S:CafeGuest;P:coffee2024;;';
  const poster = 'https://example.org/menu';
  test.each([
    [
      'the Wi-Fi’s above',
      [
        { text: wifi, x: 60, y: 20, module: 6 },
        { text: reply, x: 60, y: 420, module: 5 },
      ],
    ],
    [
      'the Wi-Fi’s below',
      [
        { text: reply, x: 60, y: 30, module: 5 },
        { text: wifi, x: 60, y: 480, module: 6 },
      ],
    ],
    [
      'the Wi-Fi’s at the right',
      [
        { text: reply, x: 20, y: 200, module: 4 },
        { text: wifi, x: 420, y: 220, module: 8 },
      ],
    ],
    [
      'the Wi-Fi’s at the left',
      [
        { text: wifi, x: 30, y: 220, module: 8 },
        { text: reply, x: 380, y: 200, module: 4 },
      ],
    ],
    [
      'a large one, and ours small',
      [
        { text: wifi, x: 30, y: 30, module: 14 },
        { text: reply, x: 520, y: 520, module: 3 },
      ],
    ],
    [
      'a small one, and ours large',
      [
        { text: wifi, x: 20, y: 20, module: 2 },
        { text: reply, x: 120, y: 120, module: 8 },
      ],
    ],
    [
      'two others',
      [
        { text: wifi, x: 30, y: 30, module: 6 },
        { text: poster, x: 480, y: 40, module: 7 },
        { text: reply, x: 200, y: 400, module: 4 },
      ],
    ],
    [
      'five others',
      [
        ...[0, 1, 2, 3, 4].map((at) => ({ text: `${poster}/${at}`, x: 20 + at * 155, y: 20, module: 4 })),
        { text: reply, x: 200, y: 400, module: 4 },
      ],
    ],
    [
      'another one of tincan’s',
      [
        { text: `https://example.test/#i${'0K7Q/X'.repeat(28)}`, x: 20, y: 20, module: 4 },
        { text: reply, x: 380, y: 380, module: 4 },
      ],
    ],
  ])('of several codes ours is found: %s', async (_name, codes) => {
    const picture: Pixels = { width: 800, height: 800, data: new Uint8ClampedArray(800 * 800 * 4).fill(255) };
    for (const { text, ...where } of codes) {
      const { data } = drawCode(text, { ...where, width: 800, height: 800 });
      for (let at = 0; at < data.length; at++)
        picture.data[at] = Math.min(picture.data[at] ?? 0, data[at] ?? 0);
    }
    expect(await bestCode(pictured(picture), decode, ours)).toBe(reply);
  });

  test('many codes that are none of ours are done with soon', async () => {
    const worth = vi.fn<Worth>(() => Promise.resolve(0));
    const many: Decode = {
      one: () => 'x',
      all: () => Promise.resolve(Array.from({ length: 16 }, (_, n) => `x${n}`)),
    };
    const large = {
      width: 8000,
      height: 6000,
      part: () => ({ width: 1, height: 1, data: new Uint8ClampedArray(4) }),
    };
    expect(await bestCode(large, many, worth)).toBe('x');
    expect(worth.mock.calls.length).toBeLessThan(50 * 17);
  });

  test('nothing to find is found out in a bounded number of looks', async () => {
    const looks = vi.fn<Decode['one']>(() => undefined);
    const blind: Decode = { one: looks, all: () => Promise.resolve([]) };
    expect(
      await bestCode(pictured({ width: 20, height: 20, data: new Uint8ClampedArray(1600) }), blind, anything),
    ).toBeUndefined();
    expect(looks).toHaveBeenCalledTimes(3);
    looks.mockClear();
    const large = {
      width: 8000,
      height: 6000,
      part: () => ({ width: 1, height: 1, data: new Uint8ClampedArray(4) }),
    };
    expect(await bestCode(large, blind, anything)).toBeUndefined();
    expect(looks.mock.calls.length).toBeLessThan(50);
  });

  test('no part is larger than the page can bear, none reaches over the edge', async () => {
    const asked: number[][] = [];
    const picture = {
      width: 9000,
      height: 3001,
      part: (...args: number[]) => {
        asked.push(args);
        return { width: 1, height: 1, data: new Uint8ClampedArray(4) };
      },
    };
    await bestCode(picture, { one: () => undefined, all: () => Promise.resolve([]) }, anything);
    for (const [x = 0, y = 0, width = 0, height = 0, scale = 0] of asked) {
      expect(x + width).toBeLessThanOrEqual(9000);
      expect(y + height).toBeLessThanOrEqual(3001);
      expect(Math.max(width, height) * scale).toBeLessThanOrEqual(2401);
    }
  });
});

describe('readPhoto', () => {
  test('reads the code', async () => {
    camera.sees = drawCode(reply);
    expect(await readPhoto(png())).toEqual({ text: reply });
  });

  test('refuses a file that is too large without opening it', async () => {
    const opened = vi.spyOn(URL, 'createObjectURL');
    const huge = png();
    Object.defineProperty(huge, 'size', { value: 33 << 20 });
    expect(await readPhoto(huge)).toEqual({ trouble: 'too-large' });
    expect(opened).not.toHaveBeenCalled();
  });

  test('refuses a picture that is too large without unpacking it', async () => {
    camera.sees = { width: 30_000, height: 30_000, data: new Uint8ClampedArray() };
    expect(await readPhoto(png())).toEqual({ trouble: 'too-large' });
    expect(HTMLCanvasElement.prototype.getContext).not.toHaveBeenCalled();
  });

  test('says what is no picture, and what has no code', async () => {
    camera.broken = true;
    expect(await readPhoto(png())).toEqual({ trouble: 'not-image' });
    camera.broken = false;
    expect(await readPhoto(png())).toEqual({ trouble: 'no-code' });
  });

  test.each([
    ['white', (data: Uint8ClampedArray) => data.map(() => 255)],
    ['black', (data: Uint8ClampedArray) => data.map((_, at) => (at % 4 === 3 ? 255 : 0))],
    ['nothing', (data: Uint8ClampedArray) => data.map(() => 0)],
    ['noise', (data: Uint8ClampedArray) => data.map((_, at) => (at * 7919) % 256)],
    ['an empty list', () => new Uint8ClampedArray(0)],
  ])('a browser that hands back %s is named, and not the photo', async (_name, handsBack) => {
    camera.handsBack = handsBack;
    expect(await canSee()).toBe(false);
    camera.sees = drawCode(reply);
    expect(await readPhoto(png())).toEqual({ trouble: 'hidden' });
  });

  test.each([
    ['all of it', (data: Uint8ClampedArray) => data],
    ['a few shades more or less', (data: Uint8ClampedArray) => data.map((each, at) => each ^ (at % 3))],
  ])('a browser that hands back %s sees', async (_name, handsBack) => {
    camera.handsBack = handsBack;
    expect(await canSee()).toBe(true);
    camera.sees = drawCode(reply);
    expect(await readPhoto(png())).toEqual({ text: reply });
  });

  test('frees the picture in any case', async () => {
    const freed = vi.spyOn(URL, 'revokeObjectURL');
    camera.broken = true;
    await readPhoto(png());
    expect(freed).toHaveBeenCalledWith('blob:x');
  });

  test('the browser’s own reader comes first, where it knows QR codes', async () => {
    const detect = vi.fn(() => Promise.resolve([{ rawValue: 'native' }]));
    const formats = vi.fn(() => Promise.resolve(['ean_13']));
    vi.stubGlobal(
      'BarcodeDetector',
      class {
        static getSupportedFormats = formats;
        detect = detect;
      },
    );
    camera.sees = drawCode(reply);
    expect(await readPhoto(png())).toEqual({ text: reply });
    formats.mockResolvedValue(['qr_code']);
    expect(await readPhoto(png())).toEqual({ text: 'native' });
    detect.mockRejectedValue(new Error('broken'));
    expect(await readPhoto(png())).toEqual({ text: reply });
  });
});

describe('Scan reply', () => {
  async function scanning(): Promise<TestPage> {
    const page = await TestPage.open();
    await page.inviting();
    await page.press('Scan reply');
    return page;
  }

  test('takes what the camera sees the way of the field, and switches the camera off', async () => {
    camera.sees = drawCode(reply);
    const page = await scanning();
    await vi.waitFor(() => expect(status()).toBe(texts.connecting));
    expect(page.engine.calls.at(-1)).toMatch(/^accept r.* false$/);
    expect(dialog('Scan reply')).toBeNull();
    expect(camera.tracks).toHaveLength(1);
    expect(camera.off).toBe(true);
    expect(camera.asked).toEqual([
      {
        audio: false,
        video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
      },
    ]);
  });

  test('where the browser hides pictures the camera is not asked for', async () => {
    camera.handsBack = (data) => data.map(() => 255);
    await scanning();
    await vi.waitFor(() => expect(screen.getByText(texts.scanTroubles.hidden)).toBeTruthy());
    expect(camera.asked).toEqual([]);
  });

  test('shows the picture and always offers a photo', async () => {
    await scanning();
    expect(dialog('Scan reply')).toBeTruthy();
    expect(screen.getByLabelText(texts.camera)).toBeTruthy();
    expect(screen.getByText(texts.scanHint)).toBeTruthy();
    const photo = photoField();
    expect(photo.type).toBe('file');
    expect(photo.accept).toBe('image/*');
    expect(photo.hasAttribute('capture')).toBe(false); // or a screenshot couldn't be chosen
    expect(camera.off).toBe(false);
  });

  test('a code with something else is told once, and scanning goes on', async () => {
    const page = await scanning();
    camera.sees = drawCode('https://elsewhere.example/');
    await vi.waitFor(() =>
      expect(screen.getAllByRole('alert').map(({ textContent }) => textContent.trim())).toContain(
        texts.errors['no-code'],
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Looked at again, and not told again.
    expect(page.engine.calls.filter((call) => call.startsWith('accept'))).toHaveLength(0);
    expect(screen.getAllByRole('alert')).toHaveLength(2);
    expect(camera.off).toBe(false);
    camera.sees = drawCode(reply);
    await vi.waitFor(() => expect(status()).toBe(texts.connecting));
    expect(camera.off).toBe(true);
  });

  test.each([
    ['Close', (page: TestPage) => page.press('Close')],
    [
      'Escape',
      (page: TestPage) => {
        dialog('Scan reply')?.dispatchEvent(new Event('cancel', { cancelable: true }));
        return page.settled();
      },
    ],
    [
      'a reply that came another way',
      (page: TestPage) => {
        page.engine.open();
        return page.settled();
      },
    ],
    ['the page going', () => Promise.resolve(cleanup())],
  ])('%s switches the camera off', async (_name, end) => {
    const page = await scanning();
    expect(camera.tracks).toHaveLength(1);
    expect(camera.off).toBe(false);
    await end(page);
    expect(dialog('Scan reply')).toBeNull();
    expect(camera.off).toBe(true);
  });

  test('closed while the browser asks, the camera goes off as soon as it is on', async () => {
    let allow = (): void => undefined;
    camera.asking = new Promise((resolve) => (allow = resolve));
    const page = await scanning();
    expect(screen.getByText(texts.cameraStarting)).toBeTruthy();
    await page.press('Close');
    allow();
    await page.settled();
    expect(camera.tracks).toHaveLength(1);
    expect(camera.off).toBe(true);
  });

  test.each([
    ['NotAllowedError', 'refused'],
    ['NotFoundError', 'absent'],
    ['OverconstrainedError', 'absent'],
    ['NotReadableError', 'busy'],
    ['AbortError', 'busy'],
  ] as const)('%s is told plainly, beside the photo', async (error, trouble) => {
    camera.refuses = error;
    const page = await scanning();
    expect(screen.getByText(texts.scanTroubles[trouble])).toBeTruthy();
    expect(screen.queryByLabelText(texts.camera)).toBeNull();
    camera.sees = drawCode(reply);
    await page.user.upload(photoField(), png());
    await vi.waitFor(() => expect(status()).toBe(texts.connecting));
  });

  test('a camera that is taken away is told', async () => {
    const page = await scanning();
    camera.tracks[0]?.dispatchEvent(new Event('ended'));
    await page.settled();
    expect(screen.getByText(texts.scanTroubles.busy)).toBeTruthy();
  });

  test('on plain http there is no camera, and the photo at once', async () => {
    camera.remove();
    vi.stubGlobal('isSecureContext', false);
    const page = await scanning();
    expect(screen.getByText(texts.scanTroubles.insecure)).toBeTruthy();
    camera.sees = drawCode(reply);
    await page.user.upload(photoField(), png());
    await vi.waitFor(() => expect(status()).toBe(texts.connecting));
  });

  test('a photo without a code says so, and another may be chosen', async () => {
    const page = await scanning();
    await page.user.upload(photoField(), png());
    await vi.waitFor(() => expect(screen.getByText(texts.scanTroubles['no-code'])).toBeTruthy());
    camera.sees = drawCode(reply);
    await page.user.upload(photoField(), png());
    await vi.waitFor(() => expect(status()).toBe(texts.connecting));
  });
});

describe('Scan QR code', () => {
  test('on the start page takes an invite', async () => {
    const page = await TestPage.open();
    camera.sees = drawCode('https://example.test/#iInvite');
    await page.press('Scan QR code');
    await vi.waitFor(() => expect(hasButton('Join chat')).toBe(true));
    expect(new Set(page.engine.calls)).toEqual(new Set(['find https://example.test/#iInvite']));
    expect(camera.off).toBe(true);
  });

  test('is not there while a chat connects', async () => {
    const page = await TestPage.open();
    await page.inviting();
    await page.user.type(field('Reply'), '#rReply{Enter}');
    await page.settled();
    expect(button('Scan reply').disabled).toBe(true);
  });
});

describe('pasted and dropped anywhere', () => {
  function data({ text = '', html = '', list = '', files = [] as File[] }): DataTransfer {
    const held: Record<string, string> = { 'text/plain': text, 'text/html': html, 'text/uri-list': list };
    return {
      getData: (type: string) => held[type] ?? '',
      files,
      types: [
        ...Object.keys(held).filter((type) => held[type] !== ''),
        ...(files.length > 0 ? ['Files'] : []),
      ],
    } as unknown as DataTransfer;
  }

  /** Says whether the page took the event for itself. */
  function happens(
    name: 'paste' | 'drop' | 'dragover' | 'dragstart' | 'dragend',
    what: DataTransfer,
    at: Element = document.body,
  ) {
    const event = new Event(name, { bubbles: true, cancelable: true });
    Object.assign(event, { clipboardData: what, dataTransfer: what });
    at.dispatchEvent(event);
    return event.defaultPrevented;
  }

  async function inviting(): Promise<TestPage> {
    const page = await TestPage.open();
    await page.inviting();
    return page;
  }

  test('a reply beside the invite goes the way of the field', async () => {
    const page = await inviting();
    expect(happens('paste', data({ text: 'Here: #rReply' }))).toBe(true);
    await page.settled();
    expect(page.engine.calls.at(-1)).toBe('accept rReply false');
    expect(status()).toBe(texts.connecting);
  });

  test('also where the read-only link has the focus', async () => {
    const page = await inviting();
    expect(happens('paste', data({ text: '#rReply' }), field('Invite link'))).toBe(true);
    await page.settled();
    expect(status()).toBe(texts.connecting);
  });

  test('something else is told beside the field', async () => {
    const page = await inviting();
    happens('paste', data({ text: 'hello' }));
    await page.settled();
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.errors['no-code']);
  });

  test('what is pasted into a field is the field’s', async () => {
    const page = await inviting();
    expect(happens('paste', data({ text: '#rReply' }), field('Reply'))).toBe(false);
    await page.settled();
    expect(page.engine.calls).toEqual(['create']);
  });

  test.each([
    ['#iInvite', 'Join chat'],
    ['#rReply', undefined],
  ])('%s on the start page', async (text, leadsTo) => {
    const page = await TestPage.open();
    happens('paste', data({ text }));
    await page.settled();
    if (leadsTo !== undefined) expect(hasButton(leadsTo)).toBe(true);
    else expect(status()).toBe(texts.elsewhere.asking);
  });

  test.each([
    ['a chat', (page: TestPage) => page.inviting().then(() => page.engine.open())],
    ['a reply', (page: TestPage) => page.replying()],
  ])('nothing is taken beside %s', async (_name, begin) => {
    const page = await TestPage.open();
    await begin(page);
    await page.settled();
    const calls = page.engine.calls.length;
    happens('paste', data({ text: '#rReply' }));
    await page.settled();
    expect(page.engine.calls).toHaveLength(calls);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test.each([
    ['pasted', 'paste'],
    ['dropped', 'drop'],
  ] as const)('a %s picture is scanned, without the camera', async (_name, event) => {
    await inviting();
    camera.sees = drawCode(reply);
    expect(happens(event, data({ files: [png()] }))).toBe(true);
    await vi.waitFor(() => expect(status()).toBe(texts.connecting));
    expect(camera.asked).toEqual([]);
  });

  test('a picture pasted into the field is scanned as well, and so is one for the open dialog', async () => {
    const page = await inviting();
    await page.press('Scan reply');
    expect(camera.off).toBe(false);
    happens('paste', data({ files: [png()] }));
    await vi.waitFor(() => expect(screen.getByText(texts.scanTroubles['no-code'])).toBeTruthy());
    expect(camera.off).toBe(true);
    await page.press('Close');
    camera.sees = drawCode(reply);
    happens('paste', data({ files: [png()] }), field('Reply'));
    await vi.waitFor(() => expect(status()).toBe(texts.connecting));
  });

  test('a picture without a code says so', async () => {
    await inviting();
    happens('paste', data({ files: [png()] }));
    await vi.waitFor(() => expect(screen.getByText(texts.scanTroubles['no-code'])).toBeTruthy());
    expect(dialog('Scan reply')).toBeTruthy();
  });

  test('a file that is dropped never takes the page’s place', async () => {
    const page = await inviting();
    page.engine.open();
    await page.settled();
    const files = [new File(['x'], 'x.pdf', { type: 'application/pdf' })];
    expect(happens('dragover', data({ files }))).toBe(true);
    expect(happens('drop', data({ files }))).toBe(true);
    await page.settled();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test.each([
    ['a document on the start page', false],
    ['a document beside the invite', true],
  ])('%s is said to be no picture', async (_name, beside) => {
    camera.broken = true;
    const page = beside ? await inviting() : await TestPage.open();
    happens('drop', data({ files: [new File(['x'], 'x.pdf', { type: 'application/pdf' })] }));
    await vi.waitFor(() => expect(screen.getByText(texts.scanTroubles['not-image'])).toBeTruthy());
    expect(page.engine.calls.filter((call) => call !== 'create')).toEqual([]);
  });

  async function chatting(): Promise<TestPage> {
    const page = await inviting();
    page.engine.open();
    await page.settled();
    return page;
  }
  const composer = () => field('Message') as HTMLTextAreaElement;

  test.each([
    ['a picture', 'paste', png],
    ['a picture', 'drop', png],
    ['a document', 'paste', () => new File(['x'], 'x.pdf', { type: 'application/pdf' })],
    ['a document', 'drop', () => new File(['x'], 'x.pdf', { type: 'application/pdf' })],
    ['a file of no known kind', 'drop', () => new File([], 'x')],
  ] as const)('%s in the chat, by %s, goes with what is being written', async (_name, event, file) => {
    const page = await chatting();
    for (const [i, at] of [document.body, composer()].entries()) {
      expect(happens(event, data({ files: [file()] }), at)).toBe(true);
      await page.settled();
      const list = screen.getByRole('list', { name: texts.attached });
      expect(within(list).getAllByRole('listitem')).toHaveLength(i + 1);
    }
    expect(page.engine.calls.some((call) => call.startsWith('send'))).toBe(false);
  });

  test.each(['a.png', '/some/folder/a.png', 'file:///some/folder/a.png'])(
    'a file that is pasted with its name beside it, as %s, is a file',
    async (text) => {
      const page = await chatting();
      happens('paste', data({ text, files: [new File(['x'], 'a.png')] }), composer());
      await page.settled();
      expect(screen.getByRole('list', { name: texts.attached })).toBeTruthy();
      expect(composer().value).toBe('');
    },
  );

  test('a folder is told of, and what else was dropped is taken', async () => {
    const page = await chatting();
    const folder = { kind: 'file', webkitGetAsEntry: () => ({ isDirectory: true }), getAsFile: png };
    const item = { kind: 'file', webkitGetAsEntry: () => ({ isDirectory: false }), getAsFile: png };
    const items = [folder, item] as unknown as DataTransferItemList;
    happens('drop', { ...data({ files: [png(), png()] }), items });
    await page.settled();
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.folderTold);
    expect(screen.getByRole('list', { name: texts.attached }).children).toHaveLength(1);
  });

  test('where a text comes with its picture, the field takes the text', async () => {
    const page = await chatting();
    expect(happens('paste', data({ text: 'a cell', files: [png()] }), composer())).toBe(false);
    expect(happens('paste', data({ text: 'a cell', files: [png()] }))).toBe(true);
    await page.settled();
    expect(composer().value).toBe('a cell');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test.each([
    ['a text', { text: 'two\nlines' }, 'two\nlines'],
    [
      'a link',
      { text: 'https://a.bc/', list: 'https://a.bc/', html: '<a href="https://a.bc/">A</a>' },
      'https://a.bc/',
    ],
    ['a link without text', { list: 'https://a.bc/' }, 'https://a.bc/'],
    ['a text with links behind it', { text: 'news', html: '<a href="https://a.bc/">news</a>' }, 'news'],
  ])('%s that is dropped on the chat goes to what is being written', async (_name, what, expected) => {
    const page = await chatting();
    expect(happens('drop', data(what))).toBe(true);
    await page.settled();
    expect(composer().value).toBe(expected);
    happens('paste', data({ text: 'more' }));
    await page.settled();
    expect(composer().value).toBe(`${expected} more`);
    happens('drop', data(what), composer());
    expect(composer().value).toBe(`${expected} more`);
    expect(page.engine.calls.some((call) => call.startsWith('send'))).toBe(false);
  });

  test('a file goes nowhere where the chat is over', async () => {
    const page = await chatting();
    page.engine.tell({ type: 'closed', reason: 'left' });
    await page.settled();
    happens('drop', data({ files: [png()] }));
    await page.settled();
    expect(screen.queryByRole('list', { name: texts.attached })).toBeNull();
  });

  const titled = {
    text: 'Join my chat',
    html: '<meta><a class="x" href="https://chat.example/?a=1&amp;b=2#rReply">Join</a>',
  };

  test.each([
    ['the address of a link that shows its title alone', titled],
    ['an address in single quotes', { text: 'Join', html: "<A HREF='#rReply'>Join</A>" }],
    ['an address without quotes', { text: 'Join', html: '<a href=#rReply>Join</a>' }],
    [
      'a list of addresses',
      { text: 'Join', list: '# a comment\r\nhttps://chat.example/\r\nhttps://chat.example/#rReply\r\n' },
    ],
    ['a list and nothing else', { list: 'https://chat.example/#rReply' }],
    ['HTML and nothing else', { html: '<p><a href="https://chat.example/#rReply"><b>Join</b></a></p>' }],
    [
      'an address behind many others',
      { text: 'x', html: '<a href="/y">y</a>'.repeat(500) + '<a href="#rReply">z</a>' },
    ],
  ])('%s is taken, pasted and dropped, anywhere and in the field', async (_name, what) => {
    for (const name of ['paste', 'drop'] as const) {
      const page = await inviting();
      expect(happens(name, data(what))).toBe(true);
      await page.settled();
      expect(page.engine.calls.at(-1), name).toBe('accept rReply false');
      const other = await inviting();
      const reply = field('Reply');
      const prevented = happens(name, data(what), reply);
      const { text = '' } = what as { text?: string };
      expect(prevented, 'the browser puts in what there is as text').toBe(text === '');
      if (text !== '') await other.user.type(reply, text);
      else expect(reply.value).toContain('#rReply');
      await other.press('Connect');
      expect(other.engine.calls.at(-1), name).toBe('accept rReply false');
    }
  });

  test('addresses that came with a text are forgotten with it', async () => {
    const page = await inviting();
    happens('paste', data(titled), field('Reply'));
    await page.user.type(field('Reply'), 'Join');
    await page.user.clear(field('Reply'));
    await page.user.type(field('Reply'), 'hello');
    await page.press('Connect');
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.errors['no-code']);
  });

  test('a picture that is a link is a picture', async () => {
    await inviting();
    camera.sees = drawCode(reply);
    happens('paste', data({ html: '<a href="https://chat.example/"><img></a>', files: [png()] }));
    await vi.waitFor(() => expect(status()).toBe(texts.connecting));
  });

  test('text that is dropped on the page never takes its place, and goes to a field as before', async () => {
    const page = await inviting();
    const link = data({ text: 'https://chat.example/#rReply', list: 'https://chat.example/#rReply' });
    expect(happens('dragover', link)).toBe(true);
    expect(happens('dragover', link, field('Reply'))).toBe(false);
    expect(happens('drop', data({ text: 'hello' }))).toBe(true);
    await page.settled();
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.errors['no-code']);
    happens('drop', link);
    await page.settled();
    expect(page.engine.calls.at(-1)).toBe('accept rReply false');
  });

  test('what is dragged from the page itself is not brought in', async () => {
    const page = await inviting();
    const link = data({ text: '#rReply' });
    happens('dragstart', link);
    expect(happens('dragover', link)).toBe(false);
    expect(happens('drop', link)).toBe(false);
    happens('dragend', link);
    expect(page.engine.calls).toEqual(['create']);
    expect(happens('drop', link)).toBe(true);

    // Nothing says that a drag has ended whose piece of the page is gone.
    const piece = document.body.appendChild(document.createElement('p'));
    happens('dragstart', link, piece);
    expect(happens('drop', link)).toBe(false);
    piece.remove();
    expect(happens('drop', link)).toBe(true);
  });
});
