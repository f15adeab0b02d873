import { turn } from '../message/turns.ts';
import { fold, occurrences, places } from './folding.ts';
import { hitsIn } from './hits.ts';
import type { Current } from './marks.ts';
import { foldedOf, piecesOf, type Searched } from './shown.ts';

/*
 * What is found in a history, newest first. Each text is folded once, newest first and in pieces between which the page
 * goes on, so that a search begins at once in what is there and finds more while the rest comes. All is dropped with
 * the Finder; of a message that leaves the history its text goes too. A folded text is at most four times as long as
 * the message, and the history has its limit.
 *
 *     messages (oldest first)    a1  b0  c2  d1         the number of times they have it
 *     hits (newest first)        d 1, c 2, a 1
 *     position                   d 1   c 2 3   a 4      in a message the last one is the newest
 */

/** So much is folded at once, in characters. Reading Markdown costs more than folding. */
const atOnce = 50_000;
/** So much is told around what was found, on either side; in characters. */
const around = 40;

export class Finder {
  readonly #messages: () => readonly Searched[];
  readonly #texts = new WeakMap<Searched, string>();
  /** Changes when more texts are there. */
  #version = $state(0);
  #complete = $state(false);
  #preparing = false;
  #over = false;
  #typed = $state('');
  #current = $state.raw<Current>();

  readonly #wanted = $derived.by(() => {
    const folded = fold(this.#typed);
    return folded.trim() === '' ? '' : folded;
  });
  readonly #hits = $derived.by(() => {
    void this.#version;
    return hitsIn(this.#messages(), this.#texts, this.#wanted);
  });
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- made anew, and never changed
  readonly #keys = $derived<ReadonlySet<string>>(new Set(this.#hits.map(({ key }) => key)));

  constructor(messages: () => readonly Searched[]) {
    this.#messages = messages;
  }

  /** What is searched for, folded; empty where there is nothing to search for. */
  get wanted(): string {
    return this.#wanted;
  }
  /** Keys of the messages that have it. */
  get keys(): ReadonlySet<string> {
    return this.#keys;
  }
  /** How often it was found. */
  get count(): number {
    const last = this.#hits.at(-1);
    return last ? last.before + last.count : 0;
  }
  /** Nothing was found, and there is nothing left to look at. */
  get nothing(): boolean {
    return this.#typed !== '' && this.count === 0 && (this.#wanted === '' || this.#complete);
  }
  /** The one that is shown; undefined where it was not chosen yet, or is no more. */
  get current(): Current | undefined {
    const now = this.#current;
    return now && this.#hits.some(({ key, count }) => key === now.key && now.nth < count) ? now : undefined;
  }
  /** The position of the current one, from 1 for the newest on. */
  get position(): number {
    const now = this.current;
    const hit = this.#hits.find(({ key }) => key === now?.key);
    return now && hit ? hit.before + hit.count - now.nth : 0;
  }

  get typed(): string {
    return this.#typed;
  }
  /** Something else is searched for: it is shown from the newest on. */
  set typed(text: string) {
    this.#typed = text;
    this.#current = undefined;
  }

  /** Goes to the newest, where none is current. */
  begin(): void {
    if (!this.current && this.count > 0) this.#current = this.#at(1);
  }

  /** Goes to the next one, which is older, or back; behind the last comes the first. */
  step(by: 1 | -1): void {
    const { count, position } = this;
    if (count > 0) this.#current = this.#at(((position - 1 + by + count) % count) + 1);
  }

  /** The words around the current one. */
  get excerpt(): string {
    const now = this.current;
    const message = now && this.#messages().findLast(({ key }) => key === now.key);
    let left = now?.nth ?? 0;
    for (const piece of message ? piecesOf(message) : []) {
      const { text, starts, ends } = places(piece);
      for (const at of occurrences(text, this.#wanted)) {
        if (left-- > 0) continue;
        const end = Math.min(text.length, at + this.#wanted.length + around) - 1;
        return piece.slice(starts[Math.max(0, at - around)], ends[end]).trim();
      }
    }
    return '';
  }

  /** Folds what is not folded yet, newest first. It goes on by itself, until all is or it is over. */
  async prepare(): Promise<void> {
    if (this.#preparing) return;
    this.#preparing = true;
    while (!this.#over && !this.#piece()) await turn();
    this.#preparing = false;
  }

  /** Nobody searches any more. */
  stop(): void {
    this.#over = true;
  }

  /** Says whether all is done. */
  #piece(): boolean {
    const messages = this.#messages();
    let room = atOnce;
    let at = messages.length - 1;
    for (; at >= 0 && room > 0; at--) {
      const message = messages[at];
      if (!message || this.#texts.has(message)) continue;
      this.#texts.set(message, foldedOf(message));
      room -= message.text.length + 1;
    }
    if (room < atOnce) this.#version += 1;
    this.#complete = at < 0;
    return this.#complete;
  }

  #at(position: number): Current | undefined {
    const hit = this.#hits.find(({ before, count }) => position <= before + count);
    return hit && { key: hit.key, nth: hit.before + hit.count - position };
  }
}
