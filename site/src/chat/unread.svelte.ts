/** So long after one was at the end, what was new there counts as read; in milliseconds. */
const settled = 10_000;

/**
 * What came while nobody was reading. `first` is where the divider stands: it stays while one reads on from there,
 * and goes with one's next message, or with the next of the other person once one has been at the end for a while.
 */
export class Unread {
  #count = $state(0);
  #first: string | undefined;
  /** When everything was read; undefined where something isn't. */
  #readAt: number | undefined = 0;

  /** How many lie below what is in sight. */
  get count(): number {
    return this.#count;
  }

  /** Key of the first that came unread. */
  get first(): string | undefined {
    return this.#first;
  }

  /** A message of the other person came. `end`: the end is in sight; `seen`: and the page is looked at. */
  arrived(key: string, end: boolean, seen: boolean): void {
    if (seen) {
      this.read();
      if (Date.now() - (this.#readAt ?? 0) >= settled) this.#first = undefined;
    } else if (this.#readAt !== undefined) {
      this.#first = key;
      this.#readAt = undefined;
    }
    if (!end) this.#count += 1;
  }

  /** The end has come into sight. */
  reached(): void {
    this.#count = 0;
  }

  /** The end is in sight, and the page is looked at. */
  read(): void {
    this.#count = 0;
    this.#readAt ??= Date.now();
  }

  /** One has written oneself, or everything was cleared. */
  clear(): void {
    this.#count = 0;
    this.#first = undefined;
    this.#readAt = 0;
  }
}
