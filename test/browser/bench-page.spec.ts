import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { environment } from '../../site/src/engine/environment.ts';
import {
  acceptIn,
  inviteFrom,
  meetByEngine,
  meetRaw,
  middle,
  openBlank,
  record,
  replyFrom,
  serveBlank,
  startEngine,
} from './bench.ts';
import { expect, test } from './fixtures.ts';
import { PageMemory } from './page-memory.ts';
import { Stun } from './stun.ts';

/* What a page has before and beside its messages: the length of an invite, the start of the engine, the opening of a chat, memory. */

test.beforeEach(() => {
  test.skip(process.env['TINCAN_BENCH'] !== '1', 'prints figures, proves nothing: make bench');
  test.setTimeout(300_000);
});

test('bench: an invite beside its own SDP, packed by others', { tag: '@bench' }, async ({ chromium }) => {
  const site = await serveBlank();
  const stun = await Stun.start('203.0.113.7:50000');
  // No switches: addresses are hidden behind names, as people have it.
  const browser = await chromium([]);
  const page = await openBlank(browser, site.url);
  await page.evaluate(() => {
    const scope = globalThis as unknown as { made: RTCPeerConnection[] };
    scope.made = [];
    const Connection = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Connection {
      constructor(...given: [RTCConfiguration?]) {
        super(...given);
        scope.made.push(this);
      }
    };
  });
  await startEngine(page);
  const code = await inviteFrom(page, { mode: 'all', stun: [stun.address], turn: [] });
  // The engine makes the code of this connection's description.
  const sdp = await page.evaluate(
    () =>
      (globalThis as unknown as { made: RTCPeerConnection[] }).made
        .map((connection) => connection.localDescription?.sdp ?? '')
        .findLast((sdp) => sdp !== '') ?? '',
  );
  const candidates = sdp.match(/^a=candidate:.*$/gm) ?? [];
  expect(candidates.length).toBeGreaterThan(0);
  const script = fileURLToPath(new URL('../bench/lengths.mjs', import.meta.url));
  const peers = spawnSync(process.execPath, [script], { input: sdp, encoding: 'utf8' });
  expect(peers.stderr).toBe('');
  const lengths = JSON.parse(peers.stdout) as Record<string, number>;
  const kinds = candidates.map((line) => line.split(' ')[7]).join(', ');
  console.log(`\nan invite with the candidates ${kinds}: ${code.length} characters`);
  for (const [name, length] of Object.entries(lengths)) {
    console.log(
      `${name.padEnd(44)} ${String(length).padStart(8)} ${(code.length / length).toFixed(2).padStart(8)}`,
    );
    record({ [`invite-${name}`]: [code.length, length] });
  }
  await stun.stop();
  site.stop();
});

/** How often each is begun; the first time warms up. */
const rounds = 15;

test('bench: the engine starts beside an empty Go program', { tag: '@bench' }, async ({ browser }) => {
  const empty = await readFile(new URL('../../bin/empty.wasm', import.meta.url));
  const site = await serveBlank({}, { '/empty.wasm': empty });
  const times = { '/engine.wasm': [] as number[], '/empty.wasm': [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const [file, list] of Object.entries(times)) {
      const page = await openBlank(browser, site.url);
      // Compiling is the browser's, and for a large program is put off or done ahead as it likes: what is timed is Go's start.
      const took = await page.evaluate(
        async ([file, environment]) => {
          const scope = globalThis as unknown as {
            Go: new () => {
              env: Record<string, string>;
              importObject: WebAssembly.Imports;
              run(instance: WebAssembly.Instance): Promise<void>;
            };
          };
          const module = await WebAssembly.compileStreaming(fetch(file));
          const go = new scope.Go();
          go.env = environment;
          const ready = new Promise<void>((resolve) =>
            Object.defineProperty(globalThis, 'tincan', { set: () => resolve(), configurable: true }),
          );
          const began = performance.now();
          const instance = await WebAssembly.instantiate(module, go.importObject);
          void go.run(instance);
          await ready;
          return performance.now() - began;
        },
        [file, environment] as const,
      );
      await page.context().close();
      if (round > 0) list.push(took);
    }
  }
  const [engine, bare] = [middle(times['/engine.wasm']), middle(times['/empty.wasm'])];
  console.log(
    `\nstart, ms: engine ${engine.toFixed(1)}, empty Go program ${bare.toFixed(1)}, ratio ${(engine / bare).toFixed(2)}`,
  );
  record({ 'engine-start': [engine, bare] });
  site.stop();
});

