import type { FileSink } from '../../../wasm/engine.d.ts';
import { ifAllowed } from '../life/browser.ts';
import { fromDisk } from '../life/file.ts';

/*
 * Where a file goes that comes, best first:
 *
 *     chosen   a file that the person has chosen in the browser's own dialog, where it has one: nothing else is kept
 *     disk     the browser's storage for this site, and from there a download
 *     memory   the page itself, and from there a download: on plain http and from a disk there is nothing else
 *
 * What lies on the disk is removed when the chat is left. A page that is closed cannot do that: the next page of this site
 * finds it, since nobody holds its lock, and removes it then.
 */

/** What is kept of one file. */
export interface Keeping {
  readonly sink: FileSink;
  /** All that was kept; undefined where the page hasn't got it, since it is where the person wanted it. */
  content(): Promise<Blob | undefined>;
  /** Leaves nothing of it, also where it isn't whole. */
  drop(): Promise<void>;
}

/** The most that a page keeps by itself, in bytes. */
export const mostInMemory = 256 * 2 ** 20;
/** Up to here a file is not worth a place on the disk, from which it has to be removed again. */
const small = 16 * 2 ** 20;
/**
 * The type of what is kept. Into what has none browsers look when they save it, and where its name has no ending they put
 * one behind it that goes with what they have found: it would be saved as another kind of file than was shown.
 */
const type = 'application/octet-stream';

