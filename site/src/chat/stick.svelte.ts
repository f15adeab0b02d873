/*
 * A chat is read at its end, and what comes has to push the end along. Whoever has scrolled up reads there, and nothing
 * may move under their eyes.
 *
 *     scrollHeight  ┌──────────┐
 *                   │          │ top: what lies above
 *                   ├──────────┤
 *                   │ in sight │ view
 *                   ├──────────┤
 *                   │          │ rest: what lies below, 0 at the end
 *                   └──────────┘
 *
 *                 the reader moves up
 *       pinned ────────────────────────> free        pinned: goes to the end after each change of a size
 *              <────────────────────────             free: stays, and from `far` on offers the way back
 *     moves down to less than `near`, jumps,
 *     or nothing is left below
 *
 * The difficulty is to know who has scrolled. A browser tells only that the box is elsewhere now, and it tells late:
 * text that grew, a keyboard that came up and a list that corrects its estimates move it as well. Three things are
 * heard, then:
 *
 *   intent   Wheel, finger and keys say the direction before anything moves. Up lets go at once: a message that comes
 *            between the key and its scroll must not pull the reader back.
 *   sizes    The content or the box has another size. Pinned, the box goes to the end once more.
 *   scrolls  How far the box has moved since it was last looked at. Upwards, by more than the sizes have changed lately,
 *            only the reader can have moved it, by the scroll bar or a search. By less it may have been the page, which
 *            goes to the end again. What the page does itself is written down right away, and never looks like a move.
 */

/** Nearer to the end than this counts as being there, when moving towards it; in pixels. */
const near = 60;
/** Farther from the end than this the way back is offered. */
const far = 200;
/** Smaller moves are no reader's: they come of rounding, as on a page that is zoomed; in pixels. */
const slack = 3;
/** A finger that has moved this far wants to scroll. */
const drag = 10;

/** For this many frames after a change virtua may correct the place of the rows: a scroll meanwhile may be its own. */
const settlingFrames = 4;

/** Keys that move the reader up or down in the history. */
const keys: Record<string, 'up' | 'down' | undefined> = {
  ArrowUp: 'up',
  PageUp: 'up',
  Home: 'up',
  ArrowDown: 'down',
  PageDown: 'down',
  End: 'down',
};

/**
 * Keeps a growing history at its end, unless the reader has scrolled up, and never fights the reader. Every scroll of
 * ours is recorded, and so is the size of the content: a scroll that neither explains is the reader's. Wheel, touch
 * and keys tell of one before it happens.
 */
