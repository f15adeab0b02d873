import type { ChatMessage } from './history.svelte.ts';
import { texts } from '../language/language.svelte.ts';

/** A very long message would be read out for minutes. */
const length = 400;
/** So many in one second are read out; of more it is only told how many came. */
const atOnce = 5;
const second = 1000;
/** What a voice reads in a second, in characters, and how far it may be behind. */
const voice = 25;
const behind = 1_000;

/** What a screen reader is told of the messages of the other person: each once, a flood as a number. */
export class Announcer {
  #lines = $state.raw<readonly { key: number; text: string }[]>([]);
  #count = 0;
  #flood = false;
  /** Something has come that was not read out. */
  #unsaid = false;
  #room = behind;
  #refilled = Date.now();
  #key = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get lines(): readonly { key: number; text: string }[] {
    return this.#lines;
  }

  arrived(message: ChatMessage): void {
    this.#count += 1;
    this.#timer ??= setTimeout(() => this.#tell(), second);
    const text = message.text.slice(0, length);
    const now = Date.now();
    this.#room = Math.min(behind, this.#room + ((now - this.#refilled) / second) * voice);
    this.#refilled = now;
    if (this.#flood || this.#count > atOnce || text.length > this.#room || covered()) {
      this.#unsaid = true;
    } else {
      this.#room -= text.length;
      this.#say(`${texts.them}: ${text}`);
    }
  }

  /** Something of the page itself, which is so until the returned function is called. */
  tell(text: string): () => void {
    this.#say(text);
    const told = this.#key;
    return () => (this.#lines = this.#lines.filter(({ key }) => key !== told));
  }

  /** Nobody listens any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tell(): void {
    if (this.#unsaid && covered()) {
      this.#timer = setTimeout(() => this.#tell(), second);
      return;
    }
    const told = this.#unsaid;
    if (told) this.#say(texts.newMessages(this.#count));
    this.#unsaid = false;
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

/** Under an open dialog nothing is read out. */
function covered(): boolean {
  return document.querySelector('dialog[open]') !== null;
}
