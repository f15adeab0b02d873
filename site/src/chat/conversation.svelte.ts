import type { Chat, ChatEvent, ErrorCode, Reason, SafetyWord } from '../../../wasm/engine.d.ts';
import { Files } from '../files/files.svelte.ts';
import { Transfer, type Check } from '../files/transfer.svelte.ts';
import { aboutOf, Tray, type Clean } from '../files/tray.svelte.ts';
import { codeOf } from '../language/codes.ts';
import type { ChatStatus } from '../language/english.ts';
import { texts } from '../language/language.svelte.ts';
import type { Kept } from '../life/kept.ts';
import { History, type Attempt, type ChatMessage } from './history.svelte.ts';
import { Outage } from './outage.svelte.ts';
import { Reloads } from './reloads.svelte.ts';

/** What concerns more than the chat itself. */
export interface Listener {
  /** A message of the other person has come. */
  onmessage: () => void;
  /** Something that the person should know, and that belongs to no message. */
  ontrouble: (code: ErrorCode) => void;
}

/**
 * Begins the conversation of a chat that has opened. With what was `kept` of it, this page was reloaded and has come
 * back to it.
 */
export type Converse = (
  chat: Chat,
  opened: Extract<ChatEvent, { type: 'open' }>,
  listener: Listener,
  kept?: Kept,
) => Conversation;

export const converse: Converse = (...given) => new Conversation(...given);

/** The other person is writing for this long after the last sign of it, which comes every 5 s; in milliseconds. */
const writing = 7_000;

/** An open chat, until its page is left: what was said stays when it has ended. */
export class Conversation {
  readonly #chat: Chat;
  readonly #listener: Listener;
  readonly #history = new History((file) => void this.files.forget(file));
  readonly outage: Outage;
  readonly reloads: Reloads;
  readonly files: Files;
  /** The files that go with what the person is writing. */
  readonly tray = new Tray();
  #path = $state<'direct' | 'relay' | ''>('');
  #words = $state.raw<SafetyWord[]>([]);
  #digits = $state.raw<string[]>([]);
  #compared = $state<'no' | 'before' | 'now'>('no');
  #reason = $state<Reason>();
  #draft = $state('');
  #typing = $state(false);
  #typed: ReturnType<typeof setTimeout> | undefined;
  /** Ends when what was written before is known to be a message, or has been used. */
  #before: Promise<void> | undefined;
  /** The other person has said something, whether it is still shown or not. */
  #heard = $state(false);

  constructor(chat: Chat, opened: Extract<ChatEvent, { type: 'open' }>, listener: Listener, kept?: Kept) {
    this.#chat = chat;
    this.#listener = listener;
    this.outage = new Outage(chat, listener.ontrouble);
    this.reloads = new Reloads(chat, kept);
    this.files = new Files(chat);
    if (kept?.verified) this.#compared = 'before';
    this.#path = opened.path;
    this.#words = opened.sas;
    this.#digits = opened.digits;
  }

