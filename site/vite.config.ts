import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Connect, Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { notices } from './notices.ts';
import { integrity } from './plugins/integrity.ts';
import { filesIn, manifest } from './plugins/manifest.ts';
import { singleFile } from './plugins/single.ts';

interface HeadersFile {
  all: Record<string, string>;
  secure: Record<string, string>;
  cache: { page: string; assets: string };
}

const headers = JSON.parse(readFileSync(new URL('headers.json', import.meta.url), 'utf8')) as HeadersFile;

/**
 * Gives scrub.ts a script of its own, before the main one. Vite would join both into one bundle, and then a
 * bundle that fails to load or parse would leave the link's secret in the address bar.
 */
function scrubFirst(): Plugin {
  return {
    name: 'tincan-scrub-first',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const scrub = Object.values(bundle ?? {}).find(
          (file) => file.type === 'chunk' && file.name === 'scrub',
        );
        if (!scrub) throw new Error('the scrub script is missing from the bundle');
        return [
          {
            tag: 'script',
            attrs: { type: 'module', crossorigin: true, src: `./${scrub.fileName}` },
            injectTo: 'head-prepend',
          },
        ];
      },
    },
  };
}

/** Tells the service worker every file of the build, with its hash, and a version that changes with any of them. */
function listFiles(): Plugin {
  const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data);
  return {
    name: 'tincan-list-files',
    apply: 'build',
    enforce: 'post',
    // From the disk, where the files are as they will be served, those of public/ among them.
    writeBundle({ dir = '' }, bundle) {
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') throw new Error('the service worker is missing from the bundle');
      if (worker.imports.length + worker.dynamicImports.length + worker.exports.length > 0) {
        throw new Error('the service worker shares code with the page, so it would have to be a module');
      }
      const files: Record<string, string> = {};
      for (const name of filesIn(dir).filter((name) => name !== 'sw.js')) {
        files[name === 'index.html' ? './' : name] =
          `sha256-${sha256(readFileSync(join(dir, name))).digest('base64')}`;
      }
      const version = sha256(worker.code + JSON.stringify(files))
        .digest('hex')
        .slice(0, 16);
      const code = worker.code.replaceAll('TINCAN_BUILD', () => JSON.stringify({ version, files }));
      if (code === worker.code) throw new Error('the service worker does not ask for its files');
      writeFileSync(join(dir, 'sw.js'), code);
    },
  };
}

/** What main.ts and parts.ts both need, by the names of its files; known once all of them are read. */
const shared = new Set<string>();

/**
 * Keeps what is shared before the engine in one file. What comes later still, as the search, needs some of it and not
 * the rest, and for that a bundler would cut it in pieces: two requests in the place of one, and 800 bytes more.
 */
function keepTogether(): Plugin {
  return {
    name: 'tincan-keep-together',
    apply: 'build',
    buildEnd() {
      const reached = (id: string, into = new Set<string>()) => {
        if (into.has(id)) return into;
        into.add(id);
        for (const next of this.getModuleInfo(id)?.importedIds ?? []) reached(next, into);
        return into;
      };
      const [main, parts, scrub] = (['main.ts', 'app/parts.ts', 'scrub.ts'] as const).map((name) =>
        reached(fileURLToPath(new URL(`src/${name}`, import.meta.url))),
      );
      for (const id of parts ?? []) if (main?.has(id) && !scrub?.has(id)) shared.add(id);
    },
  };
}

/** Serves an empty config.json, which `tincan serve` and the hosted page have for real, and the headers. */
function served(): Plugin {
  const config: Connect.NextHandleFunction = (request, response, next) => {
    if (request.url?.split('?')[0] !== '/config.json') return next();
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Cache-Control', headers.cache.page);
    response.end('{}');
  };
  return {
    name: 'tincan-served',
    configureServer: (server) => void server.middlewares.use(config),
    configurePreviewServer: (server) => void server.middlewares.use(config),
  };
}

/** `--mode fake`: the page with the fake engine of test/, to look at every screen without the wasm. */
function fakePage(): Plugin {
  return {
    name: 'tincan-fake-page',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) => html.replace('/src/main.ts', '/test/fake-main.ts'),
    },
  };
}

/** Of the page in many files, and of the one with the fake engine. */
const severalFiles = () => [
  scrubFirst(),
  keepTogether(),
  integrity(),
  notices(),
  listFiles(),
  // make says which build it is.
  manifest({
    version: process.env['TINCAN_VERSION'] ?? 'dev',
    commit: process.env['TINCAN_COMMIT'] ?? '',
  }),
];

export default defineConfig(({ mode }) => ({
  // Relative, so that the page can be served below any path.
  base: './',
  plugins: [
    svelte(),
    ...(mode === 'single'
      ? [notices('lzma1'), singleFile(process.env['TINCAN_SITE'] ?? '')]
      : severalFiles()),
    served(),
    ...(mode === 'fake' ? [fakePage()] : []),
  ],
  // Conditions of the browser also under vitest, or svelte's server half would be tested.
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  build: {
    target: 'es2022',
    outDir: { fake: '../bin/fake-page', single: '../bin' }[mode] ?? 'dist',
    emptyOutDir: mode !== 'single',
    copyPublicDir: mode !== 'single',
    cssCodeSplit: mode !== 'single',
    ...(mode === 'single' ? { modulePreload: { polyfill: false } } : {}),
    // A file as a data: address would be refused by the content security policy.
    assetsInlineLimit: 0,
    rolldownOptions:
      mode === 'single'
        ? // Most of its time goes by packing, which is no news.
          { input: 'src/main.ts', output: { codeSplitting: false }, checks: { pluginTimings: false } }
        : {
            input: { main: 'index.html', scrub: 'src/scrub.ts', sw: 'src/sw.ts' },
            output: {
              codeSplitting: { groups: [{ name: 'shared', test: (id) => shared.has(id) }] },
              // A service worker is known by its address, and reaches no higher than its folder.
              entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
            },
          },
  },
  // The development server itself needs inline styles, so only the built page runs under the whole policy.
  preview: { headers: { ...headers.all, ...headers.secure, 'Cache-Control': headers.cache.page } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    restoreMocks: true,
  },
}));
