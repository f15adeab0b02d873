import { ifAllowed } from './browser.ts';

/** All notifications of the page are one. */
const tag = 'tincan';

/** What came while nobody looked at the page: for its title, its icon in the tab, and a notification. */
export class Attention {
  #unread = $state(0);
  #shown: Notification | undefined;

  /** Messages that have come since the page was last looked at. */
  get unread(): number {
    return this.#unread;
  }

  /** Messages have come. Says whether they are the first that nobody was looking at. */
  heard(count: number): boolean {
    if (looking()) return false;
    this.#unread += count;
    return this.#unread === count;
  }

  looked(): void {
    if (looking()) this.clear();
  }

  clear(): void {
    this.#unread = 0;
    this.#shown?.close();
    this.#shown = undefined;
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
      // Android shows only those of a service worker, which there is where the page is kept; see sw.ts.
      await byWorker(title).catch(() => undefined);
    }
  }
}

async function byWorker(title: string): Promise<void> {
  const worker = await navigator.serviceWorker.getRegistration();
  await worker?.showNotification(title, { tag });
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
  // Browsers load it anew each time it is set.
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
