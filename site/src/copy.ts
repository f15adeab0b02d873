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
    // Refused by a permission: the old way may still be allowed.
  }
  if (!field) return 'failed';
  field.focus();
  field.select();
  field.setSelectionRange(0, field.value.length);
  try {
    return document.execCommand('copy') ? 'copied' : 'selected';
  } catch {
    return 'selected';
  }
}
