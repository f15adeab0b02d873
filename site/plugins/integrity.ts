import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin, Rolldown } from 'vite';

/** What Vite puts around each import() comes from a module of this name. */
const helper = '\0vite/preload-helper.js';
const bring = fileURLToPath(new URL('../src/life/bring.ts', import.meta.url));

const hashOf = (dir: string, name: string) =>
  `sha256-${createHash('sha256')
    .update(readFileSync(join(dir, name)))
    .digest('base64')}`;

/**
 * Gives every script of the page the hash that its bytes must have, so that the page works under the header
 * `Integrity-Policy: blocked-destinations=(script)`. The scripts that the page names, and what they import, have it at
 * their tags; those that come later in a table that bring.ts reads. An import map would be the browser's own place for
 * such a table. But a policy that allows one has to name its hash, which would be another for each build, in the
 * settings of every host; a table of data runs nothing and needs none. It is in index.html, since a script that had it
 * would change with any other one and keep its name, by which it is kept for a year.
 */
export function integrity(): Plugin {
  return {
    name: 'tincan-integrity',
    apply: 'build',
    enforce: 'pre',
    config: () => ({
      // Without this, Vite gives its helper no file where there is only one to load.
      build: {
        modulePreload: {
          polyfill: false,
          resolveDependencies: (file, files) => (files.length ? files : [file]),
        },
      },
    }),
    load: (id) =>
      id === helper ? `export { bring as __vitePreload } from ${JSON.stringify(bring)};` : undefined,
    // From the disk, where the files are as they will be served.
    writeBundle({ dir = '' }, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const page = join(dir, 'index.html');
      const html = readFileSync(page, 'utf8');
      const scripts = [...html.matchAll(scriptTag)].map(([, name = '']) => name);
      const first = new Set<string>();
      for (const name of scripts) for (const needed of imported(name, bundle)) first.add(needed);

      const later: Record<string, string> = {};
      for (const { fileName } of chunks)
        if (fileName !== 'sw.js' && !first.has(fileName)) later[basename(fileName)] = hashOf(dir, fileName);
      const table = `<script type="application/json" id="integrity">${JSON.stringify(later)}</script>`;
      const whole = withHashes(html, bundle, (name) => hashOf(dir, name)).replace(
        '</head>',
        `  ${table}\n  </head>`,
      );
      if (!whole.includes(table)) throw new Error('index.html has no head that ends');
      writeFileSync(page, whole);
    },
  };
}

const scriptTag = /<script type="module" crossorigin src="\.\/([^"]+)"><\/script>/g;
const preloadTag = /\s*<link rel="modulepreload" crossorigin href="\.\/[^"]+">/g;

/** A script and all that it imports, directly or not; what is imported first. */
function imported(name: string, bundle: Rolldown.OutputBundle, into = new Set<string>()): Set<string> {
  const chunk = bundle[name];
  if (chunk?.type !== 'chunk') throw new Error(`the page names ${name}, which is no script of the build`);
  for (const next of chunk.imports) if (!into.has(next)) imported(next, bundle, into);
  return into.add(name);
}

/**
 * The page with a hash at each script, and before it, with theirs, the scripts that it imports: when the browser comes
 * to an import, its file must be on its way already.
 */
function withHashes(html: string, bundle: Rolldown.OutputBundle, hash: (name: string) => string): string {
  const named = new Set<string>();
  const page = html.replace(preloadTag, '').replace(scriptTag, (_tag, script: string) =>
    [...imported(script, bundle)]
      .filter((name) => !named.has(name))
      .map((name) => {
        named.add(name);
        return name === script
          ? `<script type="module" crossorigin src="./${name}" integrity="${hash(name)}"></script>`
          : `<link rel="modulepreload" crossorigin href="./${name}" integrity="${hash(name)}">`;
      })
      .join('\n    '),
  );
  const tags = page.match(/<script\b|rel="modulepreload"/g) ?? [];
  if (tags.length !== named.size) throw new Error('index.html has a script whose hash is not known');
  return page;
}
