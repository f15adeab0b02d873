// What a visitor loads, beside the least that could be loaded:
//   node test/bench/weights.mjs ENGINE.wasm EMPTY.wasm site/dist
// The engine beside an empty Go program, and the page's scripts and styles before the engine beside a Svelte page with one
// button, which is built here by the page's own tools. In bytes of brotli, at its eleventh step.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { loadedFirst } from '../first.mjs';

const [engine, empty, dist] = process.argv.slice(2);
const site = fileURLToPath(new URL('../../site/', import.meta.url));

const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  }).length;
const weigh = (files) => files.reduce((sum, file) => sum + brotli(readFileSync(file)), 0);

const before = (folder) => [...loadedFirst(folder)].map((name) => join(folder, 'assets', name));

/** A Svelte page with one button, built into a folder of its own. */
async function buildLeast() {
  const need = createRequire(join(site, 'package.json'));
  const load = (name) => import(pathToFileURL(need.resolve(name)).href);
  const [{ build }, { svelte }] = [await load('vite'), await load('@sveltejs/vite-plugin-svelte')];
  // Below the page's folder, so that svelte is found.
  const root = mkdtempSync(join(site, 'node_modules', '.least-'));
  writeFileSync(join(root, 'index.html'), '<!doctype html><script type="module" src="./main.js"></script>');
  writeFileSync(
    join(root, 'main.js'),
    "import { mount } from 'svelte';\nimport App from './App.svelte';\nmount(App, { target: document.body });\n",
  );
  writeFileSync(
    join(root, 'App.svelte'),
    '<script>\n  let n = $state(0);\n</script>\n<button onclick={() => n++}>{n}</button>\n<style>button { color: red }</style>\n',
  );
  await build({ root, configFile: false, logLevel: 'warn', plugins: [svelte({ configFile: false })] });
  return root;
}

const least = await buildLeast();
try {
  const rows = {
    'engine-weight': [weigh([engine]), weigh([empty])],
    'page-weight': [weigh(before(dist)), weigh(before(join(least, 'dist')))],
  };
  for (const [key, [ours, peer]] of Object.entries(rows)) {
    console.log(
      `${key.padEnd(44)} ${String(ours).padStart(9)} ${String(peer).padStart(9)} ${(ours / peer).toFixed(2).padStart(8)}`,
    );
    if (process.env.TINCAN_BENCH_ROWS)
      appendFileSync(process.env.TINCAN_BENCH_ROWS, `${JSON.stringify({ key, ours, peer })}\n`);
  }
} finally {
  rmSync(least, { recursive: true });
}
