import type { ErrorCode, Said } from '../../../wasm/engine.d.ts';
import type { Transfer } from '../files/transfer.svelte.ts';
import { Expiry, parted } from './expiry.ts';
import { Names } from './names.ts';
import { Entry, type Attempt, type ChatMessage, type Written } from './entry.svelte.ts';

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
 * A text on its way has two names (names.ts), and a map for each. They hold what is under way also where it is shown no
 * more: clearing the history stops nothing. An id that is told too early waits in #early.
 */

/** How much of the history is kept, in messages and in characters: a peer must not be able to fill the memory. */
const keptMessages = 20_000;
const keptLength = 4 << 20;

/** The messages of one chat and what became of them. */
export class History {
  /** Changes with the list. The list itself isn't watched: that would make each message of thousands dear. */
  #version = $state(0);
  /** Changes where what could be named can't be any more. */
  #named = $state(0);
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
  readonly #byKey = new Map<string, Entry>();
  readonly #names = new Names();
  /** Delivered before the engine has told which message that is. */
  readonly #early = new Set<number>();
  /* eslint-enable svelte/prefer-svelte-reactivity */
  #length = 0;
  #count = 0;
  #lost = false;
  readonly #expiry = new Expiry(() => this.#expire());

  /** Nothing of a file is kept any more: its message is not shown, or was taken back. */
  readonly drop: (file: Transfer) => void;

  constructor(drop: (file: Transfer) => void = () => undefined) {
    this.drop = drop;
  }

  /** What is said from now on disappears after so many seconds; 0 for never. */
  set lasting(seconds: number) {
    this.#expiry.lasting = seconds;
  }
  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }
  /** The oldest messages were dropped: the history had become too long. */
  get trimmed(): boolean {
    return this.#trimmed;
  }

  /** A message with this key, if it is shown. */
  find(key: string): ChatMessage | undefined {
    void this.#version;
    return this.#byKey.get(key);
  }

  /** What the engine calls a message; undefined where it can't be named, or not any more. */
  nameOf({ key, from }: ChatMessage): Said | undefined {
    void this.#named;
    return this.#names.of(key, from, this.#byKey.get(key)?.id);
  }

  /** The message that the engine calls so, if it is shown. */
  named(said: Said): ChatMessage | undefined {
    return this.#byKey.get(this.#names.find(said) ?? '');
  }

  /** The page of the other person has lost what was said: of that nothing can be named any more. */
  unnamed(): void {
    this.#names.clear((key) => this.#byKey.get(key)?.underWay === true);
    this.#named += 1;
  }

  /** A text that the person writes, or a file, of which the text tells. */
  write(text: string, file?: Transfer, answers?: string): Attempt {
    const key = this.#nextKey();
    return this.#send({ key, from: 'you', text, file, answers }, key);
  }

  /** What the engine calls `id` has come: a text of the other person, or a file, of which the text tells. */
  receive(text: string, id: number, file?: Transfer, about?: Said): void {
    const answers = about && (this.named(about)?.key ?? '');
    const entry = new Entry({ key: this.#nextKey(), from: 'them', text, file, answers }, '');
    entry.id = id;
    this.#names.add('them', id, entry.key);
    this.#add(entry);
  }

  /** Another text stands in the place of a message, or, where it was taken back, none. */
  change({ key }: ChatMessage, text: string, now: ChatMessage['now']): void {
    const at = this.#list.findLastIndex((entry) => entry.key === key);
    const before = this.#list[at];
    if (!before) return;
    const { from, file, answers, ref } = before;
    const gone = now === 'gone';
    const written = {
      key,
      from,
      text,
      now,
      file: gone ? undefined : file,
      answers: gone ? undefined : answers,
    };
    const entry = new Entry(written, ref, before);
    this.#list[at] = entry;
    this.#byKey.set(key, entry);
    this.#length += text.length - before.text.length;
    this.#trim();
    this.#version += 1;
  }

  react({ key }: ChatMessage, from: ChatMessage['from'], emoji: string): void {
    this.#byKey.get(key)?.reacts(from, emoji);
  }

  /** The other person has seen what the engine calls so, and all before it. */
  seen(id: number): void {
    for (const entry of this.#list) {
      const { from, id: own = Infinity, state, seen } = entry;
      if (from === 'you' && own <= id && state !== 'failed' && !seen) entry.sees();
    }
  }

  /** A failed message becomes the newest, to be sent once more. */
  again(key: string): Attempt | undefined {
    const index = this.#list.findLastIndex((entry) => entry.key === key && entry.state === 'failed');
    const [failed] = index < 0 ? [] : this.#list.splice(index, 1);
    if (!failed) return undefined;
    this.#length -= failed.text.length;
    this.#settle(failed);
    this.#names.remove(key, 'you', failed.id);
    const { text, file, answers } = failed;
    return this.#send({ key, from: 'you', text, file, answers }, this.#nextKey());
  }

  /** The engine has given an attempt its id: it is on its way. */
  sent(ref: string, id: number): void {
    const entry = this.#byRef.get(ref);
    if (!entry) return;
    entry.id = id;
    const shown = this.#byKey.get(entry.key);
    if (shown) shown.id = id;
    this.#byId.set(id, entry);
    this.#names.add('you', id, entry.key);
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
    const [stay, go] = parted(this.#list, ({ file }) => file !== undefined && !file.over);
    this.#list = stay;
    this.#forget(go);
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

  #send(written: Written, ref: string): Attempt {
    const { text, file, answers } = written;
    const entry = new Entry(written, ref);
    this.#byRef.set(ref, entry);
    this.#add(entry);
    const answered = answers === undefined ? undefined : this.#byKey.get(answers);
    return { ref, text, file, about: answered && this.nameOf(answered) };
  }

  /** Takes out what is to disappear by now, and returns when the next is. */
  #expire(): number {
    const now = Date.now();
    const [go, stay] = parted(this.#list, ({ goes }) => goes !== undefined && goes <= now);
    if (go.length > 0) {
      this.#list = stay;
      this.#length -= go.reduce((sum, { text }) => sum + text.length, 0);
      this.#forget(go);
      for (const { file } of go) if (file) this.drop(file);
      this.#version += 1;
    }
    return stay.reduce((first, { goes }) => Math.min(first, goes ?? Infinity), Infinity);
  }

  #trim(): void {
    let drop = 0;
    while (this.#list.length - drop > keptMessages || this.#length > keptLength) {
      this.#length -= this.#list[drop]?.text.length ?? 0;
      drop += 1;
    }
    if (drop > 0) {
      const dropped = this.#list.splice(0, drop);
      this.#forget(dropped);
      for (const { file } of dropped) if (file) this.drop(file);
      this.#trimmed = true;
    }
  }

  #forget(entries: readonly Entry[]): void {
    for (const { key, id, from } of entries) {
      this.#byKey.delete(key);
      this.#names.remove(key, from, id);
    }
  }

  #add(entry: Entry): void {
    this.#list.push(entry);
    this.#byKey.set(entry.key, entry);
    entry.goes = this.#expiry.of(entry.at);
    this.#length += entry.text.length;
    this.#trim();
    this.#version += 1;
  }

  /** Nothing more will be told of it. */
  #settle(entry: Entry): void {
    this.#byRef.delete(entry.ref);
    if (entry.id !== undefined) this.#byId.delete(entry.id);
  }

  #forgetAttempts(): void {
    this.#names.clear();
    this.#named += 1;
    this.#byRef.clear();
    this.#byId.clear();
    this.#early.clear();
  }

  #nextKey(): string {
    this.#count += 1;
    return `m${this.#count}`;
  }
}
