/** What waits for its turn, in the order it came. */
const waiting: (() => void)[] = [];
let planned = false;

/**
 * Resolves when it is one's turn: one at a time, when the page has nothing more urgent to do. For work that a peer can
 * ask for by the dozen, so that the page goes on between two pieces of it.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    plan();
  });
}

function plan(): void {
  if (planned || waiting.length === 0) return;
  planned = true;
  const next = () => {
    planned = false;
    waiting.shift()?.();
    plan();
  };
  // Safari has no such callbacks; pages in the background get theirs by the deadline.
  if ('requestIdleCallback' in globalThis) requestIdleCallback(next, { timeout: 200 });
  else setTimeout(next);
}

/** Up to so many characters are read at once. When there are more, each further text waits for its turn. */
const atOnce = 20_000;
let read = 0;

/** Whether a text of this length may be read now. */
export function mayRead(length: number): boolean {
  if (read > 0 && read + length > atOnce) return false;
  if (read === 0) void turn().then(() => (read = 0));
  read += length;
  return true;
}
