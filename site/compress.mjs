// Compresses the built page with brotli: node compress.mjs FROM TO
// What is there already, and unpacks to the same, is kept: the engine takes ten seconds.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompressSync, constants } from 'node:zlib';

const [from, to] = process.argv.slice(2);
/** Less than this part saved isn't worth the room: pictures, and what is small. */
const worth = 0.1;

const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));

const isThere = (path) => statSync(path, { throwIfNoEntry: false }) !== undefined;

mkdirSync(to, { recursive: true });
const names = filesOf(from);
for (const name of filesOf(to)) if (!names.includes(name)) rmSync(join(to, name));

await Promise.all(
  names.map(async (name) => {
    const target = join(to, name);
    const plain = readFileSync(join(from, name));
    if (isThere(target) && brotliDecompressSync(readFileSync(target)).equals(plain)) return;
    const small = await promisify(brotliCompress)(plain, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      },
    });
    rmSync(target, { force: true });
    if (small.length > plain.length * (1 - worth)) return;
    mkdirSync(dirname(target), { recursive: true });
    // Whole or not at all, even if this is interrupted.
    writeFileSync(`${target}.part`, small);
    renameSync(`${target}.part`, target);
  }),
);
