import type {
  Engine,
  EngineConfig,
  EngineEvent,
  ErrorCode,
  MailboxState,
  Network,
  Reason,
} from '../../../wasm/engine.d.ts';
import { Absence, type Pending } from '../life/away.ts';
import { Conversation } from '../chat/conversation.svelte.ts';
import { texts } from '../language/language.svelte.ts';
import { MailboxChoice, type MailboxWay, type PageMailbox } from '../meet/mailbox.svelte.ts';
import { NetworkChoice } from '../network/network.svelte.ts';
import type { Answer, AskTabs, Whose } from '../meet/tabs.ts';
import { codeOf } from '../language/codes.ts';
import type { Trouble } from '../language/en.ts';
import { isAboutTheWay, Way, type Made } from '../meet/way.svelte.ts';

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

/** Something that did not work, and the part of the page it belongs to. */
export interface Problem {
  at: 'new' | 'paste' | 'join' | 'reply';
  code: ErrorCode;
}

/** The mailbox does its part in these. In any other state the reply had better go by hand. */
const working: ReadonlySet<MailboxState> = new Set<MailboxState>(['asked', 'leaving', 'left']);

/** What the screen shows, and the verbs behind its buttons. Decides nothing about the protocol. */
export class ChatState {
  #engine = $state.raw<Engine>();
  #config = $state.raw<EngineConfig>();
  #configUnread = $state(false);
  #screen = $state<Screen>('home');
  #progress = $state(0);
  #busy = $state<'create' | 'join' | 'accept'>();
  #problem = $state.raw<Problem>();
  #notice = $state<string>();
  #trouble = $state<Trouble>();
  #hostGone = $state(false);
  #asksHost = false;

  #reply = $state.raw<Made>();
  #opened = $state<string>();
  /** Host of the mailbox that may take the reply to the opened invite. */
  #openedMailbox = $state('');
  /** Host of the mailbox that this invite's or this reply's way leads through; empty: by hand only. */
  #through = $state('');
  #mailboxState = $state<MailboxState>();
  #elsewhere = $state.raw<{ code: string; link: string; answer: Answer }>();
  #openedReply = $state<string>();

  #state = $state<'waiting' | 'connecting' | 'open' | 'lost'>('waiting');
  /** Why what went on here ended, where nothing of it is shown any more. */
  #ended = $state<Reason>();
  #gone = $state<Pending>();
  #inviter = false;
  /** What came before the engine did. */
  #held: { text: string; opened: boolean } | undefined;
  /** What came while a reply was being tried. */
  #next: string | undefined;
  #left: Pending | undefined;

