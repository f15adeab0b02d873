import type { ErrorCode } from '../../../wasm/engine.d.ts';
import type { Transfer } from '../files/transfer.svelte.ts';

/*
 * What was said in a chat, and what became of each message of one's own:
 *
 *     write ──> sending ──> sent ──────> delivered
 *                  │         │ lost          ^
 *                  │         v               │
 *                  ├──────> held ────────────┘
 *                  v
 *                failed ── again ──> sending, as the newest message
 *
 * When the chat ends, what is not delivered has failed.
 *
 * A text on its way has two names, as its sender and the engine learn of each other at different moments. `ref` is the
 * page's own, given with the text: the engine names it when the text fails. `id` is the number that the engine answers
 * with, and names when the text has arrived. The answer to sending and the news of its arrival come by different ways,
 * so that a fast peer's ack may be told first: such an id waits in #early until it is known whose it is.
 *
 *     page    send(ref, text) ──────────────────> sent(ref, id)
 *     engine                   ──> delivered(id)
 *
 * Both maps hold what is under way also where it is shown no more: clearing the history stops nothing.
 *
 * Of all this only the fate of a message and the number of the list's version are state of Svelte. Were the list, it
 * and each of its 20,000 messages would be proxies, through which every look at them goes.
 */

/** One message of the history. */
export interface ChatMessage {
  /** Stays the same as long as the message is shown. */
  readonly key: string;
  readonly from: 'you' | 'them';
  /** Exactly what its author wrote: only ever shown as text. */
  readonly text: string;
  /** When it was written or arrived here, in milliseconds since 1970. */
  readonly at: number;
  /** `sent`: on its way; `held`: it waits for a lost connection; `delivered`: on the other person's device. */
  readonly state: 'sending' | 'sent' | 'held' | 'delivered' | 'failed' | 'received';
  /** It is a file, whose name and size are its text. */
  readonly file?: Transfer | undefined;
  /** Why it failed. */
  readonly code?: ErrorCode | undefined;
}

interface Fate {
  state: ChatMessage['state'];
  code?: ErrorCode | undefined;
}

class Entry implements ChatMessage {
  readonly key: string;
  readonly from: ChatMessage['from'];
  readonly text: string;
  readonly at = Date.now();
  /** What the engine calls this attempt to send it. */
  readonly ref: string;
  readonly file: Transfer | undefined;
  id: number | undefined;
  /** All that ever changes of a message, so it alone is watched. */
  #fate = $state.raw<Fate>({ state: 'received' });

  constructor(key: string, from: ChatMessage['from'], text: string, ref: string, file?: Transfer) {
    this.file = file;
    this.key = key;
    this.from = from;
    this.text = text;
    this.ref = ref;
    if (from === 'you') this.#fate = { state: 'sending' };
  }

  get state(): ChatMessage['state'] {
    return this.#fate.state;
  }
  get code(): ErrorCode | undefined {
    return this.#fate.code;
  }
  get underWay(): boolean {
    return this.state === 'sending' || this.state === 'sent' || this.state === 'held';
  }

  becomes(state: ChatMessage['state'], code?: ErrorCode): void {
    this.#fate = { state, code };
  }
}

/** A text, or a file, on its way to the engine: `ref` is what the engine calls this attempt. */
export interface Attempt {
  ref: string;
  text: string;
  file?: Transfer | undefined;
}

/** How much of the history is kept, in messages and in characters: a peer must not be able to fill the memory. */
const keptMessages = 20_000;
const keptLength = 4 << 20;

