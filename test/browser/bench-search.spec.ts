import { readFile } from 'node:fs/promises';
import ts from 'typescript';
import type * as Folding from '../../site/src/search/folding.ts';
import type * as Hits from '../../site/src/search/hits.ts';
import { middle, openBlank, record, serveBlank } from './bench.ts';
import { expect, test } from './fixtures.ts';

/** Of each kind, one after the other, so that both see the same load of this computer. */
const rounds = 15;
const count = 10_000;

/** Texts as people write them, in scripts that cost nothing to fold and in others. */
const kinds = {
  English: ['As long as people write, they write more. ', 'message 12'],
  Arabic: ['ما دام الناسُ يكتبون، فإنّهم يكتبون أكثر. ', 'رسالة ١٢'],
  'one letter, at every place': ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'a'],
} as const;

test('bench: a search of 10,000 messages beside a bare one', { tag: '@bench' }, async ({ browser }) => {
  test.skip(process.env['TINCAN_BENCH'] !== '1', 'prints ratios, proves nothing: make bench');
  test.setTimeout(300_000);
  const site = await serveBlank({
    '/folding.js': await script('search/folding.ts'),
    '/hits.js': await script('search/hits.ts'),
  });
  const page = await openBlank(browser, site.url);
  const cells = (name: string, ...all: string[]) =>
    name.padEnd(44) + all.map((each) => each.padStart(9)).join('');
  const lines = [cells('10,000 messages, in ms', 'ours', 'bare', 'ratio')];
  for (const [name, [sentence, wanted]] of Object.entries(kinds)) {
    const found = await page.evaluate(
      async ([sentence, wanted, rounds, count]) => {
        const { fold } = (await import('/folding.js' as string)) as typeof Folding;
        const { hitsIn } = (await import('/hits.js' as string)) as typeof Hits;
        const messages = Array.from({ length: count }, (_, i) => ({
          key: `m${i}`,
          text: `Message ${i}, رسالة ${i}: ${sentence.repeat(1 + (i % 3))}`,
        }));
        const took = (work: () => unknown) => {
          const began = performance.now();
          work();
          return performance.now() - began;
        };
        const lower = messages.map(({ text }) => text.toLowerCase());
        const texts = new WeakMap(messages.map((message) => [message, fold(message.text)] as const));
        const query = fold(wanted);
        const times = {
          fold: [] as number[],
          lower: [] as number[],
          search: [] as number[],
          bare: [] as number[],
        };
        for (let round = 0; round < rounds; round += 1) {
          times.fold.push(took(() => messages.map(({ text }) => fold(text))));
          times.lower.push(took(() => messages.map(({ text }) => text.toLowerCase())));
          times.search.push(took(() => hitsIn(messages, texts, query)));
          times.bare.push(took(() => lower.filter((text) => text.includes(query))));
        }
        return { times, hits: hitsIn(messages, texts, query).length };
      },
      [sentence, wanted, rounds, count] as const,
    );
    expect(found.hits).toBeGreaterThan(0);
    const { fold, lower, search, bare } = found.times;
    const row = (what: string, ours: number, theirs: number) =>
      cells(`${name}: ${what}`, ours.toFixed(2), theirs.toFixed(2), (ours / theirs).toFixed(1));
    if (name === 'English') record({ search: [middle(search), middle(bare)] });
    lines.push(
      row('searched', middle(search), middle(bare)),
      row('folded, once', middle(fold), middle(lower)),
    );
  }
  console.log(['', ...lines].join('\n'));
  await page.context().close();
  site.stop();
});

/** A module of the page's, as JavaScript. */
async function script(path: string): Promise<string> {
  const source = await readFile(new URL(`../../site/src/${path}`, import.meta.url), 'utf8');
  const { target, module } = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(source, { compilerOptions: { target, module } }).outputText;
}
