import type { Code, ErrorCode } from '../../../wasm/engine.d.ts';
import { ifAllowed } from '../life/browser.ts';
import { texts } from '../language/language.svelte.ts';

/** An invite or reply, and when it was made. */
export interface Made extends Code {
  at: number;
}

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

/** What the engine says when the two have been looking for each other for so long that something is in the way. */
const whyStuck: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unreachable',
  'symmetric-pair',
  'hidden-address',
  'old-link',
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
  #since = 0;
  #now = $state(Date.now());

  /** Something is in the way of the two, who have been looking for each other for long. */
  get stuck(): boolean {
    return this.#warnings.some((code) => whyStuck.has(code));
  }

  /** How old this invite is, in seconds. */
  age(invite: Made | undefined): number {
    return invite ? (this.#now - invite.at) / 1000 : 0;
  }

  /** The invite waits for longer than its public address is kept alive. */
  outlived(invite: Made | undefined): boolean {
    const goodFor = invite?.goodFor ?? 0;
    return goodFor > 0 && this.age(invite) > goodFor;
  }

  /** What is in the way. */
  get codes(): readonly ErrorCode[] {
    return this.#warnings;
  }

  /** The same as sentences; `invite` is the one that was made here. */
  warnings(invite: Made | undefined): string[] {
    return this.#warnings.map((code) => this.#sentence(code, invite));
  }

  warn(code: ErrorCode): void {
    if (!this.#warnings.includes(code)) this.#warnings = [...this.#warnings, code];
  }

  /** Nothing is known yet; what was found out about the last way is no more. */
  begin(): void {
    this.#warnings = [];
  }

  /** The two begin to look for each other. */
  looks(): void {
    this.#since = Date.now();
  }

  /** The time, as it is from now on. */
  tick(): number {
    const now = Date.now();
    this.#now = now;
    return now;
  }

  #sentence(code: ErrorCode, invite: Made | undefined): string {
    const { goodFor = 0, at = 0 } = invite ?? {};
    const late = (this.#since - at) / 1000 - goodFor;
    return code === 'old-link' && goodFor > 0 && late >= 1
      ? texts.lateReply({ lasting: late })
      : sentenceOf(code);
  }
}
