import type { MailboxState } from '../../../wasm/engine.d.ts';
import { read, write } from '../life/stored.ts';

/** The mailbox of the server that the page came from. */
export interface PageMailbox {
  /** On until the person switches it off, rather than off until they switch it on. */
  on: boolean;
  /** The host that links lead to, which is what the person is told. */
  host: string;
  /** The origins under which it is reached. An invite that names another origin means another mailbox. */
  origins: readonly string[];
}

/** How the way of the reply through the mailbox stands. */
export interface MailboxWay {
  host: string;
  state: MailboxState;
  /** Nothing is to be done by hand, as far as is known. */
  works: boolean;
}

const key = 'tincan-mailbox';

/** Whether replies come back by themselves: as the page has it, or as the person chose, remembered on the device. */
export class MailboxChoice {
  #chosen = $state<boolean>();
  #page = $state.raw<PageMailbox>();

  constructor() {
    this.#chosen = load();
  }

  /** There is a mailbox to be chosen. */
  get offered(): boolean {
    return this.#page !== undefined;
  }

  get on(): boolean {
    return this.#page !== undefined && (this.#chosen ?? this.#page.on);
  }

  get host(): string {
    return this.#page?.host ?? '';
  }

  /** The host in an origin that an invite names; empty where that isn't this mailbox. */
  hostOf(origin: string): string {
    return this.#page?.origins.includes(origin) ? new URL(origin).host : '';
  }

  /** Takes what the page has. */
  offer(page: PageMailbox | undefined): void {
    this.#page = page;
  }

  /** Takes what the person chose, and remembers it. */
  choose(on: boolean): void {
    this.#chosen = on;
    write('device', key, on ? 'on' : 'off');
  }
}

function load(): boolean | undefined {
  const stored = read('device', key, 3);
  return stored === 'on' || stored === 'off' ? stored === 'on' : undefined;
}
