import type { Page } from '@playwright/test';
import { meetByEngine, meetRaw, middle, openBlank, processor, record, serveBlank } from './bench.ts';
import { expect, test } from './fixtures.ts';

/** Of each kind, one after the other, so that both see the same load of this computer. */
const rounds = 3;
/** Round trips of 100 bytes in a round, and messages of 16,000 bytes. */
const trips = 300;
const parts = 600;

/** One end of a way, in a page. A message is answered by `echo`, or counted. */
interface End {
  send(text: string): unknown;
  /** How many bytes are on their way. */
  waiting(): number;
  heard: number;
  onheard: () => void;
  echo: boolean;
}

declare global {
  var ends: Record<'engine' | 'raw', End>;
}

test('bench: two pages, the engine beside a raw channel', { tag: '@bench' }, async ({ browser }) => {
  test.skip(process.env['TINCAN_BENCH'] !== '1', 'prints ratios, proves nothing: make bench');
  test.setTimeout(600_000);
  const site = await serveBlank();
  const pages = [await openBlank(browser, site.url), await openBlank(browser, site.url)] as const;
  await meetByEngine(...pages);
  await meetRaw(...pages);
  for (const page of pages) await page.evaluate(putEnds);

  const found: Record<'engine' | 'raw', { trip: number[]; cpu: number[]; bulk: number[] }> = {
    engine: { trip: [], cpu: [], bulk: [] },
    raw: { trip: [], cpu: [], bulk: [] },
  };
  for (let round = 0; round <= rounds; round += 1) {
    for (const kind of ['raw', 'engine'] as const) {
      const before = await processor(browser, 'renderer');
      const times = await pingPong(pages, kind);
      const cpu = ((await processor(browser, 'renderer')) - before) / (2 * trips);
      const began = await processor(browser);
      await flood(pages, kind);
      const bulk = ((await processor(browser)) - began) / ((parts * 16_000) / 1e6);
      if (round === 0) continue; // to warm up
      found[kind].trip.push(...times);
      found[kind].cpu.push(cpu);
      found[kind].bulk.push(bulk);
    }
  }
  const { raw, engine } = found;
  const row = (name: string, ours: number, theirs: number, ratio: number) =>
    `${name.padEnd(44)} ${ours.toFixed(2).padStart(8)} ${theirs.toFixed(2).padStart(8)} ${ratio.toFixed(2).padStart(8)}`;
  console.log(
    [
      '',
      `${'two pages in one Chromium'.padEnd(44)} ${'engine'.padStart(8)} ${'raw'.padStart(8)} ${'ratio'.padStart(8)}`,
      row(
        'round trip of 100 bytes, median, ms',
        middle(engine.trip),
        middle(raw.trip),
        middle(engine.trip) / middle(raw.trip),
      ),
      row(
        'processor per message, both pages, ms',
        middle(engine.cpu),
        middle(raw.cpu),
        middle(engine.cpu) / middle(raw.cpu),
      ),
      row(
        '16,000-byte messages, processor per MB, ms',
        middle(engine.bulk),
        middle(raw.bulk),
        middle(raw.bulk) / middle(engine.bulk),
      ),
    ].join('\n'),
  );
  record({
    'chromium-trip': [middle(engine.trip), middle(raw.trip)],
    'chromium-message': [middle(engine.cpu), middle(raw.cpu)],
    'chromium-bulk': [middle(engine.bulk), middle(raw.bulk)],
  });
  await Promise.all(pages.map((page) => page.context().close()));
  site.stop();
});

/** Runs in a page: both its ways, to be used alike. */
function putEnds(): void {
  const end = (send: End['send'], waiting: End['waiting']): End => ({
    send,
    waiting,
    heard: 0,
    onheard: () => undefined,
    echo: false,
  });
  let [sent, arrived] = [0, 0];
  const engine = end(
    (text) => {
      sent += 1;
      return globalThis.chat.send('', text);
    },
    () => (sent - arrived) * 16_000,
  );
  globalThis.told = (event) => {
    if (event.type === 'delivered') arrived += 1;
    if (event.type !== 'message') return;
    engine.heard += 1;
    engine.onheard();
    if (engine.echo) void engine.send(event.text);
  };
  const channel = globalThis.raw;
  const bytes = new Map<number, Uint8Array<ArrayBuffer>>();
  const raw = end(
    (text) => {
      const message = bytes.get(text.length) ?? new Uint8Array(text.length);
      bytes.set(text.length, message);
      channel.send(message);
    },
    () => channel.bufferedAmount,
  );
  channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    raw.heard += 1;
    raw.onheard();
    if (raw.echo) channel.send(data);
  };
  globalThis.ends = { engine, raw };
}

/** The times of round trips, one after the other, in ms. */
async function pingPong([a, b]: readonly [Page, Page], kind: 'engine' | 'raw'): Promise<number[]> {
  await b.evaluate((kind) => (globalThis.ends[kind].echo = true), kind);
  const times = await a.evaluate(
    async ([kind, trips]) => {
      const end = globalThis.ends[kind];
      const text = 'x'.repeat(100);
      const times: number[] = [];
      for (let n = 0; n < trips; n += 1) {
        const back = new Promise<void>((resolve) => (end.onheard = resolve));
        const began = performance.now();
        void end.send(text);
        await back;
        times.push(performance.now() - began);
      }
      end.onheard = () => undefined;
      return times;
    },
    [kind, trips] as const,
  );
  await b.evaluate((kind) => (globalThis.ends[kind].echo = false), kind);
  return times;
}

/** Messages of 16,000 bytes as fast as they go, with a megabyte on its way. */
async function flood([a, b]: readonly [Page, Page], kind: 'engine' | 'raw'): Promise<void> {
  const before = await b.evaluate((kind) => globalThis.ends[kind].heard, kind);
  await a.evaluate(
    async ([kind, parts]) => {
      const end = globalThis.ends[kind];
      const text = 'x'.repeat(16_000);
      for (let n = 0; n < parts; n += 1) {
        while (end.waiting() > 1 << 20) await new Promise((resolve) => setTimeout(resolve, 1));
        void end.send(text);
      }
    },
    [kind, parts] as const,
  );
  await expect
    .poll(() => b.evaluate((kind) => globalThis.ends[kind].heard, kind), { timeout: 60_000, intervals: [50] })
    .toBe(before + parts);
}
