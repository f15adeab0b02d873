import type { ChatMessage } from './entry.svelte.ts';
import { texts } from '../language/language.svelte.ts';

/** Of a longer message only the beginning is read out, for a screen reader would take minutes; in characters. */
const length = 400;
/** If more messages than this come in one second, only their number is told. */
const atOnce = 5;
const second = 1000;
/** How many characters a voice reads in a second, and how many of them may wait to be read. */
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
    this.heard(`${texts.them}: ${message.text.slice(0, length)}`);
  }

  /** Tells what the other person says or does, unless there is too much of it. */
  heard(text: string): void {
    this.#count += 1;
    this.#timer ??= setTimeout(() => this.#tell(), second);
    const now = Date.now();
    this.#room = Math.min(behind, this.#room + ((now - this.#refilled) / second) * voice);
    this.#refilled = now;
    if (this.#flood || this.#count > atOnce || text.length > this.#room || covered()) {
      this.#unsaid = true;
    } else {
      this.#room -= text.length;
      this.#say(text);
    }
  }

  /** Tells a sentence of the page itself, which stays until the returned function is called. */
  tell(text: string): () => void {
    this.#say(text);
    const told = this.#key;
    return () => (this.#lines = this.#lines.filter(({ key }) => key !== told));
  }

  /** What was told is forgotten. */
  forget(): void {
    this.#lines = [];
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
    if (told) this.#say(texts.newMessages({ count: this.#count }));
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

/** While a dialog is open, screen readers read nothing of what lies under it. */
function covered(): boolean {
  return document.querySelector('dialog[open]') !== null;
}
