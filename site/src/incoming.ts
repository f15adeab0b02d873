/**
 * Hears text and pictures that are pasted or dropped anywhere on the page. Text that is pasted or dropped into a field
 * belongs to the field. Returns the function that ends the hearing.
 */
export function hearIncoming(ontext: (text: string) => void, onpicture: (file: File) => void): () => void {
  /** What is dragged began on this page: moving a piece of it brings nothing in. */
  let own = false;
  const pasted = (event: ClipboardEvent) => {
    if (event.defaultPrevented) return;
    const text = textIn(event.clipboardData);
    const picture = pictureIn(event.clipboardData);
    if (picture && (event.clipboardData?.getData('text/plain') ?? '').trim() === '') {
      event.preventDefault();
      onpicture(picture);
    } else if (text !== '' && !takesText(event.target)) {
      event.preventDefault();
      ontext(text);
    }
  };
  const draggedOver = (event: DragEvent) => {
    if (isFile(event) || (!own && isText(event) && !takesText(event.target))) event.preventDefault();
  };
  const dropped = (event: DragEvent) => {
    if (!isFile(event) && (own || !isText(event) || takesText(event.target))) return;
    // The browser would open the file or the address in place of this page, and with it end what is pending.
    event.preventDefault();
    const picture = pictureIn(event.dataTransfer);
    const text = textIn(event.dataTransfer);
    if (picture) onpicture(picture);
    else if (!isFile(event) && text !== '') ontext(text);
  };
  const began = () => (own = true);
  const ended = () => (own = false);
  const listeners = { paste: pasted, dragstart: began, dragend: ended, dragover: draggedOver, drop: dropped };
  for (const [name, listener] of Object.entries(listeners)) {
    document.addEventListener(name, listener as EventListener);
  }
  return () => {
    for (const [name, listener] of Object.entries(listeners)) {
      document.removeEventListener(name, listener as EventListener);
    }
  };
}

/**
 * The text of what was pasted or dropped, and in lines behind it the addresses that stand beside it: what was copied
 * as a link may have no more than its title as text. Empty where there is nothing but white space.
 */
export function textIn(data: DataTransfer | null): string {
  const plain = data?.getData('text/plain') ?? '';
  return [...(plain.trim() === '' ? [] : [plain]), ...addressesIn(data)].join('\n');
}

/** The addresses of `text/uri-list` and of the links of `text/html` that the plain text doesn't show. */
export function addressesIn(data: DataTransfer | null): string[] {
  const plain = data?.getData('text/plain') ?? '';
  const listed = (data?.getData('text/uri-list') ?? '')
    .split(/[\r\n]+/)
    .filter((line) => !line.startsWith('#'));
  const html = (data?.getData('text/html') ?? '').slice(0, maxHtml);
  const linked = [...html.matchAll(/\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi)].map(
    ([, quoted, single, bare]) => quoted ?? single ?? bare ?? '',
  );
  const found: string[] = [];
  let room = maxPaste - new TextEncoder().encode(plain).length;
  for (const address of new Set([...listed, ...linked].map((each) => each.trim()))) {
    room -= address.length + 1;
    if (room < 0) break;
    if (address !== '' && !plain.includes(address)) found.push(address);
  }
  return found;
}

/** How much text the engine searches, in bytes: addresses beside a text must not make it too long. */
const maxPaste = 4096;
const maxHtml = 1 << 20;
const texts = ['text/plain', 'text/uri-list', 'text/html'];

function isFile(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

function isText(event: DragEvent): boolean {
  return event.dataTransfer?.types.some((type) => texts.includes(type)) ?? false;
}

function pictureIn(data: DataTransfer | null): File | undefined {
  return [...(data?.files ?? [])].find(({ type }) => type.startsWith('image/'));
}

function takesText(target: EventTarget | null): boolean {
  const field = target instanceof Element ? target.closest('input, textarea') : null;
  return (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) && !field.readOnly;
}
