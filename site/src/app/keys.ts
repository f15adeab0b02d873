/** What a key does anywhere on the page. */
export type Action = 'wipe' | 'shortcuts';

/** What the key asks for; undefined for all others, and for ? where it is being typed into a field. */
export function actionOf(event: KeyboardEvent): Action | undefined {
  if (event.isComposing || event.repeat || event.altKey) return undefined;
  const control = event.ctrlKey || event.metaKey;
  if (event.key === 'F8' && !control && !event.shiftKey) return 'wipe';
  if (event.key === '/' && control) return 'shortcuts';
  return event.key === '?' && !writing(event.target) ? 'shortcuts' : undefined;
}

/** The focus is in a field, so that a key writes a letter there. */
function writing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input:not([type="radio"], [type="checkbox"]), textarea')
  );
}
