import type { Network, TurnServer } from '../../../wasm/engine.d.ts';
import { readValue, write } from '../life/stored.ts';
import { isCredential, isStun, isTurn, maxStun, turnName } from './servers.ts';

/** What the person chose under Network. What is undefined follows the page. */
export interface Choice {
  mode: Network['mode'];
  stun?: string[] | undefined;
  /** Its `credential` is empty after the page was opened again, for passwords are not remembered. */
  turn?: TurnServer | undefined;
}

const key = 'tincan-network';
const maxStored = 16_384;

/** Which ways a chat may try: the page's servers, or what the person chose instead, remembered on the device. */
export class NetworkChoice {
  #choice = $state.raw<Choice>({ mode: 'all' });
  #defaults = $state.raw<Network>({ mode: 'all', stun: [], turn: [] });

  constructor() {
    this.#choice = parse(readValue('device', key, maxStored));
  }

  get choice(): Choice {
    return this.#choice;
  }

  /** What the page itself names. */
  get defaults(): Network {
    return this.#defaults;
  }

  /** What the engine is told. It names no server that the chosen mode may not ask. */
  get network(): Network {
    const { mode, stun, turn } = this.#choice;
    const own = turn && (turn.credential === '' ? [] : [turn]);
    return {
      mode,
      stun: mode === 'all' ? (stun ?? this.#defaults.stun) : [],
      turn: mode === 'local' ? [] : (own ?? this.#defaults.turn),
    };
  }

  /** The relay that cannot be used before its password is entered again. */
  get locked(): string | undefined {
    const { mode, turn } = this.#choice;
    return mode !== 'local' && turn?.credential === '' ? turnName(turn.url) : undefined;
  }

  /** Takes what the page names. */
  offer(defaults: Network): void {
    this.#defaults = defaults;
  }

  /** Takes what the person chose, and remembers all of it but the password. */
  choose(choice: Choice): void {
    this.#choice = choice;
    save(choice);
  }
}

function save({ mode, stun, turn }: Choice): void {
  const kept = turn && { url: turn.url, username: turn.username };
  const nothing = mode === 'all' && !stun && !turn;
  write('device', key, nothing ? undefined : JSON.stringify({ mode, stun, turn: kept }));
}

/** What is stored may have been written by another version, or by anybody. A wrong part counts as never chosen. */
function parse(stored: unknown): Choice {
  if (typeof stored !== 'object' || stored === null) return { mode: 'all' };
  const { mode, stun, turn } = stored as Record<string, unknown>;
  if (mode !== 'all' && mode !== 'local' && mode !== 'relay') return { mode: 'all' };
  return { mode, stun: parseStun(stun), turn: parseTurn(turn) };
}

function parseStun(stun: unknown): string[] | undefined {
  if (!Array.isArray(stun) || stun.length > maxStun) return undefined;
  const list: unknown[] = stun;
  const servers = list.filter((entry): entry is string => typeof entry === 'string' && isStun(entry));
  return servers.length === list.length ? servers : undefined;
}

function parseTurn(turn: unknown): TurnServer | undefined {
  if (typeof turn !== 'object' || turn === null) return undefined;
  const { url, username } = turn as Record<string, unknown>;
  if (typeof url !== 'string' || !isTurn(url) || (username !== '' && !isCredential(username)))
    return undefined;
  return { url, username, credential: '' };
}
