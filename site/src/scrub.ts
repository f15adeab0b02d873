/**
 * Takes the fragment, which carries an invite's or reply's secret, out of the address bar and this tab's
 * history before anything else of the page runs. It is a script of its own and must not import anything: when
 * the main bundle fails to load, the secret is gone from the address all the same. What the browser itself
 * wrote down when it opened the link, no page can take back.
 */

let pending = cutFragment();
let listener: ((fragment: string) => void) | undefined;

// A link pasted into this very tab changes the fragment only: the page is not loaded again.
addEventListener('hashchange', () => {
  const fragment = cutFragment();
  if (fragment === '') return;
  if (listener) listener(fragment);
  else pending = fragment;
});

function cutFragment(): string {
  const fragment = location.hash.slice(1);
  if (location.href.includes('#')) {
    try {
      history.replaceState(history.state, '', location.pathname + location.search);
    } catch {
      location.hash = '';
    }
  }
  return fragment;
}

/** The fragment the page was opened with, without its `#`: handed over once, empty from then on. */
export function takeFragment(): string {
  const fragment = pending;
  pending = '';
  return fragment;
}

/** Calls back with each fragment that arrives later. There is one listener: a second call replaces it. */
export function onFragment(callback: (fragment: string) => void): void {
  listener = callback;
}
