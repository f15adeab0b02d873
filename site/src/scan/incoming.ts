/**
 * Hears text and files that are pasted or dropped anywhere on the page. Text that is pasted or dropped into a field
 * belongs to the field, also where a picture of it comes along. Of several files a picture is told first. `seen` is the
 * text without the addresses that lie behind it. Returns the function that ends the hearing.
 */
export function hearIncoming(
  ontext: (text: string, seen: string) => void,
  onfile: (file: File) => void,
): () => void {
  /** The node of this page from which something is being dragged: that comes from here, and brings nothing in. */
  let from: Node | undefined;
  /** If that node has left the page meanwhile, the browser will not tell when the drag ends. */
  const own = () => from?.isConnected === true;
  const pasted = (event: ClipboardEvent) => {
    if (event.defaultPrevented) return;
    const text = textIn(event.clipboardData);
    const file = fileIn(event.clipboardData);
    const seen = plainIn(event.clipboardData);
    if (file && seen.trim() === '') {
      event.preventDefault();
      onfile(file);
    } else if (text !== '' && !takesText(event.target)) {
      event.preventDefault();
      ontext(text, seen.trim() === '' ? text : seen);
    }
  };
  const draggedOver = (event: DragEvent) => {
    if (isFile(event) || (!own() && isText(event) && !takesText(event.target))) event.preventDefault();
  };
  const dropped = (event: DragEvent) => {
    if (!isFile(event) && (own() || !isText(event) || takesText(event.target))) return;
    // The browser would open the file or the address in place of this page, and with it end what is pending.
    event.preventDefault();
    const file = fileIn(event.dataTransfer);
    const text = textIn(event.dataTransfer);
    const seen = plainIn(event.dataTransfer);
    if (file) onfile(file);
    else if (!isFile(event) && text !== '') ontext(text, seen.trim() === '' ? text : seen);
  };
  const began = ({ target }: DragEvent) => (from = target instanceof Node ? target : undefined);
  const ended = () => (from = undefined);
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
  const plain = plainIn(data);
  return [...(plain.trim() === '' ? [] : [plain]), ...addressesIn(data)].join('\n');
}

/** The addresses of `text/uri-list` and of the links of `text/html` that the plain text doesn't show. */
export function addressesIn(data: DataTransfer | null): string[] {
  const plain = plainIn(data);
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

function plainIn(data: DataTransfer | null): string {
  return data?.getData('text/plain') ?? '';
}

function fileIn(data: DataTransfer | null): File | undefined {
  const files = [...(data?.files ?? [])];
  return files.find(({ type }) => type.startsWith('image/')) ?? files[0];
}

function takesText(target: EventTarget | null): boolean {
  const field = target instanceof Element ? target.closest('input, textarea') : null;
  return (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) && !field.readOnly;
}
