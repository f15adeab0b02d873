/** The other person is writing for this long after the last sign of it, which comes every 5 s; in milliseconds. */
const lasts = 7_000;

/** What the other person shows of what they do. */
export class Signs {
  #typing = $state(false);
  #here = $state<boolean>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** They are writing. */
  get typing(): boolean {
    return this.#typing;
  }
  /** They look at the chat, or not; undefined where they don't show it. */
  get here(): boolean | undefined {
    return this.#here;
  }

  types(): void {
    this.stopsTyping();
    this.#typing = true;
    this.#timer = setTimeout(() => this.stopsTyping(), lasts);
  }

  stopsTyping(): void {
    clearTimeout(this.#timer);
    this.#typing = false;
  }

  looks(here: boolean): void {
    this.#here = here;
  }

  /** They are gone, or back with a page that has yet to show anything. */
  over(): void {
    this.stopsTyping();
    this.#here = undefined;
  }
}
