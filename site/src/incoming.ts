/**
 * Hears text and pictures that are pasted or dropped anywhere on the page. Text that is pasted into a field belongs
 * to the field. Returns the function that ends the hearing.
 */
export function hearIncoming(ontext: (text: string) => void, onpicture: (file: File) => void): () => void {
  const pasted = (event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.trim() === '') {
      const picture = pictureIn(event.clipboardData);
      if (!picture) return;
      event.preventDefault();
      onpicture(picture);
    } else if (!takesText(event.target)) {
      event.preventDefault();
      ontext(text);
    }
  };
  const draggedOver = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  };
  const dropped = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    // The browser would open the file in place of this page, and with it end what is pending.
    event.preventDefault();
    const picture = pictureIn(event.dataTransfer);
    if (picture) onpicture(picture);
  };
  document.addEventListener('paste', pasted);
  document.addEventListener('dragover', draggedOver);
  document.addEventListener('drop', dropped);
  return () => {
    document.removeEventListener('paste', pasted);
    document.removeEventListener('dragover', draggedOver);
    document.removeEventListener('drop', dropped);
  };
}

function pictureIn(data: DataTransfer | null): File | undefined {
  return [...(data?.files ?? [])].find(({ type }) => type.startsWith('image/'));
}

function takesText(target: EventTarget | null): boolean {
  const field = target instanceof Element ? target.closest('input, textarea') : null;
  return (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) && !field.readOnly;
}
