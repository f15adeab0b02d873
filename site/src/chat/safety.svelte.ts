import type { Chat, SafetyWord } from '../../../wasm/engine.d.ts';

/** The safety words of a chat, and what came of comparing them. */
export class Safety {
  #words = $state.raw<SafetyWord[]>([]);
  #digits = $state.raw<string[]>([]);
  #compared = $state<'no' | 'before' | 'now'>('no');

  /** `verified`: the words before a reload were compared, and matched. */
  constructor(sas: SafetyWord[], digits: string[], verified: boolean) {
    [this.#words, this.#digits] = [sas, digits];
    if (verified) this.#compared = 'before';
  }

  /** The six words; none once the chat has ended. */
  get words(): readonly SafetyWord[] {
    return this.#words;
  }
  /** The words as numbers. */
  get digits(): readonly string[] {
    return this.#digits;
  }
  /** Whether the person has compared these words, or those that there were before a reload, and they matched. */
  get compared(): 'no' | 'before' | 'now' {
    return this.#compared;
  }

  /** Records the comparison. With `match` false the chat ends. */
  async verify(chat: Chat, match: boolean): Promise<void> {
    const words = this.#words;
    await chat.verify(match);
    this.#compared = !match ? 'no' : words === this.#words ? 'now' : 'before';
  }

  /** The keys are new, and so are the words. */
  change(sas: SafetyWord[], digits: string[]): void {
    [this.#words, this.#digits] = [sas, digits];
    if (this.#compared === 'now') this.#compared = 'before';
  }

  over(): void {
    [this.#words, this.#digits, this.#compared] = [[], [], 'no'];
  }
}
