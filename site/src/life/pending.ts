import { ifAllowed } from './browser.ts';
import { fromDisk } from './file.ts';
import { read, write } from './stored.ts';

/** What a page that is closed, reloaded or thrown out by the system takes with it. */
export type Pending = 'invite' | 'reply' | 'chat';

/** What a page wrote down for its tab, and which page that was. */
export interface Mark {
  pending: Pending;
  page: string;
}

const key = 'tincan-pending';
const maxStored = 100;
/** A random name for this page, by which the tabs of the browser tell it from others. It ends with the page. */
const own = ifAllowed(() => Array.from(crypto.getRandomValues(new Uint32Array(4))).join('-'), '');
const channel = ifAllowed(() => (fromDisk() ? undefined : new BroadcastChannel(key)), undefined);
/** How long the page that wrote a mark has to say that it is still there; in milliseconds. */
export const answerWithin = 300;

/** Writes down, for this tab alone, what is pending, so that a reload can say what was lost. Never more than its kind. */
export function markPending(pending: Pending | undefined): void {
  // Where nothing can be stored, a reload shows the start page and says nothing.
  write('tab', key, pending === undefined ? undefined : `${pending} ${own}`);
}

/** What was pending when the page of this tab went, or what is pending in the tab that this one is a duplicate of. */
export function markedPending(): Mark | undefined {
  const [pending, page = ''] = read('tab', key, maxStored).split(' ');
  return pending === 'invite' || pending === 'reply' || pending === 'chat' ? { pending, page } : undefined;
}

/**
 * Asks the other tabs for the page that wrote a mark: browsers copy what a tab has written down into its duplicate,
 * and there nothing has ended. `answered` is called with false when no page says so in time, and with true whenever
 * one does, even after that: a tab in the background may be slow.
 */
export function askForPage({ page }: Mark, answered: (there: boolean) => void): void {
  if (!channel || page === '') {
    // Where the other tabs cannot be asked, only a reload is sure to have ended something.
    const [entry] = ifAllowed(() => performance.getEntriesByType('navigation'), []);
    answered(!(entry && 'type' in entry && entry.type === 'reload'));
    return;
  }
  const patience = setTimeout(() => answered(false), answerWithin);
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (data !== `here ${page}`) return;
    clearTimeout(patience);
    answered(true);
  });
  channel.postMessage(`there? ${page}`);
}

channel?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  if (data === `there? ${own}`) channel.postMessage(`here ${own}`);
});
