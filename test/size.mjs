// Prints the sizes that a visitor pays for, and fails above the budgets:
//   node test/size.mjs ENGINE.wasm ENGINE-WITH-NAMES.wasm site/dist bin/tincan.html
// Compressed sizes are Node's gzip 9 and brotli 11, file by file.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { loadedFirst } from './first.mjs';

// Layout alone moves the engine by up to 5,000 bytes: a budget nearer than that fails at random.
const budgets = { engine: 1_018_000, page: 60_000, single: 1_600_000 };
const aims = { engine: 760_000, page: 45_000 };

const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  }).length;

const measure = (bytes) => ({
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotli(bytes),
});

const row = (name, s) =>
  `${name.padEnd(44)} ${String(s.raw).padStart(9)} ${String(s.gzip).padStart(9)} ${String(s.brotli).padStart(9)}`;

/** Bytes of code by Go package, read from the name and code sections. */
function packages(bytes) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const b = bytes[at++];
      value += (b & 127) * 2 ** shift;
      if (b < 128) return value;
    }
  };
  const string = () => {
    const length = number();
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  let imports = 0;
  const sizes = [];
  const names = new Map();
  while (at < bytes.length) {
    const id = bytes[at++];
    const end = number() + at;
    if (id === 2) imports = countFunctionImports(bytes.subarray(at, end));
    if (id === 10) {
      for (let n = number(); n > 0; n--) {
        const length = number();
        sizes.push(length);
        at += length;
      }
    }
    if (id === 0 && string() === 'name') {
      while (at < end) {
        const kind = bytes[at++];
        const stop = number() + at;
        if (kind === 1) for (let n = number(); n > 0; n--) names.set(number(), string());
        at = stop;
      }
    }
    at = end;
  }
  const byPackage = new Map();
  sizes.forEach((size, i) => {
    const name = names.get(i + imports) ?? '?';
    const cut = name.indexOf('.', name.startsWith('golang.org') ? 11 : 0);
    const owner = cut < 0 ? name : name.slice(0, cut).replaceAll('_', '/');
    byPackage.set(owner, (byPackage.get(owner) ?? 0) + size);
  });
  return [...byPackage].sort((a, b) => b[1] - a[1]);
}

/** Go imports functions only, each as module, name, kind 0 and a type index. */
const countFunctionImports = (section) => section[0];

const [engineFile, namedFile, dist, single] = process.argv.slice(2);
const failures = [];
const check = (name, size, budget, aim) => {
  console.log(`${name}: ${size} bytes of brotli; at most ${budget}, aim ${aim}`);
  if (size > budget) failures.push(`${name} is ${size - budget} bytes over its budget`);
};

console.log(`${''.padEnd(44)} ${'raw'.padStart(9)} ${'gzip'.padStart(9)} ${'brotli'.padStart(9)}`);
const engine = measure(readFileSync(engineFile));
console.log(row('engine.wasm', engine));
const list = packages(readFileSync(namedFile));
const told = (title, some) => {
  console.log(`\n${title}, bytes of code`);
  for (const [name, size] of some) console.log(`${name.padEnd(44)} ${String(size).padStart(9)}`);
};
told('biggest packages in the engine', list.slice(0, 15));
told(
  'packages of ours',
  list.filter(([name]) => name === 'main' || name.startsWith('tincan/')),
);
// crypto/rand imports math/big and that fmt: their empty initialisers are linked, and no more may be.
const initialiser = 1000;
for (const [name, size] of list) {
  const banned = /^(fmt|encoding\/json|math\/big)$/.test(name) && size > initialiser;
  if (banned || /^net\/http|^crypto\/tls|pion/.test(name))
    failures.push(`${name} is linked into the engine: ${size} bytes`);
}

if (dist) {
  console.log('');
  const page = { raw: 0, gzip: 0, brotli: 0 };
  const assets = readdirSync(join(dist, 'assets')).filter((f) => /\.(js|css)$/.test(f));
  if (assets.length === 0) failures.push('no scripts or styles in the build');
  // What the page's own HTML names is loaded before the engine; the rest is lazy.
  const eager = loadedFirst(dist);
  for (const f of assets.sort()) {
    const s = measure(readFileSync(join(dist, 'assets', f)));
    console.log(row(f + (eager.has(f) ? '' : ' (later)'), s));
    if (eager.has(f)) for (const k of Object.keys(page)) page[k] += s[k];
  }
  console.log(row('index.html', measure(readFileSync(join(dist, 'index.html')))));
  console.log(row('page: JS and CSS before the engine', page));
  console.log('');
  check('page', page.brotli, budgets.page, aims.page);
}
check('engine', engine.brotli, budgets.engine, aims.engine);
if (single) {
  // As it lies on a disk: what it is made of is compressed already.
  const { length } = readFileSync(single);
  console.log(`single file: ${length} bytes; at most ${budgets.single}`);
  if (length > budgets.single)
    failures.push(`the single file is ${length - budgets.single} bytes over its budget`);
}
for (const f of failures) console.error(`FAIL ${f}`);
process.exit(failures.length ? 1 : 0);
