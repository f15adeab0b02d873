/** When the reader has been at the end for this long, what was new there counts as read; in milliseconds. */
const settled = 10_000;

/**
 * What came while nobody was reading. `first` is the message above which the divider stands. It stays there while the
 * person reads on, and goes when they write, or when a message comes after they have been at the end for a while.
 */
export class Unread {
  #count = $state(0);
  #first: string | undefined;
  /** When all was read, in milliseconds since 1970; undefined while something is unread. */
  #readAt: number | undefined = 0;

  /** How many lie below what is in sight. */
  get count(): number {
    return this.#count;
  }

  /** Key of the first that came unread. */
  get first(): string | undefined {
    return this.#first;
  }

  /** A message of the other person came. `end`: the end is in sight; `seen`: it is, and the page is in front as well. */
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

  /** The end is in sight, and the page is in front. */
  read(): void {
    this.#count = 0;
    this.#readAt ??= Date.now();
  }

  /** The person has written something, or everything was cleared. */
  clear(): void {
    this.#count = 0;
    this.#first = undefined;
    this.#readAt = 0;
  }
}
