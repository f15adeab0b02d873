import { svelte } from '@sveltejs/vite-plugin-svelte';
import { readFileSync } from 'node:fs';
import type { Connect, Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

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

export default defineConfig(({ mode }) => ({
  // Relative, so that the page can be served below any path.
  base: './',
  plugins: [svelte(), scrubFirst(), served(), ...(mode === 'fake' ? [fakePage()] : [])],
  // Conditions of the browser also under vitest, or svelte's server half would be tested.
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  build: {
    target: 'es2022',
    outDir: mode === 'fake' ? 'node_modules/.fake' : 'dist',
    // A file as a data: address would be refused by the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { main: 'index.html', scrub: 'src/scrub.ts' } },
  },
  // The development server itself needs inline styles, so only the built page runs under the whole policy.
  preview: { headers: { ...headers.all, ...headers.secure, 'Cache-Control': headers.cache.page } },
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    restoreMocks: true,
  },
}));
