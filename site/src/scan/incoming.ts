/**
 * Hears text and files that are pasted or dropped anywhere on the page. Text that is pasted or dropped into a field
 * belongs to the field, also where a picture of it comes along. `folders` says that some of what was dropped are
 * folders, which are not among the files. `seen` is the text without the addresses that lie behind it. Returns the
 * function that ends the hearing.
 */
export function hearIncoming(
  ontext: (text: string, seen: string) => void,
  onfiles: (files: readonly File[], folders: boolean) => void,
): () => void {
  /** The node of this page from which something is being dragged: that comes from here, and brings nothing in. */
  let from: Node | undefined;
  /** If that node has left the page meanwhile, the browser will not tell when the drag ends. */
  const own = () => from?.isConnected === true;
  const pasted = (event: ClipboardEvent) => {
    if (event.defaultPrevented) return;
    const text = textIn(event.clipboardData);
    const { files, folders } = filesIn(event.clipboardData);
    const seen = plainIn(event.clipboardData);
    if ((files.length > 0 || folders) && namesOnly(seen, files)) {
      event.preventDefault();
      onfiles(files, folders);
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
    const { files, folders } = filesIn(event.dataTransfer);
    const text = textIn(event.dataTransfer);
    const seen = plainIn(event.dataTransfer);
    if (files.length > 0 || folders) onfiles(files, folders);
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

/** The files of what was pasted or dropped. A folder looks like a file until it is read, so it is asked for first. */
function filesIn(data: DataTransfer | null): { files: File[]; folders: boolean } {
  const items = [...(data?.items ?? [])].filter(({ kind }) => kind === 'file');
  const isFolder = (item: DataTransferItem) =>
    typeof item.webkitGetAsEntry === 'function' && item.webkitGetAsEntry()?.isDirectory === true;
  const folders = items.filter(isFolder);
  if (folders.length === 0) return { files: [...(data?.files ?? [])], folders: false };
  const files = items.filter((item) => !folders.includes(item)).map((item) => item.getAsFile());
  return { files: files.filter((file) => file !== null), folders: true };
}

/** Some systems put the names of the files, or where they lie, beside them as a text. */
function namesOnly(text: string, files: readonly File[]): boolean {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return lines.every((line) => files.some(({ name }) => line === name || line.endsWith(`/${name}`)));
}

/** Of several files the one that is looked at for a QR code. */
export function pictureOf(files: readonly File[]): File | undefined {
  return files.find(({ type }) => type.startsWith('image/')) ?? files[0];
}

function takesText(target: EventTarget | null): boolean {
  const field = target instanceof Element ? target.closest('input, textarea') : null;
  return (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) && !field.readOnly;
}
