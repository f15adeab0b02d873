import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type Build, PageCache } from './page-cache.ts';

const scope = new URL('https://chat.example/');
const at = (path: string) => new URL(path, scope).href;
const sha256 = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** Cache storage, as far as it is used. */
class FakeCaches {
  readonly all = new Map<string, Map<string, Response>>();

  open(name: string) {
    const entries = this.all.get(name) ?? new Map<string, Response>();
    this.all.set(name, entries);
    return Promise.resolve({
      put: (url: string, response: Response) => Promise.resolve(void entries.set(url, response)),
    });
  }
  match(url: string, { cacheName }: { cacheName?: string } = {}) {
    const searched = cacheName === undefined ? [...this.all.values()] : [this.all.get(cacheName)];
    return Promise.resolve(
      searched
        .find((entries) => entries?.has(url))
        ?.get(url)
        ?.clone(),
    );
  }
  has = (name: string) => Promise.resolve(this.all.has(name));
  keys = () => Promise.resolve([...this.all.keys()]);
  delete = (name: string) => Promise.resolve(this.all.delete(name));
}

let storage: FakeCaches;
/** What the server has, by path; nothing at all while there is no network. */
let server: Map<string, string | Response> | undefined;
let asked: string[];

/** As browsers do: with `integrity` something else than what was built is a failure. */
const fetched = vi.fn((input: RequestInfo | URL, options: RequestInit = {}): Promise<Response> => {
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  asked.push(pathname);
  const found = server?.get(pathname);
  if (!server) return Promise.reject(new TypeError('no network'));
  if (typeof found !== 'string') return Promise.resolve(found?.clone() ?? new Response('', { status: 404 }));
  if (options.integrity !== undefined && options.integrity !== sha256(found)) {
    return Promise.reject(new TypeError('other bytes'));
  }
  return Promise.resolve(new Response(found));
});

/** A version on the server, and its worker. */
function release(version: string): PageCache {
  const contents = {
    './': `page ${version}`,
    [`assets/main-${version}.js`]: `script ${version}`,
    'a.svg': version,
  };
  server = new Map<string, string | Response>([['/config.json', '{"offline":true}']]);
  const files: Build['files'] = {};
  for (const [file, content] of Object.entries(contents)) {
    server.set(new URL(file, scope).pathname, content);
    files[file] = sha256(content);
  }
  return new PageCache({ version, files }, scope, storage as unknown as CacheStorage, fetched);
}

async function get(worker: PageCache, path: string): Promise<string> {
  const response = await worker.answer(new Request(at(path)));
  return response ? `${response.status} ${await response.text()}` : 'untouched';
}

beforeEach(() => {
  storage = new FakeCaches();
  asked = [];
  fetched.mockClear();
});

const builds = () => [...storage.all.keys()].filter((name) => name.startsWith('tincan-page-'));

describe('install', () => {
  test('keeps every file of the build, and config.json', async () => {
    const worker = release('v1');
    await worker.install();
    expect(asked.sort()).toEqual(['/', '/a.svg', '/assets/main-v1.js', '/config.json']);
    expect(await worker.isChosen()).toBe(true);
    server = undefined;
    expect(await get(worker, '/')).toBe('200 page v1');
    expect(await get(worker, '/assets/main-v1.js')).toBe('200 script v1');
    expect(await get(worker, '/a.svg')).toBe('200 v1');
    expect(await get(worker, '/config.json')).toBe('200 {"offline":true}');
  });

  test.each<[string, (files: Map<string, string | Response>) => void]>([
    ['a missing file', (files) => files.delete('/a.svg')],
    ['other bytes', (files) => files.set('/assets/main-v1.js', 'script v1 ')],
    ['another page', (files) => files.set('/', 'page v2')],
    ['an error', (files) => files.set('/', new Response('page v1', { status: 500 }))],
    ['no config.json', (files) => files.delete('/config.json')],
    ['something else as config.json', (files) => files.set('/config.json', '<!doctype html>')],
  ])('%s: nothing is kept', async (_name, spoil) => {
    const worker = release('v1');
    if (server) spoil(server);
    await expect(worker.install()).rejects.toThrow();
    expect(builds()).toEqual([]);
    expect(await worker.isChosen()).toBe(false);
  });

  test('hashed files may come from the browser’s own cache, the others never', async () => {
    await release('v1').install();
    const modes = fetched.mock.calls.map(([input, options]) => `${String(input)} ${options?.cache}`);
    expect(modes.sort()).toEqual([
      `${at('/')} no-store`,
      `${at('/a.svg')} no-store`,
      `${at('/assets/main-v1.js')} default`,
      `${at('/config.json')} no-store`,
    ]);
    for (const [input, options] of fetched.mock.calls) {
      if (!String(input).endsWith('config.json')) expect(options).toMatchObject({ redirect: 'error' });
    }
  });
});

