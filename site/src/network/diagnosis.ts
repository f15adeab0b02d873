import { codeOf } from '../language/codes.ts';
import { texts } from '../language/language.svelte.ts';

/** What was found out about the way to the other person, by the chat that is or was last. */
export class Diagnosis {
  #ask: (() => Promise<string>) | undefined;

  /** This asks the chat that was made, or tells why none could be. */
  tried(ask: () => Promise<string>): void {
    this.#ask = ask;
  }

  /** There is nobody left to ask. */
  forget(): void {
    this.#ask = undefined;
  }

  /** To be copied. */
  async tell(): Promise<string> {
    try {
      return (await this.#ask?.()) || texts.nothingTried;
    } catch (error) {
      return texts.errors[codeOf(error)];
    }
  }
}
