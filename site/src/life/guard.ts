/**
 * Keeps a chat from ending by accident: warns before the page is closed or reloaded, and turns Back into a
 * question. Returns the function that ends the guard.
 */
export function guardLeaving(onback: () => void): () => void {
  const mark = 'guard';
  const push = () => {
    try {
      history.pushState(mark, '');
    } catch {
      // Some browsers limit how often this may be done. Then Back leaves the page, and only the browser itself asks.
    }
  };
  const unloading = (event: BeforeUnloadEvent) => event.preventDefault();
  const moved = () => {
    // It also happens when a link is pasted into the address bar of this tab; scrub.ts deals with its fragment.
    if (location.hash !== '') return;
    push();
    onback();
  };

  if (history.state !== mark) push();
  addEventListener('beforeunload', unloading);
  addEventListener('popstate', moved);
  return () => {
    removeEventListener('beforeunload', unloading);
    removeEventListener('popstate', moved);
  };
}
