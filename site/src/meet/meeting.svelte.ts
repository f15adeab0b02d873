import type {
  ChatEvent,
  Code,
  Engine,
  ErrorCode,
  MailboxState,
  Network,
  Reason,
  Saved,
  State,
} from '../../../wasm/engine.d.ts';
import { codeOf } from '../language/codes.ts';
import { texts } from '../language/language.svelte.ts';
import { Hold } from './hold.ts';
import type { MailboxWay } from './mailbox.svelte.ts';
import type { Outcome, Problem } from './outcome.ts';
import type { Whose } from './tabs.ts';
import { Way, type Made } from './way.svelte.ts';

/** Whose a code is that can't be applied; of any other failure, it isn't this chat's. One opened twice has done its work. */
const whose: Partial<Record<ErrorCode, Whose>> = {
  'already-used': 'taken',
  'second-reply': 'used',
  'no-repair': 'needless',
  'own-repair': 'own',
};

/** The mailbox does its part in these. In any other state the reply had better go by hand. */
const working: ReadonlySet<MailboxState> = new Set<MailboxState>(['asked', 'leaving', 'left']);

/**
 * How two people come together: an invite and the reply to it, on the one side or on the other. It owns their chat, and
 * whoever leaves it ends that.
 */
export class Meeting {
  /** The code of the invite that was opened here, where it wasn't made here. */
  readonly opened: string | undefined;
  /** Host of the mailbox that may take the reply to the opened invite; empty: none. */
  readonly openedMailbox: string;

  readonly #engine: Engine;
  readonly #outcome: Outcome;
  readonly #way = new Way();
  readonly #hold: Hold;
  /** Takes what is told of the open chat. */
  #talk: ((event: ChatEvent) => void) | undefined;
  #invite = $state.raw<Made>();
  #reply = $state.raw<Made>();
  #comeback = $state.raw<Made>();
  #state = $state<State>('waiting');
  /** Host of the mailbox that this invite's or this reply's way leads through; empty: by hand only. */
  #through = $state('');
  #mailboxState = $state<MailboxState>();
  #given = $state(false);
  #busy = $state<'join' | 'accept'>();
  #problem = $state.raw<Problem>();
  /** What came while a reply was being tried. */
  #next: string | undefined;

  /** With the code of an invite and its mailbox where one was opened; else an invite is to be made. */
  constructor(engine: Engine, outcome: Outcome, opened?: string, mailbox = '') {
    this.#engine = engine;
    this.#outcome = outcome;
    this.#hold = new Hold(outcome.ontried);
    this.opened = opened;
    this.openedMailbox = mailbox;
  }

  /** The invite that was made here. */
  get invite(): Made | undefined {
    return this.#invite;
  }
  get reply(): Made | undefined {
    return this.#reply;
  }
  /** The link with which the other person's page finds this one, which was reloaded. */
  get comeback(): Made | undefined {
    return this.#comeback;
  }
  /** Where the engine says that the two stand. */
  get state(): State {
    return this.#state;
  }
  /** The invite is being answered, or a reply to it tried. */
  get busy(): boolean {
    return this.#busy !== undefined;
  }
  get joining(): boolean {
    return this.#busy === 'join';
  }
  get accepting(): boolean {
    return this.#busy === 'accept';
  }
  get problem(): Problem | undefined {
    return this.#problem;
  }
  /** Why the chat ended; undefined while it goes on, or was never made. */
  get reason(): Reason | undefined {
    return this.#hold.reason;
  }
  /** Somebody may have the link. */
  get given(): boolean {
    return this.#given;
  }
  /** How the mailbox stands that the reply's way leads through; undefined where it goes by hand only. */
  get mailboxWay(): MailboxWay | undefined {
    const state = this.#mailboxState;
    if (this.#through === '' || state === undefined) return undefined;
    return { host: this.#through, state, works: working.has(state) };
  }
  /** A reply can still be applied, even while one is being tried. */
  get awaitsReply(): boolean {
    return this.#invite !== undefined && this.#state === 'waiting';
  }
  /** A reply has been applied, the two sides are looking for each other. */
  get connecting(): boolean {
    return this.accepting || this.#state === 'connecting';
  }
  /** They have been looking for so long that something is in the way. */
  get stuck(): boolean {
    return this.connecting && this.#way.stuck;
  }
  /** The invite waits, and its public address may be gone. */
  get outlived(): boolean {
    return this.awaitsReply && !this.connecting && this.#way.outlived(this.#invite);
  }
  /** Somebody may have the link, and on another network can't use it any more. */
  get stale(): boolean {
    return this.#given && this.outlived;
  }
  /** How old the invite is, in seconds. */
  get age(): number {
    return this.#way.age(this.#invite);
  }
  /** More than one person has the link. */
  get answeredTwice(): boolean {
    return this.#way.codes.includes('second-reply');
  }
  /** What is in the way, as sentences. */
  get warnings(): readonly string[] {
    const told = this.#way.warnings(this.#invite);
    if (this.stale) told.push(texts.oldWarning({ lasting: this.age }));
    return told;
  }

  /** Makes the invite. Rejects as the engine does. `through` is the host of the mailbox, or empty. */
  async begin(network: Network, through: string): Promise<void> {
    const { code } = await this.#hold.take(
      this.#engine.create(network, through !== '', (event) => this.#hear(event)),
    );
    this.#through = through;
    this.#mailboxState = 'asked';
    this.#invite = this.#made(code);
  }

  /** Comes back to the chat of which this was kept. Rejects as the engine does. `through` is as in `begin`. */
  async comeBack(saved: Saved, network: Network, through: string): Promise<void> {
    const { code } = await this.#hold.take(
      this.#engine.returnTo(saved, network, through !== '', (event) => this.#hear(event)),
    );
    this.#through = through;
    this.#mailboxState = 'asked';
    this.#comeback = this.#made(code);
  }

