/** When two beats are farther apart than this, the tab was frozen or the device asleep; in milliseconds. */
const gap = 5_000;
/** What ends this soon after the page is back has ended because it was away; in milliseconds. */
const after = 10_000;

/** Notices that the page was away: nothing tells a page reliably that it was frozen, but its clock jumps. */
export class Absence {
  #beat = Date.now();
  #back = -Infinity;

  /** Called every second while something is pending. */
  beat(): void {
    const now = Date.now();
    if (now - this.#beat > gap) this.#back = now;
    this.#beat = now;
  }

  /** Something is pending from now on. Nobody called `beat` before, which does not mean that the page was away. */
  start(): void {
    this.#beat = Date.now();
    this.#back = -Infinity;
  }

  /** The browser says that the page is seen again. */
  returned(): void {
    this.#back = Date.now();
  }

  /** Whether the page has just come back. Right after waking this may be asked before the first beat. */
  get justBack(): boolean {
    this.beat();
    return Date.now() - this.#back < after;
  }
}

/**
 * Tells when the page may have missed something and can go on: it is seen, shown or in front again, or online. More
 * than one of these may tell of the same return. Returns the function that ends it.
 */
export function watchReturn(returned: () => void): () => void {
  const changed = () => {
    if (document.visibilityState === 'visible') returned();
  };
  const events = ['pageshow', 'focus', 'online'] as const;
  document.addEventListener('visibilitychange', changed);
  for (const event of events) addEventListener(event, returned);
  return () => {
    document.removeEventListener('visibilitychange', changed);
    for (const event of events) removeEventListener(event, returned);
  };
}

/**
 * Tells when the device may have come to another network: it is online again, or over another kind of connection.
 * Browsers say no more, and not all of them that. Returns the function that ends it.
 */
export function watchNetwork(moved: () => void): () => void {
  const { connection } = navigator as { connection?: EventTarget & { type?: string } };
  let type = connection?.type;
  // It tells of every change of speed as well, which is none of the network.
  const changed = () => {
    if (connection?.type === type) return;
    type = connection?.type;
    moved();
  };
  connection?.addEventListener('change', changed);
  addEventListener('online', moved);
  return () => {
    connection?.removeEventListener('change', changed);
    removeEventListener('online', moved);
  };
}

/** Beats every second, and tells when the browser shows or thaws the page. Returns the function that ends it. */
export function watchAbsence(beat: () => void, returned: () => void): () => void {
  const timer = setInterval(beat, 1000);
  const changed = () => {
    if (document.visibilityState === 'visible') returned();
  };
  document.addEventListener('visibilitychange', changed);
  document.addEventListener('resume', returned);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', changed);
    document.removeEventListener('resume', returned);
  };
}
