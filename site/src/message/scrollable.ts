/** Lets the keyboard reach what scrolls sideways, and only while it does. */
export function scrollable(node: HTMLElement): () => void {
  const observer = new ResizeObserver(() => {
    if (node.scrollWidth > node.clientWidth) node.tabIndex = 0;
    else node.removeAttribute('tabindex');
  });
  observer.observe(node);
  if (node.firstElementChild) observer.observe(node.firstElementChild);
  return () => observer.disconnect();
}
