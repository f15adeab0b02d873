import type {
  Code,
  Engine,
  EngineConfig,
  EngineEvent,
  ErrorCode,
  Reason,
  SafetyWord,
} from '../../wasm/engine.d.ts';
import type { ChatStatus, Trouble } from './texts.ts';
import { texts } from './texts.ts';

/** One message of the history. */
export interface ChatMessage {
  /** Stays the same as long as the message is shown. */
  readonly key: string;
  readonly from: 'you' | 'them';
  /** Exactly what its author wrote: only ever shown as text. */
  readonly text: string;
  /** When it was written or arrived here, in milliseconds since 1970. */
  readonly at: number;
  readonly state: 'sending' | 'delivered' | 'failed' | 'received';
  /** Why it failed. */
  readonly code?: ErrorCode | undefined;
}

export type Screen =
  'home' | 'opening' | 'invite' | 'join' | 'reply' | 'reply-elsewhere' | 'chat' | 'ended' | 'unusable';

/** Something that did not work, and the part of the page it belongs to. */
export interface Problem {
  at: 'new' | 'paste' | 'join' | 'reply';
  code: ErrorCode;
}

/** How much of the history is kept, in messages and in characters: a peer must not be able to fill the memory. */
const keptMessages = 20_000;
const keptLength = 4 << 20;

/** Asks the other tabs whose reply this is; see ReplyTabs. */
export type AskTabs = (reply: string, answered: (taken: boolean) => void) => void;

type Entry = { -readonly [K in keyof ChatMessage]: ChatMessage[K] } & { ref: string; id: number | undefined };

/** What the screen shows, and the verbs behind its buttons. Decides nothing about the protocol. */
export class ChatState {
  #engine = $state.raw<Engine>();
  #config = $state.raw<EngineConfig>();
  #screen = $state<Screen>('home');
  #progress = $state(0);
  #busy = $state<'create' | 'join' | 'accept'>();
  #problem = $state.raw<Problem>();
  #notice = $state<string>();
  #trouble = $state<Trouble>();

  #invite = $state.raw<Code>();
  #reply = $state.raw<Code>();
  #opened = $state<string>();
  #elsewhere = $state.raw<{ link: string; answer: 'asking' | 'taken' | 'nobody' }>();

  #state = $state<'waiting' | 'connecting' | 'open' | 'lost'>('waiting');
  #path = $state<'direct' | 'local' | 'relay' | ''>('');
  #sas = $state.raw<SafetyWord[]>([]);
  #digits = $state.raw<string[]>([]);
  #verified = $state(false);
  #reason = $state<Reason>();
  #messages = $state<Entry[]>([]);
  #trimmed = $state(false);
  #length = 0;
  #inviter = false;
  #count = 0;
  #held: string | undefined;

  readonly #askTabs: AskTabs;