  get messages(): readonly ChatMessage[] {
    return this.#history.messages;
  }
  /** Older messages than these were dropped. */
  get trimmed(): boolean {
    return this.#history.trimmed;
  }
  get status(): ChatStatus {
    if (this.#reason === 'left') return 'left';
    if (this.#reason !== undefined) return this.#reason === 'lost' ? 'ended' : 'over';
    return this.outage.apart ? 'lost' : this.#path || 'open';
  }
  /** The six safety words; none once the chat has ended. */
  get words(): readonly SafetyWord[] {
    return this.#words;
  }
  /** The safety words as numbers. */
  get digits(): readonly string[] {
    return this.#digits;
  }
  /** The person has compared the words, and they match. */
  get verified(): boolean {
    return this.#compared === 'now';
  }
  /** The person has compared the words that there were before a reload, and they matched. */
  get comparedBefore(): boolean {
    return this.#compared === 'before';
  }
  /** What this tab keeps for coming back to the chat after a reload, where that is wanted. */
  get kept(): Kept | undefined {
    const { saved, rounds } = this.reloads;
    return saved && { ...saved, verified: this.#compared !== 'no', rounds };
  }
  /** The other person is writing. */
  get typing(): boolean {
    return this.#typing && !this.outage.apart;
  }
  /** What the person is writing. It outlives the chat, until the next begins or the page is left. */
  get draft(): string {
    return this.#draft;
  }
  /** Why the chat ended; undefined while it goes on. */
  get reason(): Reason | undefined {
    return this.#reason;
  }
  /** Something was said or written here. */
  get atStake(): boolean {
    const unsent = this.#draft.trim() !== '' || this.tray.list.length > 0;
    return this.messages.length > 0 || this.#heard || unsent;
  }

  /**
   * Sends a text. It is in the history at once, and says there what became of it. Only while the connection is lost the
   * engine first has a look at it: a link that brings this chat back is of use here, and not to who can't be reached.
   */
  send(text: string): void {
    if (!this.outage.apart && !this.#before) {
      this.#say(text);
      return;
    }
    const before = Promise.resolve(this.#before).then(async () => {
      const found = await this.outage.use(text);
      if (found === 'other') this.#say(text);
      // It is written once more, unless something else is by now.
      else if (found === 'refused' && this.#draft === '') this.#draft = text;
      if (this.#before === before) this.#before = undefined;
    });
    this.#before = before;
  }

  /** Sends what is in the tray, and then the text, if there is any. See Tray.take. */
  async sendAttached(text: string, clean: Clean, check: Check): Promise<void> {
    for (const file of await this.tray.take(clean, check)) this.sendFile(file);
    if (text !== '') this.send(text);
  }

  /** Sends a file. Of a voice message its length in `seconds` is known. */
  sendFile(file: File, seconds?: number): void {
    const transfer = new Transfer(true, aboutOf(file, seconds !== undefined), file, seconds);
    void this.#send(this.#history.write(textOf(transfer), transfer));
  }

  /** Sends a failed message once more, as the newest. */
  retry(key: string): void {
    const attempt = this.#history.again(key);
    if (attempt) void this.#send(attempt);
  }

  /** Empties the history. The chat goes on, and so does what is on its way. */
  clear(): void {
    const files = this.messages.flatMap(({ file }) => (file?.over ? [file] : []));
    this.#history.clear();
    for (const file of files) void this.files.forget(file);
    this.reloads.cleared();
  }

  /** Records the comparison of the safety words. With `false` the chat ends. */
  async verify(match: boolean): Promise<void> {
    const words = this.#words;
    try {
      await this.#chat.verify(match);
      this.#compared = !match ? 'no' : words === this.#words ? 'now' : 'before';
    } catch (error) {
      this.#listener.ontrouble(codeOf(error));
    }
  }

  /** The person has changed what is being written. */
  write(draft: string): void {
    this.#draft = draft;
  }

  /** This person is writing, and lets the other one know. */
  writes(): void {
    // One that fails is one that nobody sees.
    this.#chat.typing().catch(() => undefined);
  }

  /** Takes in what the engine tells. */
  apply(event: ChatEvent): void {
    switch (event.type) {
      case 'state':
        this.outage.stands(event.state);
        this.#history.lost(this.outage.apart !== undefined);
        break;
      case 'absent':
        this.outage.absent(event.since);
        break;
      case 'repair':
        this.outage.answers(event.code);
        break;
      case 'back':
        this.#path = event.path;
        this.#words = event.sas;
        this.#digits = event.digits;
        if (this.#compared === 'now') this.#compared = 'before';
        // What has not arrived until now the engine says again by itself.
        this.reloads.back(
          this.messages.filter(({ state, file }) => !file && (state === 'received' || state === 'delivered')),
        );
        this.files.again();
        break;
      case 'path':
        this.#path = event.path;
        break;
      case 'message':
        this.#history.receive(event.text);
        this.#heard = true;
        this.#stopsTyping();
        this.#listener.onmessage();
        break;
      case 'file': {
        const file = this.files.offered(event);
        this.#history.receive(textOf(file), file);
        this.#heard = true;
        this.#listener.onmessage();
        break;
      }
      case 'progress':
        this.files.progress(event);
        break;
      case 'ended':
        void this.files.ended(event);
        if (event.ours) this.#history.over(event.id);
        break;
      case 'typing':
        this.#stopsTyping();
        this.#typing = true;
        this.#typed = setTimeout(() => this.#stopsTyping(), writing);
        break;
      case 'delivered':
        this.#history.delivered(event.id);
        this.reloads.again?.delivered(event.id);
        break;
      case 'failed':
        this.#history.failed(event.ref, event.code);
        this.reloads.again?.failed(event.ref, event.code);
        break;
      case 'error':
        this.#listener.ontrouble(event.code);
        break;
      case 'closed':
        this.ended(event.reason);
        break;
      case 'can': // nothing asks for that yet
      case 'talk':
      case 'presence':
      case 'read':
      case 'open': // it is
      case 'mailbox': // it has done its part
        break;
      default:
        unknown(event);
    }
  }

  /** The chat has ended, and its words are good for nothing more. */
  ended(reason: Reason): void {
    this.#history.ended();
    void this.files.over();
    this.tray.empty();
    this.#stopsTyping();
    this.outage.over();
    this.reloads.over();
    if (this.#reason !== undefined) return;
    this.#words = [];
    this.#digits = [];
    this.#compared = 'no';
    this.#reason = reason;
  }

  #say(text: string): void {
    void this.#send(this.#history.write(text));
  }

  async #send({ ref, text, file }: Attempt): Promise<void> {
    try {
      const id = await (file ? this.files.send(ref, file) : this.#chat.send(ref, text));
      this.#history.sent(ref, id);
      if (file?.over) this.#history.over(id);
    } catch (error) {
      const code = codeOf(error);
      this.#history.failed(ref, code);
      // A reply of somebody else was written into the chat: that concerns more than this message.
      if (code === 'second-reply') this.#listener.ontrouble(code);
    }
  }

  #stopsTyping(): void {
    clearTimeout(this.#typed);
    this.#typing = false;
  }
}

/** What stands for a file where there is only text. */
function textOf({ about }: Transfer): string {
  return texts.fileText({ name: about.voice ? texts.voice.message : about.name, size: about.size });
}

function unknown(event: never): void {
  void event;
}