describe('another version', () => {
  test('is kept, and not served until it is chosen', async () => {
    const first = release('v1');
    await first.install();
    const second = release('v2');
    await second.install();
    expect(await second.isChosen()).toBe(false);
    // Both the worker at work and the one that takes its place when the browser restarts.
    for (const worker of [first, second]) {
      expect(await get(worker, '/')).toBe('200 page v1');
      expect(await get(worker, '/index.html')).toBe('200 page v1');
      await worker.tidy();
    }
    expect(builds()).toContain('tincan-page-v1');

    await second.choose();
    server = undefined;
    for (const worker of [first, second]) expect(await get(worker, '/')).toBe('200 page v2');
  });

  test('the older one goes with tidy, and until then its tabs find their parts', async () => {
    await release('v1').install();
    const second = release('v2');
    await second.install();
    await second.choose();
    server = undefined;
    expect(await get(second, '/assets/main-v1.js')).toBe('200 script v1');
    await second.tidy();
    expect(builds()).toEqual(['tincan-page-v2']);
    await expect(get(second, '/assets/main-v1.js')).rejects.toThrow('no network');
    expect(await get(second, '/config.json')).toBe('200 {"offline":true}');
  });

  test('one that cannot be kept whole leaves the older one as it is', async () => {
    const first = release('v1');
    await first.install();
    const second = release('v2');
    server?.delete('/a.svg');
    await expect(second.install()).rejects.toThrow();
    expect(builds()).toEqual(['tincan-page-v1']);
    expect(await get(first, '/')).toBe('200 page v1');
  });

  test('back to the one that is served: nothing is fetched, so nothing can go wrong', async () => {
    await release('v1').install();
    await release('v2').install();
    const again = release('v1');
    server?.clear();
    asked = [];
    await again.install();
    expect(asked).toEqual([]);
    expect(await again.isChosen()).toBe(true);
    expect(await get(again, '/')).toBe('200 page v1');
  });

  test('one that was swept away is fetched when it is chosen', async () => {
    await release('v1').install();
    const second = release('v2');
    await second.install();
    await storage.delete('tincan-page-v2');
    const held = server;
    server = undefined;
    await expect(second.choose()).rejects.toThrow('no network');
    expect(await get(second, '/')).toBe('200 page v1');
    server = held;
    await second.choose();
    server = undefined;
    expect(await get(second, '/')).toBe('200 page v2');
  });

  test('where the browser has lost the chosen one, the next takes its place', async () => {
    await release('v1').install();
    await storage.delete('tincan-page-v1');
    const second = release('v2');
    expect(await get(second, '/')).toBe('200 page v2'); // from the network
    await second.install();
    expect(await second.isChosen()).toBe(true);
  });
});

describe('answer', () => {
  let worker: PageCache;
  beforeEach(async () => {
    worker = release('v1');
    await worker.install();
  });

  test.each([
    [new Request(at('/api/v1/take'))],
    [new Request(at('/api/v1/take'), { method: 'POST' })],
    [new Request(at('/'), { method: 'POST' })],
    [new Request(at('/'), { method: 'HEAD' })],
    [new Request('https://other.example/')],
    [new Request('http://chat.example/')],
    [new Request('https://chat.example:8443/a.svg')],
  ])('leaves it alone: %o', (request) => {
    expect(worker.answer(request)).toBeUndefined();
  });

  test('the page is the same with a query and with a link’s secret', async () => {
    server = undefined;
    for (const path of ['/?x=1', '/#iSecret', '/?x=1#iSecret', '/index.html?y']) {
      expect(await get(worker, path)).toBe('200 page v1');
    }
    const keys = [...storage.all.values()].flatMap((entries) => [...entries.keys()]);
    expect(keys.filter((key) => /[?#]/.test(key))).toEqual([]);
  });

  test('what it has not goes to the network, and is not kept', async () => {
    server?.set('/robots.txt', 'robots');
    expect(await get(worker, '/robots.txt')).toBe('200 robots');
    server = undefined;
    await expect(get(worker, '/robots.txt')).rejects.toThrow('no network');
    await expect(get(worker, '/chosen')).rejects.toThrow('no network');
  });

  test('below a path it answers for that path alone', async () => {
    const below = new PageCache({ version: 'b', files: {} }, new URL('/a/', scope), caches(), fetched);
    expect(below.answer(new Request(at('/config.json')))).toBeUndefined();
    expect(below.answer(new Request(at('/a/api/x')))).toBeUndefined();
    expect(below.answer(new Request(at('/a/')))).toBeDefined();
    await below.answer(new Request(at('/a/')));
  });
  const caches = () => storage as unknown as CacheStorage;

  test('config.json is the network’s, and the last good one without', async () => {
    server?.set('/config.json', '{"stun":["a:1"]}');
    expect(await get(worker, '/config.json')).toBe('200 {"stun":["a:1"]}');
    for (const bad of ['<!doctype html>', '[]', 'null', '7', new Response('{}', { status: 503 })]) {
      server?.set('/config.json', bad);
      expect(await get(worker, '/config.json')).toBe('200 {"stun":["a:1"]}');
    }
    server = undefined;
    expect(await get(worker, '/config.json')).toBe('200 {"stun":["a:1"]}');
  });

  test('without a good config.json the answer is what came', async () => {
    await storage.delete('tincan-notes');
    server?.delete('/config.json');
    expect(await get(worker, '/config.json')).toBe('404 ');
    server = undefined;
    await expect(get(worker, '/config.json')).rejects.toThrow('no network');
  });
});
