import type { Chat, Saved } from '../../../wasm/engine.d.ts';
import type { Kept } from '../life/kept.ts';
import { Again } from './again.svelte.ts';
import type { ChatMessage } from './entry.svelte.ts';

/** The part of it that components read, and the verb that they call. */
export type ShownReloads = Pick<Reloads, 'here' | 'rounds' | 'there' | 'again' | 'dismiss'>;

/** What becomes of an open chat when one of its two pages is reloaded. */
export class Reloads {
  readonly #chat: Chat;
  /** This page was reloaded, and what was said before is not on it. */
  readonly here: boolean;
  #rounds = $state(0);
  #there = $state(false);
  #again = $state.raw<Again>();
  /** That this page is back is still to be told: it follows on the opening of its chat. */
  #returning: boolean;
  #wanted = false;
  #saved = $state.raw<Saved>();

  /** `kept`: with that the chat has come back to this page. */
  constructor(chat: Chat, kept?: Kept) {
    this.#chat = chat;
    this.here = kept !== undefined;
    this.#returning = this.here;
    this.#rounds = kept?.rounds ?? 0;
    this.#saved = kept;
  }

  /** What is needed for coming back, where that is wanted; it changes each time that a page does. */
  get saved(): Saved | undefined {
    return this.#saved;
  }
  /** How many times the chat has gone on after a reload. */
  get rounds(): number {
    return this.#rounds;
  }
  /** The other person's page was reloaded and is back, which this person has not said to have seen. */
  get there(): boolean {
    return this.#there;
  }
  /** What was said, for the other person who has lost it. */
  get again(): Again | undefined {
    return this.#again;
  }

  /** Whether the chat outlives a reload of this page. */
  outlive(wanted: boolean): void {
    this.#wanted = wanted;
    if (wanted) void this.#save();
    else this.#saved = undefined;
  }

  /** One of the two pages is back after a reload; `messages` are those of this one. */
  back(messages: readonly ChatMessage[]): void {
    this.#rounds += 1;
    if (this.#wanted) void this.#save();
    if (this.#returning) {
      this.#returning = false;
      return;
    }
    this.#there = true;
    this.#again?.ended();
    const said = messages.filter(lost);
    this.#again = said.length > 0 ? new Again(this.#chat, said) : undefined;
  }

  /** The person has seen that the other one is back. */
  dismiss(): void {
    this.#there = false;
  }

  /** The history was emptied: nothing of it goes to anybody. */
  cleared(): void {
    if (this.#again?.state === 'offered') this.#again = undefined;
  }

  /** The chat is over, and nobody comes back to it. */
  over(): void {
    this.#wanted = false;
    this.#saved = undefined;
    this.#there = false;
    this.#again?.ended();
  }

  async #save(): Promise<void> {
    try {
      const saved = await this.#chat.saved();
      if (this.#wanted) this.#saved = saved;
    } catch {
      // It is over, or does not outlive a reload.
    }
  }
}

/** The page of the other person has lost it. What has not arrived until then the engine says again by itself. */
function lost({ state, file, now, goes }: ChatMessage): boolean {
  if (file || now === 'gone' || goes !== undefined) return false;
  return state === 'received' || state === 'delivered';
}
