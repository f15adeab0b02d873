import type { Said } from '../../../wasm/engine.d.ts';
import type { ChatMessage } from './entry.svelte.ts';

/*
 * A text on its way has two names, as its sender and the engine learn of each other at different moments. `ref` is the
 * page's own, given with the text: the engine names it when the text fails. `id` is the number that the engine answers
 * with, and names when the text has arrived. The answer to sending and the news of its arrival come by different ways,
 * so that a fast peer's ack may be told first: such an id waits in the History until it is known whose it is.
 *
 *     page    send(ref, text) ──────────────────> sent(ref, id)
 *     engine                   ──> delivered(id)
 */

/** What the engine calls messages: a number for each of either person's. */
export class Names {
  /** Keys of the messages that it can name. */
  readonly #keys = { you: new Map<number, string>(), them: new Map<number, string>() };

  add(from: ChatMessage['from'], id: number, key: string): void {
    this.#keys[from].set(id, key);
  }

  /** The name of a message; undefined where it has none, or none any more. */
  of(key: string, from: ChatMessage['from'], id: number | undefined): Said | undefined {
    return id !== undefined && this.#keys[from].get(id) === key ? { ours: from === 'you', id } : undefined;
  }

  /** Key of the message with this name. */
  find({ ours, id }: Said): string | undefined {
    return this.#keys[ours ? 'you' : 'them'].get(id);
  }

  remove(key: string, from: ChatMessage['from'], id: number | undefined): void {
    if (id !== undefined && this.#keys[from].get(id) === key) this.#keys[from].delete(id);
  }

  /** Nothing has a name any more but those of one's own that `stay`. */
  clear(stay: (key: string) => boolean = () => false): void {
    this.#keys.them.clear();
    for (const [id, key] of this.#keys.you) if (!stay(key)) this.#keys.you.delete(id);
  }
}
