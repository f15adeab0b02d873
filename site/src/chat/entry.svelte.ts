import type { ErrorCode, Said } from '../../../wasm/engine.d.ts';
import type { Transfer } from '../files/transfer.svelte.ts';

/*
 * Of a history only the fate of a message and the number of the list's version are state of Svelte. Were the list, it
 * and each of its 20,000 messages would be proxies, through which every look at them goes.
 *
 * A message that is edited or taken back is another one with the same key and the same fate in its place, so that whoever
 * keeps something for a message, such as what its text looks like, makes that anew.
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
  /** Key of the message that it answers. */
  readonly answers?: string | undefined;
  /** `edited`: another text has stood here; `gone`: its author has taken it back, and there is no text. */
  readonly now?: 'edited' | 'gone' | undefined;
  /** The emoji that either person has to it. */
  readonly reactions?: Reactions | undefined;
  /** When it disappears; never without. */
  readonly goes?: number | undefined;
  /** The other person has seen it, and shows that. */
  readonly seen?: boolean | undefined;
  /** Why it failed. */
  readonly code?: ErrorCode | undefined;
}

export type Reactions = Partial<Record<ChatMessage['from'], string>>;

/** All that ever changes of a message while it stays what it is, so that alone is watched. */
class Fate {
  state = $state.raw<ChatMessage['state']>('received');
  code: ErrorCode | undefined;
  reactions = $state.raw<Reactions>();
  seen = $state(false);
}

/** What a message is from the first. */
export type Written = Pick<ChatMessage, 'key' | 'from' | 'text' | 'file' | 'answers' | 'now'>;

/** A message of a History. */
export class Entry implements ChatMessage {
  readonly key: string;
  readonly from: ChatMessage['from'];
  readonly text: string;
  readonly at: number;
  readonly file: Transfer | undefined;
  readonly answers: string | undefined;
  readonly now: ChatMessage['now'];
  /** What the engine calls this attempt to send it. */
  readonly ref: string;
  goes: number | undefined;
  id: number | undefined;
  readonly #fate: Fate;

  constructor(written: Written, ref: string, before?: Entry) {
    ({ key: this.key, from: this.from, text: this.text, file: this.file } = written);
    [this.answers, this.now, this.ref] = [written.answers, written.now, ref];
    this.#fate = before ? before.#fate : new Fate();
    this.at = before?.at ?? Date.now();
    [this.goes, this.id] = [before?.goes, before?.id];
    if (!before && written.from === 'you') this.#fate.state = 'sending';
  }

  get state(): ChatMessage['state'] {
    return this.#fate.state;
  }
  get code(): ErrorCode | undefined {
    return this.#fate.code;
  }
  get reactions(): Reactions | undefined {
    return this.#fate.reactions;
  }
  get seen(): boolean {
    return this.#fate.seen;
  }
  get underWay(): boolean {
    return this.state === 'sending' || this.state === 'sent' || this.state === 'held';
  }

  becomes(state: ChatMessage['state'], code?: ErrorCode): void {
    this.#fate.code = code;
    this.#fate.state = state;
  }

  reacts(from: ChatMessage['from'], emoji: string): void {
    this.#fate.reactions = { ...this.#fate.reactions, [from]: emoji };
  }

  sees(): void {
    this.#fate.seen = true;
  }
}

/** A text, or a file, on its way to the engine: `ref` is what the engine calls this attempt. */
export interface Attempt {
  ref: string;
  text: string;
  file?: Transfer | undefined;
  /** The message that it answers, as the engine names it. */
  about?: Said | undefined;
}
