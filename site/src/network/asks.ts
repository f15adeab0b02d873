import type { Network } from '../../../wasm/engine.d.ts';
import { texts } from '../language/language.svelte.ts';
import { turnName } from './servers.ts';

/*
 * Which servers hear of a chat, in full and in short. The rules stand here once; a language only has the sentences.
 */

/** In full; `mailbox` is the host of the mailbox that the reply goes through, empty where there is none. */
export function asked({ mode, stun, turn }: Network, mailbox = ''): string {
  const relays = turn.map(({ url }) => turnName(url));
  const count = relays.length;
  if (mode === 'local') return texts.asksNobody;
  if (mode === 'relay') {
    if (count === 0) return texts.relayMissing;
    const told =
      mailbox === ''
        ? texts.tellsRelay({ relays, count })
        : texts.tellsRelayAndMailbox({ relays, mailbox, count });
    return `${told} ${texts.asksNoOther}`;
  }
  const all = [
    ...(stun.length > 0 ? [texts.asksStun({ stun })] : []),
    ...(count > 0 ? [texts.asksRelay({ relays, count })] : []),
    ...(mailbox === '' ? [] : [texts.asksMailbox({ mailbox })]),
  ];
  if (all.length === 0) return texts.asksNobody;
  // A mailbox passes the reply on, and tells nobody their address.
  const alone = stun.length === 0 && count === 0;
  return [...all, alone ? texts.asksNoOtherNear : texts.asksNoOther].join(' ');
}

/** In short, by their number; `own` is the host of the page. */
export function helped({ mode, stun, turn }: Network, own: string): string {
  if (mode === 'local') return texts.asksNobody;
  if (mode === 'relay') return turn.length === 0 ? texts.relayMissing : texts.helpsRelay;
  const hosts = new Set([...stun, ...turn.map(({ url }) => turnName(url))].map(hostOf));
  if (hosts.size === 0) return texts.asksNobody;
  return hosts.size === 1 && hosts.has(own) ? texts.helpsOwn : texts.helps({ count: hosts.size });
}

/** The host of `host:port`. */
const hostOf = (address: string) => address.replace(/:[0-9]+$/, '').replace(/^\[(.*)\]$/, '$1');
