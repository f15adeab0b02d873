// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/*
 * The arrows between the folders of src, each with the folders that its files import from. A folder imports only from
 * those below it here, so there is no circle. What stands at the top of src imports from all of them.
 */
const arrows: Record<string, readonly string[]> = {
  app: ['chat', 'files', 'meet', 'settings', 'scan', 'network', 'look', 'language', 'life'],
  chat: ['files', 'search', 'message', 'network', 'look', 'language', 'life'],
  engine: ['meet', 'network', 'life'],
  meet: ['network', 'scan', 'look', 'language', 'life'],
  settings: ['look', 'language', 'life'],
  network: ['look', 'language', 'life'],
  scan: ['look', 'language', 'life'],
  files: ['look', 'language', 'life'],
  search: ['message', 'look', 'language', 'life'],
  message: ['look', 'language'],
  look: ['language', 'life'],
  language: ['life'],
  life: [],
};

const names = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((name) => /\.(ts|svelte)$/.test(name) && !/\.test\.|\/generated\//.test(name));

/** What is imported by `from`, `import` or `import()`, in the page's own files. */
function imported(name: string, source: string): string[] {
  return [...source.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']*)'/g)]
    .map(([, path = '']) => join(dirname(name), path))
    .filter((path) => path.startsWith('src/') && !path.includes('/generated/'));
}

const files = new Map(names.map((name) => [name, imported(name, readFileSync(name, 'utf8'))]));

const folderOf = (name: string) => /^src\/([^/]+)\//.exec(name)?.[1] ?? '';

/** The first circle among what imports what, as the way around it. */
function circle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const walk = (node: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const found = walk(next, [...way, node]);
      if (found) return found;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const found = walk(node, []);
    if (found) return found;
  }
  return undefined;
}

test('each folder imports from those below it, and from no other', () => {
  const seen = new Map<string, Set<string>>();
  for (const [name, others] of files) {
    const from = folderOf(name);
    if (from === '') continue;
    const to = seen.get(from) ?? new Set();
    seen.set(from, to);
    for (const other of others.map(folderOf)) {
      expect(other, `${name} imports what stands at the top of src`).not.toBe('');
      if (other !== from) to.add(other);
    }
  }
  const order = Object.keys(arrows);
  const graph = order.map(
    (folder) => [folder, order.filter((other) => seen.get(folder)?.has(other))] as const,
  );
  process.stdout.write(
    `${graph.map(([folder, to]) => `${folder.padEnd(9)} → ${to.join(', ') || 'none'}`).join('\n')}\n`,
  );

  expect([...seen.keys()].sort()).toEqual([...order].sort());
  for (const [folder, to] of graph) {
    const below = order.slice(order.indexOf(folder) + 1);
    expect(below, `what ${folder} may import from`).toEqual(
      expect.arrayContaining([...(arrows[folder] ?? [])]),
    );
    const allowed = order.filter((other) => arrows[folder]?.includes(other));
    expect(to, `what ${folder} imports from`).toEqual(allowed);
  }
});

test('no file imports itself by way of others', () => {
  expect(files.get('src/main.ts')).toContain('src/app/App.svelte');
  expect(files.get('src/app/parts.ts')).toContain('src/chat/Chat.svelte');
  expect(circle(files)).toBeUndefined();
});

test('a circle is found where there is one', () => {
  const graph = (text: string) =>
    new Map(text.split(' ').map((line) => [line.slice(0, 1), line.slice(2).split('')] as const));
  expect(circle(graph('a:bc b:c c:'))).toBeUndefined();
  expect(circle(graph('a:b b:cd c: d:b'))).toEqual(['b', 'd', 'b']);
  expect(circle(graph('a:a'))).toEqual(['a', 'a']);
});
