import type {
  Chat,
  ChatEvent,
  Code,
  Engine,
  ErrorCode,
  FileAbout,
  FileSink,
  Found,
  Network,
  SafetyWord,
  Saved,
  State,
  Talk,
} from '../../wasm/engine.d.ts';

/** Six words as the engine tells them. */
export const words: SafetyWord[] = [
  { emoji: '🐶', name: 'dog' },
  { emoji: '🌵', name: 'cactus' },
  { emoji: '🎸', name: 'guitar' },
  { emoji: '🔑', name: 'key' },
  { emoji: '🍄', name: 'mushroom' },
  { emoji: '🚲', name: 'bicycle' },
];

/** The digits that say the same. */
export const digits = ['0012', '3391', '2208'];

const code =
  'iQFxR0Jm3uXk8y1bq7oV2cZpTnWdA6hLsE9gKfYtCQwjHrUvNxBzOaMiPeSlDkG5uXk8y1bq7oV2cZpTnWdA6hLsE9gKfYtCQwjHrUvNxBzOaMiPeSlDkG0z';

/** A failure as the engine throws it. */
export function engineError(errorCode: ErrorCode): Error {
  return Object.assign(new Error(errorCode), { code: errorCode });
}

type Verb =
  | 'find'
  | 'digest'
  | 'create'
  | 'join'
  | 'leaveAgain'
  | 'askNow'
  | 'moved'
  | 'repairLink'
  | 'saved'
  | 'returnTo'
  | 'accept'
  | 'send'
  | 'sendFile'
  | 'keepFile'
  | 'stopFile'
  | 'talk'
  | 'verify'
  | 'diagnostics';

/**
 * The engine of the tests: does what its contract says, without a network. A text that holds `#i` is an
 * invite, one that holds `#r` a reply, one that holds `#o` a repair: `#oTheirs` is that of the other person, and
 * `repairLink` gives `#oMine`. What a verb should fail with is put into `fails`. Events of the mailbox are
 * the test's to tell.
 */
export class FakeEngine implements Engine {
  readonly version = 'fake';
  /** Every call, of a chat's verbs too, as `verb argument`; one that may use the mailbox ends in `mailbox`. */
  readonly calls: string[] = [];
  /** What each invite and reply may try. */
  readonly networks: Network[] = [];
  /** The next call of a verb fails with this code. */
  readonly fails: Partial<Record<Verb, ErrorCode>> = {};
  /** The chats that were made, in order. */
  readonly chats: FakeChat[] = [];
  /** The code of the link that brings the chat back. */
  repair = 'oMine';
  /** What each invite and reply is said to be good for, in seconds. */
  goodFor = 0;
  /** The mailbox that takes the replies to the invites it finds. */
  mailbox = '';
  /** What a page keeps of each chat. */
  saved: Saved = { ticket: 'T'.repeat(42) + 'A', role: 'inviter', mailbox: false };
  /** What there is to tell about the way to the other person. */
  found = 'state: waiting\ncandidates: 1 host';
  /** Where the page keeps the files that it wants. */
  readonly sinks = new Map<number, FileSink>();
  /** How often the other person was to be told that this one is writing. */
  typings = 0;
  /** What of this person's doings the other one was to be shown. */
  readonly signs: string[] = [];
  /** How long it takes to say goodbye; without it the end is told before `leave` returns, as the engine does. */
  goodbye: Promise<void> | undefined;
  /** The other person's device confirms each message. */
  delivers = true;

  readonly #site: string;

  constructor(site = 'https://example.test/') {
    this.#site = site;
  }

  /** The chat that was made last. */
  get chat(): FakeChat {
    const last = this.chats.at(-1);
    if (!last) throw new Error('no chat was made');
    return last;
  }

  async digest(text: string): Promise<string> {
    this.called('digest', text);
    return 'f'.repeat(64);
  }

