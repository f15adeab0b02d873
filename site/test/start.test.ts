import { cleanup, configure, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { configWithin } from '../src/engine/config.ts';
import type * as EngineModule from '../src/engine/engine.ts';
import { english } from '../src/language/english.ts';
import { languages, textsIn, type Tag } from '../src/language/language.svelte.ts';
import { FakeEngine } from './fake-engine.ts';

/* The page as it starts for real, but for the wasm, in browsers that lack or refuse something. */

// Loading the whole page for the first time takes as long as it takes.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });
const patience = { timeout: 10_000 };

let engine: FakeEngine;
vi.mock('../src/engine/engine.ts', async (original) => ({
  ...(await original<object>()),
  startEngine: () => Promise.resolve(engine),
}));

const refuse = () => {
  throw new DOMException('The operation is insecure.', 'SecurityError');
};
let undo: (() => void)[] = [];
const wrong: unknown[] = [];
const complain = (event: ErrorEvent | PromiseRejectionEvent) => {
  wrong.push('reason' in event ? event.reason : event.error);
  event.preventDefault();
};
const rejected = (reason: unknown) => wrong.push(reason);

beforeEach(() => {
  engine = new FakeEngine();
  wrong.length = 0;
  document.body.innerHTML = '<div id="app"></div>';
  vi.resetModules();
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}')));
  vi.stubGlobal('RTCPeerConnection', vi.fn());
  addEventListener('error', complain);
  process.on('unhandledRejection', rejected);
});

afterEach(() => {
  cleanup();
  for (const each of undo.reverse()) each();
  undo = [];
  vi.unstubAllGlobals();
  vi.useRealTimers();
  removeEventListener('error', complain);
  process.off('unhandledRejection', rejected);
  document.body.innerHTML = '';
  sessionStorage.clear();
  localStorage.clear();
});

/** Has a name on an object lead to something else until the test is over. */
function replace(owner: object, name: string, descriptor: PropertyDescriptor): void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { configurable: true, ...descriptor });
  undo.push(() => {
    if (before) Object.defineProperty(owner, name, before);
    else Reflect.deleteProperty(owner, name);
  });
}

