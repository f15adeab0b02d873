// @vitest-environment node
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';

/* What make has compressed of the page, which `tincan serve` sends in the place of the files themselves. */

if (!existsSync('dist.br/index.html'))
  throw new Error('There is nothing in site/dist.br for this test to look at: run make build first.');

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

const [plain, small] = [filesOf('dist'), filesOf('dist.br')];

test('each script, style and page is there, and the engine', () => {
  const large = plain.filter(
    (name) => /\.(html|js|css|wasm)$/.test(name) && readFileSync(join('dist', name)).length > 200,
  );
  expect(large.length).toBeGreaterThan(40);
  expect(small).toEqual(expect.arrayContaining(large));
});

test.each(small)('%s unpacks to what is served without it', (name) => {
  const [whole, packed] = [readFileSync(join('dist', name)), readFileSync(join('dist.br', name))];
  expect(brotliDecompressSync(packed).equals(whole)).toBe(true);
  expect(packed.length).toBeLessThanOrEqual(whole.length * 0.9);
});
