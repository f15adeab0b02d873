/** What a key does anywhere on the page. */
export type Action = 'wipe' | 'shortcuts';

/** What is asked for by a key, where it isn't one that writes something. */
export function actionOf(event: KeyboardEvent): Action | undefined {
  if (event.isComposing || event.repeat || event.altKey) return undefined;
  const control = event.ctrlKey || event.metaKey;
  if (event.key === 'F8' && !control && !event.shiftKey) return 'wipe';
  if (event.key === '/' && control) return 'shortcuts';
  return event.key === '?' && !writing(event.target) ? 'shortcuts' : undefined;
}

/** The key is a letter here. */
function writing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input:not([type="radio"], [type="checkbox"]), textarea')
  );
}
