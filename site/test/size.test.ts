// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/*
 * A file of the page is one idea, and none is longer than this, in lines. Dictionaries are as long as what they say.
 */
const most = 300;
const dictionaries = /^src\/language\/[a-z]{2}(-\w+)?\.ts$/;

const files = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((name) => /\.(ts|svelte|css)$/.test(name) && !/\.test\.|\/generated\//.test(name))
  .filter((name) => !dictionaries.test(name))
  .map((name) => ({ name, lines: readFileSync(name, 'utf8').trimEnd().split('\n').length }))
  .toSorted((a, b) => b.lines - a.lines);

test(`no file of the page has more than ${most} lines`, () => {
  expect(files.length).toBeGreaterThan(80);
  process.stdout.write(
    `the largest: ${files
      .slice(0, 3)
      .map(({ name, lines }) => `${name} ${lines}`)
      .join(', ')}\n`,
  );
  expect(files.filter(({ lines }) => lines > most).map(({ name }) => name)).toEqual([]);
});
