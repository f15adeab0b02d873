import type { ErrorCode } from '../../wasm/engine.d.ts';

/** One message of the history. */
export interface ChatMessage {
  /** Stays the same as long as the message is shown. */
  readonly key: string;
  readonly from: 'you' | 'them';
  /** Exactly what its author wrote: only ever shown as text. */
  readonly text: string;
  /** When it was written or arrived here, in milliseconds since 1970. */
  readonly at: number;
  readonly state: 'sending' | 'delivered' | 'failed' | 'received';
  /** Why it failed. */
  readonly code?: ErrorCode | undefined;
}

type Entry = { -readonly [K in keyof ChatMessage]: ChatMessage[K] } & { ref: string; id: number | undefined };

/** A text on its way to the engine: `ref` is what the engine calls this attempt. */
export interface Attempt {
  ref: string;
  text: string;
}

/** How much of the history is kept, in messages and in characters: a peer must not be able to fill the memory. */
const keptMessages = 20_000;
const keptLength = 4 << 20;

/** The messages of one chat and what became of them. */
export class History {
  #messages = $state<Entry[]>([]);
  #trimmed = $state(false);
  #length = 0;
  #count = 0;

  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }
  /** The oldest messages were dropped: the history had become too long. */
  get trimmed(): boolean {
    return this.#trimmed;
  }

  /** A text that the person writes. */
  write(text: string): Attempt {
    return this.#add('you', text, 'sending');
  }

  /** A text of the other person. */
  receive(text: string): void {
    this.#add('them', text, 'received');
  }

  /** A failed message becomes the newest, to be sent once more. */
  again(key: string): Attempt | undefined {
    const index = this.#messages.findIndex((message) => message.key === key && message.state === 'failed');
    const [message] = index < 0 ? [] : this.#messages.splice(index, 1);
    if (!message) return undefined;
    const ref = this.#nextKey();
    this.#messages.push({ ...message, at: Date.now(), state: 'sending', ref, id: undefined });
    return { ref, text: message.text };
  }

  /** The engine has given an attempt its id. */
  sent(ref: string, id: number): void {
    const message = this.#attempt(ref);
    if (message) message.id = id;
  }

  delivered(sent: number): void {
    const message = this.#messages.findLast(({ id }) => id === sent);
    if (message) message.state = 'delivered';
  }

  failed(ref: string, code: ErrorCode): void {
    const message = this.#attempt(ref);
    if (!message || message.state === 'delivered') return;
    message.state = 'failed';
    message.code = code;
  }

  /** The chat is over: what is on its way will not arrive. */
  ended(): void {
    for (const message of this.#messages) if (message.state === 'sending') this.failed(message.ref, 'ended');
  }

  clear(): void {
    this.#messages = [];
    this.#length = 0;
    this.#trimmed = false;
  }

  #attempt(ref: string): Entry | undefined {
    return this.#messages.findLast((entry) => entry.from === 'you' && entry.ref === ref);
  }

  #add(from: Entry['from'], text: string, state: Entry['state']): Attempt {
    const key = this.#nextKey();
    const ref = from === 'you' ? key : '';
    this.#messages.push({ key, from, text, at: Date.now(), state, code: undefined, ref, id: undefined });
    this.#length += text.length;
    let drop = 0;
    while (this.#messages.length - drop > keptMessages || this.#length > keptLength) {
      this.#length -= this.#messages[drop]?.text.length ?? 0;
      drop += 1;
    }
    if (drop > 0) {
      this.#messages.splice(0, drop);
      this.#trimmed = true;
    }
    return { ref, text };
  }

  #nextKey(): string {
    this.#count += 1;
    return `m${this.#count}`;
  }
}
