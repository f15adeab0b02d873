import type { EngineConfig, Network, TurnServer } from '../../../wasm/engine.d.ts';
import { isWeb } from '../life/file.ts';
import type { PageMailbox } from '../meet/mailbox.svelte.ts';
import { atHost, isCredential, isHostless, isStun, isTurn, maxTurn } from '../network/servers.ts';

/** What the server of the page says about itself: config.json, every part of it optional. */
export interface SiteConfig {
  /** STUN servers as `host:port`; `:port` is one at the host that links lead to. */
  stun: string[];
  /** Relays; `turn::port` is one at the host that links lead to. */
  turn: TurnServer[];
  /** Addresses under which others reach this page, best first. */
  addresses: string[];
  /** Whether replies may come back through the server of the page: not at all, by choice, or unless refused. */
  mailbox: 'none' | 'offered' | 'on';
  /** Browsers may keep the page, for when there is no network. */
  offline: boolean | undefined;
  /** There may be a config.json that names other things, and it could not be read. */
  unread: boolean;
}

const maxBytes = 16_384;
/** How long the server of the page has to answer, for the page waits for it; in milliseconds. */
export const configWithin = 4_000;
const maxEntries = 16;
/** Longest address of a server: a host name has 253 letters, and its port and transport come to it. */
const maxLength = 300;

/** Reads a parsed config.json. What is missing or wrong is left out; nothing in it can make the page fail. */
export function parseConfig(value: unknown): SiteConfig {
  const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const mailbox = fields['mailbox'];
  return {
    stun: shortStrings(fields['stun']).filter((server) => isStun(server, true)),
    turn: turnServers(fields['turn']),
    addresses: shortStrings(fields['addresses']).flatMap(pageAddress),
    mailbox: mailbox === 'offered' || mailbox === 'on' ? mailbox : 'none',
    offline: typeof fields['offline'] === 'boolean' ? fields['offline'] : undefined,
    unread: false,
  };
}

/**
 * Fetches config.json from beside the page. A page without one works with the defaults, and so does one whose server
 * doesn't answer in time or answers with something else: `unread` says so.
 */
export async function loadConfig(): Promise<SiteConfig> {
  const ended = new AbortController();
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => {
      ended.abort();
      reject(new Error('config.json is late'));
    }, configWithin);
  });
  let answered = false;
  const read = async (): Promise<SiteConfig> => {
    const address = new URL('config.json', document.baseURI);
    const response = await fetch(address, { cache: 'no-store', signal: ended.signal });
    answered = true;
    // Static hosts have a page for what they don't have, some of them with status 200.
    const none = response.status === 404 || response.status === 410 || isPage(response);
    if (none) return parseConfig({});
    if (!response.ok) throw new Error(`config.json: status ${response.status}`);
    return parseConfig(JSON.parse(await shortText(response)));
  };
  try {
    return await Promise.race([read(), late]);
  } catch {
    // Where nothing answers there is no network, and the page is one that is kept on the device.
    return { ...parseConfig({}), unread: answered || ended.signal.aborted };
  } finally {
    ended.abort();
  }
}

/** How long the host of the page has to answer that it is there, in milliseconds. */
export const hostWithin = 3_000;

/**
 * Whether the host of this page still answers, so that a link leads somewhere. Asks for the page without its body, past every
 * cache: the service worker answers nothing but GET.
 */
export async function hostAnswers(): Promise<boolean> {
  try {
    const address = new URL('./', document.baseURI);
    const asked = { method: 'HEAD', cache: 'no-store', redirect: 'error' } as const;
    const { status } = await fetch(address, { ...asked, signal: AbortSignal.timeout(hostWithin) });
    // A proxy says so where what is behind it does not answer.
    return status < 500;
  } catch {
    return false;
  }
}

function isPage(response: Response): boolean {
  return (response.headers.get('Content-Type') ?? '').startsWith('text/html');
}

