import { tick, type ComponentProps } from 'svelte';
import type { Virtualizer } from 'virtua/svelte';
import type { ChatMessage } from './entry.svelte.ts';
import type { Rows, Row } from './rows.ts';

/*
 * Which rows of the history are on the page. Browsers lay out a thousand of them without effort and ten thousand not
 * at all, so above a limit only those in sight are there, by way of virtua. That costs something: the browser's own
 * search finds only what is in sight, and the page's own, in search/, has to make the row it shows. So a history goes over late, and comes back once it is short again:
 *
 *     all rows  ── more than `many` messages, or heavier than `heavy` ──>  those in sight
 *     all rows  <── fewer than `few` messages, and lighter than `light` ──  those in sight
 *
 * The two limits are far apart, so that it does not go back and forth with each message.
 */

const [many, few] = [1000, 500];
/** In characters, of which those that may make an element weigh more: a peer may write few messages of many elements. */
const [heavy, light] = [200_000, 100_000];

/** When the oldest rows are dropped, up to so many empty ones take their place: taking out one would move the others. */
const goneAtMost = 500;

/** What is taken for the height of a row where none has been measured; in pixels. */
const usualHeight = 40;

/** A row of the history, or an empty one in the place of one that is gone. */
export type Line = Row | { readonly kind: 'gone'; readonly key: string };

type Sizes = ComponentProps<typeof Virtualizer>['cache'];

/** Decides which rows are on the page, and keeps what virtua has to know for that. */
export class Virtual {
  #large = $state(false);
  #printing = $state(false);
  #gone = $state.raw<readonly Line[]>([]);
  #shift = $state(false);
  #sizes = $state.raw<Sizes>();
  #focused = $state.raw<string>();
  #selected = $state.raw<readonly string[]>([]);

  constructor(messages: readonly ChatMessage[]) {
    this.#large = isLarge(messages);
  }

  /** Only the rows in sight are on the page. */
  get on(): boolean {
    return this.#large && !this.#printing;
  }
  /** All is on paper, whatever is in sight. */
  get printing(): boolean {
    return this.#printing;
  }
  /** How many empty rows stand at the start. */
  get gone(): number {
    return this.#gone.length;
  }
  /** The empty rows are being taken out: virtua has to keep the end in its place, and not the start. */
  get shift(): boolean {
    return this.#shift;
  }
  /** What the rows measure, as far as it is known. */
  get sizes(): Sizes {
    return this.#sizes;
  }

  /** The rows that virtua is given. */
  lines(rows: readonly Row[]): readonly Line[] {
    return this.#gone.length === 0 ? rows : [...this.#gone, ...rows];
  }

  /**
   * Indexes of the lines that stay on the page wherever the reader is. The one with the focus would take the focus with
   * it, and without those where the selection begins and ends the browser would select something else.
   */
  kept(lines: readonly Line[]): number[] | undefined {
    if (this.#focused === undefined && this.#selected.length === 0) return undefined;
    const keys = [this.#focused, ...this.#selected];
    return lines.flatMap(({ key }, index) => (keys.includes(key) ? [index] : []));
  }

  /** The rows have changed from `before` to `made`. `list` has those of before, and all of them unless `on`. */
  changed(before: readonly Row[], { messages, dropped }: Rows, list: HTMLElement | undefined): void {
    if (this.#large) {
      if (isSmall(messages)) [this.#large, this.#gone] = [false, []];
      else if (dropped > 0) this.#drop(before.slice(0, dropped));
    } else if (isLarge(messages) && !inUse(list, messages)) {
      this.#sizes = measured(list, before.length, dropped);
      this.#large = true;
    }
  }

  /** The focus has gone to this element of the list, or to none of it. */
  focus(target: EventTarget | null, rows: readonly Row[]): void {
    // Only the items of the history itself have a position: one of a list inside a message has none.
    const row = target instanceof Element ? target.closest('li[aria-posinset]') : null;
    const index = Number(row?.getAttribute('aria-posinset') ?? 0) - 1;
    this.#focused = this.#large ? rows[index]?.key : undefined;
  }

  /** The selection has changed; `box` has the rows. */
  select(selection: Selection | null, box: HTMLElement | undefined): void {
    if (!this.#large) return;
    const ends = selection?.isCollapsed === false ? [selection.anchorNode, selection.focusNode] : [];
    const keys = ends.flatMap((node) => messageAt(node, box) ?? []);
    if (keys.join(' ') !== this.#selected.join(' ')) this.#selected = keys;
  }

  /** Puts all rows on the page, for paper. `sizes` are those of the rows until then. */
  print(sizes: Sizes): void {
    if (this.#large) this.#sizes = sizes;
    this.#printing = true;
  }

  printed(): void {
    this.#printing = false;
  }

  #drop(rows: readonly Row[]): void {
    this.#gone = [...this.#gone, ...rows.map(({ key }): Line => ({ kind: 'gone', key: `gone ${key}` }))];
    if (this.#gone.length <= goneAtMost) return;
    // In a change of its own: virtua takes a list that is shorter for one whose start was taken out, and nothing else.
    void tick()
      .then(() => {
        [this.#gone, this.#shift] = [[], true];
        return tick();
      })
      .then(() => (this.#shift = false));
  }
}

/**
 * What virtua has to know of rows that were measured. It has no way to be told but by what it hands out itself, whose
 * shape it keeps to itself: the heights, and one for rows that come without.
 */
export function sizesOf(heights: readonly number[]): Sizes {
  const [middle = usualHeight] = heights.toSorted((a, b) => a - b).slice(heights.length >> 1);
  return [heights, middle] as unknown as Sizes;
}

/** What the rows in the list measure, without the first of them, which are dropped. */
function measured(list: HTMLElement | undefined, count: number, dropped: number): Sizes {
  const rows = [...(list?.children ?? [])];
  if (rows.length !== count) return undefined;
  return sizesOf(rows.slice(dropped).map((row) => row.getBoundingClientRect().height));
}

/** Somebody reads or presses something in the list, which the change would take away. Twice as much doesn't wait for that. */
function inUse(list: HTMLElement | undefined, messages: readonly ChatMessage[]): boolean {
  return !isLarge(messages, 2) && (list?.contains(document.activeElement) ?? false);
}

function messageAt(node: Node | null, box: HTMLElement | undefined): string | null | undefined {
  const element = node instanceof Element ? node : node?.parentElement;
  if (!box?.contains(element ?? null)) return undefined;
  return element?.closest('.message')?.getAttribute('data-key');
}

function isLarge(messages: readonly ChatMessage[], times = 1): boolean {
  return messages.length > many * times || weightOf(messages) > heavy * times;
}

function isSmall(messages: readonly ChatMessage[]): boolean {
  return messages.length < few && weightOf(messages) < light;
}

const weights = new WeakMap<ChatMessage, number>();

function weightOf(messages: readonly ChatMessage[]): number {
  let sum = 0;
  for (const message of messages) {
    const weight = weights.get(message) ?? message.text.length + 7 * message.text.split(/[|*`~>[-]/).length;
    weights.set(message, weight);
    sum += weight;
  }
  return sum;
}