declare global {
  /** Of Chromium on a computer, on secure pages. */
  function showSaveFilePicker(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

const picks = () => ifAllowed(() => typeof showSaveFilePicker === 'function', false);
const stores = () =>
  ifAllowed(
    () =>
      !fromDisk() &&
      typeof navigator.storage.getDirectory === 'function' &&
      typeof FileSystemFileHandle.prototype.createWritable === 'function' &&
      'locks' in navigator,
    false,
  );

/** The most that this browser can keep of one file on this page, in bytes. */
export function roomFor(): number {
  return picks() || stores() ? Infinity : mostInMemory;
}

/** Keeps a file in the page, to be shown there. */
export function keepHere(): Keeping {
  return new Memory();
}

/**
 * Keeps a file for the person. It has to be called in the event of a button, or the browser shows no dialog. Resolves to
 * undefined where the person wants it nowhere; rejects where there is no room for it.
 */
export async function keepFor(name: string, size: number): Promise<Keeping | undefined> {
  if (picks()) {
    const file = await chosen(name);
    if (file === 'nowhere') return undefined;
    if (file) return new OnDisk(file);
  }
  if (size <= small) return new Memory();
  const place = stores() && (await enough(size)) ? await inStorage().catch(() => undefined) : undefined;
  if (place) return new OnDisk(place.file, place.remove);
  if (size > mostInMemory) throw new Error('no room');
  return new Memory();
}

/** The browser shows one dialog at a time, and its refusal of a second one looks like that of a policy. */
let choosing = false;

async function chosen(name: string): Promise<FileSystemFileHandle | 'nowhere' | undefined> {
  if (choosing) return 'nowhere';
  choosing = true;
  try {
    return await showSaveFilePicker({ suggestedName: name });
  } catch (error) {
    // Other refusals come from a policy, and the next way is as good.
    return (error as Partial<Error>).name === 'AbortError' ? 'nowhere' : undefined;
  } finally {
    choosing = false;
  }
}

async function enough(size: number): Promise<boolean> {
  try {
    const { quota = Infinity, usage = 0 } = await navigator.storage.estimate();
    return size < quota - usage;
  } catch {
    return true;
  }
}

/** The folder of this page in the browser's storage, whose name is that of the lock that it holds. */
let folder: Promise<FileSystemDirectoryHandle> | undefined;
const prefix = 'tincan-files-';

async function ownFolder(): Promise<FileSystemDirectoryHandle> {
  const name = prefix + crypto.randomUUID();
  // The lock comes first, or another page might take the folder for one that nobody has any more.
  await new Promise<void>((held, refused) => {
    navigator.locks.request(name, () => (held(), new Promise(() => undefined))).catch(refused);
  });
  return (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
}

async function inStorage(): Promise<{ file: FileSystemFileHandle; remove: () => Promise<void> }> {
  folder ??= ownFolder();
  folder.catch(() => (folder = undefined));
  const own = await folder;
  const name = crypto.randomUUID();
  const file = await own.getFileHandle(name, { create: true }).catch((error: unknown) => {
    folder = undefined; // another page may have removed it
    throw error;
  });
  return { file, remove: () => own.removeEntry(name) };
}

/** Removes what pages have left in the browser's storage that are closed by now; with `all`, what any page has there. */
export async function sweep(all = false): Promise<void> {
  if (!stores()) return;
  try {
    const root = await navigator.storage.getDirectory();
    const folders: string[] = [];
    for await (const name of root.keys()) if (name.startsWith(prefix)) folders.push(name);
    // The locks are asked for after the folders: whoever has made one since then has its lock already.
    const { held = [] } = await navigator.locks.query();
    const theirs = new Set(held.map(({ name }) => name));
    for (const name of folders.filter((each) => all || !theirs.has(each))) await removeFolder(root, name);
  } catch {
    // A browser that keeps nothing has nothing to remove.
  }
}

/** A folder in which one file is just being written can't be removed, but all others in it. */
async function removeFolder(root: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await root.removeEntry(name, { recursive: true });
  } catch {
    const folder = await root.getDirectoryHandle(name);
    for await (const file of folder.keys()) await folder.removeEntry(file).catch(() => undefined);
    await root.removeEntry(name, { recursive: true }).catch(() => undefined);
  }
}

/** In the page. The pieces are blobs, which browsers keep apart from the memory of the page. */
class Memory implements Keeping, FileSink {
  readonly sink = this;
  #pieces: Blob[] = [];

  write = (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    this.#pieces.push(new Blob([bytes]));
    return Promise.resolve();
  };
  restart = (): Promise<void> => {
    this.#pieces = [];
    return Promise.resolve();
  };
  finish = (): Promise<void> => Promise.resolve();

  content(): Promise<Blob> {
    return Promise.resolve(new Blob(this.#pieces, { type }));
  }
  drop(): Promise<void> {
    return this.restart();
  }
}

/** In a file: one that the person has chosen, or, with `remove`, of the browser's storage, which the page reads again. */
class OnDisk implements Keeping, FileSink {
  readonly sink = this;
  readonly #file: FileSystemFileHandle & { remove?: () => Promise<void> };
  readonly #remove: (() => Promise<void>) | undefined;
  #stream: Promise<FileSystemWritableFileStream> | undefined;
  #dropped = false;
  #whole = false;

  constructor(file: FileSystemFileHandle, remove?: () => Promise<void>) {
    this.#file = file;
    this.#remove = remove;
  }

  write = async (bytes: Uint8Array<ArrayBuffer>): Promise<void> => (await this.#open()).write(bytes);
  restart = async (): Promise<void> => {
    const stream = await this.#stream;
    await stream?.seek(0);
    await stream?.truncate(0);
  };
  finish = async (): Promise<void> => {
    // Of an empty file nothing was written, and what was there before must go.
    const stream = await this.#open();
    this.#whole = true; // what is dropped from now on is closed as well
    try {
      await stream.close();
    } catch (error) {
      this.#whole = false;
      throw error;
    }
  };

  async content(): Promise<Blob | undefined> {
    const file = this.#remove && (await this.#file.getFile());
    return file?.slice(0, file.size, type);
  }
  async drop(): Promise<void> {
    this.#dropped = true;
    // What was not closed never becomes the file, and one that is open can't be removed.
    await this.#stream?.then((stream) => stream.abort()).catch(() => undefined);
    if (this.#remove) await this.#remove().catch(() => undefined);
    // Of a file that the person has chosen the empty beginning is there already.
    else if (!this.#whole) await this.#file.remove?.().catch(() => undefined);
  }

  async #open(): Promise<FileSystemWritableFileStream> {
    this.#stream ??= this.#file.createWritable();
    const stream = await this.#stream;
    if (this.#dropped) throw new Error('it is not wanted any more');
    return stream;
  }
}

/** How long the address of a blob has to live on that is saved, in milliseconds: some browsers begin to read after the click. */
export const saving = 60_000;

/** How long after one file the next is saved, in milliseconds: of more than ten in a second Chromium drops the rest, and says nothing. */
const apart = 120;
/** When the next one may be saved. */
let free = 0;

/** Has the browser save a blob as a file. Works on plain http as well. */
export function download(src: string, name: string): void {
  const now = performance.now();
  const wait = Math.max(0, free - now);
  free = now + wait + apart;
  // The first is saved in the event of the button, for browsers that ask for one.
  if (wait > 0) setTimeout(click, wait, src, name);
  else click(src, name);
}

function click(src: string, name: string): void {
  const link = document.createElement('a');
  link.href = src;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