  constructor(askTabs: AskTabs) {
    this.#askTabs = askTabs;
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
  /** STUN servers that a new chat asks. */
  get stun(): readonly string[] {
    return this.#config?.stun ?? [];
  }
  /** Links lead to this very computer. */
  get hereOnly(): boolean {
    return this.#config?.loopback ?? false;
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
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }
  get invite(): Code | undefined {
    return this.#invite;
  }
  get reply(): Code | undefined {
    return this.#reply;
  }
  /** The reply of another tab's invite that was opened here, and whether that tab has taken it. */
  get elsewhere(): { link: string; answer: 'asking' | 'taken' | 'nobody' } | undefined {
    return this.#elsewhere;
  }
  /** A reply has been applied, the two sides are looking for each other. */
  get connecting(): boolean {
    return this.#busy === 'accept' || this.#state === 'connecting';
  }
  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }
  /** The oldest messages were dropped: the history had become too long. */
  get trimmed(): boolean {
    return this.#trimmed;
  }
  get sas(): readonly SafetyWord[] {
    return this.#sas;
  }
  get digits(): readonly string[] {
    return this.#digits;
  }
  get verified(): boolean {
    return this.#verified;
  }
  /** Why the chat ended; undefined while it goes on. */
  get reason(): Reason | undefined {
    return this.#reason;
  }
  get status(): ChatStatus {
    if (this.#reason === 'left') return 'left';
    if (this.#reason !== undefined) return 'ended';
    if (this.#state === 'open') return this.#path || 'open';
    return this.#state === 'lost' ? 'lost' : 'reconnecting';
  }
  /** Closing the page now would lose a chat, or an invite or reply that somebody holds. */
  get pending(): boolean {
    const waiting = this.#screen === 'invite' || this.#screen === 'reply';
    return waiting || (this.#screen === 'chat' && this.#reason === undefined);
  }

  /** The engine is loading. */
  progressed(part: number): void {
    this.#progress = part;
  }

  /** The engine is there, started with this configuration. Opens the link that came before it. */
  async started(engine: Engine, config: EngineConfig): Promise<void> {
    this.#engine = engine;
    this.#config = config;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) await this.open(held);
  }

  /** The engine cannot start, or has stopped. */
  unusable(trouble: Trouble): void {
    if (this.#screen === 'unusable') return;
    this.#engine = undefined;
    this.#trouble = trouble;
    this.#forget();
    this.#screen = 'unusable';
  }

  /** A fragment the page was opened with, or a link pasted into the address bar of this tab. */
  async open(text: string): Promise<void> {
    if (this.#screen === 'unusable') return;
    if (!this.#engine) {
      this.#held = text;
      this.#screen = 'opening';
      return;
    }
    await this.#take(this.#engine, text, (code) => {
      if (this.pending) {
        this.#notice = texts.errors[code];
      } else {
        this.#screen = 'home';
        this.#problem = { at: 'paste', code };
      }
    });
  }

  /** Text pasted on the home screen. Says whether it held something to go on with. */
  async paste(text: string): Promise<boolean> {
    if (!this.#engine) return false;
    return this.#take(this.#engine, text, (code) => (this.#problem = { at: 'paste', code }));
  }

  /** Makes an invite. */
  async create(): Promise<void> {
    const engine = this.#engine;
    if (!engine || this.#busy) return;
    this.#busy = 'create';
    this.#problem = undefined;
    this.#notice = undefined;
    try {
      const invite = await engine.create();
      this.#forget();
      this.#inviter = true;
      this.#invite = invite;
      this.#screen = 'invite';
    } catch (error) {
      this.#screen = 'home';
      this.#problem = { at: 'new', code: codeOf(error) };
    } finally {
      this.#busy = undefined;
    }
  }

  /** Gives up the invite and makes another. */
  async newLink(): Promise<void> {
    if (this.#busy) return;
    await this.#close();
    await this.create();
  }

  /** Answers the opened invite. Only now does anything leave this device. */
  async join(): Promise<void> {
    const engine = this.#engine;
    const opened = this.#opened;
    if (!engine || opened === undefined || this.#busy) return;
    this.#busy = 'join';
    this.#problem = undefined;
    try {
      const reply = await engine.join(opened);
      if (this.#screen === 'join') {
        this.#reply = reply;
        this.#screen = 'reply';
      } else if (this.#screen !== 'chat') {
        await this.#close();
      }
    } catch (error) {
      this.#problem = { at: 'join', code: codeOf(error) };
    } finally {
      this.#busy = undefined;
    }
  }

  /** Applies the reply pasted beside the invite. Says whether it opened. */
  async accept(text: string): Promise<boolean> {
    const engine = this.#engine;
    if (!engine || this.#busy) return false;
    this.#busy = 'accept';
    this.#problem = undefined;
    let reply: string | undefined;
    try {
      reply = (await engine.find(text)).code;
      await engine.accept(reply, false);
      return true;
    } catch (error) {
      const problem: Problem = { at: 'reply', code: codeOf(error) };
      this.#problem = problem;
      if (reply !== undefined && problem.code === 'other-invite') this.#handOn(reply, problem);
      return false;
    } finally {
      this.#busy = undefined;
    }
  }

  /** A reply that another tab was opened with: says whether it belongs to the chat of this tab. */
  async offer(reply: string): Promise<boolean> {
    if (!this.#engine || !this.#inviter || this.#reason !== undefined) return false;
    try {
      await this.#engine.accept(reply, true);
      return true;
    } catch (error) {
      // Opened a second time: it is this tab's, and has done its work.
      return codeOf(error) === 'already-used';
    }
  }

  /** Sends a text. It is in the history at once, and says there what became of it. */
  send(text: string): void {
    const key = this.#nextKey();
    this.#add({
      key,
      from: 'you',
      text,
      at: Date.now(),
      state: 'sending',
      code: undefined,
      ref: key,
      id: undefined,
    });
    void this.#send(key);
  }

  /** Sends a failed message once more, as the newest. */
  retry(key: string): void {
    const index = this.#messages.findIndex((message) => message.key === key && message.state === 'failed');
    const [message] = index < 0 ? [] : this.#messages.splice(index, 1);
    if (!message) return;
    this.#messages.push({
      ...message,
      at: Date.now(),
      state: 'sending',
      ref: this.#nextKey(),
      id: undefined,
    });
    void this.#send(key);
  }

  /** Records the comparison of the safety words. With `false` the chat ends. */
  async verify(match: boolean): Promise<void> {
    try {
      await this.#engine?.verify(match);
      this.#verified = match;
    } catch (error) {
      this.#notice = texts.errors[codeOf(error)];
    }
  }

  /** Ends what is going on in this tab. */
  async leave(): Promise<void> {
    const chatting = this.#screen === 'chat' && this.#reason === undefined;
    this.#forget();
    if (chatting) this.#reason = 'closed';
    this.#screen = chatting ? 'ended' : 'home';
    await this.#close();
  }

  /** Back to the start, from a screen where nothing is going on. */
  home(): void {
    this.#forget();
    this.#screen = 'home';
  }

  dismissNotice(): void {
    this.#notice = undefined;
  }

  /** Takes in what the engine tells. */
  apply(event: EngineEvent): void {
    switch (event.type) {
      case 'state':
        this.#state = event.state;
        break;
      case 'open':
        this.#path = event.path;
        this.#sas = event.sas;
        this.#digits = event.digits;
        this.#state = 'open';
        this.#notice = undefined;
        this.#screen = 'chat';
        break;
      case 'message':
        this.#add({
          key: this.#nextKey(),
          from: 'them',
          text: event.text,
          at: Date.now(),
          state: 'received',
          code: undefined,
          ref: '',
          id: undefined,
        });
        break;
      case 'delivered': {
        const message = this.#messages.findLast(({ id }) => id === event.id);
        if (message) message.state = 'delivered';
        break;
      }
      case 'failed':
        this.#fail(event.ref, event.code);
        break;
      case 'error':
        this.#notice = texts.errors[event.code];
        break;
      case 'closed':
        this.#closed(event.reason);
        break;
      default:
        unknownEvent(event);
    }
  }

  /** Finds the code in a text and goes on with it. Says whether there was one that can be gone on with. */
  async #take(engine: Engine, text: string, failed: (code: ErrorCode) => void): Promise<boolean> {
    this.#problem = undefined;
    try {
      const { kind, code } = await engine.find(text);
      // Where a reply is awaited, the engine says of any other code why it is the wrong one.
      if (this.#screen === 'invite') await this.accept(code);
      else if (kind === 'invite') this.#takeInvite(code);
      else if (!(await this.offer(code))) this.#takeReply(code);
      return true;
    } catch (error) {
      failed(codeOf(error));
      return false;
    }
  }

  #takeInvite(code: string): void {
    if (this.pending) {
      this.#notice = this.#screen === 'chat' ? texts.keepOpenChat : texts.keepOpenReply;
      return;
    }
    this.#forget();
    this.#opened = code;
    this.#screen = 'join';
  }

  #takeReply(code: string): void {
    const stay = this.pending;
    const link = `${this.#config?.site ?? ''}#${code}`;
    if (!stay) {
      this.#forget();
      this.#elsewhere = { link, answer: 'asking' };
      this.#screen = 'reply-elsewhere';
    }
    this.#askTabs(code, (taken) => {
      if (stay) this.#notice = taken ? texts.elsewhereTaken : texts.elsewhereNobody;
      else if (this.#elsewhere?.link === link) this.#elsewhere = { link, answer: taken ? 'taken' : 'nobody' };
    });
  }

  /** A reply that isn't for this tab may be for another one that waits. */
  #handOn(reply: string, problem: Problem): void {
    this.#askTabs(reply, (taken) => {
      if (!taken) return;
      if (this.#problem === problem) this.#problem = undefined;
      this.#notice = texts.elsewhereTaken;
    });
  }

  async #send(key: string): Promise<void> {
    const message = this.#messages.findLast((entry) => entry.key === key);
    if (!message) return;
    try {
      if (!this.#engine) throw new Error('no engine');
      message.id = await this.#engine.send(message.ref, message.text);
    } catch (error) {
      this.#fail(message.ref, codeOf(error));
    }
  }

  #fail(ref: string, code: ErrorCode): void {
    const message = this.#messages.findLast((entry) => entry.from === 'you' && entry.ref === ref);
    if (!message || message.state === 'delivered') return;
    message.state = 'failed';
    message.code = code;
  }

  #closed(reason: Reason): void {
    for (const message of this.#messages) if (message.state === 'sending') this.#fail(message.ref, 'ended');
    // Where this side ended an invite, the verb that did has already changed the screen, perhaps to a new one.
    if (!this.pending || (reason === 'closed' && this.#screen !== 'chat')) return;
    const keepHistory = this.#screen === 'chat' && (reason === 'left' || reason === 'lost');
    if (!keepHistory) {
      this.#forget();
      this.#screen = 'ended';
    }
    this.#reason = reason;
  }

  async #close(): Promise<void> {
    try {
      await this.#engine?.close();
    } catch {
      // Closing fails only where there is nothing left to close.
    }
  }

  /** Wipes all that belongs to one chat. */
  #forget(): void {
    this.#problem = undefined;
    this.#notice = undefined;
    this.#invite = undefined;
    this.#reply = undefined;
    this.#opened = undefined;
    this.#elsewhere = undefined;
    this.#state = 'waiting';
    this.#path = '';
    this.#sas = [];
    this.#digits = [];
    this.#verified = false;
    this.#reason = undefined;
    this.#messages = [];
    this.#length = 0;
    this.#trimmed = false;
    this.#inviter = false;
  }

  #add(message: Entry): void {
    this.#messages.push(message);
    this.#length += message.text.length;
    let drop = 0;
    while (this.#messages.length - drop > keptMessages || this.#length > keptLength) {
      this.#length -= this.#messages[drop]?.text.length ?? 0;
      drop += 1;
    }
    if (drop > 0) {
      this.#messages.splice(0, drop);
      this.#trimmed = true;
    }
  }

  #nextKey(): string {
    this.#count += 1;
    return `m${this.#count}`;
  }
}

function codeOf(error: unknown): ErrorCode {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && Object.hasOwn(texts.errors, code) ? (code as ErrorCode) : 'internal';
}

function unknownEvent(event: never): void {
  void event;
}
