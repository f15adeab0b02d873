// Which files of a built page are there before all else.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The names of the scripts and styles that tags of the page name, and of those that these import, in the folder assets. */
export function loadedFirst(folder) {
  const assets = join(folder, 'assets');
  // The page has the hashes of all its scripts in a table, which loads none.
  const tags = readFileSync(join(folder, 'index.html'), 'utf8').replace(
    /<script type="application\/json".*?<\/script>/s,
    '',
  );
  const first = new Set(readdirSync(assets).filter((f) => /\.(js|css)$/.test(f) && tags.includes(f)));
  for (const name of first) {
    if (!name.endsWith('.js')) continue;
    const script = readFileSync(join(assets, name), 'utf8');
    for (const [, other] of script.matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) first.add(other);
  }
  return first;
}
