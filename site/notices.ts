import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** What is said of one package of others. For Go's modules cmd/release says it, in the same form. */
export interface Notice {
  name: string;
  version: string;
  /** As SPDX has it. */
  licence: string;
  in: string[];
  texts: string[];
}

const collected = new URL('src/engine/generated/notices.json', import.meta.url);
const licenceName = /^(licen[cs]e|copying|copyright|notice)([.-][a-z0-9.-]*)?$/i;

/**
 * Adds notices.txt to the page: what others have written of all that tincan is, with their licences. What of npm is in
 * the page is asked of the bundle, since much of what is installed only builds it; `more` are packages that come into it
 * by another way.
 */
export function notices(...more: string[]): Plugin {
  return {
    name: 'tincan-notices',
    apply: 'build',
    generateBundle(_options, bundle) {
      if (!existsSync(collected)) throw new Error('the notices of Go modules are missing: run make build');
      const all = JSON.parse(readFileSync(collected, 'utf8')) as Notice[];
      const folders = new Set(more.map((name) => join(import.meta.dirname, 'node_modules', name)));
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        for (const [id, { renderedLength }] of Object.entries(file.modules)) {
          const folder = renderedLength > 0 ? packageFolder(id) : undefined;
          if (folder !== undefined) folders.add(folder);
        }
      }
      all.push(...[...folders].map(readPackage));
      this.emitFile({ type: 'asset', fileName: 'notices.txt', source: write(all) });
    },
  };
}

/** The folder of the package that a module of the bundle is of, or undefined where it is ours. */
export function packageFolder(id: string): string | undefined {
  // What the bundler adds of its own has no file.
  const virtual = /^\0(vite|rolldown)\//.exec(id)?.[1];
  if (virtual !== undefined) return join(import.meta.dirname, 'node_modules', virtual);
  if (id.startsWith('\0')) throw new Error(`whose is the module ${id.slice(1)}? Say it in notices.ts.`);
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0];
}

/** Reads the licence of a package. There is none that may be in the page without. */
export function readPackage(folder: string): Notice {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Partial<Record<string, string>>;
  const texts = readdirSync(folder)
    .filter((file) => licenceName.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  if (name === undefined || version === undefined || license === undefined || texts.length === 0) {
    throw new Error(`${folder}: a package in the page without a name, a version or a licence`);
  }
  return { name, version, licence: license.replace(/^\((.*)\)$/, '$1'), in: ['page'], texts };
}

/** A list of all, which cmd/release reads as well, and then each text once. */
export function write(all: Notice[]): string {
  const sorted = [...all].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const users = new Map<string, string[]>();
  for (const { name, version, texts } of sorted) {
    for (const text of texts) users.set(text, [...(users.get(text) ?? []), `${name} ${version}`]);
  }
  return (
    [
      'tincan is under the MIT licence. It contains the work of others: this says whose, where it is,\n' +
        'and under which licence. The texts of the licences follow.',
      sorted.map((n) => `- ${n.name} ${n.version}: ${n.licence}; in the ${n.in.join(', ')}`).join('\n'),
      ...[...users].map(([text, names]) => `${'='.repeat(80)}\n${names.join('\n')}\n\n${text}`),
      '',
    ]
      .join('\n\n')
      .trimEnd() + '\n'
  );
}