  /**
   * Answers the opened invite. Only now does anything leave this device. `through` is as in `begin`. Says whether there
   * is a reply now that is still wanted.
   */
  async join(network: Network, through: string): Promise<boolean> {
    if (this.opened === undefined || this.#busy) return false;
    this.#busy = 'join';
    this.#problem = undefined;
    try {
      const joining = this.#engine.join(this.opened, network, through !== '', (event) => this.#hear(event));
      const { code } = await this.#hold.take(joining);
      this.#through = through;
      this.#mailboxState = 'leaving';
      this.#reply = this.#made(code);
      return !this.#hold.over;
    } catch (error) {
      this.#problem = { at: 'join', code: codeOf(error) };
      return false;
    } finally {
      this.#busy = undefined;
    }
  }

  /**
   * Applies the reply in a text. Says whether it opened. `offered`: it came from elsewhere and may belong to anybody, so
   * the engine doesn't count it. `onother` is told of a code that may be another tab's.
   */
  async accept(text: string, offered: boolean, onother: (reply: string) => void): Promise<boolean> {
    if (this.accepting && !offered) this.#next = text;
    if (this.#busy) return false;
    this.#busy = 'accept';
    this.#next = undefined;
    this.#problem = undefined;
    let reply: string | undefined;
    try {
      reply = (await this.#engine.find(text)).code;
      await this.#hold.chat?.accept(reply, offered);
      return true;
    } catch (error) {
      this.#problem = { at: 'reply', code: codeOf(error) };
      const others: readonly ErrorCode[] = ['other-invite', 'wrong-chat'];
      if (reply !== undefined && others.includes(this.#problem.code)) onother(reply);
    } finally {
      this.#busy = undefined;
    }
    const next = this.#next;
    return next !== undefined && this.awaitsReply && this.accept(next, false, onother);
  }

  /**
   * A code that this tab or another one was opened with: says whether it is a reply to this invite, or brings this chat
   * back. `used`: it is another reply, to an invite that is spent. The engine says nothing of what isn't this chat's.
   */
  async offer(code: string): Promise<Whose | undefined> {
    if (!(this.#invite || this.#talk || this.#comeback) || !this.#hold.chat) return undefined;
    try {
      await this.#hold.chat.accept(code, true);
      return this.#invite && !this.#talk ? 'taken' : 'back';
    } catch (error) {
      return whose[codeOf(error)];
    }
  }

  /** Leaves the reply in the mailbox once more. Rejects as the engine does. */
  async leaveAgain(): Promise<void> {
    await this.#hold.chat?.leaveAgain();
  }

  /** The page is back: whatever lies in the mailbox is fetched now, and a lost connection looked for. */
  askNow(): void {
    // One that fails changes nothing: the engine goes on asking by itself, and tells what is wrong.
    this.#hold.chat?.askNow().catch(() => undefined);
  }

  /** Ends the chat because its person leaves, whatever has come of it. Resolves when its keys are gone. */
  leave(): Promise<void> {
    return this.#hold.letGo('leave');
  }

  /** Ends the chat because the page goes. */
  close(): Promise<void> {
    return this.#hold.letGo('close');
  }

  /** The link was copied, shared or shown: somebody may have it. */
  give(): void {
    this.#given = true;
  }

  /** Called every second. */
  tick(): void {
    this.#way.tick();
  }

  /** What did not work is said no more. */
  dismissProblem(): void {
    this.#problem = undefined;
  }

  /** Takes in what the engine tells of the chat. */
  #hear(event: ChatEvent): void {
    if (!this.#hold.hears(event)) return;
    if (this.#talk) {
      this.#talk(event);
      return;
    }
    switch (event.type) {
      case 'state':
        if (event.state === 'connecting' && this.#state !== 'connecting') this.#way.looks();
        this.#state = event.state;
        break;
      case 'open':
        this.#state = 'open';
        if (this.#hold.chat) this.#talk = this.#outcome.onopen(this.#hold.chat, event);
        break;
      case 'mailbox':
        this.#mailboxState = event.state;
        break;
      case 'error':
        this.#way.warn(event.code);
        break;
      case 'closed':
        this.#outcome.onended(this, event.reason);
        break;
    }
  }

  #made(code: Code): Made {
    return { ...code, at: this.#way.tick() };
  }
}
