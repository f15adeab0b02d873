import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compress } from 'lzma1';
import { build, runnerImport, type Plugin } from 'vite';
import { written } from '../single/coding.ts';
import { packed } from '../single/dictionaries.ts';
import type { Source } from '../src/language/source.ts';

/*
 * `--mode single`: the whole page as one HTML file. Its scripts and its style run by their hashes, in the document's own
 * policy, which forbids every request. The page, the engine and the dictionaries lie in it as three blocks of LZMA, which
 * browsers cannot unpack by themselves, but which is a quarter smaller than what they can; and the document is in
 * UTF-16, in which a block takes 3 % more than its bytes, where base64 takes 33 %. Its first two bytes say so, which
 * browsers believe more than what a host says of all its HTML.
 */

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What the file has in the place of a module of the page. */
const inPlace = new Map([
  [at('src/scrub.ts'), at('single/scrub.ts')],
  [at('src/engine/source.ts'), at('single/source.ts')],
  [at('src/settings/Build.svelte'), at('single/Build.svelte')],
  [at('src/settings/build.ts'), at('single/build.ts')],
]);
const dictionary = /\/src\/language\/([a-z]{2}(?:-\w+)?)\.ts$/;

const sha256 = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** `site`: an address that links begin with where the file was opened from a disk; empty for bare codes. */
export function singleFile(site: string): Plugin {
  const tags = new Set<string>();
  return {
    name: 'tincan-single-file',
    apply: 'build',
    enforce: 'pre',
    config: () => ({ define: { TINCAN_SITE: JSON.stringify(siteAddress(site)) } }),
    async resolveId(source, importer, options) {
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      const other = found && inPlace.get(found.id);
      return other ?? found;
    },
    load(id) {
      const tag = dictionary.exec(id)?.[1];
      if (tag === undefined || tag === 'en') return undefined;
      tags.add(tag);
      return `import { dictionaryOf } from ${JSON.stringify(at('single/language.ts'))};
export default await dictionaryOf(${JSON.stringify(tag)});`;
    },
    // The style is put together by then.
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const made = Object.values(bundle);
        const scripts = made.filter((each) => each.type === 'chunk');
        const assets = made.filter((each) => each.type === 'asset');
        const texts = assets.filter(({ fileName }) => fileName === 'notices.txt');
        const styles = assets.filter(({ fileName }) => fileName.endsWith('.css'));
        const [script, style, notices] = [scripts[0]?.code, styles[0]?.source, texts[0]?.source];
        if (script === undefined || typeof style !== 'string' || notices === undefined || made.length !== 3) {
          throw new Error(
            `the single file is made of one script, one style and the notices, and here are ${names(made)}`,
          );
        }
        for (const { fileName } of made) Reflect.deleteProperty(bundle, fileName);
        const dictionaries: Record<string, Source> = {};
        for (const tag of [...tags].sort()) {
          const { module } = await runnerImport<{ default: Source }>(at(`src/language/${tag}.ts`));
          dictionaries[tag] = module.default;
        }
        const source = document(
          readFileSync(at('index.html'), 'utf8'),
          { script, style },
          { first: await alone('single/first.ts'), loader: await alone('single/loader.ts') },
          {
            page: block('page', JSON.stringify({ script, style })),
            engine: block('engine', readFileSync(at('src/engine/generated/engine.wasm'))),
            languages: block('languages', packed(dictionaries)),
            notices: block('notices', notices),
          },
        );
        this.emitFile({ type: 'asset', fileName: 'tincan.html', source });
      },
    },
  };
}

const names = (files: readonly { fileName: string }[]) => files.map(({ fileName }) => fileName).join(', ');

/** An address that links can begin with, as a URL is written. */
function siteAddress(site: string): string {
  if (site === '') return '';
  const url = new URL(site);
  const plain = url.username === '' && url.password === '' && url.search === '' && !site.includes('#');
  if (!/^https?:$/.test(url.protocol) || !plain)
    throw new Error(`SITE is the address of a page, such as https://chat.example/, and not ${site}`);
  return url.href;
}

/** A script that is built without the others, as the text of a script element. */
async function alone(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [withoutEncoder()],
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: at(entry), output: { format: 'iife' } },
    },
  });
  const [output] = [result].flat();
  const [script, ...others] = output && 'output' in output ? output.output : [];
  if (script?.type !== 'chunk' || others.length > 0) throw new Error(`${entry} is not one script`);
  if (/<\/script|<!--/i.test(script.code)) throw new Error(`${entry} cannot stand in a document`);
  return script.code.trim();
}

/** The packer of lzma1, which its unpacker is in one class with, has no use in a browser. */
function withoutEncoder(): Plugin {
  return {
    name: 'tincan-without-encoder',
    load: (id) => (id.endsWith('/lzma1/lib/encoder.js') ? 'export class Encoder {}' : undefined),
  };
}

function block(name: string, content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const text = written(compress(bytes, 5));
  process.stdout.write(
    `${name.padEnd(9)} ${String(bytes.length).padStart(9)} bytes, in the file ${String(text.length * 2).padStart(9)}\n`,
  );
  return `<script type="application/x-lzma" id="${name}">${text}</script>`;
}

/** The document, from what index.html says of the page. */
function document(
  html: string,
  { script, style }: { script: string; style: string },
  { first, loader }: { first: string; loader: string },
  blocks: Record<'page' | 'engine' | 'languages' | 'notices', string>,
): Uint8Array {
  const policy = [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    `script-src ${[first, loader, script].map(sha256).join(' ')} 'wasm-unsafe-eval'`,
    `style-src ${sha256(style)}`,
    'img-src data: blob:',
    'media-src blob:',
    "connect-src 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types svelte-trusted-html tincan-single',
  ].join('; ');
  const icon = encodeURIComponent(readFileSync(at('public/favicon.svg'), 'utf8').trim());
  let text = html;
  const put = (what: RegExp, instead: string) => {
    if (text.split(what).length !== 2) throw new Error(`index.html has not exactly one ${what}`);
    text = text.replace(what, () => instead);
  };
  put(/<meta charset="utf-8" \/>/, `<meta http-equiv="Content-Security-Policy" content="${policy}" />`);
  put(/\s*<script type="module" src="\/src\/scrub.ts"><\/script>/, '');
  put(/\s*<script type="module" src="\/src\/main.ts"><\/script>/, '');
  put(/\s*<link rel="apple-touch-icon"[^>]*>/, '');
  put(/\s*<link rel="manifest"[^>]*>/, '');
  put(/href="\/favicon.svg"/, `href="data:image/svg+xml,${icon}"`);
  // Before all that takes long to read.
  put(/(?<=content="default-src [^>]*>)/, `\n    <script>${first}</script>`);
  put(
    /\s*(?=<\/body>)/,
    `\n${blocks.page}\n<script>${loader}</script>\n${blocks.engine}\n${blocks.languages}\n${blocks.notices}\n  `,
  );
  return Buffer.from(`\ufeff${text}`, 'utf16le');
}
