import type { TurnServer } from '../../../wasm/engine.d.ts';
import { texts } from '../language/language.svelte.ts';

/** More STUN servers than any network needs; a list is cut or refused above it. */
export const maxStun = 16;
export const maxTurn = 4;
/** Longest host name with its port and transport, and longest user name or password of a relay. */
export const maxAddress = 300;
const maxCredential = 256;

const host = String.raw`(?:\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)`;
const stunForm = new RegExp(`^(${host})?:([0-9]{1,5})$`);
const turnForm = new RegExp(String.raw`^turns?:(${host})?:([0-9]{1,5})(?:\?transport=(?:udp|tcp))?$`);

/** What became of a field that the person filled in: its value, or the sentence beside it. */
export type Filled<T> = { value: T; problem?: undefined } | { value?: undefined; problem: string };

/** Whether this is `host:port`. `:port`, a server beside the page, only where that is allowed. */
export function isStun(text: string, hostless = false): boolean {
  return isServer(stunForm, text, hostless);
}

/** Whether this is `turn:host:port` or `turns:host:port`, with or without a transport. */
export function isTurn(text: string, hostless = false): boolean {
  return isServer(turnForm, text, hostless);
}

function isServer(form: RegExp, text: string, hostless: boolean): boolean {
  if (text.length > maxAddress) return false;
  const match = form.exec(text);
  const port = Number(match?.[2] ?? 0);
  return port >= 1 && port <= 65_535 && (hostless || match?.[1] !== undefined);
}

/** Whether this can stand where a relay asks for a user name or a password. */
export function isCredential(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && text.length <= maxCredential;
}

const hostless = /^(turns?:)?(?=:)/;

/** Whether the address leaves out its host: the server is where links lead to. */
export function isHostless(address: string): boolean {
  return hostless.test(address);
}

/** The address of a server without a host, at this one. */
export function atHost(address: string, hostname: string): string {
  return address.replace(hostless, (scheme) => scheme + hostname);
}

/** What a relay is called on the screen. */
export function turnName(url: string): string {
  return url.replace(/^turns?:/, '').replace(/\?.*/, '');
}

/** The STUN servers in a field, one a line. */
export function readStun(field: string): Filled<string[]> {
  const lines = field
    .split(/[\n,]/)
    .map((line) => line.trim().replace(/^stun:(?=.*:)/i, ''))
    .filter((line) => line !== '');
  if (lines.length > maxStun) return { problem: texts.tooManyStun({ count: maxStun }) };
  const wrong = lines.find((line) => !isStun(line));
  if (wrong !== undefined) return { problem: texts.notStun({ line: wrong.slice(0, 60) }) };
  return { value: [...new Set(lines)] };
}

/** The relay in its three fields; none where the address is empty. `complete` asks for the password, too. */
export function readTurn(fields: TurnServer, complete: boolean): Filled<TurnServer | undefined> {
  const address = fields.url.trim();
  if (address === '') return { value: undefined };
  const url = /^turns?:/.test(address) ? address : `turn:${address}`;
  if (!isTurn(url)) return { problem: texts.notTurn({ address: address.slice(0, 60) }) };
  const username = fields.username.trim();
  const named = username === '' || isCredential(username);
  const secret = fields.credential === '' || isCredential(fields.credential);
  if (!named || !secret) return { problem: texts.credentialTooLong({ count: maxCredential }) };
  if (complete && (username === '' || fields.credential === '')) return { problem: texts.turnIncomplete };
  return { value: { url, username, credential: fields.credential } };
}
