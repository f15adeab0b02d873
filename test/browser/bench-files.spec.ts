import { readFile } from 'node:fs/promises';
import type { Browser, Page } from '@playwright/test';
import ts from 'typescript';
import type * as Save from '../../site/src/files/save.ts';
import type { FileSink } from '../../wasm/engine.d.ts';
import { meetByEngine, meetRaw, middle, openBlank, processor, record, serveBlank } from './bench.ts';
import { test } from './fixtures.ts';

/** Of each kind, one after the other, so that all see the same load of this computer. */
const rounds = 5;
/** In a round, in bytes. */
const size = 64_000_000;

/** What carries the bytes, and what becomes of them. */
const kinds = ['raw', 'counted', 'disk'] as const;
type Kind = (typeof kinds)[number];

declare global {
  /** Sends so many bytes as a file, or raw. */
  var sends: (kind: Kind, size: number) => Promise<void>;
  /** Resolves when so many have come. */
  var comes: (kind: Kind, size: number) => Promise<void>;
  /** Says something every 100 ms, until `silent`, which tells how long each took until it was delivered, in milliseconds. */
  var talks: () => Promise<void>;
  var silent: () => Promise<number[]>;
  /** How long what the other one said took to come. */
  var arrived: number[];
}

test('bench: a file between two pages beside a raw channel', { tag: '@bench' }, async ({ browser }) => {
  test.skip(process.env['TINCAN_BENCH'] !== '1', 'prints ratios, proves nothing: make bench');
  test.setTimeout(600_000);
  const { pages, stop } = await prepared(browser);
  const found = kinds.map(() => ({ rate: [] as number[], cpu: [] as number[], pages: [] as number[] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [i, kind] of kinds.entries()) {
      const [all, renderers] = [await processor(browser), await processor(browser, 'renderer')];
      const took = await carry(pages, kind, size);
      if (round === 0) continue; // to warm up
      found[i]?.rate.push(size / 1e6 / (took / 1000));
      found[i]?.cpu.push(((await processor(browser)) - all) / (size / 1e6));
      found[i]?.pages.push(((await processor(browser, 'renderer')) - renderers) / (size / 1e6));
    }
  }
  const [raw, counted, disk] = found.map(({ rate, cpu, pages }) => ({
    rate: middle(rate),
    cpu: middle(cpu),
    pages: middle(pages),
  }));
  if (!raw || !counted || !disk) throw new Error('three kinds');
  const cells = (name: string, ...all: string[]) =>
    name.padEnd(44) + all.map((each) => each.padStart(9)).join('');
  const row = (name: string, what: keyof typeof raw, ratio: (ours: number) => number) =>
    cells(
      name,
      ...[raw, counted, disk].map((each) => each[what].toFixed(1)),
      ...[counted, disk].map((each) => ratio(each[what]).toFixed(2)),
    );
  console.log(
    [
      '',
      cells('a file between two pages in one Chromium', ...kinds, 'ratio', 'ratio'),
      row('MB/s', 'rate', (ours) => ours / raw.rate),
      row('processor per MB, ms', 'cpu', (ours) => raw.cpu / ours),
      row('of that, both pages', 'pages', (ours) => raw.pages / ours),
    ].join('\n'),
  );
  record({
    'chromium-file-rate': [disk.rate, raw.rate],
    'chromium-file': [disk.cpu, raw.cpu],
  });
  await stop();
});

test('bench: what is said while a file goes', { tag: '@bench' }, async ({ browser }) => {
  test.skip(process.env['TINCAN_BENCH'] !== '1', 'prints times, proves nothing: make bench');
  test.setTimeout(600_000);
  const { pages, stop } = await prepared(browser);
  const [a, b] = pages;
  await carry(pages, 'counted', size); // to warm up
  for (const page of pages) await page.evaluate(listen);
  for (const [talker, who] of [
    [a, 'who sends the file'],
    [b, 'who gets it'],
  ] as const) {
    const listener = talker === a ? b : a;
    const talking = talker.evaluate(() => globalThis.talks());
    const took = await carry(pages, 'counted', 200_000_000);
    const delivered = await talker.evaluate(() => globalThis.silent());
    await talking;
    const arrived = await listener.evaluate(() => globalThis.arrived.splice(0));
    const part = (list: number[], share: number) =>
      list.toSorted((a, b) => a - b)[Math.floor((list.length - 1) * share)]?.toFixed(0);
    const shown = (list: number[]) =>
      `median ${part(list, 0.5)}, p95 ${part(list, 0.95)}, most ${part(list, 1)}`;
    console.log(
      `${arrived.length} messages of ${who}, ms: until there, ${shown(arrived)};`,
      `until delivered, ${shown(delivered)}; the file: ${(200_000 / took).toFixed(1)} MB/s`,
    );
  }
  await stop();
});

/** Two pages that are connected both ways. */
async function prepared(
  browser: Browser,
): Promise<{ pages: readonly [Page, Page]; stop: () => Promise<void> }> {
  const site = await serveBlank({
    '/files/save.js': await script('files/save.ts'),
    '/life/browser.ts': await script('life/browser.ts'),
  });
  const pages = [await openBlank(browser, site.url), await openBlank(browser, site.url)] as const;
  await meetByEngine(...pages);
  await meetRaw(...pages);
  for (const page of pages) await page.evaluate(prepare);
  return {
    pages,
    stop: async () => {
      await Promise.all(pages.map((page) => page.context().close()));
      site.stop();
    },
  };
}

/** A module of the page's, as JavaScript. */
async function script(path: string): Promise<string> {
  const source = await readFile(new URL(`../../site/src/${path}`, import.meta.url), 'utf8');
  const { target, module } = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(source, { compilerOptions: { target, module } }).outputText;
}

/** Has one page send, and returns how long it took until all was with the other one, in milliseconds. */
async function carry([a, b]: readonly [Page, Page], kind: Kind, size: number): Promise<number> {
  const given = [kind, size] as const;
  const began = performance.now();
  const come = b.evaluate(([kind, size]) => globalThis.comes(kind, size), given);
  await a.evaluate(([kind, size]) => globalThis.sends(kind, size), given);
  await come;
  return performance.now() - began;
}

/** Runs in both pages. */
async function prepare(): Promise<void> {
  // As large as the messages that the engine makes of a file, and with as much on its way.
  const [part, ahead] = [63_488 + 30, 1 << 20];
  const channel = globalThis.raw;
  channel.bufferedAmountLowThreshold = ahead / 4;
  let count = 0;
  let counted: () => void = () => undefined;
  channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    count += data.byteLength;
    counted();
  };
  const offered: number[] = [];
  let offer: () => void = () => undefined;
  let ended: () => void = () => undefined;
  globalThis.told = (event) => {
    if (event.type === 'file') {
      offered.push(event.id);
      offer();
    }
    if (event.type !== 'ended') return;
    if (event.how !== 'whole') throw new Error(event.how);
    ended();
  };
  globalThis.sends = async (kind, size) => {
    if (kind === 'raw') {
      const message = new Uint8Array(part);
      for (let sent = 0; sent < size; sent += part) {
        if (channel.bufferedAmount > ahead)
          await new Promise<void>((resolve) => (channel.onbufferedamountlow = () => resolve()));
        channel.send(sent + part > size ? message.subarray(0, size - sent) : message);
      }
      return;
    }
    const over = new Promise<void>((resolve) => (ended = resolve));
    const about = { name: kind, kind: '', size, voice: false };
    await globalThis.chat.sendFile('', about, { read: () => Promise.resolve() });
    await over;
  };
  // Only the page where there is a server has it, and nothing is checked here.
  const where = '/files/save.js';
  const save = (await import(where)) as typeof Save;
  Reflect.deleteProperty(globalThis, 'showSaveFilePicker');
  globalThis.comes = async (kind, size) => {
    if (kind === 'raw') {
      await new Promise<void>((resolve) => (counted = () => count >= size && resolve()));
      count = 0;
      return;
    }
    const keeping = kind === 'disk' ? await save.keepFor(kind, size) : undefined;
    const nothing = () => Promise.resolve();
    const sink: FileSink = keeping?.sink ?? { write: nothing, restart: nothing, finish: nothing };
    while (offered.length === 0) await new Promise<void>((resolve) => (offer = resolve));
    const over = new Promise<void>((resolve) => (ended = resolve));
    await globalThis.chat.keepFile(offered.shift() ?? 0, sink);
    await over;
    await keeping?.drop();
  };
}

/** Runs in both pages, after `prepare`. Pages of one browser go by one clock. */
function listen(): void {
  const before = globalThis.told;
  const now = () => performance.timeOrigin + performance.now();
  globalThis.arrived = [];
  const sent: { at: number; id: number }[] = [];
  const delivered: number[] = [];
  let talking = false;
  globalThis.told = (event) => {
    if (event.type === 'message') globalThis.arrived.push(now() - Number(event.text));
    else if (event.type === 'delivered') {
      const index = sent.findIndex(({ id }) => id === event.id);
      const [found] = index < 0 ? [] : sent.splice(index, 1);
      if (found) delivered.push(now() - found.at);
    } else before(event);
  };
  globalThis.talks = async () => {
    talking = true;
    while (talking) {
      const at = now();
      sent.push({ at, id: await globalThis.chat.send('', String(at)) });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  globalThis.silent = async () => {
    talking = false;
    while (sent.length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    return delivered.splice(0);
  };
}
