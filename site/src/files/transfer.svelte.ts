import { texts } from '../language/language.svelte.ts';
import type { FileAbout, FileEnd } from '../../../wasm/engine.d.ts';
import { kindOf, voiceName } from './kinds.ts';

/**
 * How a file stands: nobody has said yet that it is wanted; it is on its way; the other person could not be told of it,
 * and why is said beside the message; or how it ended.
 */
export type FileState = 'offered' | 'moving' | 'failed' | FileEnd;

/** What is shown or played, once its bytes were checked. `src` is an address of the page's own. */
export interface Seen {
  src: string;
  width: number;
  height: number;
}

/** Says what a picture or a sound is by what is in it, or that it is none that may be shown or played. */
export type Check = (content: Blob) => Promise<{ type: string; width: number; height: number } | undefined>;

/** From how many progresses, which come every second, the rate is taken. */
const looked = 8;

/** One file of a chat, as its card shows it. */
export class Transfer {
  readonly ours: boolean;
  readonly about: FileAbout;
  /** How long a voice message is, in seconds, where that is known. */
  readonly seconds: number | undefined;
  /** What the engine calls it; it has no number before the engine has answered. */
  id: number | undefined;
  #state = $state<FileState>('offered');
  #done = $state(0);
  #rate = $state(0);
  #content = $state.raw<Blob>();
  #src: string | undefined;
  #seen = $state.raw<Seen | 'no'>();
  #looking = false;
  #marks: { at: number; done: number }[] = [];

  constructor(ours: boolean, about: FileAbout, content?: Blob, seconds?: number) {
    this.ours = ours;
    this.about = about;
    this.#content = content;
    this.seconds = seconds;
  }

  get state(): FileState {
    return this.#state;
  }
  /** Nothing more becomes of it. */
  get over(): boolean {
    return this.#state !== 'offered' && this.#state !== 'moving';
  }
  /** How many bytes of it are stored at its receiver. */
  get done(): number {
    return this.#done;
  }
  /** In bytes a second; 0 while it isn't known. */
  get rate(): number {
    return this.#rate;
  }
  /** What is in it, where the page has that: of ours always, of theirs once it has come and was not put elsewhere. */
  get content(): Blob | undefined {
    return this.#content;
  }
  /** The picture or sound that it is, `no` where it is neither by its bytes, or undefined where nobody has looked. */
  get seen(): Seen | 'no' | undefined {
    return this.#seen;
  }
  /** It says that it is a picture of a type that is shown: what it is, `look` finds out. */
  get isPicture(): boolean {
    return kindOf(this.about) === 'picture' && /^image\/(png|jpeg|webp|gif|avif)$/i.test(this.about.kind);
  }
  get isSound(): boolean {
    return this.about.voice || kindOf(this.about) === 'sound';
  }
  /** What it is saved as. The name of a voice message is shown nowhere, so it counts nowhere. */
  get saveName(): string {
    return this.about.voice ? voiceName(this.about.kind) : this.about.name;
  }
  /** An address of the content, for this page alone. */
  get src(): string | undefined {
    if (!this.#content) return undefined;
    this.#src ??= URL.createObjectURL(this.#content);
    return this.#src;
  }

  begins(): void {
    this.#state = 'moving';
    this.#marks = [];
    this.#rate = 0;
  }

  /** So much of it is stored at its receiver. */
  goes(done: number, now = performance.now()): void {
    this.#state = 'moving';
    this.#done = done;
    this.#marks = [...this.#marks.slice(1 - looked), { at: now, done }];
    const [first] = this.#marks;
    const took = first ? now - first.at : 0;
    this.#rate = first && took > 0 ? (Math.max(0, done - first.done) / took) * 1000 : 0;
  }

  /** The other person is told of it, or told anew since their page has forgotten it. */
  offers(): void {
    this.begins();
    this.#state = 'offered';
    this.#done = 0;
  }

  ended(how: FileEnd | 'failed', content?: Blob): void {
    this.#state = how;
    if (content) this.#content = content;
    if (how === 'whole') this.#done = this.about.size;
  }

  /** Finds out whether it can be shown or played, once its content is there. */
  async look(check: Check): Promise<void> {
    const content = this.#content;
    if (!content || this.#looking) return;
    this.#looking = true;
    const found = await check(content).catch(() => undefined);
    if (this.#content !== content) return; // it was forgotten meanwhile
    if (!found) this.#seen = 'no';
    else {
      // The type that was found, and not the one that its sender says, is what the browser goes by.
      this.#content = content.slice(0, content.size, found.type);
      const src = this.src;
      this.#seen = src === undefined ? 'no' : { src, width: found.width, height: found.height };
    }
  }

  /** It is not shown any more, and its content goes. */
  forget(): void {
    if (this.#src !== undefined) URL.revokeObjectURL(this.#src);
    this.#src = undefined;
    this.#content = undefined;
    this.#seen = undefined;
  }
}

/** What stands for a file where there is only text. */
export function textOf({ about }: Transfer): string {
  return texts.fileText({ name: about.voice ? texts.voice.message : about.name, size: about.size });
}