export class Stick {
  #pinned = $state(true);
  #away = $state(false);
  #box: HTMLElement | undefined;
  /** Where the box was when it was last looked at, or, while pinned, the lowest place since it was put to the end. */
  #top = 0;
  #rest = 0;
  #height = 0;
  #view = 0;
  #finger = 0;
  /** The box is held by its scroll bar, or by a finger. */
  #held = false;
  /** Frames to go until what has changed its size has settled. */
  #settling = 0;
  /** By how much the sizes have changed since they last had settled. */
  #shifted = 0;

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
    const resized = new ResizeObserver(() => this.#resized(box));
    resized.observe(box);
    if (box.firstElementChild) resized.observe(box.firstElementChild);
    const gone = new AbortController();
    const listen = <K extends keyof HTMLElementEventMap>(
      type: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ) =>
      box.addEventListener(
        type,
        (event) => {
          // The dialog of a link is inside its message in the tree, but what happens in it is not about the history.
          if (!(event.target instanceof Element && event.target.closest('dialog'))) listener(event);
        },
        { passive: true, signal: gone.signal },
      );
    listen('scroll', () => this.#scrolled(box));
    listen('wheel', ({ deltaX, deltaY, ctrlKey, shiftKey }) => {
      // Zooming, or scrolling sideways in a long line of code.
      if (ctrlKey || shiftKey || Math.abs(deltaX) >= Math.abs(deltaY)) return;
      this.#intends(box, deltaY < 0 ? 'up' : 'down');
    });
    listen('pointerdown', ({ target }) => (this.#held = target === box));
    const released = () => (this.#held = false);
    addEventListener('pointerup', released);
    listen('touchstart', ({ touches }) => (this.#finger = touches[0]?.clientY ?? 0));
    listen('touchmove', ({ touches }) => {
      const moved = (touches[0]?.clientY ?? 0) - this.#finger;
      if (touches.length !== 1 || Math.abs(moved) < drag) return;
      // The finger takes the content along: downwards leads to what is older.
      this.#intends(box, moved > 0 ? 'up' : 'down');
    });
    listen('keydown', ({ key, ctrlKey, altKey, metaKey, target }) => {
      // On a button these keys move the focus; see Log.svelte. If the browser scrolls after all, the scroll tells.
      if (target instanceof HTMLButtonElement) return;
      const direction = keys[key];
      if (direction && !altKey && !metaKey && (!ctrlKey || key === 'Home' || key === 'End'))
        this.#intends(box, direction);
    });
    this.#follow(box);
    return () => {
      resized.disconnect();
      gone.abort();
      removeEventListener('pointerup', released);
      this.#box = undefined;
    };
  };

  /** Goes to the end and stays there. */
  jump(): void {
    this.#pinned = true;
    this.#away = false;
    if (this.#box) this.#follow(this.#box);
  }

  /** Stays where it is, whatever grows or goes: the reader has asked for that, and reads on from here. */
  stay(): void {
    if (!this.#box || this.#place(this.#box).top === 0) return;
    this.#pinned = false;
    this.#record(this.#box);
  }

  /** Follows again where the end is in sight: what the reader looked at is put away. */
  resume(): void {
    if (this.#box && this.#place(this.#box).rest <= slack) this.jump();
  }

  /** Moves by a page, as the keys do; `up` leads to what is older. */
  page(direction: 'up' | 'down'): void {
    const box = this.#box;
    if (!box) return;
    this.#intends(box, direction);
    // Browsers leave this much of the page before in sight.
    const by = Math.max(box.clientHeight * 0.875, box.clientHeight - 40);
    box.scrollTop += direction === 'up' ? -by : by;
    this.#scrolled(box);
  }

  #follow(box: HTMLElement): void {
    // If it is at the end already it stays, also while iOS lets it bounce beyond.
    if (this.#place(box).rest >= 1) box.scrollTop = box.scrollHeight;
    this.#record(box);
  }

  /** The reader is about to move. */
  #intends(box: HTMLElement, direction: 'up' | 'down'): void {
    const { top, rest } = this.#place(box);
    if (direction === 'down') {
      if (rest <= slack) this.#pinned = true;
    } else if (top > 0) {
      this.#pinned = false;
      this.#record(box);
    }
  }

  #resized(box: HTMLElement): void {
    const { rest } = this.#place(box);
    const shorter = box.scrollHeight < this.#height;
    this.#settle(box);
    // Nothing is left below the reader: all was cleared, or the end came up.
    if (!this.#pinned && rest <= slack && (shorter || box.scrollHeight <= box.clientHeight))
      this.#pinned = true;
    if (this.#pinned) this.#follow(box);
    else this.#record(box);
    this.#offer();
  }

  #scrolled(box: HTMLElement): void {
    const { top, rest } = this.#place(box);
    const moved = top - this.#top;
    // Often a browser tells of a scroll before it tells of the change of size that caused it.
    if (box.scrollHeight !== this.#height || box.clientHeight !== this.#view) this.#settle(box);
    if (this.#pinned) {
      const up = -moved;
      // It is not written down, so that many small moves up add up to a long one.
      if (up > 0 && up <= slack && rest > slack) return;
      if (up > 0 && rest > slack) {
        // A change of size can have moved the content by as much as itself, and no more.
        if (up <= slack + this.#shifted && !this.#held) return this.#follow(box);
        this.#pinned = false;
      }
    } else if (moved > 0 && rest < this.#rest && rest <= near) {
      this.#pinned = true;
    }
    this.#record(box);
    this.#offer();
  }

  #settle(box: HTMLElement): void {
    this.#shifted += Math.abs(box.scrollHeight - this.#height) + Math.abs(box.clientHeight - this.#view);
    const waiting = this.#settling > 0;
    this.#settling = settlingFrames;
    if (!waiting) requestAnimationFrame(() => this.#frame());
  }

  #frame(): void {
    this.#settling -= 1;
    if (this.#settling > 0) requestAnimationFrame(() => this.#frame());
    else this.#shifted = 0;
  }

  #offer(): void {
    if (this.#pinned || this.#rest <= near) this.#away = false;
    else if (this.#rest > far) this.#away = true;
  }

  #record(box: HTMLElement): void {
    const { top, rest } = this.#place(box);
    this.#top = top;
    this.#rest = rest;
    this.#height = box.scrollHeight;
    this.#view = box.clientHeight;
  }

  /** Where the box is. Beyond its ends, where iOS lets it bounce, it counts as being at them. */
  #place(box: HTMLElement): { top: number; rest: number } {
    const end = Math.max(0, box.scrollHeight - box.clientHeight);
    const top = Math.min(Math.max(0, box.scrollTop), end);
    return { top, rest: end - top };
  }
}
