/** When what is said disappears. */
export class Expiry {
  /** After how many seconds what is said from now on disappears; 0 for never. */
  lasting = 0;
  readonly #due: () => number;
  #next = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `due` takes out what is to disappear by now, and returns when the next is; Infinity where there is none. */
  constructor(due: () => number) {
    this.#due = due;
  }

  /** When what was said at this time disappears, in milliseconds since 1970; undefined for never. */
  of(at: number): number | undefined {
    if (this.lasting === 0) return undefined;
    const goes = at + this.lasting * 1000;
    if (goes < this.#next) this.#wake(goes);
    return goes;
  }

  #wake(at: number): void {
    clearTimeout(this.#timer);
    this.#next = at;
    this.#timer = at < Infinity ? setTimeout(() => this.#wake(this.#due()), at - Date.now()) : undefined;
  }
}

/** Those of the list that are like this, and the others. */
export function parted<T>(list: readonly T[], like: (one: T) => boolean): [T[], T[]] {
  return [list.filter(like), list.filter((one) => !like(one))];
}
