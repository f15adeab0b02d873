import type { Saved } from '../../../wasm/engine.d.ts';
import { askForPage, type Mark } from './pending.ts';
import { read, readValue, write } from './stored.ts';

/*
 * What a tab keeps of its chat, so that the chat outlives a reload of the page: a secret for coming back, and nothing
 * that was said. Browsers copy it into the duplicate of a tab, and only one of the two may come back with it. Where
 * there are Web Locks, the tab that has the chat holds one that is named after the secret; on plain http there are none,
 * and the page that wrote it down is asked whether it is still there.
 */

/** What is kept of an open chat. */
export interface Kept extends Saved {
  /** The safety words were compared once, and matched. */
  verified: boolean;
  /** How many times the chat has gone on after a reload of one of its pages. */
  rounds: number;
}

const key = 'tincan-return';
/** The only form of it that is understood. */
const version = 1;
const maxStored = 200;
const maxRounds = 1e6;
/** How long another page may take to let go of the lock, as the one does that was reloaded; in milliseconds. */
const patience = 2_000;

/** What is asked of the locks, by ticket, and what lets go of those that this page holds. */
let asked = new Map<string, Promise<boolean | undefined>>();
let held: (() => void)[] = [];

/** Keeps this for the tab, or nothing any more. Where nothing can be stored, a reload ends the chat. */
export function keep(kept: Kept | undefined): void {
  if (!kept) {
    write('tab', key, undefined);
    for (const release of held) release();
    [asked, held] = [new Map(), []];
    return;
  }
  const { ticket, role, verified, rounds, mailbox } = kept;
  write('tab', key, JSON.stringify({ v: version, ticket, role, verified, rounds, mailbox }));
  void hold(ticket);
}

/** Something is kept: a page of this tab that is loaded next comes back to the chat. */
export function keeps(): boolean {
  return read('tab', key, maxStored) !== '';
}

/** What is kept. Anybody may have written it: whatever isn't exactly as it should be counts as nothing. */
export function readKept(): Kept | undefined {
  const stored = readValue('tab', key, maxStored);
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { v, ticket, role, verified, rounds, mailbox } = stored as Record<string, unknown>;
  const known =
    v === version &&
    typeof ticket === 'string' &&
    /^[\w-]{43}$/.test(ticket) &&
    (role === 'inviter' || role === 'joiner') &&
    typeof verified === 'boolean' &&
    typeof mailbox === 'boolean' &&
    typeof rounds === 'number' &&
    Number.isInteger(rounds) &&
    rounds >= 0 &&
    rounds <= maxRounds;
  return known ? { ticket, role, verified, rounds, mailbox } : undefined;
}

/**
 * Asks whether this tab may come back to the chat of a ticket, as no other has it. `mark` says which page wrote it down.
 * `answered` is called with false also after it was called with true, where another page says so late.
 */
export async function claim(ticket: string, mark: Mark, answered: (mine: boolean) => void): Promise<void> {
  const mine = await hold(ticket);
  if (mine === undefined) askForPage(mark, (there) => answered(!there));
  else answered(mine);
}

/** Holds the lock of a ticket until nothing is kept. False: another page has it. Undefined: there are no locks here. */
function hold(ticket: string): Promise<boolean | undefined> {
  const before = asked.get(ticket);
  if (before) return before;
  const holding = lock(ticket, held);
  asked.set(ticket, holding);
  return holding;
}

async function lock(ticket: string, mine: (() => void)[]): Promise<boolean | undefined> {
  try {
    const { locks } = navigator;
    const text = new TextEncoder().encode(`tincan lock ${ticket}`);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
    const name = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return await new Promise<boolean>((resolve, reject) => {
      const holds = () => {
        resolve(true);
        // Nothing may be kept any more by now.
        return mine === held ? new Promise<void>((release) => mine.push(release)) : undefined;
      };
      locks.request(name, { signal: AbortSignal.timeout(patience) }, holds).catch(reject);
    });
  } catch (error) {
    const { name } = error as { name?: unknown };
    // Browsers give the one or the other when they have waited for so long.
    return name === 'TimeoutError' || name === 'AbortError' ? false : undefined;
  }
}