/** The text of a body that is as short as a config.json. What is longer is not loaded to its end. */
async function shortText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length > maxBytes) throw new Error('config.json is too long');
  }
}

/**
 * What the engine is told, from config.json and the page's own address. One that was opened from a disk has none for
 * others: it makes bare codes, or links with an address that was named to it. A page opened as localhost makes links
 * with an address that others can reach, where there is one; `loopback` says that there isn't, so that its
 * links work on this computer only. The mailbox is asked at the page's own address, the only one it may ask.
 */
export function engineConfig(
  { addresses, mailbox }: Pick<SiteConfig, 'addresses' | 'mailbox'>,
  page: { origin: string; pathname: string; hostname: string; protocol?: string },
): EngineConfig {
  if (!isWeb(page.protocol ?? 'https:')) return { site: addresses[0] ?? '', loopback: false, mailbox: '' };
  const own = page.origin + page.pathname;
  const asked = mailbox === 'none' ? '' : page.origin;
  if (!isLoopback(page.hostname)) return { site: own, loopback: false, mailbox: asked };
  const site = addresses[0] ?? own;
  return { site, loopback: isLoopback(new URL(site).hostname), mailbox: asked };
}

/** The ways that the page itself names: every one, with its servers. */
export function defaultNetwork(
  { stun, turn }: Pick<SiteConfig, 'stun' | 'turn'>,
  { site }: Pick<EngineConfig, 'site'>,
): Network {
  const hostname = URL.canParse(site) ? new URL(site).hostname : '';
  // A server on a loopback address tells nobody's public address, and nobody else reaches it.
  const besideLinks = hostname !== '' && !isLoopback(hostname);
  const reached = (address: string) => {
    if (!isHostless(address)) return [address];
    return besideLinks ? [atHost(address, hostname)] : [];
  };
  return {
    mode: 'all',
    stun: [...new Set(stun.flatMap(reached))],
    turn: turn.flatMap((server) => reached(server.url).map((url) => ({ ...server, url }))),
  };
}

/** The address of a page, as others type it, which links can begin with; undefined where it is none. */
export function readSite(text: string): string | undefined {
  const typed = text.trim();
  if (typed === '' || typed.length > maxLength) return undefined;
  return pageAddress(/^[a-z]+:\/\//i.test(typed) ? typed : `https://${typed}`)[0];
}

/** The mailbox of this page, if it has one: a link leads to it under each address that the page has. */
export function pageMailbox(
  { addresses, mailbox }: Pick<SiteConfig, 'addresses' | 'mailbox'>,
  { site, mailbox: asked }: Pick<EngineConfig, 'site' | 'mailbox'>,
): PageMailbox | undefined {
  if (mailbox === 'none' || !URL.canParse(site)) return undefined;
  const origins = [asked, ...[site, ...addresses].map((address) => new URL(address).origin)];
  return { on: mailbox === 'on', host: new URL(site).host, origins };
}

/** Whether a URL's host name can only mean the computer the page runs on. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127\.[0-9]+\.[0-9]+\.[0-9]+$/.test(host)
  );
}

function shortStrings(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const entries: unknown[] = value.slice(0, maxEntries);
  return entries.filter((entry) => typeof entry === 'string' && entry.length <= maxLength) as string[];
}

function turnServers(value: unknown): TurnServer[] {
  if (!Array.isArray(value)) return [];
  const entries: unknown[] = value.slice(0, maxEntries);
  return entries.flatMap(turnServer).slice(0, maxTurn);
}

function turnServer(value: unknown): TurnServer[] {
  if (typeof value !== 'object' || value === null) return [];
  const { url, username, credential } = value as Record<string, unknown>;
  const right =
    typeof url === 'string' && isTurn(url, true) && isCredential(username) && isCredential(credential);
  return right ? [{ url, username, credential }] : [];
}

function pageAddress(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && !text.includes('#');
  return plain && (url.protocol === 'http:' || url.protocol === 'https:') ? [url.href] : [];
}
