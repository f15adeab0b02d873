import type {
  Chat,
  ChatEvent,
  Engine,
  EngineConfig,
  ErrorCode,
  Network,
  Reason,
} from '../../../wasm/engine.d.ts';
import { Conversation } from '../chat/conversation.svelte.ts';
import { codeOf } from '../language/codes.ts';
import type { Trouble } from '../language/en.ts';
import { texts } from '../language/language.svelte.ts';
import { Absence } from '../life/absence.ts';
import type { Pending } from '../life/pending.ts';
import { MailboxChoice, type PageMailbox } from '../meet/mailbox.svelte.ts';
import { Meeting, type Opened, type Outcome, type Problem } from '../meet/meeting.svelte.ts';
import type { Answer, AskTabs, Whose } from '../meet/tabs.ts';
import { isAboutTheWay } from '../meet/way.svelte.ts';
import { NetworkChoice } from '../network/network.svelte.ts';

export type Screen =
  | 'home'
  | 'opening'
  | 'invite'
  | 'join'
  | 'reply'
  | 'reply-elsewhere'
  | 'chat'
  | 'ended'
  | 'away'
  | 'unusable'
  /** Nothing is shown any more. */
  | 'wiped';

/** What the screen shows, and the verbs behind its buttons. Decides nothing about the protocol. */
export class Page {
  #engine = $state.raw<Engine>();
  #config = $state.raw<EngineConfig>();
  #configUnread = $state(false);
  #screen = $state<Screen>('home');
  #progress = $state(0);
  /** A link is being made. */
  #busy = $state(false);
  #problem = $state.raw<Problem>();
  #notice = $state<string>();
  #trouble = $state<Trouble>();
  #hostGone = $state(false);
  #asksHost = $state(false);

