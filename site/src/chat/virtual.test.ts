import { cleanup, render } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { Virtualizer } from 'virtua/svelte';
import { afterEach, describe, expect, test } from 'vitest';
import type { ChatMessage } from './entry.svelte.ts';
import { rowsOf } from './rows.ts';
import { sizesOf, Virtual } from './virtual.svelte.ts';

afterEach(cleanup);

/* virtua keeps to itself what its cache looks like, and sizesOf writes one: a failure here says the library changed. */
describe('virtua', () => {
  const children = createRawSnippet(() => ({ render: () => '<p>x</p>' }));

  function list(rows: number, heights: readonly number[]) {
    const data = Array.from({ length: rows }, (_, index) => `row ${index}`);
    return render(Virtualizer, { data, children, cache: sizesOf(heights) }).component;
  }

  test('knows the rows that were measured before it was there', () => {
    const rows = list(3, [10, 20, 45]);
    expect([0, 1, 2].map((index) => rows.getItemSize(index))).toEqual([10, 20, 45]);
    expect([0, 1, 2].map((index) => rows.getItemOffset(index))).toEqual([0, 10, 30]);
    expect(rows.getScrollSize()).toBe(75);
  });

  test.each([
    [[10, 30, 20], 20],
    [[10, 30], 30],
    [[70], 70],
    [[], 40],
  ])('takes the middle of %j for a row that comes without', (heights, middle) => {
    const rows = list(heights.length + 1, heights);
    expect(rows.getItemSize(heights.length)).toBe(middle);
  });

  test('hands out what it was given', () => {
    const heights = [12, 34, 56];
    expect(list(3, heights).getCache()).toEqual(sizesOf(heights));
  });
});

describe('a history', () => {
  let count = 0;

  function said(messages: number, text = 'x'): ChatMessage[] {
    return Array.from({ length: messages }, () => {
      count += 1;
      return { key: `k${count}`, from: 'them', text, at: 0, state: 'received' };
    });
  }

  /** A history that goes from one list of messages to the next, without a page. */
  function through(...lists: ChatMessage[][]) {
    const virtual = new Virtual(lists[0] ?? []);
    let made = rowsOf(lists[0] ?? []);
    return lists.slice(1).map((messages) => {
      const before = made.rows;
      made = rowsOf(messages, undefined, made);
      virtual.changed(before, made, undefined);
      return { on: virtual.on, gone: virtual.gone, lines: virtual.lines(made.rows).length };
    });
  }

  test('of a thousand messages is all on the page, of more only what is in sight', () => {
    expect(new Virtual(said(1000)).on).toBe(false);
    expect(new Virtual(said(1001)).on).toBe(true);
    const messages = said(1002);
    const steps = through(messages.slice(0, 1000), messages.slice(0, 1001), messages);
    expect(steps.map(({ on }) => on)).toEqual([true, true]);
  });

  test.each([
    ['characters', 'x'.repeat(2000), 100, 102],
    ['what may make elements', '-'.repeat(1000), 24, 26],
  ])('counts %s, too', (_, text, fits, tooMuch) => {
    expect(new Virtual(said(fits - 1, text)).on).toBe(false);
    expect(new Virtual(said(tooMuch, text)).on).toBe(true);
  });

  test('comes back only once it is far shorter', () => {
    const messages = said(1001);
    const steps = through(messages, messages.slice(0, 999), messages.slice(0, 500), messages.slice(0, 499));
    expect(steps.map(({ on }) => on)).toEqual([true, true, false]);
  });

  test('puts an empty row in the place of each that is dropped, so that the others stay where they are', () => {
    const messages = said(1105);
    const [first, second] = through(messages.slice(0, 1100), messages.slice(2, 1102), messages.slice(5));
    // The day above the first message stays, and is counted once more.
    expect(first).toEqual({ on: true, gone: 2, lines: 1103 });
    expect(second).toEqual({ on: true, gone: 5, lines: 1106 });
  });

  test('keeps what has the focus on the page, and where the selection begins and ends', () => {
    const messages = said(1001);
    const virtual = new Virtual(messages);
    const { rows } = rowsOf(messages);
    const box = document.createElement('ol');
    box.innerHTML = [3, 7]
      .map(
        (place) =>
          `<li aria-posinset="${place}"><p class="message" data-key="${rows[place - 1]?.key}">x</p></li>`,
      )
      .join('');
    document.body.append(box);
    expect(virtual.kept(rows)).toBeUndefined();
    virtual.focus(box.querySelector('p'), rows);
    expect(virtual.kept(rows)).toEqual([2]);
    getSelection()?.setBaseAndExtent(box.children[0] as Node, 0, box.children[1] as Node, 1);
    virtual.focus(null, rows);
    virtual.select(getSelection(), box);
    expect(virtual.kept(rows)).toBeUndefined();
    const texts = [...box.querySelectorAll('p')].flatMap(({ firstChild }) => firstChild ?? []);
    getSelection()?.setBaseAndExtent(texts[0] as Node, 0, texts[1] as Node, 1);
    virtual.select(getSelection(), box);
    expect(virtual.kept(rows)).toEqual([2, 6]);
    box.remove();
  });

  test('is whole on paper, and afterwards as it was', () => {
    const virtual = new Virtual(said(1001));
    virtual.print(sizesOf([1, 2]));
    expect([virtual.on, virtual.printing, virtual.sizes]).toEqual([false, true, sizesOf([1, 2])]);
    virtual.printed();
    expect([virtual.on, virtual.printing]).toEqual([true, false]);
  });
});