test('bench: a chat opens beside a bare RTCPeerConnection', { tag: '@bench' }, async ({ browser }) => {
  const site = await serveBlank();
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round += 1) {
    const pages = [await openBlank(browser, site.url), await openBlank(browser, site.url)] as const;
    for (const page of pages) await startEngine(page);
    const raw = await meetRaw(...pages);
    const engine = await acceptIn(pages[0], await replyFrom(pages[1], await inviteFrom(pages[0])));
    if (round > 0) {
      ours.push(engine);
      bare.push(raw);
    }
    for (const page of pages) await page.context().close();
  }
  console.log(
    `\nfrom the reply to an open chat, ms: engine ${middle(ours).toFixed(0)}, bare ${middle(bare).toFixed(0)}, ${(middle(ours) - middle(bare)).toFixed(0)} more`,
  );
  record({ open: [middle(ours), middle(bare)] });
  site.stop();
});

/** The memory of a page in a browser of its own, once it stands as `stand` has left it, in MiB. */
async function memoryOf(browser: Browser, stand: (page: Page) => Promise<void>): Promise<number> {
  const page = await (await browser.newContext()).newPage();
  const memory = await PageMemory.of(page, browser);
  await stand(page);
  const { process } = await memory.taken();
  await browser.close();
  return process;
}

test(
  'bench: memory of an idle chat beside a bare channel',
  { tag: '@bench' },
  async ({ browser, chromium }) => {
    test.skip(process.platform !== 'linux', 'what a process takes is read from /proc');
    const site = await serveBlank();
    const other = await openBlank(browser, site.url);
    const [ours, bare]: [number[], number[]] = [[], []];
    for (let round = 0; round < 5; round += 1) {
      for (const [list, meet] of [
        [bare, meetRaw],
        [ours, meetByEngine],
      ] as const) {
        await other.goto(site.url);
        const taken = await memoryOf(await chromium(), async (page) => {
          await page.goto(site.url);
          await meet(page, other);
        });
        list.push(taken);
      }
    }
    console.log(
      `\nan idle chat in a blank page, MiB: engine ${middle(ours).toFixed(1)}, bare channel ${middle(bare).toFixed(1)}`,
    );
    record({ 'memory-idle': [middle(ours), middle(bare)] });
    site.stop();
  },
);

test(
  'bench: memory of 10,000 messages beside a plain list',
  { tag: '@bench' },
  async ({ fake, chromium }) => {
    test.skip(process.platform !== 'linux', 'what a process takes is read from /proc');
    // Once each: the plain list takes a minute where others work, too.
    const show = async (screen: string) => {
      let paint = 0;
      const memory = await memoryOf(await chromium(), async (page) => {
        await page.goto(`${fake.url}?${screen}`);
        const painted = () =>
          page.evaluate(() => (globalThis as unknown as { painted?: number }).painted ?? 0);
        await expect.poll(painted, { timeout: 240_000 }).toBeGreaterThan(0);
        paint = await painted();
      });
      return { memory, paint };
    };
    const [ours, plain] = [await show('10000'), await show('10000-plain')];
    console.log(
      `\n10,000 messages: ${ours.memory.toFixed(1)} MiB, first paint ${ours.paint.toFixed(0)} ms;` +
        ` a plain list ${plain.memory.toFixed(1)} MiB, ${plain.paint.toFixed(0)} ms`,
    );
    record({ 'memory-10000': [ours.memory, plain.memory], 'paint-10000': [ours.paint, plain.paint] });
  },
);
