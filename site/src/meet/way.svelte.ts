import type { Code, ErrorCode } from '../../../wasm/engine.d.ts';
import { ifAllowed } from '../life/browser.ts';
import { texts } from '../language/language.svelte.ts';

/** An invite or reply, and when it was made. */
export interface Made extends Code {
  at: number;
}

/** Looking for each other longer than this is no connection, as far as the person is concerned; in milliseconds. */
const slow = 20_000;

/** What the engine finds out about the way to the other person. Once they are connected it concerns nobody. */
const aboutTheWay: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unreachable',
  'stun-silent',
  'udp-blocked',
  'symmetric',
  'symmetric-pair',
  'hidden-address',
  'old-link',
  'nobody-came',
  'relay-silent',
]);

/** Whether this is about a way that is still looked for. */
export function isAboutTheWay(code: ErrorCode): boolean {
  return aboutTheWay.has(code);
}

/** What is wrong, for the person. */
export function sentenceOf(code: ErrorCode): string {
  // On a network a browser has addresses, unless there is no router; else it keeps them back.
  const networked = code === 'no-addresses' && ifAllowed(() => navigator.onLine, false);
  return networked ? texts.addressesHidden : texts.errors[code];
}

/** The way to the other person while it is looked for: what stands in it, and how old the link is. */
export class Way {
  #warnings = $state.raw<readonly ErrorCode[]>([]);
  #invite = $state.raw<Made>();
  #given = $state(false);
  #since = $state<number>();
  #now = $state(Date.now());

  /** The invite that waits. */
  get invite(): Made | undefined {
    return this.#invite;
  }

  /** Somebody may have the link. */
  get given(): boolean {
    return this.#given;
  }

  /** They have been looking for each other so long that something is in the way. */
  get slow(): boolean {
    return this.#since !== undefined && this.#now - this.#since >= slow;
  }

  /** How old the invite is, in seconds. */
  get age(): number {
    return this.#invite ? (this.#now - this.#invite.at) / 1000 : 0;
  }

  /** The invite waits for longer than its public address is kept alive. */
  get outlived(): boolean {
    const goodFor = this.#invite?.goodFor ?? 0;
    return goodFor > 0 && this.age > goodFor;
  }

  /** What is in the way. */
  get codes(): readonly ErrorCode[] {
    return this.#warnings;
  }

  /** The same as sentences. */
  get warnings(): string[] {
    return this.#warnings.map((code) => this.#sentence(code));
  }

  warn(code: ErrorCode): void {
    if (!this.#warnings.includes(code)) this.#warnings = [...this.#warnings, code];
  }

  /** Nothing is known yet; what was found out about the last way is no more. */
  begin(): void {
    this.#warnings = [];
  }

  /** A code was made, just now. */
  made(code: Code): Made {
    this.tick();
    return { ...code, at: this.#now };
  }

  /** An invite waits from now on, and this was found out while it was made. */
  invited(code: Code, codes: readonly ErrorCode[]): void {
    this.#warnings = codes;
    this.#invite = this.made(code);
  }

  give(): void {
    this.#given = true;
  }

  /** The two begin to look for each other. */
  looks(): void {
    this.#since = Date.now();
  }

  tick(): void {
    this.#now = Date.now();
  }

  forget(): void {
    this.#warnings = [];
    this.#invite = undefined;
    this.#given = false;
    this.#since = undefined;
  }

  #sentence(code: ErrorCode): string {
    const { goodFor = 0, at = 0 } = this.#invite ?? {};
    const late = ((this.#since ?? 0) - at) / 1000 - goodFor;
    return code === 'old-link' && goodFor > 0 && late >= 1 ? texts.lateReply(late) : sentenceOf(code);
  }
}