const dictionaries = await Promise.all((Object.keys(languages) as Tag[]).map(textsIn));
/** The name that a sentence of the page has in whichever language it is in. */
function any(pick: (texts: typeof english) => string): RegExp {
  const names = dictionaries.map(pick).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^(${names.join('|')})$`);
}

/** Starts the page and goes the whole way: New chat, connected, one message each way, settings. */
async function walk(): Promise<void> {
  await import('../src/main.ts');
  const start = await vi.waitFor(() => {
    const found = screen.getByRole<HTMLButtonElement>('button', { name: any((texts) => texts.newChat) });
    expect(found.disabled).toBe(false);
    return found;
  }, patience);
  start.click();
  await screen.findByRole('textbox', { name: any((texts) => texts.inviteLabel) });
  engine.open();
  const field = await screen.findByRole<HTMLTextAreaElement>('textbox', {
    name: any((texts) => texts.message),
  });
  engine.tell({ type: 'typing' });
  engine.tell({ type: 'message', id: 1, text: 'hello there' });
  field.value = 'hello back';
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.form?.requestSubmit();
  await vi.waitFor(() => {
    const texts = [...document.querySelectorAll('.text')].map((each) => each.textContent.trim());
    expect(texts).toEqual(['hello there', 'hello back']);
  }, patience);
  const times = [...document.querySelectorAll('.message time')];
  expect(times).toHaveLength(2);
  for (const time of times) expect(time.textContent).toMatch(/\p{Nd}/u);
  expect(document.querySelector('.day, [class*=day]')?.textContent ?? '').not.toMatch(/Invalid/);
  screen.getByRole('button', { name: any((texts) => texts.more) }).click();
  (await screen.findByRole('button', { name: any((texts) => texts.settings) })).click();
  await screen.findByRole('dialog', { name: any((texts) => texts.settings) });
  expect(wrong, 'what nobody caught').toEqual([]);
}

describe('languages', () => {
  const lists: [name: string, list: unknown, single: unknown][] = [
    ['a system’s name of Spanish', ['es-ES@euro'], 'es-ES@euro'],
    ['a system’s name of Spanish, with its letters', ['es_ES.UTF-8'], 'es_ES.UTF-8'],
    ['a system’s name of English', ['en_US.UTF-8', 'en'], 'en_US.UTF-8'],
    ['a system’s name of Arabic', ['ar_EG@latin'], 'ar_EG@latin'],
    ['none at all', ['C'], 'C'],
    ['POSIX', ['C.UTF-8', 'POSIX'], 'C.UTF-8'],
    ['an empty list', [], 'en-US'],
    ['an empty list and an empty language', [], ''],
    ['no list', undefined, 'es'],
    ['nothing', undefined, undefined],
    ['null', null, null],
    ['a private one', ['x-private'], 'x-private'],
    ['300 characters', ['e'.repeat(300)], 'e'.repeat(300)],
    ['300 characters of parts', [`en-${'abcdefgh-'.repeat(33)}`], 'en'],
    ['other things than texts', [1, null, {}, ['en'], 'es'], 7],
    ['empty ones', ['', ' ', '-', '_', '@'], ''],
    ['one that ends in a dash', ['es-'], 'es-'],
    ['a star', ['*'], '*'],
    ['letters of no tag', ['español', 'عربي'], 'español'],
    ['an extension that is cut off', ['es-u-'], 'es-u'],
    ['a numbering that there isn’t', ['ar-u-nu-none'], 'ar-u-nu-none'],
    ['a text in place of a list', 'es-ES', 'es-ES'],
  ];
  test.each(lists)('%s: the page works, with its times', async (_name, list, single) => {
    replace(navigator, 'languages', { value: list });
    replace(navigator, 'language', { value: single });
    await walk();
  });

  test.each([
    ['es-ES@euro', 'es'],
    ['es_MX.UTF-8', 'es'],
    ['ar_EG', 'ar'],
    ['EN_us', 'en'],
    ['C', 'en'],
    ['esperanto', 'en'],
  ])('%s is read as %s', async (tag, language) => {
    replace(navigator, 'languages', { value: [tag] });
    await walk();
    expect(document.documentElement.lang).toBe(language);
  });

  test('an Intl that refuses every locale leaves the digits', async () => {
    replace(Intl, 'DateTimeFormat', { value: refuse });
    await walk();
    for (const time of document.querySelectorAll('.message time'))
      expect(time.textContent.trim()).toMatch(/^\d\d:\d\d$/);
  });
});

describe('interfaces', () => {
  const interfaces: [owner: () => object, name: string][] = [
    ...[
      'localStorage',
      'sessionStorage',
      'indexedDB',
      'caches',
      'BroadcastChannel',
      'Notification',
      'matchMedia',
      'CSS',
      'isSecureContext',
      'TransformStream',
      'BarcodeDetector',
      'requestIdleCallback',
    ].map((name): [() => object, string] => [() => globalThis, name]),
    ...[
      'serviceWorker',
      'permissions',
      'clipboard',
      'mediaDevices',
      'share',
      'locks',
      'storage',
      'wakeLock',
      'onLine',
      'languages',
      'setAppBadge',
    ].map((name): [() => object, string] => [() => navigator, name]),
    [() => document, 'hasFocus'],
    [() => crypto, 'randomUUID'],
    [() => crypto, 'subtle'],
    [() => history, 'pushState'],
    [() => history, 'replaceState'],
    [() => performance, 'getEntriesByType'],
    [() => Intl, 'Segmenter'],
    [() => Intl, 'ListFormat'],
    [() => Intl, 'PluralRules'],
    [() => Intl, 'NumberFormat'],
    [() => Intl, 'DateTimeFormat'],
  ];
  const ways = [
    { way: 'missing', descriptor: { value: undefined } },
    { way: 'refused when it is named', descriptor: { get: refuse } },
    { way: 'refused when it is used', descriptor: { value: refuse } },
  ];
  const objects =
    /^(.*Storage|indexedDB|caches|CSS|isSecureContext|serviceWorker|permissions|clipboard|mediaDevices|locks|storage|wakeLock|onLine|languages|subtle)$/;
  const all = interfaces.flatMap(([owner, name]) =>
    ways
      .filter(({ descriptor }) => !('value' in descriptor && descriptor.value) || !objects.test(name))
      .map((way) => ({ owner, name, ...way })),
  );

  test.each(all)('$name $way: the page works', async ({ owner, name, descriptor }) => {
    replace(owner(), name, descriptor);
    await walk();
  });

  test.each(['en', 'es', 'ar'])('in %s without ListFormat and PluralRules', async (tag) => {
    replace(navigator, 'languages', { value: [tag] });
    replace(Intl, 'ListFormat', { get: refuse });
    replace(Intl, 'PluralRules', { get: refuse });
    await walk();
    expect(document.documentElement.lang).toBe(tag);
  });

  test('all site data blocked at once, as Firefox does it', async () => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
      replace(globalThis, name, { get: refuse });
    replace(globalThis, 'BroadcastChannel', { value: refuse });
    replace(navigator, 'serviceWorker', { get: refuse });
    await walk();
  });

  const causes = [
    { name: 'WebAssembly', trouble: 'wasm' },
    { name: 'RTCPeerConnection', trouble: 'webrtc' },
    { name: 'crypto', trouble: 'parts' },
    { name: 'TextEncoder', trouble: 'parts' },
    { name: 'TextDecoder', trouble: 'parts' },
  ] as const;
  test.each(causes.flatMap((each) => ways.slice(0, 2).map((way) => ({ ...each, ...way }))))(
    'without $name, $way, the page says the cause',
    async ({ name, trouble, descriptor }) => {
      const { missingFeature } = await vi.importActual<typeof EngineModule>('../src/engine/engine.ts');
      expect(missingFeature()).toBeUndefined();
      replace(globalThis, name, descriptor);
      expect(missingFeature()).toBe(trouble);
    },
  );
});

describe('config.json', () => {
  /** An answer that never comes, or never ends. */
  const hangs = (signal: AbortSignal | undefined) =>
    new Promise<Response>((_, reject) =>
      signal?.addEventListener('abort', () => reject(new Error('aborted'))),
    );
  const endless = (chunk: string) => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += chunk.length;
        expect(sent, 'loaded of a file that is too long').toBeLessThan(1 << 20);
        controller.enqueue(new TextEncoder().encode(chunk));
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'application/json' } });
  };
  const page = { headers: { 'Content-Type': 'text/html; charset=utf-8' } };
  const cases: [string, (signal?: AbortSignal) => Promise<Response>, said: boolean][] = [
    ['hangs', hangs, true],
    [
      'hangs in the middle',
      () =>
        Promise.resolve(
          new Response(new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode('{"stun":')) })),
        ),
      true,
    ],
    ['is missing', () => Promise.resolve(new Response('', { status: 404 })), false],
    ['is gone', () => Promise.resolve(new Response('', { status: 410 })), false],
    ['is a page', () => Promise.resolve(new Response('<!doctype html>', page)), false],
    [
      'is a page with status 404',
      () => Promise.resolve(new Response('<!doctype html>', { ...page, status: 404 })),
      false,
    ],
    ['is a page that says it is JSON', () => Promise.resolve(new Response('<!doctype html>')), true],
    ['is refused', () => Promise.resolve(new Response('', { status: 403 })), true],
    ['is broken on the server', () => Promise.resolve(new Response('', { status: 503 })), true],
    ['has 5 MB', () => Promise.resolve(endless(' '.repeat(65_536))), true],
    ['is cut off', () => Promise.resolve(new Response('{"stun":["a')), true],
    ['is empty', () => Promise.resolve(new Response('')), true],
    ['is a list', () => Promise.resolve(new Response('[]')), false],
    ['is a number', () => Promise.resolve(new Response('1')), false],
    ['is right', () => Promise.resolve(new Response('{"stun":[]}')), false],
    ['has no network', () => Promise.reject(new TypeError('failed')), false],
  ];
  test.each(cases)('that %s: the page works, and says what it has to', async (_name, answer, said) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.stubGlobal('fetch', (_url: unknown, { signal }: RequestInit = {}) => answer(signal ?? undefined));
    const loading = import('../src/main.ts');
    await vi.waitFor(async () => {
      await vi.advanceTimersByTimeAsync(configWithin);
      await loading;
      expect(screen.getByRole<HTMLButtonElement>('button', { name: english.newChat }).disabled).toBe(false);
    }, 10_000);
    expect(screen.queryByText(english.configUnread) !== null).toBe(said);
    expect(wrong).toEqual([]);
  });
});
