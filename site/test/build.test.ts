// @vitest-environment node
import { build, type Rolldown } from 'vite';
import { beforeAll, expect, test } from 'vitest';

/* What the first screen waits for, and what comes later, in the page as it is built. */

let chunks: Rolldown.OutputChunk[];

beforeAll(async () => {
  const built = await build({ logLevel: 'silent', build: { write: false } });
  if (!('output' in built)) throw new Error('a build that watches');
  chunks = built.output.filter((file) => file.type === 'chunk');
}, 120_000);

const named = (name: string) => chunks.filter((chunk) => chunk.name === name);

/** A chunk and all that is loaded with it, before any of it runs. */
function eager(
  chunk: Rolldown.OutputChunk,
  seen = new Set<Rolldown.OutputChunk>(),
): Set<Rolldown.OutputChunk> {
  if (seen.has(chunk)) return seen;
  seen.add(chunk);
  for (const file of chunk.imports) {
    const imported = chunks.find(({ fileName }) => fileName === file);
    if (imported) eager(imported, seen);
  }
  return seen;
}

function modules(name: string): string[] {
  return named(name)
    .flatMap((chunk) => [...eager(chunk)])
    .flatMap(({ moduleIds }) => moduleIds);
}

/** Each with the chunk that brings it. */
const later = [
  ['Chat.svelte', 'parts'],
  ['Invite.svelte', 'parts'],
  ['Settings.svelte', 'parts'],
  ['node_modules/marked/', 'parts'],
  ['node_modules/virtua/', 'parts'],
  ['node_modules/lowlight/', 'grammars'],
  ['node_modules/highlight.js/', 'grammars'],
  ['node_modules/qr/', 'decode'],
  ['language/es.ts', 'es'],
  ['language/ar.ts', 'ar'],
  ['wasm_exec.js', 'wasm_exec'],
] as const;

test('the first screen waits for itself', () => {
  const first = modules('main');
  for (const part of ['Home.svelte', 'language/en.ts', 'node_modules/svelte/'])
    expect(
      first.some((id) => id.includes(part)),
      part,
    ).toBe(true);
});

test.each(later)('%s comes later, with %s', (part, chunk) => {
  expect(modules('main').filter((id) => id.includes(part))).toEqual([]);
  expect(modules(chunk).some((id) => id.includes(part))).toBe(true);
});

test('the chat waits for no colours, no QR reader and no language', () => {
  for (const part of ['lowlight', 'highlight.js', 'node_modules/qr/', 'language/es.ts', 'language/ar.ts'])
    expect(
      modules('parts').filter((id) => id.includes(part)),
      part,
    ).toEqual([]);
});

test('the script that hides the link’s secret waits for nothing', () => {
  const scripts = chunks.filter(({ facadeModuleId }) => facadeModuleId?.endsWith('scrub.ts'));
  expect(scripts.length).toBeGreaterThan(0);
  for (const script of scripts)
    for (const { moduleIds } of eager(script))
      expect(moduleIds.every((id) => id.endsWith('scrub.ts'))).toBe(true);
});
