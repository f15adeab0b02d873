import { texts } from '../language/language.svelte.ts';
import { ifAllowed } from '../life/browser.ts';

/** On a computer of Apple's the browser's own shortcuts are pressed with ⌘, and Ctrl moves in a field. */
function apple(): boolean {
  return /^(Mac|iP)/.test(ifAllowed(() => navigator.platform, ''));
}

/** The key with which a browser opens its search. Where letters are not Latin, it is the key that has F elsewhere. */
export function asksToSearch(event: KeyboardEvent): boolean {
  const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (altKey || shiftKey || (apple() ? !metaKey || ctrlKey : !ctrlKey || metaKey)) return false;
  return key.toLowerCase() === 'f' || (code === 'KeyF' && !/^[a-z]$/i.test(key));
}

/** The name of that key. */
export function searchKey(): string {
  return apple() ? '⌘F' : `${texts.keys.ctrl}+F`;
}