  readonly #way = new Way();
  #conversation = $state.raw<Conversation>();
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
    if (this.#screen === 'join') return this.#openedMailbox;
    return this.#mailbox.on ? this.#mailbox.host : '';
  }
  /** The chosen network lets the page's own server be asked. */
  get mailboxUsable(): boolean {
    return this.#choice.network.mode !== 'local';
  }
  /** How the mailbox stands that the reply's way leads through; undefined where it goes by hand only. */
  get mailboxWay(): MailboxWay | undefined {
    const state = this.#mailboxState;
    if (this.#through === '' || state === undefined) return undefined;
    return { host: this.#through, state, works: working.has(state) };
  }
  /** A reply is awaited, here or there, that may lie in the mailbox. */
  get asksMailbox(): boolean {
    return this.#through !== '' && (this.#screen === 'invite' || this.#screen === 'reply');
  }
  /** Somebody may have the link. */
  get given(): boolean {
    return this.#way.given;
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
  get busy(): boolean {
    return this.#busy !== undefined;
  }
  get problem(): Problem | undefined {
    return this.#problem;
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
  get invite(): Made | undefined {
    return this.#way.invite;
  }
  get reply(): Made | undefined {
    return this.#reply;
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
  /** A reply has been applied, the two sides are looking for each other. */
  get connecting(): boolean {
    return this.#busy === 'accept' || this.#state === 'connecting';
  }
  /** A reply can still be applied, even while one is being tried. */
  get awaitsReply(): boolean {
    return this.#screen === 'invite' && this.#state === 'waiting';
  }
  /** They have been looking for so long that something is in the way. */
  get stuck(): boolean {
    return this.connecting && this.#way.slow;
  }
  /** What is in the way, as sentences: on the screens where two people look for each other. */
  get warnings(): readonly string[] {
    const told = this.#way.warnings;
    if (this.stuck && told.length === 0) told.push(texts.errors.unreachable);
    if (this.stale) told.push(texts.oldWarning(this.#way.age));
    return told;
  }
  /** Somebody may have the link, and on another network can't use it any more. */
  get stale(): boolean {
    return this.#way.given && this.#outlived;
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
    if (this.#screen !== 'chat') return this.#way.given || this.#screen === 'reply';
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
    if (this.#screen === 'chat') {
      // What was said is the page's, and outlives the engine.
      if (this.reason === undefined) this.#closed('internal');
      return;
    }
    this.#trouble = trouble;
    this.#forget();
    this.#screen = 'unusable';
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
    if (!engine || this.#busy || this.#asksHost) return;
    this.#busy = 'create';
    this.#problem = undefined;
    this.#notice = undefined;
    this.#hostGone = false;
    this.#way.begin();
    this.#mailboxState = undefined;
    const answers = anyway || this.#hostAnswers();
    const through = this.mailboxUsable && this.#mailbox.on ? this.#mailbox.host : '';
    try {
      const invite = await engine.create(this.#choice.network, through !== '');
      const leadsHere = await answers;
      if (this.#engine !== engine) return await closed(engine);
      if (!leadsHere) {
        this.#hostGone = true;
        return await closed(engine);
      }
      const { codes } = this.#way; // what came meanwhile is about this invite
      const state = this.#mailboxState ?? 'asked';
      this.#forget();
      this.#through = through;
      this.#mailboxState = state;
      this.#inviter = true;
      this.#way.invited(invite, codes);
      this.#screen = 'invite';
    } catch (error) {
      if (this.#engine !== engine) return;
      this.#screen = 'home';
      this.#problem = { at: 'new', code: codeOf(error) };
    } finally {
      this.#busy = undefined;
    }
  }

  /** Gives up the invite, or ends the chat, and makes another invite. */
  async newLink(anyway = false): Promise<void> {
    if (this.#busy || this.#asksHost) return;
    this.#hostGone = false;
    // What is pending is not given up for a link that leads nowhere.
    const asked = this.pending && !anyway;
    if (asked) {
      const [screen, state] = [this.#screen, this.#standing];
      this.#asksHost = true;
      const answers = await this.#hostAnswers();
      this.#asksHost = false;
      // A reply may have come meanwhile, or the other person be back.
      if (this.#screen !== screen || this.#standing !== state || this.#busy) return;
      this.#hostGone = !answers;
      if (!answers) return;
    }
    this.#busy = 'create';
    if (this.#screen === 'chat') {
      // Else it would say for a moment that the person has left.
      this.#forget();
      this.#screen = 'home';
    }
    await this.#close();
    this.#busy = undefined;
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
    const engine = this.#engine;
    const opened = this.#opened;
    if (!engine || opened === undefined || this.#busy || this.#asksHost) return;
    this.#busy = 'join';
    this.#problem = undefined;
    this.#way.begin();
    this.#mailboxState = undefined;
    const through = this.mailboxUsable && !byHand ? this.#openedMailbox : '';
    try {
      const reply = await engine.join(opened, this.#choice.network, through !== '');
      if (this.#screen === 'join') {
        this.#through = through;
        this.#mailboxState ??= 'leaving';
        this.#reply = this.#way.made(reply);
        this.#screen = 'reply';
      } else if (this.#screen !== 'chat') {
        await closed(engine);
      }
    } catch (error) {
      this.#problem = { at: 'join', code: codeOf(error) };
    } finally {
      this.#busy = undefined;
    }
  }

  /** Leaves the reply in the mailbox once more. */
  async leaveAgain(): Promise<void> {
    try {
      await this.#engine?.put();
    } catch (error) {
      this.#notice = texts.errors[codeOf(error)];
    }
  }

  /** The page is back: whatever lies in the mailbox is fetched now. */
  lookAgain(): void {
    if (!this.asksMailbox) return;
    // One that fails changes nothing: the engine goes on asking by itself, and tells what is wrong.
    this.#engine?.take().catch(() => undefined);
  }

  /** Applies the reply pasted beside the invite. Says whether it opened. */
  async accept(text: string): Promise<boolean> {
    return this.#accept(text, false);
  }

  /** `offered`: it came from elsewhere and may belong to anybody, so the engine doesn't count it. */
  async #accept(text: string, offered: boolean): Promise<boolean> {
    const engine = this.#engine;
    if (engine && this.#busy === 'accept' && !offered) this.#next = text;
    if (!engine || this.#busy) return false;
    this.#busy = 'accept';
    this.#next = undefined;
    this.#problem = undefined;
    let reply: string | undefined;
    try {
      reply = (await engine.find(text)).code;
      await engine.accept(reply, offered);
      return true;
    } catch (error) {
      const problem: Problem = { at: 'reply', code: codeOf(error) };
      this.#problem = problem;
      if (reply !== undefined && problem.code === 'other-invite') this.#handOn(reply, problem);
    } finally {
      this.#busy = undefined;
    }
    const next = this.#next;
    return next !== undefined && this.awaitsReply && this.#accept(next, false);
  }

  /**
   * A reply that another tab was opened with: says whether it belongs to the chat of this tab. `used`: it is
   * another one to an invite of this tab that is spent. The engine says neither without the link's secret.
   */
  async offer(reply: string): Promise<Whose | undefined> {
    if (!this.#engine || !this.#inviter || this.reason !== undefined) return undefined;
    try {
      await this.#engine.accept(reply, true);
      return 'taken';
    } catch (error) {
      const code = codeOf(error);
      // Opened a second time: it is this tab's, and has done its work.
      if (code === 'already-used') return 'taken';
      return code === 'second-reply' ? 'used' : undefined;
    }
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

  /** The link was copied, shared or shown: somebody may have it. */
  give(): void {
    this.#way.give();
  }

  /** Ends what is going on in this tab. */
  async leave(): Promise<void> {
    const chatting = this.#screen === 'chat' && this.reason === undefined;
    this.#forget();
    if (chatting) this.#ended = 'closed';
    this.#screen = chatting ? 'ended' : 'home';
    await this.#close();
  }

  /** Ends whatever is going on and shows nothing any more. Resolves when the engine has overwritten its keys. */
  async wipe(): Promise<void> {
    // Whoever waits for it finds it gone, and goes no further.
    const engine = this.#engine;
    this.#engine = undefined;
    this.#forget();
    this.#held = undefined;
    this.#screen = 'wiped';
    await closed(engine);
  }

  /** Back to the start, from a screen where nothing is going on. */
  home(): void {
    this.#forget();
    this.#screen = 'home';
  }

  /** What was found out about the way to the other person, to be copied. */
  async diagnostics(): Promise<string> {
    try {
      return (await this.#engine?.diagnostics()) || texts.nothingTried;
    } catch (error) {
      return texts.errors[codeOf(error)];
    }
  }

  /** Called every second while something is pending. `seen`: the page isn't in the background. */
  tick(seen: boolean): void {
    this.#way.tick();
    this.#absence.beat();
    // A link that nobody can have is replaced in silence, once somebody looks at it.
    if (seen && this.#outlived && !this.#way.given && !this.#busy) void this.#renew();
  }

  /** Something is pending from now on: `tick` begins. */
  waiting(): void {
    this.#way.tick();
    this.#absence.start();
  }

  /** The browser shows or thaws the page. */
  returned(): void {
    this.#absence.returned();
  }

  /** The page goes, and its engine with it. The browser may keep the page and show it once more. */
  pageHidden(): void {
    this.#left = this.kept;
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
    this.#forget();
    this.#gone = gone;
    this.#screen = 'away';
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

  /** Takes in what the engine tells. */
  apply(event: EngineEvent): void {
    // A page that is being left must not tidy up: a reload still has to say what it took along.
    if (this.#left !== undefined || this.#screen === 'wiped') return;
    switch (event.type) {
      case 'state':
        if (this.#chatting) {
          this.#chatting.apply(event);
          break;
        }
        if (event.state === 'connecting' && this.#state !== 'connecting') this.#way.looks();
        this.#state = event.state;
        break;
      case 'open':
        this.#state = 'open';
        this.#notice = this.#way.codes.includes('second-reply') ? texts.errors['second-reply'] : undefined;
        this.#openedReply = undefined;
        this.#opens(event);
        break;
      case 'mailbox':
        this.#mailboxState = event.state;
        break;
      case 'absent':
      case 'path':
      case 'message':
      case 'typing':
      case 'delivered':
      case 'failed':
        this.#conversation?.apply(event);
        break;
      case 'error':
        this.#warn(event.code);
        break;
      case 'closed':
        this.#closed(event.reason);
        break;
      default:
        unknownEvent(event);
    }
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
    this.#problem = undefined;
    try {
      const { kind, code, mailbox } = await engine.find(text);
      if (this.#engine !== engine) return false;
      if (opened && kind === 'reply' && this.awaitsReply) this.#openedReply = code;
      // Where a reply is awaited, the engine says of any other code why it is the wrong one.
      else if (this.#screen === 'invite') await this.#accept(code, opened);
      else if (kind === 'invite') this.#takeInvite(code, mailbox);
      else if ((await this.offer(code)) === undefined) this.#takeReply(code, opened);
      return true;
    } catch (error) {
      if (this.#engine === engine) failed(codeOf(error));
      return false;
    }
  }

  #takeInvite(code: string, mailbox: string): void {
    if (this.pending) {
      this.#notice = this.#screen === 'chat' ? texts.keepOpenChat : texts.keepOpenReply;
      return;
    }
    this.#forget();
    this.#opened = code;
    this.#openedMailbox = this.#mailbox.hostOf(mailbox);
    this.#screen = 'join';
  }

  #takeReply(code: string, opened: boolean): void {
    if (this.pending) {
      if (this.#reply?.link.endsWith(`#${code}`)) this.#notice = texts.errors['own-reply'];
      else this.#openedReply = code;
      return;
    }
    this.#forget();
    this.#elsewhere = { code, link: `${this.#config?.site ?? ''}#${code}`, answer: 'opened' };
    this.#screen = 'reply-elsewhere';
    if (!opened) this.askElsewhere();
  }

  /** A reply that isn't for this tab may be for another one that waits. */
  #handOn(reply: string, problem: Problem): void {
    this.#askTabs(reply, (whose) => {
      if (whose === 'nobody') return;
      if (this.#problem === problem) this.#problem = undefined;
      this.#notice = texts.elsewhere[whose];
    });
  }

  #opens(event: Extract<EngineEvent, { type: 'open' }>): void {
    if (!this.#engine) return;
    this.#conversation = new Conversation(this.#engine, event, {
      onmessage: () => this.#onmessage(),
      ontrouble: (code) => (this.#notice = texts.errors[code]),
    });
    this.#screen = 'chat';
  }

  /** The chat that goes on. */
  get #chatting(): Conversation | undefined {
    return this.reason === undefined ? this.#conversation : undefined;
  }

  /** Where the engine says that the chat stands. */
  get #standing(): string {
    return this.#chatting?.state ?? this.#state;
  }

  /** Gives up a link that grew old unseen. */
  async #renew(): Promise<void> {
    const { age } = this.#way;
    // That the host is there was seen when the first one was made, and nobody would see an answer.
    await this.newLink(true);
    if (this.invite) this.#notice = texts.renewed(age);
  }

  #warn(code: ErrorCode): void {
    const looking = this.#screen === 'invite' || this.#screen === 'reply';
    if (looking || this.#busy === 'create' || this.#busy === 'join') {
      this.#way.warn(code);
    } else if (!isAboutTheWay(code)) {
      this.#notice = texts.errors[code];
    }
  }

  /** The invite waits, and its public address may be gone. */
  get #outlived(): boolean {
    return this.#screen === 'invite' && !this.connecting && this.#way.outlived;
  }

  #closed(reason: Reason): void {
    const { pending } = this;
    this.#conversation?.ended(reason);
    // Where this side ended an invite, the verb that did has already changed the screen, perhaps to a new one.
    if (!pending || (reason === 'closed' && this.#screen !== 'chat')) return;
    const gaveWay = reason === 'unreachable' || reason === 'lost' || reason === 'internal';
    if ((this.#screen === 'invite' || this.#screen === 'reply') && gaveWay && this.#absence.justBack) {
      this.endedAway(this.#screen);
      return;
    }
    // What was said stays until its person leaves, whoever ended the chat, and why.
    if (this.#screen === 'chat' && reason !== 'closed') return;
    this.#forget();
    this.#screen = 'ended';
    this.#ended = reason;
  }

  #close(): Promise<void> {
    return closed(this.#engine);
  }

  /** Wipes all that belongs to one chat. */
  #forget(): void {
    this.#hostGone = false;
    this.#problem = undefined;
    this.#notice = undefined;
    this.#reply = undefined;
    this.#opened = undefined;
    this.#openedMailbox = '';
    this.#through = '';
    this.#mailboxState = undefined;
    this.#elsewhere = undefined;
    this.#openedReply = undefined;
    this.#state = 'waiting';
    this.#conversation = undefined;
    this.#ended = undefined;
    this.#way.forget();
    this.#gone = undefined;
    this.#inviter = false;
  }
}

async function closed(engine: Engine | undefined): Promise<void> {
  try {
    await engine?.leave();
  } catch {
    // Closing fails only where there is nothing left to close.
  }
}

function unknownEvent(event: never): void {
  void event;
}
