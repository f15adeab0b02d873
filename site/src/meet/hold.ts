import type { Chat, ChatEvent, EngineError, Reason } from '../../../wasm/engine.d.ts';

/**
 * Holds one chat of the engine, from the moment that it is asked for. Whoever lets go of it ends it, also while it is
 * being made: then as soon as it is there.
 */
export class Hold {
  readonly #ontried: (diagnose: () => Promise<string>) => void;
  #making: Promise<Chat | undefined> = Promise.resolve(undefined);
  #chat: Chat | undefined;
  #goodbye: Promise<void> | undefined;
  #over = false;
  #reason: Reason | undefined;

  /** The chat, once it is there. */
  get chat(): Chat | undefined {
    return this.#chat;
  }
  /** Why the chat ended; undefined while it goes on, or was never made. */
  get reason(): Reason | undefined {
    return this.#reason;
  }
  /** It was let go of. */
  get over(): boolean {
    return this.#over;
  }
  /** `ontried` is told how to ask what was found out about the way, after each attempt; that may be kept for longer. */
  constructor(ontried: (diagnose: () => Promise<string>) => void) {
    this.#ontried = ontried;
  }

  /** Takes the chat that is being made. Rejects as the engine does. */
  async take(making: Promise<Chat>): Promise<Chat> {
    this.#making = making.catch(() => undefined);
    try {
      const chat = await making;
      this.#chat = chat;
      this.#ontried(chat.diagnostics);
      return chat;
    } catch (error) {
      const { diagnostics } = error as Partial<EngineError>;
      if (diagnostics !== undefined) this.#ontried(() => Promise.resolve(diagnostics));
      throw error;
    }
  }

  /** Whether what is told still concerns anybody. */
  hears(event: ChatEvent): boolean {
    if (this.over) return false;
    if (event.type === 'closed') this.#reason = event.reason;
    return true;
  }

  /** Ends the chat: its person leaves, or the page closes. Resolves when its keys are gone. */
  letGo(how: 'leave' | 'close'): Promise<void> {
    this.#over = true; // first: the end is told before the verb returns
    return (this.#goodbye ??= this.#end(how));
  }

  async #end(how: 'leave' | 'close'): Promise<void> {
    const chat = this.#chat ?? (await this.#making);
    // It fails only where there is nothing left to end.
    if (this.#reason === undefined) await chat?.[how]().catch(() => undefined);
  }
}
