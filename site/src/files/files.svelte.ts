import type { Chat, ChatEvent, FileEnd, FileSource } from '../../../wasm/engine.d.ts';
import { download, keepFor, keepHere, mostInMemory, roomFor, type Keeping } from './save.ts';
import { Transfer } from './transfer.svelte.ts';

/** Of pictures that come by themselves: how large one is at most, and all of one chat together. */
const [byItself, byThemselves] = [10_000_000, 200_000_000];

/** How long a browser gets to read what it saves, in milliseconds. */
const saving = 60_000;

/** The part of it that components read, and the verbs that they call. */
export type ShownFiles = Pick<Files, 'room' | 'keep' | 'stop'>;

/** The files of a chat, of both people, from the moment when one is told of to the end of the chat. */
export class Files {
  readonly #chat: Pick<Chat, 'sendFile' | 'keepFile' | 'stopFile'>;
  /* eslint-disable svelte/prefer-svelte-reactivity -- no screen shows these */
  readonly #all = new Set<Transfer>();
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
    const { content } = file;
    this.#all.add(file);
    const id = await this.#chat.sendFile(ref, file.about, sourceOf(content ?? new Blob()));
    file.id = id;
    const early = this.#early.get(id);
    this.#early.delete(id);
    if (early) file.ended(early);
    return id;
  }

  /** The other person has a file. */
  offered({ id, name, kind, size, voice }: Extract<ChatEvent, { type: 'file' }>): Transfer {
    const file = new Transfer(false, { name, kind, size, voice });
    file.id = id;
    this.#all.add(file);
    if (this.picturesCome && file.isPicture && size <= byItself && this.#came + size <= byThemselves) {
      this.#came += size;
      void this.keep(file, 'here').catch(() => undefined);
    }
    return file;
  }

  progress({ ours, id, done }: Extract<ChatEvent, { type: 'progress' }>): void {
    const file = this.#find(ours, id);
    if (file && !file.over) file.goes(done);
  }

  async ended({ ours, id, how }: Extract<ChatEvent, { type: 'ended' }>): Promise<void> {
    const file = this.#find(ours, id);
    if (!file) {
      if (ours) this.#early.set(id, how);
      return;
    }
    const keeping = this.#kept.get(file);
    if (how !== 'whole') {
      file.ended(how);
      this.#kept.delete(file);
      await keeping?.drop();
      return;
    }
    const content = keeping && (await keeping.content().catch(() => undefined));
    file.ended(how, content);
    // What was shown here is saved when its person wants that.
    if (content && !this.#here.has(file) && file.src) download(file.src, file.about.name);
  }

  /**
   * Has a file of the other person come, to be shown `here` or to be kept on the device. It is called in the event of a
   * button. Says `no-room` where the browser has none for it.
   */
  async keep(file: Transfer, where: 'here' | 'device'): Promise<'no-room' | undefined> {
    if (file.ours || file.state !== 'offered' || file.id === undefined) return undefined;
    const { name, size } = file.about;
    let keeping: Keeping | undefined;
    try {
      keeping = where === 'here' && size <= mostInMemory ? keepHere(size) : await keepFor(name, size);
    } catch {
      return 'no-room';
    }
    // While a dialog was open the file may have ended.
    if (!keeping || file.state !== 'offered') {
      await keeping?.drop();
      return undefined;
    }
    if (where === 'here') this.#here.add(file);
    this.#kept.set(file, keeping);
    file.begins();
    await this.#chat.keepFile(file.id, keeping.sink).catch(() => file.ended('lost'));
    return undefined;
  }

  /** Withdraws a file of ours, or refuses one of the other person. */
  async stop(file: Transfer): Promise<void> {
    if (file.id !== undefined && !file.over)
      await this.#chat.stopFile(file.ours, file.id).catch(() => undefined);
  }

  /** The other person's page was reloaded: it is told anew of ours. */
  again(): void {
    for (const file of this.#all) if (file.ours) file.again();
  }

  /** The chat is over, and nothing more moves. */
  over(): void {
    for (const file of this.#all) if (!file.over) file.ended('lost');
  }

  /** It is not shown any more: nothing of it stays here. */
  async forget(file: Transfer): Promise<void> {
    this.#all.delete(file);
    const keeping = this.#kept.get(file);
    this.#kept.delete(file);
    // The browser may be saving it, which it begins only after the click, and from here.
    if (file.state === 'whole' && !this.#here.has(file))
      await new Promise((done) => setTimeout(done, saving));
    file.forget();
    await keeping?.drop();
  }

  /** The chat is shown no more. */
  async forgetAll(): Promise<void> {
    this.over();
    await Promise.all([...this.#all].map((file) => this.forget(file)));
  }

  #find(ours: boolean, id: number): Transfer | undefined {
    for (const file of this.#all) if (file.ours === ours && file.id === id) return file;
    return undefined;
  }
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
