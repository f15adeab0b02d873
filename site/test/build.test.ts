// @vitest-environment node
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { english } from '../src/language/english.ts';
import { languages, textsIn, type Tag } from '../src/language/language.svelte.ts';

/*
 * What the first screen waits for, and what comes later, in the page as make has built it. A minified script does not
 * say which files it was made of, so each is known by a text that stands in it and in no other.
 */

if (!existsSync('dist/index.html'))
  throw new Error('There is no page in site/dist for this test to look at: run make build first.');

const read = (path: string) => readFileSync(path, 'utf8');
const scripts = new Map(
  readdirSync('dist/assets')
    .filter((name) => name.endsWith('.js'))
    .map((name) => [name, read(`dist/assets/${name}`)]),
);

/** The scripts that the page names, in their order. */
const [first = '', second = '', ...others] = [
  ...read('dist/index.html').matchAll(/<script [^>]*src="\.\/assets\/([^"]+)"/g),
].map(([, name = '']) => name);

/** The one script that is called this, without the hash in its name. */
function named(name: string): string {
  const found = [...scripts.keys()].filter((file) => file.replace(/-[\w-]{8}\.js$/, '') === name);
  expect(found, name).toHaveLength(1);
  return found[0] ?? '';
}

/** The names of a script and of all that is loaded with it, before any of it runs. */
function eager(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const source = scripts.get(name) ?? '';
  for (const [, imported = ''] of source.matchAll(/\b(?:from|import)\s*["'`]\.\/([^"'`]+)["'`]/g))
    eager(imported, seen);
  return seen;
}

const text = (names: Iterable<string>) => [...names].map((name) => scripts.get(name)).join('\n');
const waitsFor = text([...eager(first), ...eager(second)]);

const translated = (Object.keys(languages) as Tag[]).filter((tag) => tag !== 'en');
const byTagline = async (tag: Tag) => [`src/language/${tag}.ts`, (await textsIn(tag)).tagline, tag] as const;

/** Each with the text that it is known by, and the script that brings it. */
const later = [
  ['src/chat/Log.svelte', '.emptyChat', 'parts'],
  ['src/meet/Invite.svelte', '.inviteTitle', 'parts'],
  ['src/meet/Return.svelte', '.returnByHand', 'parts'],
  ['src/chat/Back.svelte', '.backLabel', 'parts'],
  ['src/settings/Settings.svelte', '.settingsKept', 'parts'],
  ['node_modules/marked/lib/marked.esm.js', 'github.com/markedjs/marked', 'parts'],
  ['node_modules/virtua/lib/svelte/Virtualizer.svelte', 'size style', 'parts'],
  ['node_modules/lowlight/lib/index.js', 'Unknown language', 'grammars'],
  ['node_modules/highlight.js/es/languages/python.js', '__debug__', 'grammars'],
  ['node_modules/qr/decode.js', 'expected safe integer width and height', 'decode'],
  ...(await Promise.all(translated.map(byTagline))),
  ['src/engine/generated/wasm_exec.js', 'Go program has already exited', 'wasm_exec'],
] as const;

test('the page has two scripts, and the first of them hides the link’s secret and waits for nothing', () => {
  expect(others).toEqual([]);
  expect([...eager(first)].every((name) => name.startsWith('scrub-'))).toBe(true);
  expect(text(eager(first))).toContain('replaceState');
  expect(second).toBe(named('main'));
});

test.each([
  ['src/meet/Home.svelte', '.pitch'],
  ['src/language/en.ts', english.tagline],
])('the first screen waits for %s', (path, marker) => {
  expect(read(path)).toContain(marker);
  expect(waitsFor).toContain(marker);
});

test.each(later)('%s comes later: “%s” with %s', (path, marker, script) => {
  expect(read(path), 'what it is known by').toContain(marker);
  expect(text(eager(named(script)))).toContain(marker);
  expect(waitsFor).not.toContain(marker);
});

test.each(later.filter(([, , script]) => script !== 'parts'))('no chat waits for %s', (_, marker) => {
  expect(text(eager(named('parts')))).not.toContain(marker);
});

const digest = (path: string, form: 'base64' | 'hex') =>
  createHash('sha256')
    .update(readFileSync(`dist/${path}`))
    .digest(form);

test('the page names each script with the hash of its file, and before it all that it imports', () => {
  const html = read('dist/index.html');
  const named = [...html.matchAll(/<(?:script|link)[^>]* (?:src|href)="\.\/(assets\/[^"]+\.js)"([^>]*)>/g)];
  expect(named.length).toBeGreaterThan(3);
  const before = new Set<string>();
  for (const [, name = '', rest] of named) {
    expect(rest, name).toContain(`integrity="sha256-${digest(name, 'base64')}"`);
    before.add(name.slice('assets/'.length));
    for (const needed of eager(name.slice('assets/'.length))) expect(before, name).toContain(needed);
  }
  expect(html.match(/<script (?!type="application\/json")|modulepreload/g)).toHaveLength(named.length);
});

test('every other script has its hash in the page, and comes by it', () => {
  const page = read('dist/index.html');
  const table = /<script type="application\/json" id="integrity">(.*?)<\/script>/;
  const hashes = JSON.parse(table.exec(page)?.[1] ?? '{}') as Record<string, string>;
  const first = page.replace(table, '');
  // A worker is no script to Integrity-Policy, and nothing can name its hash.
  const others = [...scripts.keys()]
    .filter((name) => !name.startsWith('worker-') && !first.includes(name))
    .sort();
  expect(Object.keys(hashes).sort()).toEqual(others);
  for (const name of others) expect(hashes[name], name).toBe(`sha256-${digest(`assets/${name}`, 'base64')}`);
  // Each file that a script imports later is among those that it has brought first.
  for (const [name, source] of scripts)
    for (const [, part = ''] of source.matchAll(/\bimport\(`\.\/([^`]+)`\)/g))
      expect(source.includes(`"./${part}"`), `${name} brings ${part}`).toBe(true);
});

test('the manifest names every file of the build but itself, with its SHA-256', () => {
  const raw = read('dist/.well-known/tincan.json');
  const manifest = JSON.parse(raw) as { format: number; files: Record<string, string> };
  expect(Object.keys(manifest)).toEqual(['format', 'version', 'commit', 'files']);
  expect(manifest.format).toBe(1);
  const names = readdirSync('dist', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.replace(/^dist\//, ''))
    .filter((name) => name !== '.well-known/tincan.json');
  expect(Object.keys(manifest.files)).toEqual(names.sort());
  for (const name of names) expect(manifest.files[name], name).toBe(digest(name, 'hex'));
  expect(raw).toBe(`${JSON.stringify(manifest, null, 2)}\n`);
  // It names the service worker, which therefore cannot name it.
  expect(read('dist/sw.js')).not.toContain('tincan.json');
});
