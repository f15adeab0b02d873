import type { Chat, ChatEvent, FileEnd, FileSource } from '../../../wasm/engine.d.ts';
import { download, keepFor, keepHere, mostInMemory, roomFor, saving, type Keeping } from './save.ts';
import { Transfer } from './transfer.svelte.ts';

/** Of pictures that come by themselves: how large one is at most, and all of one chat together. */
const [byItself, byThemselves] = [10_000_000, 200_000_000];

/** The part of it that components read, and the verbs that they call. */
export type ShownFiles = Pick<Files, 'room' | 'keep' | 'stop'>;

/** The files of a chat, of both people, from the moment when one is told of to the end of the chat. */
export class Files {
  readonly #chat: Pick<Chat, 'sendFile' | 'keepFile' | 'stopFile'>;
  /* eslint-disable svelte/prefer-svelte-reactivity -- no screen shows these */
  /** Those that are not over, by whose they are and their number. */
  readonly #open = new Map<string, Transfer>();
  /** Those whose content the page has, until they are shown no more: ours, and theirs that are whole. */
  readonly #held = new Set<Transfer>();
  readonly #kept = new Map<Transfer, Keeping>();
  /** How files of ours ended of which the engine has not told the number yet. */
  readonly #early = new Map<number, FileEnd>();
  /** Those that are shown on the page, and saved from there. */
  readonly #here = new Set<Transfer>();
  /* eslint-enable svelte/prefer-svelte-reactivity */
  /** Pictures of the other person come without being asked for. */
  picturesCome = false;
  #came = 0;
  /** The most that can be kept of one file, in bytes. */
  readonly room = roomFor();

  constructor(chat: Pick<Chat, 'sendFile' | 'keepFile' | 'stopFile'>) {
    this.#chat = chat;
  }

  /** Tells the other person of a file of ours. Resolves with the engine's number, and rejects as the engine does. */
  async send(ref: string, file: Transfer): Promise<number> {
    file.offers();
    this.#held.add(file);
    let id: number;
    try {
      id = await this.#chat.sendFile(ref, file.about, sourceOf(file.content ?? new Blob()));
    } catch (error) {
      file.ended('failed');
      throw error;
    }
    file.id = id;
    this.#open.set(nameOf(true, id), file);
    const early = this.#early.get(id);
    this.#early.delete(id);
    if (early) await this.ended({ type: 'ended', ours: true, id, how: early });
    return id;
  }

  /** The other person has a file. */
  offered({ id, name, kind, size, voice }: Extract<ChatEvent, { type: 'file' }>): Transfer {
    const file = new Transfer(false, { name, kind, size, voice });
    file.id = id;
    this.#open.set(nameOf(false, id), file);
    if (this.picturesCome && file.isPicture && size <= byItself && this.#came + size <= byThemselves) {
      this.#came += size;
      void this.keep(file, 'here');
    }
    return file;
  }

  progress({ ours, id, done }: Extract<ChatEvent, { type: 'progress' }>): void {
    this.#open.get(nameOf(ours, id))?.goes(done);
  }

  async ended({ ours, id, how: told }: Extract<ChatEvent, { type: 'ended' }>): Promise<void> {
    const file = this.#open.get(nameOf(ours, id));
    let how = told;
    if (!file) {
      if (ours) this.#early.set(id, how);
      return;
    }
    this.#open.delete(nameOf(ours, id));
    const keeping = this.#kept.get(file);
    if (how !== 'whole') {
      file.ended(how);
      this.#kept.delete(file);
      this.#here.delete(file);
      await keeping?.drop();
      return;
    }
    this.#held.add(file);
    let content: Blob | undefined;
    try {
      content = keeping && (await keeping.content());
    } catch {
      how = 'unstorable'; // it is not where it was kept any more
    }
    if (!this.#held.has(file)) return; // the chat was left meanwhile
    file.ended(how, content);
    // What was shown here is saved when its person wants that.
    if (content && !this.#here.has(file) && file.src) download(file.src, file.saveName);
  }

  /**
   * Has a file of the other person come, to be shown `here` or to be kept on the device. It is called in the event of a
   * button. Says `no-room` where the browser has none for it.
   */
  async keep(file: Transfer, where: 'here' | 'device'): Promise<'no-room' | undefined> {
    const wanted = () => !file.ours && file.state === 'offered';
    if (!wanted() || file.id === undefined) return undefined;
    const { size } = file.about;
    let keeping: Keeping | undefined;
    try {
      const here = where === 'here' && size <= mostInMemory;
      keeping = here ? keepHere() : await keepFor(file.saveName, size);
    } catch {
      return 'no-room';
    }
    // While a dialog was open the file may have ended, or a second press was faster.
    if (!keeping || !wanted()) {
      await keeping?.drop();
      return undefined;
    }
    if (where === 'here') this.#here.add(file);
    this.#kept.set(file, keeping);
    file.begins();
    try {
      await this.#chat.keepFile(file.id, keeping.sink);
    } catch {
      // It is over: where the engine has not told how, it does not know it any more.
      await this.ended({ type: 'ended', ours: false, id: file.id, how: 'lost' });
    }
    return undefined;
  }

  /** Withdraws a file of ours, or refuses one of the other person. */
  async stop(file: Transfer): Promise<void> {
    if (file.id !== undefined && !file.over)
      await this.#chat.stopFile(file.ours, file.id).catch(() => undefined);
  }

  /** The other person's page was reloaded: it is told anew of ours. */
  again(): void {
    for (const file of this.#open.values()) if (file.ours) file.offers();
  }

  /** The chat is over, and nothing more moves. */
  async over(): Promise<void> {
    const keepings: (Keeping | undefined)[] = [];
    for (const file of this.#open.values()) {
      file.ended('lost');
      keepings.push(this.#kept.get(file));
      this.#kept.delete(file);
      this.#here.delete(file);
    }
    this.#open.clear();
    await Promise.all(keepings.map((keeping) => keeping?.drop()));
  }

  /** It is not shown any more: nothing of it stays here. With `patience` the browser may first end the saving of it. */
  async forget(file: Transfer, patience = saving): Promise<void> {
    await this.stop(file);
    const keeping = this.#kept.get(file);
    this.#kept.delete(file);
    this.#held.delete(file);
    // The browser may be saving it, which it begins only after the click, and from here.
    if (keeping && file.state === 'whole' && !this.#here.delete(file) && patience > 0)
      await new Promise((done) => setTimeout(done, patience));
    file.forget();
    await keeping?.drop();
  }

  /** The chat is shown no more. */
  async forgetAll(patience = saving): Promise<void> {
    await Promise.all([this.over(), ...[...this.#held].map((file) => this.forget(file, patience))]);
  }
}

function nameOf(ours: boolean, id: number): string {
  return `${ours} ${id}`;
}

function sourceOf(content: Blob): FileSource {
  return {
    read: async (into, offset) => {
      const bytes = new Uint8Array(await content.slice(offset, offset + into.length).arrayBuffer());
      if (bytes.length !== into.length) throw new Error('the file is shorter than it was');
      into.set(bytes);
    },
  };
}
