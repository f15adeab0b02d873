import { markedIn, type Current } from './marks.ts';

/*
 * Brings what was found into sight. Of a long history only the rows in sight are on the page, so first the list is
 * asked to make the row, by what it thinks is its place; then the row is measured, and the box moved by what is missing.
 * The list corrects its estimates meanwhile, so this goes on until nothing has moved for a few frames.
 */

/** What a search moves. */
export interface Place {
  /** The box that scrolls, with the rows in it. */
  readonly box: HTMLElement;
  /** Puts the row of this message on the page, near to its place. */
  readonly bring: (key: string) => void;
  /** The history no longer follows what comes. */
  readonly stay: () => void;
  /** It follows again, where its end is in sight. */
  readonly resume: () => void;
}

/** It has come to rest after so many frames, and is left alone after so many. */
const [atRest, patience] = [3, 90];
/** As far from the edges of the box as this is well in sight; in pixels. */
const margin = 24;

/** Scrolls until the current one of the folded words `wanted` is in sight, unless `goes` says that it is wanted no more. */
export async function show(
  place: Place,
  wanted: string,
  current: Current,
  goes: () => boolean,
): Promise<void> {
  const { box } = place;
  place.stay();
  if (!rowOf(box, current.key)) place.bring(current.key);
  for (let [frame, still] = [0, 0]; frame < patience && still < atRest; frame++) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    if (!goes()) return;
    const row = rowOf(box, current.key);
    still = row && !unfold(row, wanted, current.nth) && !move(box, row, wanted, current.nth) ? still + 1 : 0;
  }
  place.stay();
}

function rowOf(box: HTMLElement, key: string): HTMLElement | undefined {
  const rows = box.querySelectorAll<HTMLElement>('.message[data-key]');
  return [...rows].find((row) => row.dataset['key'] === key);
}

/** Shows all of a long message, where what was found lies in the part that is folded: as a browser's own search does. */
function unfold(row: HTMLElement, wanted: string, nth: number): boolean {
  const hidden = row.querySelector('.text .rest[hidden]');
  if (!hidden || nth < (marked(row, wanted, nth)?.count ?? 0)) return false;
  hidden.dispatchEvent(new Event('beforematch'));
  return true;
}

/** Says whether anything had to move. */
function move(box: HTMLElement, row: HTMLElement, wanted: string, nth: number): boolean {
  const { first = 0, ranges = [] } = marked(row, wanted, nth) ?? {};
  const range = ranges[nth - first];
  const to = (range ?? row).getBoundingClientRect();
  const frame = box.getBoundingClientRect();
  const before = box.scrollTop;
  if (to.top < frame.top + margin || to.bottom > frame.bottom - margin)
    box.scrollTop += (to.top + to.bottom) / 2 - (frame.top + frame.bottom) / 2;
  // Code and tables scroll by themselves.
  const side = range?.startContainer.parentElement?.closest('pre, .table');
  if (side) {
    const { left, right } = side.getBoundingClientRect();
    if (to.left < left || to.right > right) side.scrollLeft += (to.left + to.right) / 2 - (left + right) / 2;
  }
  return Math.abs(box.scrollTop - before) >= 1;
}

function marked(row: HTMLElement, wanted: string, nth: number) {
  const text = row.querySelector('.text');
  return text && markedIn(text, wanted, nth);
}
