import type { Chat, ChatEvent, ErrorCode, Talk as What } from '../../../wasm/engine.d.ts';
import { codeOf } from '../language/codes.ts';
import { texts } from '../language/language.svelte.ts';
import type { Transfer } from '../files/transfer.svelte.ts';
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
  #told = $state.raw({ text: '' });
  #mine = $state(0);
  #theirs = $state(0);
  #refs = 0;
  /* eslint-disable svelte/prefer-svelte-reactivity -- no screen shows these */
  /**
   * How each that is on its way is undone, by what the page calls it, in order: `slot` is what it changes, `text` what
   * was written for it.
   */
  readonly #undo = new Map<string, { slot: string; text: string; undo: () => void }>();
  /** What the page calls them, by what the engine does. */
  readonly #refOf = new Map<number, string>();
  /* eslint-enable svelte/prefer-svelte-reactivity */

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
    const now = this.#doing && this.current(this.#doing.message);
    return now && now.now !== 'gone' ? this.#doing : undefined;
  }
  /** What the other person has done last, as a sentence for a screen reader; another object each time. */
  get told(): { text: string } {
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
    const { now, state } = message;
    return this.#can && now !== 'gone' && state !== 'failed' && this.#history.nameOf(message) !== undefined;
  }
  /** Its text can be edited. */
  edits(message: ChatMessage): boolean {
    return message.from === 'you' && !message.file && this.allows(message);
  }
  /** The message as it is now, if it is shown still. */
  current({ key }: ChatMessage): ChatMessage | undefined {
    return this.#history.find(key);
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
  /** What the text is for that is being sent: the next one is for nothing. Nobody can answer what is gone. */
  take(): Doing | undefined {
    const doing = this.#doing?.kind === 'edit' ? this.#doing : this.doing;
    this.cancel();
    return doing;
  }
  /** Ends an edit that can't be told any more; what was written of it stays. */
  #giveUp(): void {
    const [doing, text] = [this.#doing, this.#draft.text];
    this.cancel();
    if (doing?.kind === 'edit' && text !== doing.message.text) this.#keep(text);
  }
  #keep(text: string): void {
    this.#draft.text = [this.#draft.text, text].filter((each) => each.trim() !== '').join('\n');
  }

  /** The newest message of one's own that can be edited. */
  get last(): ChatMessage | undefined {
    return this.#history.messages.findLast((message) => this.edits(message));
  }

  edit(message: ChatMessage, text: string): void {
    const now = this.#history.find(message.key);
    const about = now && this.#history.nameOf(now);
    if (!about) {
      this.#keep(text);
      return;
    }
    if (now.text === text) return;
    const { text: before, now: was } = now;
    this.#history.change(now, text, 'edited');
    this.#tell({ kind: 'edit', about, text }, message.key, () => this.#history.change(now, before, was));
  }

  /** Takes back a message of one's own. */
  unsend(message: ChatMessage): void {
    const about = this.#history.nameOf(message);
    if (!about) return;
    if (this.#doing?.message.key === message.key) this.cancel();
    const { text, now, file } = message;
    this.#history.change(message, '', 'gone');
    const undo = file ? () => undefined : () => this.#history.change(message, text, now);
    this.#tell({ kind: 'unsend', about }, message.key, undo, file);
  }

  /** Puts one emoji to a message; the same once more takes it back. */
  react(message: ChatMessage, emoji: string): void {
    const about = this.#history.nameOf(message);
    if (!about) return;
    const before = message.reactions?.you ?? '';
    const text = emoji === before ? '' : emoji;
    this.#history.react(message, 'you', text);
    this.#tell({ kind: 'reaction', about, text }, message.key, () =>
      this.#history.react(message, 'you', before),
    );
  }

  /** This person wants messages to disappear after so many seconds; 0 for never. */
  wish(seconds: number): void {
    const before = this.#mine;
    this.#agree(seconds, this.#theirs);
    this.#tell({ kind: 'timer', seconds }, '', () => this.#agree(before, this.#theirs));
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
    const mine = this.#mine;
    this.#agree(0, 0);
    if (mine > 0) this.wish(mine);
    this.#giveUp();
  }
  over(): void {
    this.#can = false;
    this.#undo.clear();
    this.#refOf.clear();
    this.#giveUp();
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
        this.#told = { text: `${texts.them}, ${texts.talk.edited}: ${event.text.slice(0, quoted)}` };
        break;
      case 'unsend':
        this.#history.change(message, '', 'gone');
        if (message.file) this.#history.drop(message.file);
        this.#told = { text: texts.talk.unsentThem };
        break;
      case 'reaction':
        this.#history.react(message, 'them', event.text);
        if (event.text === '') break;
        this.#told = {
          text: `${texts.talk.reactionThem({ emoji: event.text })}, ${message.text.slice(0, quoted)}`,
        };
        break;
    }
  }

  /** What was told will not arrive. */
  failed(ref: string, code: ErrorCode): void {
    const failed = this.#undo.get(ref);
    if (!failed) return;
    const later = [...this.#undo].slice([...this.#undo.keys()].indexOf(ref) + 1);
    this.#undo.delete(ref);
    if (code === 'ended') return;
    // Where the same was changed again meanwhile, that one leads back to what there was before this.
    const next = later.find(([, { slot }]) => slot === failed.slot)?.[1];
    if (next) next.undo = failed.undo;
    else {
      failed.undo();
      this.#keep(failed.text);
    }
    this.#ontrouble(code);
  }

  /** The engine says that one has arrived. */
  delivered(id: number): void {
    const ref = this.#refOf.get(id);
    this.#refOf.delete(id);
    if (ref !== undefined) this.#undo.delete(ref);
  }

  /** Tells the other side; `key` is that of the message, whose `file` is let go of once that is told. */
  #tell(what: Exclude<What, { kind: 'answer' }>, key: string, undo: () => void, file?: Transfer): void {
    this.#refs += 1;
    const ref = `t${this.#refs}`;
    const slot = `${what.kind === 'unsend' ? 'edit' : what.kind} ${key}`;
    this.#undo.set(ref, { slot, text: what.kind === 'edit' ? what.text : '', undo });
    this.#chat.talk(ref, what).then(
      (id) => {
        if (file) this.#history.drop(file);
        if (id > 0) {
          if (this.#undo.has(ref)) this.#refOf.set(id, ref);
          return;
        }
        this.#undo.delete(ref);
        // It had not gone, and never will.
        if (what.kind === 'unsend') this.#history.over(what.about.id);
      },
      (error: unknown) => this.failed(ref, codeOf(error)),
    );
  }

  #agree(mine: number, theirs: number): void {
    const before = this.lasting;
    [this.#mine, this.#theirs] = [mine, theirs];
    if (before > 0 && this.lasting === 0) this.#told = { text: texts.timer.ended };
    this.#history.lasting = this.lasting;
  }
}

/** How a message is named where there is room for its beginning only. */
export function beginning({ text, now }: ChatMessage): string {
  return now === 'gone' ? texts.talk.gone : text.slice(0, quoted);
}
