import type { IconName } from '../look/Icon.svelte';
import type { MenuItem } from '../look/Menu.svelte';

/** An entry of the menu; none where nobody handles it. */
export function item(
  onpress: (() => void) | undefined,
  name: string,
  icon: IconName,
  rest: Partial<MenuItem> = {},
): MenuItem[] {
  return onpress ? [{ name, icon, onpress, ...rest }] : [];
}

interface Scrolled {
  latest: () => void;
  page: (direction: 'up' | 'down') => void;
}

/** Scrolls the history by keys that are pressed in the composer, unless the key has something to do in its text. */
export function scrollByKeys(event: KeyboardEvent, log: Scrolled | undefined): void {
  const { key, target, shiftKey, altKey, metaKey, ctrlKey } = event;
  if (!(target instanceof HTMLTextAreaElement) || shiftKey || altKey || metaKey || event.isComposing) return;
  if (key === 'End') {
    if (ctrlKey || target.value === '') log?.latest();
  } else if ((key === 'PageUp' || key === 'PageDown') && !ctrlKey) {
    if (target.scrollHeight > target.clientHeight + 1) return;
    event.preventDefault();
    log?.page(key === 'PageUp' ? 'up' : 'down');
  }
}
