import type {
  Code,
  Engine,
  EngineEvent,
  ErrorCode,
  Found,
  Network,
  SafetyWord,
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

/**
 * The engine of the tests: does what its contract says, without a network. A text that holds `#i` is an
 * invite, one that holds `#r` a reply. What a verb should fail with is put into `fails`. Events of the mailbox are
 * the test's to send.
 */
export class FakeEngine implements Engine {
  readonly version = 'fake';
  /** Every call, as `verb argument`; one that may use the mailbox ends in `mailbox`. */
  readonly calls: string[] = [];
  /** What each invite and reply may try. */
  readonly networks: Network[] = [];
  /** The next call of a verb fails with this code. */
  readonly fails: Partial<
    Record<
      'find' | 'create' | 'join' | 'put' | 'take' | 'accept' | 'send' | 'verify' | 'diagnostics',
      ErrorCode
    >
  > = {};
  /** What each invite and reply is said to be good for, in seconds. */
  goodFor = 0;
  /** The mailbox that takes the replies to the invites it finds. */
  mailbox = '';
  /** What there is to tell about the way to the other person. */
  found = 'state: waiting\ncandidates: 1 host';
  /** How often the other person was to be told that this one is writing. */
  typings = 0;
  /** Called with each event. */
  onevent: (event: EngineEvent) => void = () => undefined;
  /** The other person's device confirms each message. */
  delivers = true;

  readonly #site: string;
  #ids = 0;

  constructor(site = 'https://example.test/') {
    this.#site = site;
  }

  async find(text: string): Promise<Found> {
    this.#called('find', text);
    if (text.includes('#i') || text.startsWith('i'))
      return { kind: 'invite', code: text.slice(text.indexOf('#') + 1), mailbox: this.mailbox };
    if (text.includes('#r') || text.startsWith('r'))
      return { kind: 'reply', code: text.slice(text.indexOf('#') + 1), mailbox: '' };
    throw engineError(text.trim() === '' ? 'empty' : 'no-code');
  }

  async create(network: Network, mailbox: boolean): Promise<Code> {
    this.#called('create', mailbox ? 'mailbox' : '');
    this.#try(network);
    this.onevent({ type: 'state', state: 'waiting' });
    return this.#code(code);
  }

  async join(invite: string, network: Network, mailbox: boolean): Promise<Code> {
    this.#called('join', mailbox ? `${invite} mailbox` : invite);
    this.#try(network);
    return this.#code(`r${code.slice(1)}`);
  }

  async put(): Promise<void> {
    this.#called('put', '');
  }

  async take(): Promise<void> {
    this.#called('take', '');
  }

  async accept(reply: string, offered: boolean): Promise<void> {
    this.#called('accept', `${reply} ${offered}`);
    if (reply.startsWith('i')) throw engineError('want-reply');
    this.onevent({ type: 'state', state: 'connecting' });
  }

  async send(_ref: string, text: string): Promise<number> {
    this.#called('send', text);
    this.#ids += 1;
    const id = this.#ids;
    if (this.delivers) setTimeout(() => this.onevent({ type: 'delivered', id }));
    return id;
  }

  async typing(): Promise<void> {
    this.typings += 1;
  }

  async verify(match: boolean): Promise<void> {
    this.#called('verify', String(match));
    if (!match) this.onevent({ type: 'closed', reason: 'differ' });
  }

  async diagnostics(): Promise<string> {
    this.#called('diagnostics', '');
    return this.found;
  }

  async leave(): Promise<void> {
    this.#called('leave', '');
  }

  async close(): Promise<void> {
    this.#called('close', '');
  }

  /** The two sides have found each other. */
  open(path: 'direct' | 'relay' | '' = 'direct'): void {
    this.onevent({ type: 'state', state: 'open' });
    this.onevent({ type: 'open', path, sas: words, digits });
  }

  #try(network: Network): void {
    this.networks.push(network);
    if (network.mode === 'relay' && network.turn.length === 0) throw engineError('no-relay');
  }

  #called(verb: string, argument: string): void {
    this.calls.push(`${verb} ${argument}`.trim());
    const failing = this.fails[verb as keyof typeof this.fails];
    if (!failing) return;
    this.fails[verb as keyof typeof this.fails] = undefined;
    throw engineError(failing);
  }

  #code(text: string): Code {
    return {
      link: `${this.#site}#${text}`,
      qr: `${this.#site.toUpperCase()}#${text.toUpperCase()}`,
      goodFor: this.goodFor,
    };
  }
}
