import type { Chat, ChatEvent, Engine, EngineConfig, Network, Reason } from '../../../wasm/engine.d.ts';
import type { Conversation } from '../chat/conversation.svelte.ts';
import type { Converse, Listener } from '../chat/converse.ts';
import type { Kept } from '../life/kept.ts';
import { codeOf } from '../language/codes.ts';
import type { Trouble } from '../language/english.ts';
import { texts } from '../language/language.svelte.ts';
import { Finder } from '../meet/finder.svelte.ts';
import { Invites } from '../meet/invites.svelte.ts';
import { MailboxChoice, type PageMailbox } from '../meet/mailbox.svelte.ts';
import type { Meeting } from '../meet/meeting.svelte.ts';
import type { Opened, Outcome, Problem } from '../meet/outcome.ts';
import type { Place, Screen } from '../meet/place.ts';
import type { AskTabs } from '../meet/tabs.ts';
import { isAboutTheWay } from '../meet/way.svelte.ts';
import { Diagnosis } from '../network/diagnosis.ts';
import { NetworkChoice } from '../network/network.svelte.ts';
import { About } from './about.svelte.ts';
import { Away } from './away.svelte.ts';
import { Return } from './return.svelte.ts';

/** What the screen shows, and the verbs behind its buttons. Decides nothing about the protocol. */
export class Page implements Place {
  #engine = $state.raw<Engine>();
  #converse: Converse | undefined;
  #screen = $state<Screen>('home');
  #progress = $state(0);
  #problem = $state.raw<Problem>();
  #notice = $state<string>();
  #trouble = $state<Trouble>();
  #meeting = $state.raw<Meeting>();
  /** The chat that came of it. */
  #conversation = $state.raw<Conversation>();
  /** Why what went on here ended, where nothing of it is shown any more. */
  #ended = $state<Reason>();
  /** The goodbyes that are still being said for the meetings before. */
  #goodbyes: Promise<unknown> = Promise.resolve();
  #onmessage = () => {};

  readonly about = new About();
  readonly diagnosis = new Diagnosis();
  readonly network = new NetworkChoice();
  readonly mailbox = new MailboxChoice();
  readonly finder: Finder;
  readonly invites: Invites;
  readonly away: Away;
  readonly return: Return;
  readonly outcome: Outcome = {
    onopen: (chat, opened) => this.#opens(chat, opened),
    onended: (meeting, reason) => this.#ends(meeting, reason),
    ontried: (ask) => this.diagnosis.tried(ask),
  };

  /** `hostAnswers` asks whether links still lead to a page. */
  constructor(askTabs: AskTabs, hostAnswers = () => Promise.resolve(true)) {
    this.finder = new Finder(this, askTabs);
    this.invites = new Invites(this, hostAnswers);
    this.away = new Away(this, this.invites);
    this.return = new Return(this);
  }

