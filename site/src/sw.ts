// The service worker of the hosted page, built into /sw.js: what the page is made of, kept for when there is no
// network, and replaced when the person says so. page-cache.ts has the rules; offline.svelte.ts is the page's side.
import { type Build, PageCache } from './life/page-cache.ts';

/** Put here by the build, when it knows every file; see vite.config.ts. */
declare const TINCAN_BUILD: Build;

/** The part of a worker's global scope that is used here: the compiler's own list of it does not go with DOM. */
interface Scope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(which: { type: 'window'; includeUncontrolled: true }): Promise<{ focus(): Promise<unknown> }[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener<Type extends keyof Events>(type: Type, listener: (event: Events[Type]) => void): void;
}
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Events {
  install: Lasting;
  activate: Lasting;
  fetch: Lasting & { request: Request; respondWith(answer: Promise<Response>): void };
  notificationclick: Lasting & { notification: Notification };
  message: Lasting & { data: unknown; ports: readonly MessagePort[] };
}

const worker = self as unknown as Scope;
const kept = new PageCache(TINCAN_BUILD, new URL(worker.registration.scope), caches, (...asked) =>
  fetch(...asked),
);

worker.addEventListener('install', (event) => event.waitUntil(kept.install()));

worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('fetch', (event) => {
  const answer = kept.answer(event.request);
  if (answer) event.respondWith(answer);
});

// All notifications say that a message has come, and lead back to its page.
worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    worker.clients.matchAll({ type: 'window', includeUncontrolled: true }).then(([page]) => page?.focus()),
  );
});

// A page asks whether this worker's version is the one it is served, or wants it to be.
worker.addEventListener('message', (event) => {
  const type = (event.data as { type?: unknown } | null)?.type;
  if (type === 'ask') event.waitUntil(answer(event.ports[0]).then(tidy));
  // The answer says whether it worked.
  if (type === 'update')
    event.waitUntil(
      update()
        .catch(() => undefined)
        .then(() => answer(event.ports[0])),
    );
});

async function answer(port: MessagePort | undefined): Promise<void> {
  port?.postMessage({ chosen: await kept.isChosen() });
}

async function update(): Promise<void> {
  await kept.choose();
  await worker.skipWaiting();
}

/** Deletes the other versions; not while another tab may need one of them, or another worker waits with its own. */
async function tidy(): Promise<void> {
  const { installing, waiting } = worker.registration;
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (!installing && !waiting && windows.length <= 1) await kept.tidy();
}
