// @vitest-environment node
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageFolder, readPackage, write } from '../notices.ts';

/*
 * That notices.txt names all that the page is made of. Its Go half is tested in cmd/release, against the program that
 * holds this page.
 */

if (!existsSync('dist/notices.txt'))
  throw new Error('There is no page in site/dist for this test to look at: run make build first.');
const built = readFileSync('dist/notices.txt', 'utf8');

/** The packages that a file of ours imports, but for their types alone. */
function imported(source: string): string[] {
  const found = source.matchAll(
    /^\s*(?:import|export) (?!type\b)[^'";]*?from '((?:@[^/']+\/)?[^./'][^/']*)/gm,
  );
  const later = source.matchAll(/\bimport\('((?:@[^/']+\/)?[^./'][^/']*)/g);
  return [...found, ...later].map(([, name = '']) => name);
}

test('each package that the page imports is named, with its version and its licence', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter(
      (name) => /\.(ts|svelte)$/.test(name) && !name.endsWith('.test.ts') && !name.includes('generated'),
    )
    .map((name) => readFileSync(join('src', name), 'utf8'));
  const names = new Set(sources.flatMap(imported));
  expect([...names]).toEqual(expect.arrayContaining(['svelte', 'marked', 'qr', 'lean-qr']));
  for (const name of names) {
    const { version, texts } = readPackage(join('node_modules', name));
    expect(built).toContain(`\n- ${name} ${version}: `);
    for (const text of texts) expect(built).toContain(text);
  }
});

test('a notice of each that the list names stands below, and none twice', () => {
  const names = [...built.matchAll(/^- (\S+ \S+): [^;\n]+; in the /gm)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(40);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(built).toMatch(new RegExp(`^${name.replaceAll('.', '\\.')}$`, 'm'));
});

test('a module of the bundle is known by its package', () => {
  const file = '/a/node_modules/b/node_modules/@c/d/e/f.js';
  expect(packageFolder(file)).toBe('/a/node_modules/b/node_modules/@c/d');
  expect(packageFolder('/a/node_modules/b/c.js?d')).toBe('/a/node_modules/b');
  expect(packageFolder('/a/src/main.ts')).toBeUndefined();
  expect(packageFolder('\0vite/preload-helper.js')).toMatch(/node_modules.vite$/);
  expect(() => packageFolder('\0another/helper.js')).toThrow('another/helper.js');
});

test('a package without a licence does not come into the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tincan-notices-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"name":"a","version":"1.0.0","license":"MIT"}');
    expect(() => readPackage(folder)).toThrow(folder);
    writeFileSync(join(folder, 'LICENSE'), 'Do as you like.\r\nReally.\n');
    const notice = readPackage(folder);
    expect(notice).toEqual({
      name: 'a',
      version: '1.0.0',
      licence: 'MIT',
      in: ['page'],
      texts: ['Do as you like.\nReally.'],
    });
    const twice = write([notice, { ...notice, name: 'b' }]);
    expect(twice.match(/Really\./g)).toHaveLength(1);
    expect(twice).toContain('\na 1.0.0\nb 1.0.0\n\nDo as');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