  get engine(): Engine | undefined {
    return this.#engine;
  }
  get screen(): Screen {
    return this.#screen;
  }
  get ready(): boolean {
    return this.#engine !== undefined;
  }
  /** Loaded part of the engine, 0 to 1. */
  get progress(): number {
    return this.#progress;
  }
  /** Host of the mailbox that is wanted for what begins here; it is asked where the network allows it. */
  get mailboxHost(): string {
    if (this.#screen === 'join') return this.#meeting?.openedMailbox ?? '';
    return this.mailbox.on ? this.mailbox.host : '';
  }
  /** The chosen network lets the page's own server be asked. */
  get mailboxUsable(): boolean {
    return this.network.network.mode !== 'local';
  }
  get through(): string {
    return this.mailboxUsable && this.mailbox.on ? this.mailbox.host : '';
  }
  /** The other person is looked for, by asking the mailbox or another way: that may be done at once. */
  get looks(): boolean {
    if (this.#screen === 'chat') return this.#conversation?.outage.apart !== undefined;
    return this.#meeting?.mailboxWay !== undefined;
  }
  get site(): string {
    return this.about.site;
  }
  get making(): boolean {
    return this.invites.making;
  }
  get busy(): boolean {
    return this.making || (this.#meeting?.busy ?? false);
  }
  get problem(): Problem | undefined {
    return this.#problem ?? this.#meeting?.problem;
  }
  /** A sentence for the person that belongs to no field. */
  get notice(): string | undefined {
    return this.#notice;
  }
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }
  get meeting(): Meeting | undefined {
    return this.#meeting;
  }
  get awaitsReply(): boolean {
    return this.#screen === 'invite' && (this.#meeting?.awaitsReply ?? false);
  }
  /** The open chat, and what was said in it once it has ended. */
  get conversation(): Conversation | undefined {
    return this.#conversation;
  }
  /** Why the chat ended; undefined while it goes on. */
  get reason(): Reason | undefined {
    return this.#conversation?.reason ?? this.#ended;
  }
  get pending(): boolean {
    const waiting = ['invite', 'reply', 'returning'].includes(this.#screen);
    return waiting || (this.#screen === 'chat' && this.reason === undefined);
  }
  /** What this tab keeps for coming back to its chat after a reload. */
  get kept(): Kept | undefined {
    return this.return.kept ?? this.#conversation?.kept;
  }
  get standing(): string {
    if (!this.#conversation || this.reason !== undefined) return this.#meeting?.state ?? '';
    return this.#conversation.outage.apart ? 'lost' : 'open';
  }

  /** The engine is loading. */
  progressed(part: number): void {
    this.#progress = part;
  }

  /**
   * The engine is there, and `converse` for the chats that it opens. It was started with this configuration; `network` and `mailbox` are what the page names, and
   * `configUnread` says that it may name more than could be read. Opens the link that came before it.
   */
  async started(
    engine: Engine,
    converse: Converse,
    config: EngineConfig,
    network: Network,
    mailbox?: PageMailbox,
    configUnread = false,
  ): Promise<void> {
    if (this.#screen === 'wiped') return;
    [this.#engine, this.#converse] = [engine, converse];
    this.about.takes(config, configUnread);
    this.network.offer(network);
    this.mailbox.offer(mailbox);
    // What was opened meanwhile is looked at when the chat is there to which it may belong.
    await this.return.again();
    await this.finder.begin(engine);
  }

  /** The engine cannot start, or has stopped. */
  unusable(trouble: Trouble): void {
    if (this.#screen === 'unusable' || this.#screen === 'wiped') return;
    this.#engine = undefined;
    this.#meeting = undefined;
    this.diagnosis.forget();
    this.#trouble = trouble;
    // What was said is the page's, and outlives the engine.
    if (this.#screen === 'chat') this.#conversation?.ended('internal');
    else this.show('unusable');
  }

  /**
   * Answers the opened invite. Only now does anything leave this device. `byHand`: nothing goes through a mailbox,
   * whatever the invite says.
   */
  async join(byHand = false): Promise<void> {
    const meeting = this.#meeting;
    if (this.#screen !== 'join' || !meeting || this.busy || this.invites.replacing) return;
    this.unsayProblem();
    const through = this.mailboxUsable && !byHand ? meeting.openedMailbox : '';
    const joined = await meeting.join(this.network.network, through);
    if (joined && this.#meeting === meeting) this.#screen = 'reply';
  }

  /** Leaves the reply in the mailbox once more. */
  async leaveAgain(): Promise<void> {
    try {
      await this.#meeting?.leaveAgain();
    } catch (error) {
      this.#notice = texts.errors[codeOf(error)];
    }
  }

  /** Ends what is going on in this tab. */
  async leave(): Promise<void> {
    const chatting = this.#screen === 'chat' && this.reason === undefined;
    this.show(chatting ? 'ended' : 'home');
    if (chatting) this.#ended = 'closed';
    await this.#goodbyes;
  }

  /** Ends whatever is going on and shows nothing any more. Resolves when the engine has overwritten its keys. */
  async wipe(): Promise<void> {
    // Whoever waits for it finds it gone, and goes no further.
    this.#engine = undefined;
    void this.giveUp(this.invites.next);
    this.show('wiped');
    await this.#goodbyes;
  }

  /** Back to the start, from a screen where nothing is going on. */
  home(): void {
    this.show('home');
  }

  /** Calls this with each message of the other person that comes. */
  listen(onmessage: () => void): void {
    this.#onmessage = onmessage;
  }

  tell(sentence: string): void {
    this.#notice = sentence;
  }

  dismissNotice(): void {
    this.#notice = undefined;
  }

  fail(problem: Problem): void {
    this.#problem = problem;
  }

  unsay(): void {
    this.unsayProblem();
    this.#notice = undefined;
  }

  unsayProblem(): void {
    this.#problem = undefined;
    this.#meeting?.dismissProblem();
  }

  async giveUp(meeting: Meeting | undefined): Promise<void> {
    const goodbye = meeting?.leave();
    this.#goodbyes = Promise.all([this.#goodbyes, goodbye]);
    await goodbye;
  }

  show(screen: Screen, meeting?: Meeting): void {
    if (screen !== this.#screen || screen !== 'returning') {
      this.unsay();
      this.invites.dismissHostGone();
      this.finder.forget();
    }
    this.return.shows(screen);
    void this.giveUp(this.#meeting);
    this.#meeting = meeting;
    this.#conversation = undefined;
    this.#ended = undefined;
    this.#screen = screen;
    // It may have ended before it was shown.
    if (meeting?.reason !== undefined) this.#ends(meeting, meeting.reason);
  }

  /** The two have met: what is told of their chat goes to the conversation. */
  #opens(chat: Chat, opened: Opened): (event: ChatEvent) => void {
    this.#notice = this.#meeting?.answeredTwice ? texts.errors['second-reply'] : undefined;
    this.finder.forget();
    const listener: Listener = {
      onmessage: () => this.#onmessage(),
      ontrouble: (code) => {
        if (!isAboutTheWay(code)) this.#notice = texts.errors[code];
      },
    };
    const conversation = this.#converse?.(chat, opened, listener, this.return.kept);
    if (!conversation) throw new Error('a chat has opened before the engine was there');
    this.return.shows('chat');
    this.#conversation = conversation;
    this.#screen = 'chat';
    return (event) => conversation.apply(event);
  }

  /** The two have not met, and will not. */
  #ends(meeting: object, reason: Reason): void {
    if (this.#meeting !== meeting) return;
    if (this.return.ended(reason)) return;
    const gaveWay = reason === 'unreachable' || reason === 'lost' || reason === 'internal';
    if ((this.#screen === 'invite' || this.#screen === 'reply') && gaveWay && this.away.justBack) {
      this.away.ended(this.#screen);
      return;
    }
    this.show('ended');
    this.#ended = reason;
  }
}
