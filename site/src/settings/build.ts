import type { Engine } from '../../../wasm/engine.d.ts';

/** Which build the page is. */
export interface Build {
  version: string;
  /** SHA-256 of its manifest, which has the SHA-256 of every file. */
  hash: string;
}

/** A manifest has some 10 KB, the licences have some 100. */
const maxLength = 4_000_000;

/** The text of a file of the page. Rejects where it is not there. */
export async function readText(name: string): Promise<string> {
  const response = await fetch(new URL(name, document.baseURI), { cache: 'no-store' });
  const none = !response.ok || (response.headers.get('Content-Type') ?? '').startsWith('text/html');
  if (none) throw new Error(`${name}: status ${response.status}`);
  const text = await response.text();
  if (text.length > maxLength) throw new Error(`${name} is too long`);
  return text;
}

/**
 * Which build this page is, by the manifest that its host serves; see plugins/manifest.ts. Resolves with nothing where
 * that is one of another build: the host has a newer one, and this page was opened before, or is kept on this device.
 * `addresses` are those of the scripts and styles of this page, whose names have a hash in them.
 */
export async function readBuild(engine: Engine, addresses: readonly string[]): Promise<Build | undefined> {
  const text = await readText('.well-known/tincan.json');
  const { version, files } = JSON.parse(text) as { version?: unknown; files?: Record<string, unknown> };
  const names = Object.keys(files ?? {});
  const own = addresses.every((address) => {
    const { pathname } = new URL(address);
    return names.some((name) => pathname.endsWith(`/${name}`));
  });
  return own && typeof version === 'string' ? { version, hash: await engine.digest(text) } : undefined;
}

/**
 * The scripts and styles that this page names, and that have come to it since. The first ones name the engine and all the
 * rest, so that there is no other build with all of these.
 */
export function ownFiles(): string[] {
  const folder = new URL('./assets/', document.baseURI).href;
  return [...document.querySelectorAll('script[src], link[href]')]
    .map((element) =>
      element instanceof HTMLScriptElement ? element.src : (element as HTMLLinkElement).href,
    )
    .filter((address) => address.startsWith(folder));
}

/** What compares the page at this address with the one in the program. */
export function command(): string {
  const { origin, pathname } = new URL('./', document.baseURI);
  return `tincan verify ${origin}${pathname}`;
}