  async find(text: string): Promise<Found> {
    this.called('find', text);
    if (text.includes('#i') || text.startsWith('i'))
      return { kind: 'invite', code: text.slice(text.indexOf('#') + 1), mailbox: this.mailbox };
    if (text.includes('#r') || text.startsWith('r'))
      return { kind: 'reply', code: text.slice(text.indexOf('#') + 1), mailbox: '' };
    if (text.includes('#o') || text.startsWith('o'))
      return { kind: 'repair', code: text.slice(text.indexOf('#') + 1), mailbox: '' };
    throw engineError(text.trim() === '' ? 'empty' : 'no-code');
  }

  async create(network: Network, mailbox: boolean, onevent: (event: ChatEvent) => void): Promise<Chat> {
    this.called('create', mailbox ? 'mailbox' : '');
    return this.#make(network, code, onevent);
  }

  async join(
    invite: string,
    network: Network,
    mailbox: boolean,
    onevent: (event: ChatEvent) => void,
  ): Promise<Chat> {
    this.called('join', mailbox ? `${invite} mailbox` : invite);
    return this.#make(network, `r${code.slice(1)}`, onevent);
  }

  async returnTo(
    saved: Saved,
    network: Network,
    mailbox: boolean,
    onevent: (event: ChatEvent) => void,
  ): Promise<Chat> {
    this.called(
      'returnTo',
      mailbox ? `${saved.ticket} ${saved.role} mailbox` : `${saved.ticket} ${saved.role}`,
    );
    return this.#make(network, this.repair, onevent, true);
  }

  /** Something has happened in the chat that was made last. */
  tell(event: ChatEvent): void {
    this.chat.tell(event);
  }

  /** The two sides of the chat that was made last have found each other. */
  open(path: 'direct' | 'relay' | '' = 'direct'): void {
    this.tell({ type: 'state', state: 'open' });
    this.tell({ type: 'open', path, sas: words, digits });
  }

  /** One of the two has come back after a reload to the chat that was made last. */
  back(path: 'direct' | 'relay' | '' = 'direct'): void {
    this.tell({ type: 'state', state: 'open' });
    this.tell({ type: 'back', fresh: true, path, sas: [...words].reverse(), digits: [...digits].reverse() });
  }

  /** The link of a code. */
  link(text: string): Code {
    return {
      link: `${this.#site}#${text}`,
      qr: `${this.#site.toUpperCase()}#${text.toUpperCase()}`,
      goodFor: this.goodFor,
    };
  }

  called(verb: string, argument = ''): void {
    this.calls.push(`${verb} ${argument}`.trim());
    const failing = this.fails[verb as Verb];
    if (!failing) return;
    this.fails[verb as Verb] = undefined;
    const error = engineError(failing);
    throw verb === 'create' || verb === 'join' ? Object.assign(error, { diagnostics: this.found }) : error;
  }

  #make(network: Network, text: string, onevent: (event: ChatEvent) => void, returns = false): Chat {
    this.networks.push(network);
    if (network.mode === 'relay' && network.turn.length === 0) throw engineError('no-relay');
    const chat = new FakeChat(this, onevent, this.link(text), returns);
    this.chats.push(chat);
    return chat;
  }
}

/** A chat of the tests, until `closed` is told. */
class FakeChat implements Chat {
  readonly code: Code;
  readonly #engine: FakeEngine;
  readonly #onevent: (event: ChatEvent) => void;
  readonly #returns: boolean;
  #ids = 0;
  #ended = false;
  #state: State = 'waiting';
  #repaired = false;

  constructor(engine: FakeEngine, onevent: (event: ChatEvent) => void, made: Code, returns: boolean) {
    this.#engine = engine;
    this.#returns = returns;
    this.#onevent = onevent;
    this.code = made;
  }

