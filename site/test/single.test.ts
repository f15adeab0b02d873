// @vitest-environment node
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { decompress } from 'lzma1';
import { describe, expect, test } from 'vitest';
import { read, written } from '../single/coding.ts';
import { packed, unpacked } from '../single/dictionaries.ts';
import { languages, type Tag } from '../src/language/language.svelte.ts';
import type { Source } from '../src/language/source.ts';

/* The single file, as make has built it, and how it holds what it is made of. */

const path = '../bin/tincan.html';
if (!existsSync(path))
  throw new Error('There is no single file in bin for this test to look at: run make single first.');

const bytes = readFileSync(path);
const html = bytes.toString('utf16le');
const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
const scripts = [...html.matchAll(/<script>([^<]*(?:<(?!\/script)[^<]*)*)<\/script>/g)].map(
  ([, code = '']) => code,
);
const blocks = new Map(
  [...html.matchAll(/<script type="application\/x-lzma" id="(\w+)">([^<]*)<\/script>/g)].map(
    ([, name = '', text = '']) => [name, decompress(read(text))],
  ),
);
const text = (name: string) => new TextDecoder().decode(blocks.get(name));
const hash = (code: string) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`;

const translated = (Object.keys(languages) as Tag[]).filter((tag) => tag !== 'en');
const sources: Record<string, Source> = Object.fromEntries(
  await Promise.all(
    translated.sort().map(async (tag) => {
      const { default: source } = (await import(`../src/language/${tag}.ts`)) as { default: Source };
      return [tag, source] as const;
    }),
  ),
);

describe('bytes as text', () => {
  const all = new Uint8Array(2 ** 17).map((_, i) => (i % 2 === 0 ? i >> 9 : i >> 1));

  test('any two bytes come back', () => {
    expect(new Set(new Uint16Array(all.buffer)).size).toBe(2 ** 16);
    expect(Buffer.from(read(written(all))).equals(all)).toBe(true);
  });

  test('an odd number of them has a zero behind it', () => {
    expect([...read(written(new Uint8Array([1, 2, 3])))]).toEqual([1, 2, 3, 0]);
    expect(written(new Uint8Array())).toBe('');
  });

  test('a document holds them as they are, and no more than 4 % of it are marks', () => {
    expect(written(all)).not.toMatch(/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}<\ufeff]/u);
    expect(written(all).length).toBeLessThan(2 ** 16 * 1.04);
  });
});

describe('dictionaries in one text', () => {
  test.each(translated)('%s comes back', (tag) => {
    expect(unpacked(packed(sources), tag)).toEqual(sources[tag]);
  });

  test('there is no other', () => {
    expect(() => unpacked(packed({}), 'de')).toThrow('no dictionary is called de');
  });
});

describe('the file', () => {
  test('says first that it is UTF-16, and then what it may do, before there is a script', () => {
    expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xfe]);
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<script'));
  });

  test('runs what it holds, by its hashes, and asks nobody', () => {
    const { script, style } = JSON.parse(text('page')) as { script: string; style: string };
    expect(scripts).toHaveLength(2);
    expect(Object.fromEntries(policy.split('; ').map((part) => part.split(/ (.*)/).slice(0, 2)))).toEqual({
      'default-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'script-src': `${[...scripts, script].map(hash).join(' ')} 'wasm-unsafe-eval'`,
      'style-src': hash(style),
      'img-src': 'data: blob:',
      'media-src': 'blob:',
      'connect-src': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': 'svelte-trusted-html tincan-single',
    });
    expect(html.replace(/content="[^"]*"/g, '')).not.toMatch(/(src|href)="(?!data:)/);
  });

  test('hides the link’s secret first, in a script that waits for nothing', () => {
    expect(html.indexOf('replaceState')).toBeLessThan(html.indexOf('application/x-lzma'));
    expect(scripts[0]).toContain('replaceState');
  });

  test('holds the engine and every language', () => {
    const engine = readFileSync('src/engine/generated/engine.wasm');
    expect(Buffer.from(blocks.get('engine') ?? []).equals(engine)).toBe(true);
    expect(text('languages')).toBe(packed(sources));
  });
});
