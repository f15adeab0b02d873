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
      // Some browsers allow few of these: Back leaves then, and the browser's own question is left.
    }
  };
  const unloading = (event: BeforeUnloadEvent) => event.preventDefault();
  const moved = () => {
    // A link pasted into the address bar of this tab moves too, with a fragment: scrub.ts deals with it.
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
