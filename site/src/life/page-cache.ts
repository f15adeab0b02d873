/** One build of the page: every file of it by its name, with its hash as `integrity` takes it. */
export interface Build {
  version: string;
  files: Record<string, string>;
}

/** The key of the page itself, by whatever path it was opened. */
const page = './';
const prefix = 'tincan-page-';
/** The cache of what is no file of a build: which version was chosen, and the last good config.json. */
const notes = 'tincan-notes';
/** How long a network that does not answer keeps the page from starting with the config.json it has, in ms. */
const patience = 4_000;

/**
 * What the service worker keeps: whole builds of the page, each under its version, and which of them the person has
 * chosen. Browsers replace a worker by a newer one whenever no page is open, so the chosen version is written down
 * instead of being the worker's own.
 *
 * The browser shows a worker the whole address of a page, with the secret of a link in its fragment. Only the path is
 * read here, every key is made of it, and nothing is logged.
 */
export class PageCache {
  readonly #build: Build;
  readonly #scope: URL;
  readonly #caches: CacheStorage;
  readonly #fetch: typeof fetch;

  constructor(build: Build, scope: URL, caches: CacheStorage, fetch: typeof globalThis.fetch) {
    this.#build = build;
    this.#scope = scope;
    this.#caches = caches;
    this.#fetch = fetch;
  }

  /**
   * Fetches this build, all of it or nothing: rejects where a file is missing or isn't the one that was built. The
   * first one on a device is chosen, a later one only kept.
   */
  async install(): Promise<void> {
    const name = prefix + this.#build.version;
    const served = await this.#served();
    // The site has gone back to the version that is served. It is there already, and fetching could only fail.
    if (served === this.#build.version) return;
    const cache = await this.#caches.open(name);
    try {
      await Promise.all(
        Object.entries(this.#build.files).map(async ([file, integrity]) => {
          const url = this.#url(file);
          // Hashed files come from the browser's own cache, where the page has just put them.
          const mode = file.startsWith('assets/') ? 'default' : 'no-store';
          const response = await this.#fetch(url, { integrity, cache: mode, redirect: 'error' });
          if (!response.ok) throw new Error(`keep ${file}: status ${response.status}`);
          await cache.put(url, response);
        }),
      );
      // Without it, a page that starts offline would read that the site wants nothing kept.
      if (!(await this.#note('config.json'))) {
        const response = await this.#config(
          await this.#fetch(this.#url('config.json'), { cache: 'no-store' }),
        );
        if (!response.ok) throw new Error(`keep config.json: status ${response.status}`);
      }
    } catch (error) {
      await this.#caches.delete(name);
      throw error;
    }
    if (served === undefined) await this.#choose();
  }

  /** Whether this build is the one that is served. */
  async isChosen(): Promise<boolean> {
    return (await this.#chosen()) === this.#build.version;
  }

  /** The person wants this build from now on. Rejects where it is gone and can't be had. */
  async choose(): Promise<void> {
    if (!(await this.#caches.has(prefix + this.#build.version))) await this.install();
    await this.#choose();
  }

  /** Deletes the builds that are neither served nor offered. */
  async tidy(): Promise<void> {
    const chosen = await this.#chosen();
    const kept = [notes, prefix + this.#build.version, prefix + (chosen ?? '')];
    const names = await this.#caches.keys();
    await Promise.all(names.filter((name) => !kept.includes(name)).map((name) => this.#caches.delete(name)));
  }

  /** What to answer; undefined: the request is none of this worker's business. */
  answer(request: Request): Promise<Response> | undefined {
    const { origin, pathname } = new URL(request.url);
    if (request.method !== 'GET' || origin !== this.#scope.origin) return undefined;
    if (!pathname.startsWith(this.#scope.pathname)) return undefined;
    const file = pathname.slice(this.#scope.pathname.length);
    if (file.startsWith('api/')) return undefined;
    if (file === 'config.json') return this.#freshConfig(request);
    return this.#file(file === '' || file === 'index.html' ? page : file, request);
  }

  async #file(file: string, request: Request): Promise<Response> {
    const chosen = await this.#chosen();
    // Whatever the query and the Accept-Encoding of the request are, the answer is the file that is kept, unpacked.
    const find = (name?: string) =>
      this.#caches.match(this.#url(file), {
        ignoreVary: true,
        ...(name === undefined ? {} : { cacheName: name }),
      });
    const kept = chosen === undefined ? undefined : await find(prefix + chosen);
    if (kept) return kept;
    // A tab that has been open since before an update may still want a part of its own version.
    const older = file.startsWith('assets/') ? await find() : undefined;
    return older ?? this.#fetch(request);
  }

  async #freshConfig(request: Request): Promise<Response> {
    const kept = () => this.#note('config.json');
    try {
      const response = await this.#config(
        await this.#fetch(request, { signal: AbortSignal.timeout(patience) }),
      );
      return response.ok ? response : ((await kept()) ?? response);
    } catch (error) {
      const copy = await kept();
      if (copy) return copy;
      throw error;
    }
  }

  /** Keeps a config.json that is one. Something else, such as the log-in page of a network, counts as a failure. */
  async #config(response: Response): Promise<Response> {
    if (!response.ok) return response;
    const text = await response.text();
    const config: unknown = JSON.parse(text);
    if (typeof config !== 'object' || config === null || Array.isArray(config))
      throw new Error('no config.json');
    const copy = () => new Response(text, { headers: { 'Content-Type': 'application/json' } });
    await this.#write('config.json', copy());
    return copy();
  }

  #url(file: string): string {
    return new URL(file, this.#scope).href;
  }

  /** The chosen version, if the browser still has it. */
  async #served(): Promise<string | undefined> {
    const chosen = await this.#chosen();
    return chosen !== undefined && (await this.#caches.has(prefix + chosen)) ? chosen : undefined;
  }

  async #chosen(): Promise<string | undefined> {
    return (await this.#note('chosen'))?.text();
  }

  #choose(): Promise<void> {
    return this.#write('chosen', new Response(this.#build.version));
  }

  #note(name: string): Promise<Response | undefined> {
    return this.#caches.match(this.#url(name), { cacheName: notes });
  }

  async #write(name: string, response: Response): Promise<void> {
    const cache = await this.#caches.open(notes);
    await cache.put(this.#url(name), response);
  }
}