  readonly accept = async (text: string, offered: boolean): Promise<void> => {
    this.#called('accept', `${text} ${offered}`);
    const { kind, code } = await this.#engine.find(text);
    this.#engine.calls.pop();
    if (kind === 'repair') this.#takeRepair(code);
    else if (this.#returns) throw engineError('want-repair');
    else if (kind === 'invite') throw engineError(this.#apart ? 'want-repair' : 'want-reply');
    else if (this.#state !== 'waiting' && this.#state !== 'connecting') throw engineError('other-invite');
    else this.tell({ type: 'state', state: 'connecting' });
  };

  readonly moved = async (): Promise<void> => this.#called('moved');

  readonly repairLink = async (): Promise<Code> => {
    this.#called('repairLink');
    if (!this.#apart) throw engineError('no-repair');
    return this.#engine.link(this.#engine.repair);
  };

  readonly saved = async (): Promise<Saved> => {
    this.#called('saved');
    if (this.#state === 'waiting' || this.#state === 'connecting') throw engineError('not-open');
    return this.#engine.saved;
  };

  readonly leaveAgain = async (): Promise<void> => this.#called('leaveAgain');

  readonly askNow = async (): Promise<void> => this.#called('askNow');

  readonly send = async (_ref: string, text: string): Promise<number> => {
    this.#called('send', text);
    this.#ids += 1;
    const id = this.#ids;
    if (this.#engine.delivers) setTimeout(() => this.tell({ type: 'delivered', id }));
    return id;
  };

  readonly sendFile = async (_ref: string, { name }: FileAbout): Promise<number> => {
    this.#called('sendFile', name);
    this.#ids += 1;
    const id = this.#ids;
    if (this.#engine.delivers) setTimeout(() => this.tell({ type: 'delivered', id }));
    return id;
  };

  readonly talk = async (_ref: string, what: Talk): Promise<number> => {
    const about =
      what.kind === 'timer' ? what.seconds : `${what.about.ours ? 'own' : 'their'} ${what.about.id}`;
    this.#called('talk', `${what.kind} ${about} ${'text' in what ? what.text : ''}`.trimEnd());
    this.#ids += 1;
    const id = this.#ids;
    if (this.#engine.delivers) setTimeout(() => this.tell({ type: 'delivered', id }));
    return id;
  };

  readonly presence = async (here: boolean): Promise<void> => {
    this.#engine.signs.push(here ? 'here' : 'away');
  };

  readonly read = async (id: number): Promise<void> => {
    this.#engine.signs.push(`read ${id}`);
  };

  readonly keepFile = async (id: number, sink: FileSink): Promise<void> => {
    this.#called('keepFile', String(id));
    this.#engine.sinks.set(id, sink);
  };

  readonly stopFile = async (ours: boolean, id: number): Promise<void> => {
    this.#called('stopFile', `${ours} ${id}`);
    this.tell({ type: 'ended', ours, id, how: ours ? 'withdrawn' : 'refused' });
  };

  readonly typing = async (): Promise<void> => {
    this.#engine.typings += 1;
  };

  readonly verify = async (match: boolean): Promise<void> => {
    this.#called('verify', String(match));
    if (!match) this.tell({ type: 'closed', reason: 'differ' });
  };

  readonly diagnostics = async (): Promise<string> => {
    this.#engine.called('diagnostics');
    return this.#engine.found;
  };

  readonly leave = async (): Promise<void> => this.#leave('leave');

  readonly close = async (): Promise<void> => this.#leave('close');

  /** Something has happened in it. Nothing is told of one that has ended. */
  tell(event: ChatEvent): void {
    if (this.#ended) return;
    this.#ended = event.type === 'closed';
    if (event.type === 'state') this.#state = event.state;
    this.#onevent(event);
  }

  get #apart(): boolean {
    return ['lost', 'trying', 'asking', 'paused'].includes(this.#state);
  }

  /** The line that comes of it is the test's to tell. */
  #takeRepair(code: string): void {
    if (this.#state === 'open') throw engineError('no-repair');
    if (!this.#apart && !this.#returns) throw engineError('wrong-chat');
    if (code === this.#engine.repair) throw engineError('own-repair');
    if (code !== 'oTheirs') throw engineError('wrong-chat');
    if (this.#repaired) throw engineError('already-used');
    this.#repaired = true;
    if (this.#state === 'waiting') this.tell({ type: 'state', state: 'connecting' });
  }

  async #leave(verb: string): Promise<void> {
    this.#engine.called(verb);
    if (this.#engine.goodbye) await this.#engine.goodbye;
    this.tell({ type: 'closed', reason: 'closed' });
  }

  #called(verb: string, argument = ''): void {
    this.#engine.called(verb, argument);
    if (this.#ended) throw engineError('ended');
  }
}
