import { ifAllowed } from './browser.ts';

/** All notifications have this tag, so that a new one replaces the one before. */
const tag = 'tincan';

/** What came while nobody looked at the page: for its title, its icon in the tab, and a notification. */
export class Attention {
  #unread = $state(0);
  #shown: Notification | undefined;
  /** How many times it was cleared: a notification that was being made meanwhile must not be shown any more. */
  #cleared = 0;

  /** Messages that have come since the page was last looked at. */
  get unread(): number {
    return this.#unread;
  }

  /** A message has come. Says whether it is the first that nobody was looking at. */
  heard(): boolean {
    if (looking()) return false;
    this.#unread += 1;
    return this.#unread === 1;
  }

  looked(): void {
    if (looking()) void this.clear();
  }

  /** Forgets what came. Resolves when nothing of it is shown any more outside of the page, either. */
  async clear(): Promise<void> {
    this.#unread = 0;
    this.#shown?.close();
    this.#shown = undefined;
    this.#cleared += 1;
    await closeAll();
  }

  /**
   * Says that something came, and nothing of it: a notification stays on lock screens and in logs. A new one takes the
   * place of the last.
   */
  async notify(title: string): Promise<void> {
    if (!notifies()) return;
    try {
      if (Notification.permission !== 'granted') return;
      const shown = new Notification(title, { tag });
      shown.onclick = () => {
        window.focus();
        shown.close();
      };
      this.#shown = shown;
    } catch {
      // Android shows only notifications of a service worker, and one is there where the page is kept; see sw.ts.
      await this.#byWorker(title).catch(() => undefined);
    }
  }

  async #byWorker(title: string): Promise<void> {
    const cleared = this.#cleared;
    const worker = await navigator.serviceWorker.getRegistration();
    if (cleared !== this.#cleared) return;
    await worker?.showNotification(title, { tag });
    if (cleared !== this.#cleared) await closeAll();
  }
}

/** Closes the notifications that the service worker has shown, which would stay otherwise. */
async function closeAll(): Promise<void> {
  try {
    const worker = await navigator.serviceWorker?.getRegistration();
    for (const shown of (await worker?.getNotifications({ tag })) ?? []) shown.close();
  } catch {
    // A browser without workers, or one that lets the page have none, has shown nothing by them.
  }
}

/** The page is in front of somebody. */
export function looking(): boolean {
  return ifAllowed(() => document.visibilityState === 'visible' && document.hasFocus(), true);
}

/** Tells when the page is looked at again. Returns the function that ends it. */
export function watchLooking(looked: () => void): () => void {
  document.addEventListener('visibilitychange', looked);
  addEventListener('focus', looked);
  return () => {
    document.removeEventListener('visibilitychange', looked);
    removeEventListener('focus', looked);
  };
}

/** Draws the number of unread messages into the page's icon; with 0 the icon is the page's own. */
export function badge(unread: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) return;
  const own = (link.dataset['own'] ??= link.getAttribute('href') ?? '');
  const href = unread === 0 ? own : `data:image/svg+xml,${encodeURIComponent(icon(unread))}`;
  // Browsers load the icon again each time it is set.
  if (link.getAttribute('href') !== href) link.setAttribute('href', href);
}

function icon(unread: number): string {
  const text = unread > 9 ? '9+' : String(unread);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="#a8261b"/><text x="16" y="23" fill="#fff" font-family="sans-serif" font-size="${text.length > 1 ? 17 : 21}" font-weight="700" text-anchor="middle">${text}</text></svg>`;
}

/** Notifications can be shown here: not on plain http. */
export function notifies(): boolean {
  return ifAllowed(() => isSecureContext && typeof Notification === 'function', false);
}

/** Asks the browser to allow notifications, and says whether it does. */
export async function askToNotify(): Promise<boolean> {
  if (!notifies()) return false;
  try {
    return (await Notification.requestPermission()) === 'granted';
  } catch {
    return false;
  }
}
