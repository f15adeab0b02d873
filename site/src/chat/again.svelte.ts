import type { Chat, ErrorCode } from '../../../wasm/engine.d.ts';
import { codeOf } from '../language/codes.ts';
import { texts, written } from '../language/language.svelte.ts';
import { lineEnds } from '../message/lines.ts';
import type { ChatMessage } from './entry.svelte.ts';

/** How long a message is in which a conversation is said again, in bytes of UTF-8. */
export const maxPacked = 16_000;

const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text).length;

type Sending = 'offered' | 'sending' | 'arrived' | 'failed';

/**
 * A conversation for the other person, whose page has lost it by a reload. It goes as messages of this person, which
 * stand in no history here. The next is sent when the one before has arrived, so that they never fill what may wait.
 */
export class Again {
  readonly #chat: Chat;
  readonly #packed: readonly string[];
  /** How many messages it holds. */
  readonly count: number;
  #state = $state<Sending>('offered');
  #code = $state<ErrorCode>();
  #done = $state(0);
  /** Called when the message with this id has arrived, or when one will not. */
  #news: (id: number | ErrorCode) => void = () => undefined;

  /** With all that is on both sides, oldest first. */
  constructor(chat: Chat, said: readonly ChatMessage[]) {
    this.#chat = chat;
    this.#packed = pack(said);
    this.count = said.length;
  }

  get state(): Sending {
    return this.#state;
  }
  /** Why it stopped. */
  get code(): ErrorCode | undefined {
    return this.#code;
  }
  /** In so many messages it goes. */
  get parts(): number {
    return this.#packed.length;
  }
  /** So many of them have arrived. */
  get done(): number {
    return this.#done;
  }

  /** Sends it, or what has not arrived of it. */
  async send(): Promise<void> {
    if (this.#state === 'sending') return;
    this.#state = 'sending';
    try {
      for (const text of this.#packed.slice(this.#done)) {
        await this.#sendOne(text);
        this.#done += 1;
      }
      this.#state = 'arrived';
    } catch (error) {
      this.#code = codeOf(error);
      this.#state = 'failed';
    }
  }

  /** Takes in what the engine tells of a message, whether it is one of these or not. */
  delivered(id: number): void {
    this.#news(id);
  }
  failed(ref: string, code: ErrorCode): void {
    if (ref === this.#ref) this.#news(code);
  }
  /** The chat has ended. */
  ended(): void {
    this.#news('ended');
  }

  get #ref(): string {
    return `again${this.#done}`;
  }

  async #sendOne(text: string): Promise<void> {
    const early: (number | ErrorCode)[] = [];
    // It may have arrived before the engine has told which message it is.
    this.#news = (news) => early.push(news);
    const id = await this.#chat.send(this.#ref, text);
    await new Promise<void>((resolve, reject) => {
      this.#news = (news) => {
        if (news === id) resolve();
        else if (typeof news === 'string') reject(Object.assign(new Error(news), { code: news }));
      };
      for (const news of early) this.#news(news);
    });
  }
}

/**
 * The messages in which a conversation is said again: first one that says until when, then as many lines as go into one.
 * A text of several lines stands in a quote, so that none of them looks like somebody's next message.
 */
export function pack(said: readonly ChatMessage[]): string[] {
  const last = said.at(-1);
  if (!last) return [];
  const packed: string[] = [];
  let open = '';
  let room = maxPacked;
  for (const { from, text } of said) {
    // The other person reads it: whoever they are here is the one it is said to there.
    const who = from === 'you' ? texts.againMe : texts.againYou;
    for (const part of cut(text, maxPacked - bytes(who) - 8)) {
      const lines = part.split('\n');
      const line =
        lines.length === 1 ? `${who} ${part}` : [who, ...lines.map((each) => `> ${each}`)].join('\n');
      const size = bytes(line) + 1;
      if (size > room && open !== '') {
        packed.push(open);
        [open, room] = ['', maxPacked];
      }
      open += open === '' ? line : `\n${line}`;
      room -= size;
    }
  }
  return [texts.againUntil({ time: written('time', last.at) }), ...packed, open];
}

/** A text in parts that are no longer than this with a mark before each line, in bytes: at ends of lines, if there are any. */
function cut(text: string, longest: number): string[] {
  const parts: string[] = [];
  let part = '';
  let size = 0;
  const flush = () => {
    if (size > 0) parts.push(part);
    [part, size] = ['', 0];
  };
  for (const line of text.split(lineEnds)) {
    const length = bytes(line) + 3;
    if (size + length > longest) flush();
    if (length > longest) {
      // One line is longer than a message. What is seen as one letter may be cut, but none of its code points.
      for (const letter of line) {
        const more = bytes(letter);
        if (size + more + 3 > longest) flush();
        part += letter;
        size += more;
      }
      flush();
      continue;
    }
    part += size === 0 ? line : `\n${line}`;
    size += length;
  }
  flush();
  return parts;
}
