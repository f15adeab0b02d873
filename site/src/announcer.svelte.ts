import type { ChatMessage } from './history.svelte.ts';
import { texts } from './language.svelte.ts';

/** A very long message would be read out for minutes. */
const length = 400;
/** So many in one second are read out; of more it is only told how many came. */
const atOnce = 5;
const second = 1000;

/** What a screen reader is told of the messages of the other person: each once, a flood as a number. */
export class Announcer {
  #lines = $state.raw<readonly { key: number; text: string }[]>([]);
  #count = 0;
  #flood = false;
  #key = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get lines(): readonly { key: number; text: string }[] {
    return this.#lines;
  }

  arrived(message: ChatMessage): void {
    this.#count += 1;
    this.#timer ??= setTimeout(() => this.#tell(), second);
    if (!this.#flood && this.#count <= atOnce) this.#say(`${texts.them}: ${message.text.slice(0, length)}`);
  }

  /** Nobody listens any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tell(): void {
    const count = this.#count;
    const told = this.#flood ? count > 0 : count > atOnce;
    if (told) this.#say(texts.newMessages(count));
    this.#count = 0;
    // A flood that goes on is told every second, until one passes in silence.
    this.#flood = told;
    this.#timer = told ? setTimeout(() => this.#tell(), second) : undefined;
  }

  #say(text: string): void {
    this.#key += 1;
    this.#lines = [...this.#lines.slice(-atOnce), { key: this.#key, text }];
  }
}
