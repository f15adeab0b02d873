import type { FileAbout } from '../../../wasm/engine.d.ts';
import { shortened } from './names.ts';
import type { Check, Seen } from './transfer.svelte.ts';

/** How many files one side may have for the other at one time. */
export const atOnce = 16;

/** Makes the same picture anew, with nothing in it but the picture; undefined where that can't be done. */
export type Clean = (picture: File) => Promise<File | undefined>;

/** A file that goes with what is being written. */
export class Attached {
  readonly key: number;
  readonly file: File;
  #original = $state(false);
  #seen = $state.raw<Seen | 'no'>();
  #unclean = $state(false);
  #looking: Promise<void> | undefined;
  #gone = false;

  constructor(key: number, file: File) {
    this.key = key;
    this.file = file;
  }

  /** It goes as it is. */
  get original(): boolean {
    return this.#original;
  }
  /** The picture that it is; undefined where nobody has looked. */
  get seen(): Seen | 'no' | undefined {
    return this.#seen;
  }
  /** It could not be made anew, so it goes as it is or not at all. */
  get unclean(): boolean {
    return this.#unclean;
  }

  sendOriginal(on: boolean): void {
    this.#original = on;
  }

  look(check: Check): Promise<void> {
    this.#looking ??= this.#look(check);
    return this.#looking;
  }

  async #look(check: Check): Promise<void> {
    const found = await check(this.file).catch(() => undefined);
    if (this.#gone) return;
    this.#seen = found
      ? { src: URL.createObjectURL(this.file.slice(0, this.file.size, found.type)), ...found }
      : 'no';
  }

  /** What is sent of it; undefined where it stays, since it could not be made anew. */
  async ready(clean: Clean, check: Check): Promise<File | undefined> {
    if (this.#original) return this.file;
    await this.look(check);
    if (this.#seen === 'no') {
      this.#unclean = saysPicture(this.file);
      return this.#unclean ? undefined : this.file;
    }
    const cleaned = await clean(this.file).catch(() => undefined);
    this.#unclean = cleaned === undefined;
    return cleaned;
  }

  forget(): void {
    this.#gone = true;
    if (typeof this.#seen === 'object') URL.revokeObjectURL(this.#seen.src);
  }
}

/**
 * It is a picture for its person, also where the page can't unpack it: one of a phone's own format, or too large. Such a
 * one holds what cameras write as well. A drawing of vectors doesn't.
 */
function saysPicture({ name, type }: File): boolean {
  const byName =
    /\.(arw|avif|bmp|cr[23]|dng|gif|hei[cf]|hif|jfif|jp2|jpe?g?|jxl|nef|orf|pef|png|raf|raw|rw2|srw|tiff?|webp)$/i.test(
      name,
    );
  return byName || /^image\/(?!svg)/i.test(type);
}

/** What goes with the text that is being written. */
export class Tray {
  #list = $state.raw<readonly Attached[]>([]);
  #told = $state<'folder' | 'many'>();
  #busy = $state(false);
  #count = 0;

  get list(): readonly Attached[] {
    return this.#list;
  }
  /** Why something that was brought is not in it. */
  get told(): 'folder' | 'many' | undefined {
    return this.#told;
  }
  /** Pictures are being made anew. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Adds files that were chosen, dropped or pasted. `folders`: some of what was brought are folders. */
  add(files: readonly File[], folders = false): void {
    const room = atOnce - this.#list.length;
    this.#told = folders ? 'folder' : files.length > room ? 'many' : undefined;
    this.#list = [...this.#list, ...files.slice(0, room).map((file) => new Attached(++this.#count, file))];
  }

  remove(attached: Attached): void {
    attached.forget();
    this.#list = this.#list.filter((each) => each !== attached);
    this.#told = undefined;
  }

  /** What is to be sent, which is in the tray no more. A picture that could not be made anew stays. */
  async take(clean: Clean, check: Check): Promise<File[]> {
    if (this.#busy) return [];
    this.#busy = true;
    this.#told = undefined;
    const files: File[] = [];
    try {
      for (const attached of this.#list) {
        const ready = await attached.ready(clean, check);
        // It may have been removed meanwhile.
        if (!ready || !this.#list.includes(attached)) continue;
        files.push(ready);
        this.remove(attached);
      }
    } finally {
      this.#busy = false;
    }
    return files;
  }

  /** The chat is over. */
  empty(): void {
    for (const attached of this.#list) this.remove(attached);
  }
}

/** The longest kind that PROTOCOL.md has, in characters. */
const longestKind = 100;

/** What the other person is told of a file. */
export function aboutOf({ name, type, size }: File, voice = false): FileAbout {
  return {
    name: shortened(name) || 'file',
    kind: type.length <= longestKind && /^[!-~]*$/.test(type) ? type : '',
    size,
    voice,
  };
}
