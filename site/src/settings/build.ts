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
 * `script` is the address of a script of this page, whose name has a hash in it.
 */
export async function readBuild(engine: Engine, script: string): Promise<Build | undefined> {
  const text = await readText('.well-known/tincan.json');
  const { version, files } = JSON.parse(text) as { version?: unknown; files?: Record<string, unknown> };
  const { pathname } = new URL(script);
  const own = Object.keys(files ?? {}).some((name) => pathname.endsWith(`/${name}`));
  return own && typeof version === 'string' ? { version, hash: await engine.digest(text) } : undefined;
}

/** What compares the page at this address with the one in the program. */
export function command(): string {
  const { origin, pathname } = new URL('./', document.baseURI);
  return `tincan verify ${origin}${pathname}`;
}
