import type { Engine, ErrorCode } from '../../../wasm/engine.d.ts';
import { codeOf } from '../language/codes.ts';
import { texts } from '../language/language.svelte.ts';
import { Meeting } from './meeting.svelte.ts';
import type { Place } from './place.ts';
import type { Answer, AskTabs, Whose } from './tabs.ts';

/** A code that was opened here, and what the other tabs say of it. */
interface Elsewhere {
  code: string;
  link: string;
  answer: Answer;
}

/** Finds the codes in texts, however they come to this page, and goes on with them. */
export class Finder {
  readonly #place: Place;
  readonly #askTabs: AskTabs;
  /** What came before the engine did. */
  #held: { text: string; opened: boolean } | undefined;
  #elsewhere = $state.raw<Elsewhere>();
  #openedReply = $state<string>();

  constructor(place: Place, askTabs: AskTabs) {
    this.#place = place;
    this.#askTabs = askTabs;
  }

  /** The reply or repair of another tab's chat that was opened here, and whether that tab has taken it. */
  get elsewhere(): Elsewhere | undefined {
    return this.#elsewhere;
  }
  /**
   * The reply that the address of this tab was changed to while something was pending here. Any page may have done
   * that, so nothing comes of it before this person presses a button.
   */
  get openedReply(): string | undefined {
    return this.#openedReply;
  }

