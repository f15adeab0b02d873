import type { EngineConfig } from '../../wasm/engine.d.ts';

/** What the server of the page says about itself: config.json, every part of it optional. */
export interface SiteConfig {
  /** STUN servers as `host:port`. */
  stun: string[];
  /** Addresses under which others reach this page, best first. */
  addresses: string[];
}

const maxBytes = 16_384;
const maxEntries = 16;
const maxLength = 260;
const hostPort = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):([0-9]{1,5})$/i;

/** Reads a parsed config.json. What is missing or wrong is left out; nothing in it can make the page fail. */
export function parseConfig(value: unknown): SiteConfig {
  const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return {
    stun: shortStrings(fields['stun']).filter(isHostPort),
    addresses: shortStrings(fields['addresses']).flatMap(pageAddress),
  };
}

/** Fetches config.json from beside the page. A page without one works with the defaults. */
export async function loadConfig(): Promise<SiteConfig> {
  try {
    const response = await fetch(new URL('config.json', document.baseURI), { cache: 'no-store' });
    const text = response.ok ? await response.text() : '';
    return parseConfig(text !== '' && text.length <= maxBytes ? JSON.parse(text) : {});
  } catch {
    return parseConfig({});
  }
}

/**
 * What the engine is told, from config.json and the page's own address. A page opened as localhost makes links
 * with an address that others can reach, where there is one; `loopback` says that there isn't, so that its
 * links work on this computer only.
 */
export function engineConfig(
  { stun, addresses }: SiteConfig,
  page: { origin: string; pathname: string; hostname: string },
): EngineConfig {
  const own = page.origin + page.pathname;
  if (!isLoopback(page.hostname)) return { site: own, stun, loopback: false };
  const site = addresses[0] ?? own;
  return { site, stun, loopback: isLoopback(new URL(site).hostname) };
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

function isHostPort(text: string): boolean {
  const port = Number(hostPort.exec(text)?.[1] ?? 0);
  return port >= 1 && port <= 65_535;
}

function pageAddress(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && !text.includes('#');
  return plain && (url.protocol === 'http:' || url.protocol === 'https:') ? [url.href] : [];
}
