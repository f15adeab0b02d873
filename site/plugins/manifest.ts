import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';

/** Where the manifest is, below the page's address. */
export const manifestPath = '.well-known/tincan.json';

/** The names of all files in a folder, sorted. */
export function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/**
 * Writes the manifest: which build this is, and the SHA-256 of every file of it, as `sha256sum` shows it. `tincan verify`
 * reads it. It does not name itself, for no file can hold its own hash; nor config.json, which each host makes its own
 * and `tincan serve` makes anew for each visitor. Nothing in it depends on when or where it was built.
 */
export function manifest(build: { version: string; commit: string }): Plugin {
  return {
    name: 'tincan-manifest',
    apply: 'build',
    enforce: 'post',
    // The last of all plugins, since it is about what the others have written.
    writeBundle({ dir = '' }) {
      const files: Record<string, string> = {};
      for (const name of filesIn(dir).filter((name) => name !== manifestPath))
        files[name] = createHash('sha256')
          .update(readFileSync(join(dir, name)))
          .digest('hex');
      const path = join(dir, manifestPath);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${JSON.stringify({ format: 1, ...build, files }, null, 2)}\n`);
    },
  };
}
