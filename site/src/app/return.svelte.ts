import type { ErrorCode, Reason } from '../../../wasm/engine.d.ts';
import { codeOf } from '../language/codes.ts';
import { texts } from '../language/language.svelte.ts';
import type { Kept } from '../life/kept.ts';
import { Meeting } from '../meet/meeting.svelte.ts';
import type { Place, Screen } from '../meet/place.ts';

/** Brings this tab back to the chat that it had before the page was reloaded. */
export class Return {
  readonly #place: Place;
  #kept = $state.raw<Kept>();
  /** No other tab has the chat. */
  #mine = false;
  #failed = $state<ErrorCode>();

  constructor(place: Place) {
    this.#place = place;
  }

  /** What was kept of the chat, while the page comes back to it. */
  get kept(): Kept | undefined {
    return this.#kept;
  }
  /** Why it does not go on: `again` tries once more. */
  get failed(): ErrorCode | undefined {
    return this.#failed;
  }
  /** Host of the mailbox by which the two find each other; empty: by hand. */
  get through(): string {
    const { mailbox, network } = this.#place;
    return this.#kept?.mailbox && network.network.mode !== 'local' ? mailbox.host : '';
  }

  /** The page begins with what the one before has kept. */
  begins(kept: Kept): void {
    this.#place.show('returning');
    this.#kept = kept;
  }

  /**
   * Whether this tab is the only one that has the chat: what a tab keeps is copied into its duplicate. Another tab may
   * say so late, when this one looks for the other person already.
   */
  claimed(mine: boolean): void {
    if (!this.#kept || this.#place.screen !== 'returning') return;
    this.#mine = mine;
    if (mine) {
      void this.again();
      return;
    }
    this.#place.show('home');
    this.#place.tell(texts.chatElsewhere);
  }

  /** Looks for the other person, once more or as soon as the engine is there and the chat is this tab's. */
  async again(): Promise<void> {
    const place = this.#place;
    const { engine, screen } = place;
    if (!engine || !this.#kept || !this.#mine || screen !== 'returning') return;
    const meeting = new Meeting(engine, place.outcome);
    this.#failed = undefined;
    place.show('returning', meeting);
    try {
      await meeting.comeBack(this.#kept, place.network.network, this.through);
    } catch (error) {
      if (place.meeting === meeting) this.#failed = codeOf(error);
    }
  }

  /** The page goes to another screen. Where its engine could not start, another reload may bring the chat back. */
  shows(screen: Screen): void {
    if (screen !== 'returning' && screen !== 'unusable') this.#kept = undefined;
  }

  /** The chat that was to come back has ended. Says whether that may be tried once more. */
  ended(reason: Reason): boolean {
    if (this.#place.screen !== 'returning' || reason === 'untrusted') return false;
    this.#failed = reason === 'internal' ? 'internal' : 'unreachable';
    return true;
  }
}