  /** How the two come together, from the invite on. It is there for as long as their chat. */
  #meeting = $state.raw<Meeting>();
  /** What is to become of each. */
  readonly #outcome: Outcome = {
    onopen: (chat, opened) => this.#opens(chat, opened),
    onended: (meeting, reason) => this.#ends(meeting, reason),
  };
  /** The goodbyes that are still being said for the meetings before. */
  #goodbyes: Promise<unknown> = Promise.resolve();
  /** Asks what was found out by the chat that is or was last. */
  #diagnose: (() => Promise<string>) | undefined;
  /** The chat that came of it. */
  #conversation = $state.raw<Conversation>();
  #elsewhere = $state.raw<{ code: string; link: string; answer: Answer }>();
  #openedReply = $state<string>();

  /** Why what went on here ended, where nothing of it is shown any more. */
  #ended = $state<Reason>();
  #gone = $state<Pending>();
  /** What came before the engine did. */
  #held: { text: string; opened: boolean } | undefined;
  #left: Pending | undefined;

  #onmessage = () => {};
  readonly #choice = new NetworkChoice();
  readonly #mailbox = new MailboxChoice();
  readonly #absence = new Absence();
  readonly #askTabs: AskTabs;
  readonly #hostAnswers: () => Promise<boolean>;

  /** `hostAnswers` asks whether links still lead to a page. */
  constructor(askTabs: AskTabs, hostAnswers = () => Promise.resolve(true)) {
    this.#askTabs = askTabs;
    // Who wants no server asked, or hides from all but a relay, is taken at their word.
    this.#hostAnswers = async () => this.#choice.network.mode !== 'all' || hostAnswers();
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
  /** Which ways the next chat may try. */
  get network(): NetworkChoice {
    return this.#choice;
  }
  /** Whether the reply to the next invite may come back by itself. */
  get mailbox(): MailboxChoice {
    return this.#mailbox;
  }
  /** Host of the mailbox that is wanted for what begins here; it is asked where the network allows it. */
  get mailboxHost(): string {
    if (this.#screen === 'join') return this.#meeting?.openedMailbox ?? '';
    return this.#mailbox.on ? this.#mailbox.host : '';
  }
  /** The chosen network lets the page's own server be asked. */
  get mailboxUsable(): boolean {
    return this.#choice.network.mode !== 'local';
  }
  /** A reply is awaited, here or there, that may lie in the mailbox. */
  get asksMailbox(): boolean {
    return this.#looking?.mailboxWay !== undefined;
  }
  /** The host that links lead to. */
  get host(): string {
    return this.#config?.site ? new URL(this.#config.site).hostname : '';
  }
  /** Links lead to this very computer. */
  get hereOnly(): boolean {
    return this.#config?.loopback ?? false;
  }
  /** What the site says about itself could not be read. */
  get configUnread(): boolean {
    return this.#configUnread;
  }
  /** Another link is being made, which the one on the screen will not outlive. */
  get replacing(): boolean {
    return this.#busy || this.#asksHost;
  }
  get busy(): boolean {
    return this.#busy || (this.#meeting?.busy ?? false);
  }
  get problem(): Problem | undefined {
    return this.#problem ?? this.#meeting?.problem;
  }
  /** A sentence for the person that belongs to no field. */
  get notice(): string | undefined {
    return this.#notice;
  }
  /** No link was made, for the host of the page does not answer; see `linkAnyway`. */
  get hostGone(): boolean {
    return this.#hostGone;
  }
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }
  get meeting(): Meeting | undefined {
    return this.#meeting;
  }
  /** The reply of another tab's invite that was opened here, and whether that tab has taken it. */
  get elsewhere(): { link: string; answer: Answer } | undefined {
    return this.#elsewhere;
  }
  /**
   * The reply that the address of this tab was changed to while something was pending here. Any page may have done
   * that, so nothing comes of it before this person presses a button.
   */
  get openedReply(): string | undefined {
    return this.#openedReply;
  }
  /** A reply can still be applied, even while one is being tried. */
  get awaitsReply(): boolean {
    return this.#screen === 'invite' && (this.#meeting?.awaitsReply ?? false);
  }
  /** What was pending when this page, or its engine, went. */
  get gone(): Pending | undefined {
    return this.#gone;
  }
  /** The open chat, and what was said in it once it has ended. */
  get conversation(): Conversation | undefined {
    return this.#conversation;
  }
  /** Why the chat ended; undefined while it goes on. */
  get reason(): Reason | undefined {
    return this.#conversation?.reason ?? this.#ended;
  }
  /** Closing the page now would lose a chat, or an invite or reply that somebody holds. */
  get pending(): boolean {
    const waiting = this.#screen === 'invite' || this.#screen === 'reply';
    return waiting || (this.#screen === 'chat' && this.reason === undefined);
  }

  /** Leaving would end what was said or written here, or a link or reply that somebody may hold. */
  get atStake(): boolean {
    if (!this.pending) return false;
    if (this.#screen !== 'chat') return this.#screen === 'reply' || (this.#meeting?.given ?? false);
    return this.#conversation?.atStake ?? false;
  }

  /** What a reload would have to tell. What has been told is not told again. */
  get kept(): Pending | undefined {
    return this.pending ? (this.#screen as Pending) : undefined;
  }

  /** The engine is loading. */
  progressed(part: number): void {
    this.#progress = part;
  }

  /**
   * The engine is there, started with this configuration; `network` and `mailbox` are what the page names, and
   * `configUnread` says that it may name more than could be read. Opens the link that came before it.
   */
  async started(
    engine: Engine,
    config: EngineConfig,
    network: Network,
    mailbox?: PageMailbox,
    configUnread = false,
  ): Promise<void> {
    if (this.#screen === 'wiped') return;
    this.#configUnread = configUnread;
    this.#engine = engine;
    this.#config = config;
    this.#choice.offer(network);
    this.#mailbox.offer(mailbox);
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) await this.#go(engine, held.text, held.opened);
  }

  /** The engine cannot start, or has stopped. */
  unusable(trouble: Trouble): void {
    if (this.#screen === 'unusable' || this.#screen === 'wiped') return;
    this.#engine = undefined;
    this.#meeting = undefined;
    this.#diagnose = undefined;
    if (this.#screen === 'chat') {
      // What was said is the page's, and outlives the engine.
      this.#conversation?.ended('internal');
      return;
    }
    this.#trouble = trouble;
    this.#show('unusable');
  }

  /** A fragment the page was opened with, or a link pasted into the address bar of this tab. */
  async open(text: string): Promise<void> {
    if (this.#screen === 'unusable' || this.#screen === 'wiped') return;
    if (this.#engine) await this.#go(this.#engine, text, true);
    else this.#hold(text, true);
  }

  #hold(text: string, opened: boolean): void {
    this.#held = { text, opened };
    this.#screen = 'opening';
  }

  async #go(engine: Engine, text: string, opened: boolean): Promise<void> {
    await this.#take(engine, text, opened, (code) => {
      if (this.pending) {
        this.#notice = texts.errors[code];
      } else {
        this.#screen = 'home';
        this.#problem = { at: 'paste', code };
      }
    });
  }

  /** Text pasted on the home screen. Says whether it held something to go on with, or waits for the engine. */
  async paste(text: string): Promise<boolean> {
    if (!this.#engine) {
      this.#hold(text, false);
      return true;
    }
    return this.#take(this.#engine, text, false, (code) => (this.#problem = { at: 'paste', code }));
  }

  /**
   * Text that came another way than through the screen's field: pasted beside it, scanned, dropped. It goes where
   * the field would have sent it. Says whether it held something to go on with.
   */
  async take(text: string): Promise<boolean> {
    if (this.#screen === 'home') return this.paste(text);
    if (this.awaitsReply) return this.accept(text);
    return false;
  }

  /** What a text is worth where a code is scanned: 2 goes on from here, 1 is of tincan, 0 is anything else. */
  async worth(text: string): Promise<0 | 1 | 2> {
    try {
      const { kind } = (await this.#engine?.find(text)) ?? {};
      if (kind === undefined) return 0;
      return kind === 'reply' || !this.awaitsReply ? 2 : 1;
    } catch (error) {
      const foreign: readonly ErrorCode[] = ['no-code', 'empty', 'too-long'];
      return foreign.includes(codeOf(error)) ? 0 : 1;
    }
  }

  /** Makes an invite; unless `anyway`, only where the host of the page answers, which is asked meanwhile. */
  async create(anyway = false): Promise<void> {
    const engine = this.#engine;
    if (!engine || this.busy || this.#asksHost) return;
    this.#busy = true;
    this.#unsay();
    const answers = anyway || this.#hostAnswers();
    const through = this.mailboxUsable && this.#mailbox.on ? this.#mailbox.host : '';
    const meeting = new Meeting(engine, this.#outcome);
    try {
      await meeting.begin(this.#choice.network, through);
      const leadsHere = await answers;
      if (!this.ready || !leadsHere) {
        this.#hostGone = this.ready;
        await meeting.leave();
        return;
      }
      this.#show('invite');
      this.#meeting = meeting;
      if (meeting.reason !== undefined) this.#ends(meeting, meeting.reason);
    } catch (error) {
      if (!this.ready) return;
      this.#show('home');
      this.#problem = { at: 'new', code: codeOf(error) };
    } finally {
      this.#diagnose = meeting.diagnose ?? this.#diagnose;
      this.#busy = false;
    }
  }

  /** Gives up the invite, or ends the chat, and makes another invite. */
  async newLink(anyway = false): Promise<void> {
    if (this.busy || this.#asksHost) return;
    this.#hostGone = false;
    // What is pending is not given up for a link that leads nowhere.
    const asked = this.pending && !anyway;
    if (asked) {
      const [screen, state] = [this.#screen, this.#standing];
      this.#asksHost = true;
      const answers = await this.#hostAnswers();
      this.#asksHost = false;
      // A reply may have come meanwhile, or the other person be back.
      if (this.#screen !== screen || this.#standing !== state || this.busy) return;
      this.#hostGone = !answers;
      if (!answers) return;
    }
    // What was said goes at once; a link stays on the screen until there is another.
    if (this.#screen === 'chat') this.#show('home');
    else this.#say(this.#meeting?.leave());
    await this.create(anyway || asked);
  }

  /** Makes a link although the host of the page does not answer. */
  async linkAnyway(): Promise<void> {
    await (this.pending ? this.newLink(true) : this.create(true));
  }

  dismissHostGone(): void {
    this.#hostGone = false;
  }

  /**
   * Answers the opened invite. Only now does anything leave this device. `byHand`: nothing goes through a mailbox,
   * whatever the invite says.
   */
  async join(byHand = false): Promise<void> {
    const meeting = this.#meeting;
    if (this.#screen !== 'join' || !meeting || this.busy || this.#asksHost) return;
    this.#unsayProblem();
    const through = this.mailboxUsable && !byHand ? meeting.openedMailbox : '';
    const joined = await meeting.join(this.#choice.network, through);
    this.#diagnose = meeting.diagnose ?? this.#diagnose;
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

  /** Applies the reply pasted beside the invite. Says whether it opened. */
  async accept(text: string): Promise<boolean> {
    return this.#accept(text, false);
  }

  /** `offered`: it came from elsewhere and may belong to anybody, so the engine doesn't count it. */
  async #accept(text: string, offered: boolean): Promise<boolean> {
    const meeting = this.#meeting;
    if (!this.#engine || !meeting || this.#busy) return false;
    this.#problem = undefined;
    return meeting.accept(text, offered, (reply) => this.#handOn(reply, meeting));
  }

  /** A reply that another tab was opened with: says whether it belongs to the chat of this tab. */
  async offer(reply: string): Promise<Whose | undefined> {
    return this.#engine && this.reason === undefined ? this.#meeting?.offer(reply) : undefined;
  }

  /** The person wants the reply that was opened in this pending tab: it is applied here, or the other tabs are asked. */
  async useOpenedReply(): Promise<void> {
    const reply = this.#openedReply;
    this.#openedReply = undefined;
    if (reply === undefined) return;
    if (this.awaitsReply) {
      await this.#accept(reply, true);
      return;
    }
    this.#askTabs(reply, (whose) => (this.#notice = texts.elsewhere[whose]));
  }

  dismissOpenedReply(): void {
    this.#openedReply = undefined;
  }

  /** The person wants the reply that this tab was opened with: the other tabs are asked whose it is. */
  askElsewhere(): void {
    const opened = this.#elsewhere;
    if (!opened) return;
    this.#elsewhere = { ...opened, answer: 'asking' };
    this.#askTabs(opened.code, (answer) => {
      if (this.#elsewhere?.code === opened.code) this.#elsewhere = { ...opened, answer };
    });
  }

  /** Ends what is going on in this tab. */
  async leave(): Promise<void> {
    const chatting = this.#screen === 'chat' && this.reason === undefined;
    this.#show(chatting ? 'ended' : 'home');
    if (chatting) this.#ended = 'closed';
    await this.#goodbyes;
  }

  /** Ends whatever is going on and shows nothing any more. Resolves when the engine has overwritten its keys. */
  async wipe(): Promise<void> {
    // Whoever waits for it finds it gone, and goes no further.
    this.#engine = undefined;
    this.#held = undefined;
    this.#show('wiped');
    await this.#goodbyes;
  }

  /** Back to the start, from a screen where nothing is going on. */
  home(): void {
    this.#show('home');
  }

  /** What was found out about the way to the other person, to be copied. */
  async diagnostics(): Promise<string> {
    try {
      return (await this.#diagnose?.()) || texts.nothingTried;
    } catch (error) {
      return texts.errors[codeOf(error)];
    }
  }

  /** Called every second while something is pending. `seen`: the page isn't in the background. */
  tick(seen: boolean): void {
    this.#meeting?.tick();
    this.#absence.beat();
    // A link that nobody can have is replaced in silence, once somebody looks at it.
    const meeting = this.#screen === 'invite' ? this.#meeting : undefined;
    if (seen && meeting?.outlived && !meeting.given && !this.busy) void this.#renew(meeting);
  }

  /** Something is pending from now on: `tick` begins. */
  waiting(): void {
    this.#meeting?.tick();
    this.#absence.start();
  }

  /** The browser shows or thaws the page. */
  returned(): void {
    this.#absence.returned();
  }

  /** The page goes, and its engine with it. The browser may keep the page and show it once more. */
  pageHidden(): void {
    this.#left = this.kept;
    // The other person is told, where there is still time for it.
    void this.#meeting?.close();
  }

  /** The page was kept by the browser and is shown once more. */
  pageShown(): void {
    const left = this.#left;
    this.#left = undefined;
    if (left) this.endedAway(left);
  }

  /** This was pending when the page went away, and is no more. */
  endedAway(gone: Pending): void {
    if (this.#screen === 'unusable' || this.#screen === 'wiped') return;
    this.#show('away');
    this.#gone = gone;
  }

  /** It was pending in a tab that this one is a copy of, and has not ended there. */
  notEndedAway(): void {
    if (this.#screen === 'away') this.home();
  }

  /** Calls this with each message of the other person that comes. */
  listen(onmessage: () => void): void {
    this.#onmessage = onmessage;
  }

  /** Says something that belongs to no field. */
  tell(sentence: string): void {
    this.#notice = sentence;
  }

  dismissNotice(): void {
    this.#notice = undefined;
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
    this.#unsayProblem();
    try {
      const { kind, code, mailbox } = await engine.find(text);
      if (this.#engine !== engine) return false;
      if (opened && kind === 'reply' && this.awaitsReply) this.#openedReply = code;
      // Where a reply is awaited, the engine says of any other code why it is the wrong one.
      else if (this.#screen === 'invite') await this.#accept(code, opened);
      else if (kind === 'invite') this.#takeInvite(engine, code, mailbox);
      else if ((await this.offer(code)) === undefined) this.#takeReply(code, opened);
      return true;
    } catch (error) {
      if (this.#engine === engine) failed(codeOf(error));
      return false;
    }
  }

  #takeInvite(engine: Engine, code: string, mailbox: string): void {
    if (this.pending) {
      this.#notice = this.#screen === 'chat' ? texts.keepOpenChat : texts.keepOpenReply;
      return;
    }
    this.#show('join');
    this.#meeting = new Meeting(engine, this.#outcome, code, this.#mailbox.hostOf(mailbox));
  }

  #takeReply(code: string, opened: boolean): void {
    if (this.pending) {
      if (this.#meeting?.reply?.link.endsWith(`#${code}`)) this.#notice = texts.errors['own-reply'];
      else this.#openedReply = code;
      return;
    }
    this.#show('reply-elsewhere');
    this.#elsewhere = { code, link: `${this.#config?.site ?? ''}#${code}`, answer: 'opened' };
    if (!opened) this.askElsewhere();
  }

  /** A reply that isn't for this tab may be for another one that waits. */
  #handOn(reply: string, meeting: Meeting): void {
    const { problem } = meeting;
    this.#askTabs(reply, (whose) => {
      if (whose === 'nobody') return;
      if (meeting.problem === problem) meeting.dismissProblem();
      this.#notice = texts.elsewhere[whose];
    });
  }

  /** The two have met: what is told of their chat goes to the conversation. */
  #opens(chat: Chat, opened: Opened): (event: ChatEvent) => void {
    this.#notice = this.#meeting?.answeredTwice ? texts.errors['second-reply'] : undefined;
    this.#openedReply = undefined;
    const conversation = new Conversation(chat, opened, {
      onmessage: () => this.#onmessage(),
      ontrouble: (code) => {
        if (!isAboutTheWay(code)) this.#notice = texts.errors[code];
      },
    });
    this.#conversation = conversation;
    this.#screen = 'chat';
    return (event) => conversation.apply(event);
  }

  /** The chat that goes on. */
  get #chatting(): Conversation | undefined {
    return this.reason === undefined ? this.#conversation : undefined;
  }

  /** Where the engine says that the chat stands. */
  get #standing(): string {
    return this.#chatting?.state ?? this.#meeting?.state ?? '';
  }

  /** The two who look for each other on the screen. */
  get #looking(): Meeting | undefined {
    return this.#screen === 'invite' || this.#screen === 'reply' ? this.#meeting : undefined;
  }

  /** Gives up a link that grew old unseen. */
  async #renew({ age }: Meeting): Promise<void> {
    // That the host is there was seen when the first one was made, and nobody would see an answer.
    await this.newLink(true);
    if (this.#meeting?.invite) this.#notice = texts.renewed(age);
  }

  /** The two have not met, and will not. */
  #ends(meeting: Meeting, reason: Reason): void {
    if (this.#meeting !== meeting) return;
    const gaveWay = reason === 'unreachable' || reason === 'lost' || reason === 'internal';
    if ((this.#screen === 'invite' || this.#screen === 'reply') && gaveWay && this.#absence.justBack) {
      this.endedAway(this.#screen);
      return;
    }
    this.#show('ended');
    this.#ended = reason;
  }

  #say(goodbye: Promise<void> | undefined): void {
    this.#goodbyes = Promise.all([this.#goodbyes, goodbye]);
  }

  /** Goes to a screen, and lets go of all that was on the last one. */
  #show(screen: Screen): void {
    this.#unsay();
    this.#say(this.#meeting?.leave());
    this.#meeting = undefined;
    this.#conversation = undefined;
    this.#elsewhere = undefined;
    this.#openedReply = undefined;
    this.#ended = undefined;
    this.#gone = undefined;
    this.#screen = screen;
  }

  #unsayProblem(): void {
    this.#problem = undefined;
    this.#meeting?.dismissProblem();
  }

  /** What was said about the last thing that the person did. */
  #unsay(): void {
    this.#unsayProblem();
    this.#notice = undefined;
    this.#hostGone = false;
  }
}
