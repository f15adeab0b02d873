/** Nearer to the end than this counts as being there, when moving towards it; in pixels. */
const near = 60;
/** Farther from the end than this the way back is offered. */
const far = 200;
/** Smaller moves up are rounding, not the reader. */
const slack = 3;

/**
 * Keeps a growing history at its end, unless the reader has scrolled up: only a move away from the end is taken
 * as the reader's, so neither new content nor a keyboard that covers half of the page ends the sticking.
 */
export class Stick {
  #pinned = $state(true);
  #away = $state(false);
  #box: HTMLElement | undefined;
  #last = 0;

  /** The history follows what is added. */
  get pinned(): boolean {
    return this.#pinned;
  }

  /** The reader is so far up that the way back should be offered. */
  get away(): boolean {
    return this.#away;
  }

  /** Attaches to the scrolling element, whose one child is the content. */
  attach = (box: HTMLElement): (() => void) => {
    this.#box = box;
    const resized = new ResizeObserver(() => this.#follow());
    resized.observe(box);
    if (box.firstElementChild) resized.observe(box.firstElementChild);
    const scrolled = () => this.#scrolled(box);
    box.addEventListener('scroll', scrolled, { passive: true });
    this.#follow();
    return () => {
      resized.disconnect();
      box.removeEventListener('scroll', scrolled);
      this.#box = undefined;
    };
  };

  /** Goes to the end and stays there. */
  jump(): void {
    this.#pinned = true;
    this.#away = false;
    this.#follow();
  }

  #follow(): void {
    if (!this.#pinned || !this.#box) return;
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#last = this.#box.scrollTop;
  }

  #scrolled(box: HTMLElement): void {
    const rest = box.scrollHeight - box.clientHeight - box.scrollTop;
    const up = this.#last - box.scrollTop;
    this.#last = box.scrollTop;
    if (up > slack && rest > slack) this.#pinned = false;
    else if (up < 0 && rest <= near) this.#pinned = true;
    if (this.#pinned || rest <= near) this.#away = false;
    else if (rest > far) this.#away = true;
  }
}
