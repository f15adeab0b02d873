import type { Chat, ChatEvent, Reason, SafetyWord } from '../../../wasm/engine.d.ts';
import { Files } from '../files/files.svelte.ts';
import { textOf, Transfer, type Check } from '../files/transfer.svelte.ts';
import { aboutOf, Tray, type Clean } from '../files/tray.svelte.ts';
import { codeOf } from '../language/codes.ts';
import type { ChatStatus } from '../language/english.ts';
import type { Kept } from '../life/kept.ts';
import type { Attempt, ChatMessage } from './entry.svelte.ts';
import type { Listener } from './listener.ts';
import { History } from './history.svelte.ts';
import { Outage } from './outage.svelte.ts';
import { Reloads } from './reloads.svelte.ts';
import { Safety } from './safety.svelte.ts';
import { Signs } from './signs.svelte.ts';
import { Draft, Talk, type Doing } from './talk.svelte.ts';

/** An open chat, until its page is left: what was said stays when it has ended. */
export class Conversation {
  readonly #chat: Chat;
  readonly #listener: Listener;
  readonly #history = new History((file) => void this.files.forget(file));
  readonly outage: Outage;
  readonly reloads: Reloads;
  readonly files: Files;
  readonly talk: Talk;
  /** The files that go with what the person is writing. */
  readonly tray = new Tray();
  #path = $state<'direct' | 'relay' | ''>('');
  readonly #safety: Safety;
  #reason = $state<Reason>();
  readonly #draft = new Draft();
  readonly #signs = new Signs();
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
    this.talk = new Talk(chat, this.#history, this.#draft, listener.ontrouble);
    this.#path = opened.path;
    this.#safety = new Safety(opened.sas, opened.digits, kept?.verified ?? false);
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
    return this.#safety.words;
  }
  /** The safety words as numbers. */
  get digits(): readonly string[] {
    return this.#safety.digits;
  }
  /** The person has compared the words, and they match. */
  get verified(): boolean {
    return this.#safety.compared === 'now';
  }
  /** The person has compared the words that there were before a reload, and they matched. */
  get comparedBefore(): boolean {
    return this.#safety.compared === 'before';
  }
  /** What this tab keeps for coming back to the chat after a reload, where that is wanted. */
  get kept(): Kept | undefined {
    const { saved, rounds } = this.reloads;
    return saved && { ...saved, verified: this.#safety.compared !== 'no', rounds };
  }
  /** The other person is writing. */
  get typing(): boolean {
    return this.#signs.typing && !this.outage.apart;
  }
  /** The other person looks at the chat, or not; undefined where they don't show it. */
  get here(): boolean | undefined {
    return this.outage.apart ? undefined : this.#signs.here;
  }
  /** What the person is writing. It outlives the chat, until the next begins or the page is left. */
  get draft(): string {
    return this.#draft.text;
  }
  /** Why the chat ended; undefined while it goes on. */
  get reason(): Reason | undefined {
    return this.#reason;
  }
  /** Something was said or written here. */
  get atStake(): boolean {
    const unsent = this.#draft.text.trim() !== '' || this.tray.list.length > 0;
    return this.messages.length > 0 || this.#heard || unsent;
  }

  /**
   * Sends a text. It is in the history at once, and says there what became of it. Only while the connection is lost the
   * engine first has a look at it: a link that brings this chat back is of use here, and not to who can't be reached.
   */
  send(text: string): void {
    this.#sendFor(text, this.talk.take());
  }

  #sendFor(text: string, doing: Doing | undefined): void {
    if (doing?.kind === 'edit') {
      this.talk.edit(doing.message, text);
      return;
    }
    if (doing) {
      this.#say(text, doing.message.key);
      return;
    }
    if (!this.outage.apart && !this.#before) {
      this.#say(text);
      return;
    }
    const before = Promise.resolve(this.#before).then(async () => {
      const found = await this.outage.use(text);
      if (found === 'other') this.#say(text);
      // It is written once more, unless something else is by now.
      else if (found === 'refused' && this.#draft.text === '') this.#draft.text = text;
      if (this.#before === before) this.#before = undefined;
    });
    this.#before = before;
  }

  /** Sends what is in the tray, and then the text, if there is any, for what it was written for. See Tray.take. */
  async sendAttached(text: string, clean: Clean, check: Check): Promise<void> {
    const doing = text === '' ? undefined : this.talk.take();
    for (const file of await this.tray.take(clean, check)) this.sendFile(file);
    if (text !== '') this.#sendFor(text, doing);
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
    this.talk.cancel();
    const files = this.messages.flatMap(({ file }) => (file?.over ? [file] : []));
    this.#history.clear();
    for (const file of files) void this.files.forget(file);
    this.reloads.cleared();
  }

  /** Records the comparison of the safety words. With `false` the chat ends. */
  async verify(match: boolean): Promise<void> {
    try {
      await this.#safety.verify(this.#chat, match);
    } catch (error) {
      this.#listener.ontrouble(codeOf(error));
    }
  }

  /** The person has changed what is being written. */
  write(draft: string): void {
    this.#draft.text = draft;
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
        this.#safety.change(event.sas, event.digits);
        this.reloads.back(this.messages);
        this.files.again();
        this.talk.back();
        this.#signs.over();
        break;
      case 'path':
        this.#path = event.path;
        break;
      case 'message':
        this.#history.receive(event.text, event.id, undefined, event.about);
        this.#heard = true;
        this.#signs.stopsTyping();
        this.#listener.onmessage();
        break;
      case 'file': {
        const file = this.files.offered(event);
        this.#history.receive(textOf(file), event.id, file);
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
        this.#signs.types();
        break;
      case 'delivered':
        this.#history.delivered(event.id);
        this.talk.delivered(event.id);
        this.reloads.again?.delivered(event.id);
        break;
      case 'failed':
        this.#history.failed(event.ref, event.code);
        this.talk.failed(event.ref, event.code);
        this.reloads.again?.failed(event.ref, event.code);
        break;
      case 'error':
        this.#listener.ontrouble(event.code);
        break;
      case 'closed':
        this.ended(event.reason);
        break;
      case 'can':
        this.talk.understands(event.talk);
        break;
      case 'talk':
        this.talk.apply(event);
        break;
      case 'presence':
        this.#signs.looks(event.here);
        break;
      case 'read':
        this.#history.seen(event.id);
        break;
      case 'open': // it is
      case 'mailbox': // it has done its part
        break;
      default:
        event satisfies never;
    }
  }

  /** The chat has ended, and its words are good for nothing more. */
  ended(reason: Reason): void {
    this.#history.ended();
    this.talk.over();
    void this.files.over();
    this.tray.empty();
    this.#signs.over();
    this.outage.over();
    this.reloads.over();
    if (this.#reason !== undefined) return;
    this.#safety.over();
    this.#reason = reason;
  }

  #say(text: string, answers?: string): void {
    void this.#send(this.#history.write(text, undefined, answers));
  }

  async #send({ ref, text, file, about }: Attempt): Promise<void> {
    try {
      const id = await (file
        ? this.files.send(ref, file)
        : about
          ? this.#chat.talk(ref, { kind: 'answer', about, text })
          : this.#chat.send(ref, text));
      this.#history.sent(ref, id);
      if (file?.over) this.#history.over(id);
    } catch (error) {
      const code = codeOf(error);
      this.#history.failed(ref, code);
      // A reply of somebody else was written into the chat: that concerns more than this message.
      if (code === 'second-reply') this.#listener.ontrouble(code);
    }
  }
}