/** The messages of one chat and what became of them. */
export class History {
  /** Changes with the list. The list itself isn't watched: that would make each message of thousands dear. */
  #version = $state(0);
  #trimmed = $state(false);
  #list: Entry[] = [];
  /** A new array for each version, so that whoever was given one sees that it has changed. */
  readonly #messages = $derived.by(() => {
    void this.#version;
    return this.#list.slice();
  });
  /* eslint-disable svelte/prefer-svelte-reactivity -- no screen shows these */
  /** What may still be delivered or fail, shown or not, by what the engine calls it. */
  readonly #byRef = new Map<string, Entry>();
  readonly #byId = new Map<number, Entry>();
  /** Delivered before the engine has told which message that is. */
  readonly #early = new Set<number>();
  /* eslint-enable svelte/prefer-svelte-reactivity */
  #length = 0;
  #count = 0;
  #lost = false;

  readonly #ondropped: (file: Transfer) => void;

  /** `ondropped` is told of a file whose message has become too old to be shown. */
  constructor(ondropped: (file: Transfer) => void = () => undefined) {
    this.#ondropped = ondropped;
  }

  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }
  /** The oldest messages were dropped: the history had become too long. */
  get trimmed(): boolean {
    return this.#trimmed;
  }

  /** A text that the person writes, or a file, of which the text tells. */
  write(text: string, file?: Transfer): Attempt {
    const key = this.#nextKey();
    return this.#send(key, text, key, file);
  }

  /** A text of the other person, or a file, of which the text tells. */
  receive(text: string, file?: Transfer): void {
    this.#add(new Entry(this.#nextKey(), 'them', text, '', file));
  }

  /** A failed message becomes the newest, to be sent once more. */
  again(key: string): Attempt | undefined {
    const index = this.#list.findLastIndex((entry) => entry.key === key && entry.state === 'failed');
    const [failed] = index < 0 ? [] : this.#list.splice(index, 1);
    if (!failed) return undefined;
    this.#length -= failed.text.length;
    this.#settle(failed);
    return this.#send(key, failed.text, this.#nextKey(), failed.file);
  }

  /** The engine has given an attempt its id: it is on its way. */
  sent(ref: string, id: number): void {
    const entry = this.#byRef.get(ref);
    if (!entry) return;
    entry.id = id;
    this.#byId.set(id, entry);
    if (entry.state === 'sending') entry.becomes(this.#lost ? 'held' : 'sent');
    if (this.#early.delete(id)) this.delivered(id);
  }

  /** Nothing gets through, or again. What waits does so until it has arrived, which it does right after. */
  lost(lost: boolean): void {
    this.#lost = lost;
    if (!lost) return;
    for (const entry of this.#byRef.values()) if (entry.state === 'sent') entry.becomes('held');
  }

  delivered(id: number): void {
    const entry = this.#byId.get(id);
    if (entry) {
      entry.becomes('delivered');
      this.#settle(entry);
    } else if (this.#byRef.size > this.#byId.size) {
      this.#early.add(id);
    }
  }

  /** A file of ours is over: whether it was ever told of counts no more. */
  over(id: number): void {
    const entry = this.#byId.get(id);
    if (!entry) return;
    if (entry.underWay) entry.becomes('received');
    this.#settle(entry);
  }

  failed(ref: string, code: ErrorCode): void {
    this.#byRef.get(ref)?.becomes('failed', code);
  }

  /** The chat is over: what is on its way will not arrive. */
  ended(): void {
    for (const entry of this.#byRef.values()) if (entry.underWay) entry.becomes('failed', 'ended');
    this.#forgetAttempts();
  }

  /**
   * Empties what is shown. The chat goes on, and what is on its way stays on its way: files that are not over are still
   * shown, or nobody could stop them.
   */
  clear(): void {
    this.#list = this.#list.filter(({ file }) => file && !file.over);
    this.#length = this.#list.reduce((sum, { text }) => sum + text.length, 0);
    this.#trimmed = false;
    this.#version += 1;
  }

  /** The chat is gone, and another one may begin. */
  forget(): void {
    this.#list = [];
    this.clear();
    this.#lost = false;
    this.#forgetAttempts();
  }

  #send(key: string, text: string, ref: string, file: Transfer | undefined): Attempt {
    const entry = new Entry(key, 'you', text, ref, file);
    this.#byRef.set(ref, entry);
    this.#add(entry);
    return { ref, text, file };
  }

  #add(entry: Entry): void {
    this.#list.push(entry);
    this.#length += entry.text.length;
    let drop = 0;
    while (this.#list.length - drop > keptMessages || this.#length > keptLength) {
      this.#length -= this.#list[drop]?.text.length ?? 0;
      drop += 1;
    }
    if (drop > 0) {
      for (const { file } of this.#list.splice(0, drop)) if (file) this.#ondropped(file);
      this.#trimmed = true;
    }
    this.#version += 1;
  }

  /** Nothing more will be told of it. */
  #settle(entry: Entry): void {
    this.#byRef.delete(entry.ref);
    if (entry.id !== undefined) this.#byId.delete(entry.id);
  }

  #forgetAttempts(): void {
    this.#byRef.clear();
    this.#byId.clear();
    this.#early.clear();
  }

  #nextKey(): string {
    this.#count += 1;
    return `m${this.#count}`;
  }
}
