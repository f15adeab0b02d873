import { occurrences, places } from './folding.ts';

/*
 * Shows what was found, without a change to the elements of a message: the browser paints over ranges of their text
 * (CSS Custom Highlight API). Where it can't, or where a message on the page doesn't hold what was found, as one that
 * is folded, the message is marked as a whole.
 */

/** What the style of Search.svelte calls them. */
const [found, current] = ['tincan-found', 'tincan-current'];

/** So many are shown in one message, around the current one: a long one may hold what is searched for at every place. */
const most = 500;

/** Where a message on the page shows these words: `first` is the number of the first of the ranges. */
export interface Marked {
  readonly first: number;
  readonly ranges: readonly Range[];
  /** How many there are in all. */
  readonly count: number;
}

/** The elements that hold a line of a message's own text each, and no label of a button or language of code. */
function linesOf(text: Element): Element[] {
  const lines = text.querySelectorAll(text.querySelector('.card') ? '.card .name' : 'p, pre, th, td');
  return [...lines].filter((line) => !line.closest('button, dialog, [hidden]'));
}

/** Where the element with a message's text has the folded words `wanted`, around the one with the number `near`. */
export function markedIn(text: Element, wanted: string, near = 0): Marked {
  const first = Math.max(0, near - most / 2);
  const ranges: Range[] = [];
  let count = 0;
  for (const line of linesOf(text)) {
    const nodes = textsIn(line);
    const { text: folded, starts, ends } = places(nodes.map(({ data }) => data).join(''));
    for (const at of occurrences(folded, wanted)) {
      if (count >= first && ranges.length < most) {
        const range = document.createRange();
        range.setStart(...pointAt(nodes, starts[at] ?? 0, false));
        range.setEnd(...pointAt(nodes, ends[at + wanted.length - 1] ?? 0, true));
        ranges.push(range);
      }
      count += 1;
    }
  }
  return { first, ranges, count };
}

function textsIn(element: Element): Text[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) nodes.push(node as Text);
  return nodes;
}

/** The node that has this place of their joined text, and the place in it. An end is in the node that ends there. */
function pointAt(nodes: readonly Text[], place: number, end: boolean): [node: Text, offset: number] {
  let before = 0;
  for (const node of nodes) {
    const inside = place - before;
    if (end ? inside <= node.length : inside < node.length) return [node, inside];
    before += node.length;
  }
  throw new RangeError('the place lies outside of the text');
}

/** The current one: the message it is in, and its number there. */
export interface Current {
  readonly key: string;
  readonly nth: number;
}

/** Marks in the rows of `box` what is searched for; `keys` has the messages with it. */
export function mark(
  box: Element,
  wanted: string,
  keys: ReadonlySet<string>,
  now: Current | undefined,
): void {
  const [others, chosen]: [Range[], Range[]] = [[], []];
  for (const row of box.querySelectorAll<HTMLElement>('.message[data-key]')) {
    const key = row.dataset['key'] ?? '';
    const text = keys.has(key) ? row.querySelector('.text') : null;
    const nth = key === now?.key ? now.nth : undefined;
    const { first, ranges } = text ? markedIn(text, wanted, nth) : { first: 0, ranges: [] };
    const here = nth === undefined ? undefined : ranges[nth - first];
    for (const range of ranges) (range === here ? chosen : others).push(range);
    if (!text) delete row.dataset['found'];
    else row.dataset['found'] = nth === undefined ? 'other' : here ? 'current' : 'row';
  }
  const highlights = registry();
  highlights?.set(found, new Highlight(...others));
  highlights?.set(current, new Highlight(...chosen));
}

/** Marks nothing any more, and lets go of the messages. */
export function unmark(box: Element | undefined): void {
  for (const row of box?.querySelectorAll<HTMLElement>('[data-found]') ?? []) delete row.dataset['found'];
  for (const name of [found, current]) registry()?.delete(name);
}

function registry(): HighlightRegistry | undefined {
  return typeof Highlight === 'function' ? CSS.highlights : undefined;
}
