import { flushSync } from 'svelte';
import type { Virtual } from './virtual.svelte.ts';

/**
 * Puts all rows on the page when it is about to be printed, and back when it is. `sizes` are those of the rows until
 * then. `scrolled` gives the box that then has to be where it was; none where it goes to the end by itself.
 */
export function onPaper(
  virtual: Virtual,
  sizes: Virtual['sizes'],
  scrolled: () => HTMLElement | undefined,
): void {
  const at = scrolled()?.scrollTop ?? 0;
  virtual.print(sizes);
  // The page has to be complete when this returns, for that is when the browser takes what it prints.
  flushSync();
  addEventListener(
    'afterprint',
    () => {
      virtual.printed();
      flushSync();
      const box = scrolled();
      if (box) box.scrollTop = at;
    },
    { once: true },
  );
}
