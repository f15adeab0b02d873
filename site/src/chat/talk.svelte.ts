import type { Chat, ChatEvent, ErrorCode, Talk as What } from '../../../wasm/engine.d.ts';
import { codeOf } from '../language/codes.ts';
import { texts } from '../language/language.svelte.ts';
import type { ChatMessage } from './entry.svelte.ts';
import type { History } from './history.svelte.ts';

/** What a message that is being written is for. */
export interface Doing {
  kind: 'reply' | 'edit';
  message: ChatMessage;
  /** What was being written before. */
  draft: string;
}

/** What the person is writing. */
export class Draft {
  text = $state('');
}

/** After how many seconds messages disappear, by the names of these times. */
export const times = { short: 300, hour: 3_600, day: 86_400 } as const;

export type Time = keyof typeof times;

/** So much of a message is told of it; in characters. */
const quoted = 80;

/**
 * What people do with messages that were said: replies, reactions, edits, messages that are taken back, and how long
 * they stay. All of it is shown here at once, and undone where the engine says that it can't be told.
 */
export class Talk {
  readonly #chat: Chat;
  readonly #history: History;
  readonly #draft: Draft;
  readonly #ontrouble: (code: ErrorCode) => void;
  #can = $state(false);
  #doing = $state.raw<Doing>();
  #told = $state('');
  #mine = $state(0);
  #theirs = $state(0);
  #refs = 0;
  /** How each that is on its way is undone, by what the engine calls it. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no screen shows it
  readonly #undo = new Map<string, () => void>();

  constructor(chat: Chat, history: History, draft: Draft, ontrouble: (code: ErrorCode) => void) {
    this.#chat = chat;
    this.#history = history;
    this.#draft = draft;
    this.#ontrouble = ontrouble;
  }

  /** The other side understands all this. */
  get can(): boolean {
    return this.#can;
  }
  /** What the message that is being written is for, if it is no new one. */
  get doing(): Doing | undefined {
    return this.#doing;
  }
  /** What the other person has done last, as a sentence for a screen reader. */
  get told(): string {
    return this.#told;
  }
  /** The time after which each person wants messages to disappear, in seconds; 0 for never. */
  get wishes(): { mine: number; theirs: number } {
    return { mine: this.#mine, theirs: this.#theirs };
  }
  /** After how many seconds messages disappear; 0 for never. */
  get lasting(): number {
    return this.#mine > 0 && this.#theirs > 0 ? Math.max(this.#mine, this.#theirs) : 0;
  }

  /** Something can be done with a message besides copying it. */
  allows(message: ChatMessage): boolean {
    return this.#can && message.now !== 'gone' && this.#history.nameOf(message) !== undefined;
  }
  /** Its text can be edited. */
  edits(message: ChatMessage): boolean {
    return message.from === 'you' && !message.file && this.allows(message);
  }
  /** The message that a reply answers, if it is shown still. */
  answered({ answers }: ChatMessage): ChatMessage | undefined {
    return answers === undefined ? undefined : this.#history.find(answers);
  }

  /** What is written next answers this message, or stands in its place: then that is written on, and the draft waits. */
  begin(kind: Doing['kind'], message: ChatMessage): void {
    this.cancel();
    this.#doing = { kind, message, draft: this.#draft.text };
    if (kind === 'edit') this.#draft.text = message.text;
  }
  /** What is written next is for nothing any more. Where that was an edit, what was written before comes back. */
  cancel(): void {
    if (this.#doing?.kind === 'edit') this.#draft.text = this.#doing.draft;
    this.#doing = undefined;
  }

  /** The newest message of one's own that can be edited. */
  get last(): ChatMessage | undefined {
    return this.#history.messages.findLast((message) => this.edits(message));
  }

  edit(message: ChatMessage, text: string): void {
    const now = this.#history.find(message.key);
    const about = now && this.#history.nameOf(now);
    if (!about || now.text === text) return;
    const { text: before, now: was } = now;
    this.#history.change(now, text, 'edited');
    this.#tell({ kind: 'edit', about, text }, () => this.#history.change(now, before, was));
  }

  /** Takes back a message of one's own. */
  unsend(message: ChatMessage): void {
    const about = this.#history.nameOf(message);
    if (!about) return;
    if (this.#doing?.message.key === message.key) this.cancel();
    const { text, now, file } = message;
    this.#history.change(message, '', 'gone');
    this.#tell(
      { kind: 'unsend', about },
      file ? () => undefined : () => this.#history.change(message, text, now),
    );
  }

  /** Puts one emoji to a message; the same once more takes it back. */
  react(message: ChatMessage, emoji: string): void {
    const about = this.#history.nameOf(message);
    if (!about) return;
    const before = message.reactions?.you ?? '';
    const text = emoji === before ? '' : emoji;
    this.#history.react(message, 'you', text);
    this.#tell({ kind: 'reaction', about, text }, () => this.#history.react(message, 'you', before));
  }

  /** This person wants messages to disappear after so many seconds; 0 for never. */
  wish(seconds: number): void {
    const before = this.#mine;
    this.#agree(seconds, this.#theirs);
    this.#tell({ kind: 'timer', seconds }, () => this.#agree(before, this.#theirs));
  }

  /** Lets the other person know whether this one looks at the chat. */
  shows(here: boolean): void {
    if (this.#can) this.#chat.presence(here).catch(() => undefined);
  }
  /** Lets the other person know what this one has seen last. */
  saw(messages: readonly ChatMessage[]): void {
    const last = messages.findLast(({ from }) => from === 'them');
    const said = last && this.#history.nameOf(last);
    if (said) this.#chat.read(said.id).catch(() => undefined);
  }

  /** The other side is there, or back. */
  understands(can: boolean): void {
    this.#can = can;
  }
  /** The page of the other person was reloaded, and has forgotten everything. */
  back(): void {
    this.#history.unnamed();
    this.#agree(0, 0);
    this.cancel();
  }
  over(): void {
    this.#can = false;
    this.#undo.clear();
  }

  /** The other person does something. */
  apply(event: Extract<ChatEvent, { type: 'talk' }>): void {
    if (event.kind === 'timer') {
      this.#agree(this.#mine, event.seconds);
      return;
    }
    const message = this.#history.named(event.about);
    if (!message) return; // it is not shown any more
    switch (event.kind) {
      case 'edit':
        this.#history.change(message, event.text, 'edited');
        this.#told = `${texts.them}, ${texts.talk.edited}: ${event.text.slice(0, quoted)}`;
        break;
      case 'unsend':
        this.#history.change(message, '', 'gone');
        this.#told = texts.talk.unsentThem;
        if (this.#doing?.message.key === message.key) this.cancel();
        break;
      case 'reaction':
        this.#history.react(message, 'them', event.text);
        if (event.text === '') break;
        this.#told = `${texts.talk.reactionThem({ emoji: event.text })}, ${message.text.slice(0, quoted)}`;
        break;
    }
  }

  /** What was told will not arrive. */
  failed(ref: string, code: ErrorCode): void {
    const undo = this.#undo.get(ref);
    this.#undo.delete(ref);
    if (!undo || code === 'ended') return;
    undo();
    this.#ontrouble(code);
  }

  #tell(what: Exclude<What, { kind: 'answer' }>, undo: () => void): void {
    this.#refs += 1;
    const ref = `t${this.#refs}`;
    this.#undo.set(ref, undo);
    this.#chat.talk(ref, what).catch((error: unknown) => this.failed(ref, codeOf(error)));
  }

  #agree(mine: number, theirs: number): void {
    const before = this.lasting;
    [this.#mine, this.#theirs] = [mine, theirs];
    if (before > 0 && this.lasting === 0) this.#told = texts.timer.ended;
    this.#history.lasting = this.lasting;
  }
}

/** How a message is named where there is room for its beginning only. */
export function beginning({ text, now }: ChatMessage): string {
  return now === 'gone' ? texts.talk.gone : text.slice(0, quoted);
}
