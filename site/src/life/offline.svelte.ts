import { watchReturn } from './absence.ts';
import { trustedScript } from './browser.ts';

/** `ready`: the page is kept on this device; `update`: so is another version, which waits until the person wants it. */
export type OfflineState = 'none' | 'ready' | 'update';

/** The one script that may become a service worker. */
const script = '/sw.js';
/** A newer version is looked for at the start, and no more often than this afterwards; in milliseconds. */
const interval = 4 * 60 * 60 * 1000;

/** Whether the page is kept for when there is no network, and whether a newer one is there. */
export class Offline {
  #state = $state<OfflineState>('none');
  #later = $state(false);
  #registration: ServiceWorkerRegistration | undefined;
  #checked = 0;
  readonly #container: () => ServiceWorkerContainer | undefined;
  readonly #reload: () => void;

  constructor(
    // On plain http browsers have no service workers, and may throw when they are asked for them.
    container = (): ServiceWorkerContainer | undefined => navigator.serviceWorker,
    reload = () => location.reload(),
  ) {
    this.#container = container;
    this.#reload = reload;
  }

  get state(): OfflineState {
    return this.#state;
  }
  /** A newer version is to be offered. */
  get offered(): boolean {
    return this.#state === 'update' && !this.#later;
  }

  /** Keeps the page, where its site wants that and it is at the root; ends it where the site wants it no more. */
  async start(wanted: boolean | undefined): Promise<void> {
    try {
      const container = this.#container();
      if (!container) return;
      // Only a clear false ends it: where nothing was read, the network may just have failed.
      if (wanted === false) await end(container);
      if (wanted && location.pathname === '/') {
        // The browser's own cache never stands between the page and a newer worker.
        const options = { scope: '/', updateViaCache: 'none' } as const;
        this.#watch(await container.register(trustedScript('tincan-worker', script), options));
      }
    } catch {
      // The browser refused, or a file was not the one that was built. The page works without a worker.
    }
  }

  /** The person wants the newer version: it is served from now on, and the page loads anew. */
  async update(): Promise<void> {
    const newest = this.#newest;
    if (!newest || this.#state !== 'update') return;
    if (await ask(newest, 'update')) this.#reload();
  }

  /** The person does not want it now; it is offered again when the page starts. */
  later(): void {
    this.#later = true;
  }

  #watch(registration: ServiceWorkerRegistration): void {
    this.#registration = registration;
    const follow = (worker: ServiceWorker | null) =>
      worker?.addEventListener('statechange', () => void this.#look());
    registration.addEventListener('updatefound', () => follow(registration.installing));
    follow(registration.installing);
    void this.#look();
    if (registration.active) this.#check();
    else this.#checked = Date.now();
    watchReturn(() => this.#check());
  }

  #check(): void {
    const now = Date.now();
    if (now - this.#checked < interval) return;
    this.#checked = now;
    // Without a network nothing is found, and nothing is wrong.
    this.#registration?.update().catch(() => undefined);
  }

  /** A worker that has fetched its version. It may still be waiting to take over. */
  get #newest(): ServiceWorker | null {
    return this.#registration?.waiting ?? this.#registration?.active ?? null;
  }

  async #look(): Promise<void> {
    const newest = this.#newest;
    if (!newest) return;
    const chosen = await ask(newest, 'ask');
    if (newest === this.#newest) this.#state = chosen ? 'ready' : 'update';
  }
}

/** Asks a worker whether its version is the one that is served, after an `update` that made it so. */
function ask(worker: ServiceWorker, type: 'ask' | 'update'): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<{ chosen: boolean }>) => {
      port1.close();
      resolve(data.chosen);
    };
    worker.postMessage({ type }, [port2]);
  });
}

/** Unregisters a worker of ours that was left here, and deletes what it kept. The next load comes from the network. */
async function end(container: ServiceWorkerContainer): Promise<void> {
  if (container.controller?.scriptURL !== new URL(script, location.href).href) return;
  const registration = await container.getRegistration();
  await registration?.unregister();
  const names = (await caches.keys()).filter((name) => name.startsWith('tincan-'));
  await Promise.all(names.map((name) => caches.delete(name)));
}
