/** What became of an attempt to copy: `selected` means that the person has to finish it by hand. */
export type CopyResult = 'copied' | 'selected' | 'failed';

/**
 * Copies a text. Pages on plain http have no clipboard interface, so there the field that shows the text is
 * selected and copied the old way; where that fails too the selection is left for the person to copy.
 */
export async function copyText(text: string, field: HTMLTextAreaElement | undefined): Promise<CopyResult> {
  try {
    if ('clipboard' in navigator) {
      await navigator.clipboard.writeText(text);
      return 'copied';
    }
  } catch {
    // A permission refuses the interface, and may still allow the way that is older.
  }
  if (!field) return 'failed';
  field.focus({ preventScroll: true });
  field.select();
  field.setSelectionRange(0, field.value.length);
  try {
    return document.execCommand('copy') ? 'copied' : 'selected';
  } catch {
    return 'selected';
  }
}

/**
 * Copies a text that no field shows, for the button that is pressed. Where a page has no clipboard interface a field
 * out of sight is copied; there is nothing to finish by hand then.
 */
export async function copyUnseen(text: string, button: HTMLElement): Promise<CopyResult> {
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.tabIndex = -1;
  field.className = 'visually-hidden';
  // The class that hides the field makes one line of its text. It would be copied so, without its runs of spaces.
  field.style.whiteSpace = 'pre';
  field.setAttribute('aria-hidden', 'true');
  // It stands beside the button: while a dialog is open, nothing outside of it can be selected.
  button.after(field);
  const result = await copyText(text, field);
  const had = document.activeElement === field;
  field.remove();
  if (had) button.focus({ preventScroll: true });
  return result === 'selected' ? 'failed' : result;
}
