import type { Chat, Code, ErrorCode, State } from '../../../wasm/engine.d.ts';
import { codeOf } from '../language/codes.ts';
import type { Apart } from '../language/english.ts';

/** For so long a lost connection may come back by itself, before the person is offered to help; in milliseconds. */
const patience = 8_000;

/** What is done about it, each more than the one before. */
const further: readonly (Apart | undefined)[] = ['lost', 'trying', 'asking'];

/** What the engine says of a link that brings a chat back, where it is of no use. */
const refusals: readonly ErrorCode[] = ['no-repair', 'wrong-chat', 'own-repair'];

/** A link that brings the chat back, once the other person has opened it. */
export interface Repair extends Code {
  /** It answers one of theirs, and nobody here has asked for it. */
  answers: boolean;
}

/** The part of it that components read, and the verbs that they call. */
export type ShownOutage = Omit<Outage, 'stands' | 'absent' | 'answers' | 'moved' | 'over' | 'use'>;

/** What goes on while the connection of an open chat is lost, and what the person can do about it. */
export class Outage {
  readonly #chat: Chat;
  readonly #ontrouble: (code: ErrorCode) => void;
  #apart = $state<Apart>();
  #absentSince = $state<number>();
  #byHand = $state(false);
  #waited: ReturnType<typeof setTimeout> | undefined;
  #repair = $state.raw<Repair>();

  constructor(chat: Chat, ontrouble: (code: ErrorCode) => void) {
    this.#chat = chat;
    this.#ontrouble = ontrouble;
  }

  /** The connection is lost, and this is what is done about it. */
  get apart(): Apart | undefined {
    return this.#apart;
  }
  /** Nothing has come since then, and has not for so long that the person is told what can be done; in milliseconds since 1970. */
  get absentSince(): number | undefined {
    return this.#absentSince;
  }
  /** It is lost for so long that the person may want to help. */
  get byHand(): boolean {
    return this.#byHand;
  }
  /** The link to give to the other person, while it is shown. */
  get repair(): Repair | undefined {
    return this.#repair;
  }

  /** The person wants the other one looked for, and does not wait until that is tried again by itself. */
  lookAgain(): void {
    // One that fails changes nothing, and the state goes on to say so.
    this.#chat.askNow().catch(() => undefined);
  }

  /** Shows a link that brings the chat back. */
  async makeRepair(): Promise<void> {
    try {
      const code = await this.#chat.repairLink();
      if (this.#apart) this.#repair = { ...code, answers: false };
    } catch (error) {
      if (this.#apart) this.#ontrouble(codeOf(error));
    }
  }

  /** The link is shown no more. It stays good. */
  closeRepair(): void {
    this.#repair = undefined;
  }

  /** The engine says where the chat stands. */
  stands(state: State): void {
    if (state === 'open') this.over();
    // In an open chat this is the handshake with a page that was reloaded: until it is done, nothing gets through.
    if (state === 'open' || state === 'waiting' || state === 'connecting') return;
    // What is tried changes to and fro. A screen reader would tell of each change.
    if (further.indexOf(state) < 0 || further.indexOf(state) > further.indexOf(this.#apart))
      this.#apart = state;
    this.#waited ??= setTimeout(() => (this.#byHand = true), patience);
  }

  absent(since: number): void {
    this.#absentSince = since;
  }

  /** The other person has to have this link as well. */
  answers(code: Code): void {
    this.#repair = { ...code, answers: true };
  }

  /** The device may have come to another network: the chat goes there before the connection is lost, if it can. */
  moved(): void {
    this.#chat.moved().catch(() => undefined);
  }

  /** Nobody waits for the connection any more. */
  over(): void {
    clearTimeout(this.#waited);
    this.#waited = undefined;
    this.#apart = undefined;
    this.#absentSince = undefined;
    this.#byHand = false;
    this.#repair = undefined;
  }

  /**
   * Uses a text that is a link which brings this chat back. Says whether it was: `used`, or `refused` where it is of no
   * use, of which the person is told.
   */
  async use(text: string): Promise<'used' | 'refused' | 'other'> {
    try {
      await this.#chat.accept(text, true);
      return 'used';
    } catch (error) {
      const code = codeOf(error);
      if (code === 'already-used') return 'used';
      if (!refusals.includes(code)) return 'other';
      this.#ontrouble(code);
      return 'refused';
    }
  }
}