  /** The engine is there: goes on with what came before it. */
  async begin(engine: Engine): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) await this.#go(engine, held.text, held.opened);
  }

  /** A fragment the page was opened with, or a link pasted into the address bar of this tab. */
  async open(text: string): Promise<void> {
    const { engine, screen } = this.#place;
    if (screen === 'unusable' || screen === 'wiped') return;
    if (engine) await this.#go(engine, text, true);
    else this.#hold(text, true);
  }

  /** Text pasted on the home screen. Says whether it held something to go on with, or waits for the engine. */
  async paste(text: string): Promise<boolean> {
    const { engine } = this.#place;
    if (engine) return this.#take(engine, text, false, (code) => this.#place.fail({ at: 'paste', code }));
    this.#hold(text, false);
    return true;
  }

  /**
   * Text that came another way than through the screen's field: pasted beside it, scanned, dropped. It goes where
   * the field would have sent it. Says whether it held something to go on with.
   */
  async take(text: string): Promise<boolean> {
    const { screen, awaitsReply } = this.#place;
    if (screen === 'home') return this.paste(text);
    if (awaitsReply || screen === 'returning') return this.accept(text);
    return false;
  }

  /** What a text is worth where a code is scanned: 2 goes on from here, 1 is of tincan, 0 is anything else. */
  async worth(text: string): Promise<0 | 1 | 2> {
    try {
      const { kind } = (await this.#place.engine?.find(text)) ?? {};
      if (kind === undefined) return 0;
      return kind === 'reply' || !this.#place.awaitsReply ? 2 : 1;
    } catch (error) {
      const foreign: readonly ErrorCode[] = ['no-code', 'empty', 'too-long'];
      return foreign.includes(codeOf(error)) ? 0 : 1;
    }
  }

  /** Applies the reply pasted beside the invite. Says whether it opened. */
  async accept(text: string): Promise<boolean> {
    return this.#accept(text, false);
  }

  /** A code that another tab was opened with: says whether it belongs to the chat of this tab. */
  async offer(code: string): Promise<Whose | undefined> {
    const { meeting } = this.#place;
    return meeting?.reason === undefined ? meeting?.offer(code) : undefined;
  }

  /** The person wants the reply that was opened in this pending tab: it is applied here, or the other tabs are asked. */
  async useOpenedReply(): Promise<void> {
    const reply = this.#openedReply;
    this.#openedReply = undefined;
    if (reply === undefined) return;
    if (this.#place.awaitsReply) await this.#accept(reply, true);
    else this.#askTabs(reply, (whose) => this.#place.tell(texts.elsewhere[whose]));
  }

  dismissOpenedReply(): void {
    this.#openedReply = undefined;
  }

  /** The person wants the reply that this tab was opened with: the other tabs are asked whose it is. */
  askElsewhere(): void {
    if (this.#elsewhere) this.#ask({ ...this.#elsewhere, answer: 'asking' }, 'nobody');
  }

  /** What was found, and not gone on with, is no more. */
  forget(): void {
    this.#held = undefined;
    this.#elsewhere = undefined;
    this.#openedReply = undefined;
  }

  #hold(text: string, opened: boolean): void {
    if (this.#place.screen !== 'returning') this.#place.show('opening');
    this.#held = { text, opened };
  }

  async #go(engine: Engine, text: string, opened: boolean): Promise<void> {
    const place = this.#place;
    await this.#take(engine, text, opened, (code) => {
      if (place.pending) {
        place.tell(texts.errors[code]);
      } else {
        place.show('home');
        place.fail({ at: 'paste', code });
      }
    });
  }

  /**
   * Finds the code in a text and goes on with it. Says whether there was one that can be gone on with. `opened`: it
   * stood in the address, where any page may have put it; a reply then waits for a button to be pressed.
   */
  async #take(
    engine: Engine,
    text: string,
    opened: boolean,
    failed: (code: ErrorCode) => void,
  ): Promise<boolean> {
    const place = this.#place;
    place.unsayProblem();
    try {
      const { kind, code, mailbox } = await engine.find(text);
      if (!place.engine) return false;
      if (kind === 'repair') await this.#takeRepair(code);
      else if (opened && kind === 'reply' && place.awaitsReply) this.#openedReply = code;
      // Where a reply is awaited, the engine says of any other code why it is the wrong one.
      else if (place.screen === 'invite') await this.#accept(code, opened);
      else if (kind === 'invite') this.#takeInvite(engine, code, mailbox);
      else if ((await this.offer(code)) === undefined) this.#takeReply(code, opened);
      return true;
    } catch (error) {
      if (place.engine) failed(codeOf(error));
      return false;
    }
  }

  #takeInvite(engine: Engine, code: string, mailbox: string): void {
    const place = this.#place;
    const { keepOpenChat, keepOpenReturn, keepOpenReply } = texts;
    const stays = { chat: keepOpenChat, returning: keepOpenReturn }[place.screen as string] ?? keepOpenReply;
    if (place.pending) place.tell(stays);
    else place.show('join', new Meeting(engine, place.outcome, code, place.mailbox.hostOf(mailbox)));
  }

  #takeReply(code: string, opened: boolean): void {
    const place = this.#place;
    if (place.pending) {
      if (place.meeting?.reply?.link.split('#').at(-1) === code) place.tell(texts.errors['own-reply']);
      else this.#openedReply = code;
      return;
    }
    place.show('reply-elsewhere');
    this.#elsewhere = { code, link: this.#linkOf(code), answer: 'opened' };
    if (!opened) this.askElsewhere();
  }

  /** No button has to be pressed for it: whoever opens it brings back what the two of that chat have, and no more. */
  async #takeRepair(code: string): Promise<void> {
    const place = this.#place;
    const here = await this.offer(code);
    if (here === 'needless') place.tell(texts.errors['no-repair']);
    if (here === 'own') place.tell(texts.errors['own-repair']);
    if (here) return;
    if (place.pending) {
      this.#askTabs(code, (whose) => place.tell(texts.elsewhere[whose === 'nobody' ? 'nowhere' : whose]));
      return;
    }
    place.show('reply-elsewhere');
    this.#ask({ code, link: this.#linkOf(code), answer: 'looking' }, 'nowhere');
  }

  /** As this page would hand it on. */
  #linkOf(code: string): string {
    const { site } = this.#place;
    return site === '' ? code : `${site}#${code}`;
  }

  /** Asks the other tabs whose a code is, and shows what they say. `none` stands for that none of them says anything. */
  #ask(opened: Elsewhere, none: Answer): void {
    this.#elsewhere = opened;
    this.#askTabs(opened.code, (whose) => {
      if (this.#elsewhere?.code !== opened.code) return;
      const repairs = none === 'nowhere';
      // Opened a second time it does what it did.
      const answer = whose === 'nobody' ? none : repairs && whose === 'taken' ? 'back' : whose;
      this.#elsewhere = { ...opened, answer };
    });
  }

  /** `offered`: it came from elsewhere and may belong to anybody, so the engine doesn't count it. */
  async #accept(text: string, offered: boolean): Promise<boolean> {
    const { meeting, making } = this.#place;
    if (!meeting || making) return false;
    this.#place.unsayProblem();
    return meeting.accept(text, offered, (reply) => this.#handOn(reply, meeting));
  }

  /** A reply that isn't for this tab may be for another one that waits. */
  #handOn(reply: string, meeting: Meeting): void {
    const { problem } = meeting;
    this.#askTabs(reply, (whose) => {
      if (whose === 'nobody') return;
      if (meeting.problem === problem) meeting.dismissProblem();
      this.#place.tell(texts.elsewhere[whose]);
    });
  }
}
