import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from '@playwright/test';
import { environment } from '../../site/src/engine/environment.ts';
import type { Chat, ChatEvent, Engine, StartEngine } from '../../wasm/engine.d.ts';
import { expect, test } from './fixtures.ts';

/** Of each kind, one after the other, so that both see the same load of this computer. */
const rounds = 3;
/** Round trips of 100 bytes in a round, and messages of 16,000 bytes. */
const trips = 300;
const parts = 600;

const generated = new URL('../../site/src/engine/generated/', import.meta.url);

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
  const site = await serve();
  const pages = [await open(browser, site.url), await open(browser, site.url)] as const;
  await meetByEngine(...pages);
  await meetRaw(...pages);

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
  await Promise.all(pages.map((page) => page.context().close()));
  site.stop();
});

/** A blank page with the engine in it. TINCAN_BENCH_ENGINE names another build of it. */
async function serve(): Promise<{ url: string; stop: () => void }> {
  const engine = process.env['TINCAN_BENCH_ENGINE'] ?? new URL('engine.wasm', generated);
  const files: Record<string, [string, Buffer]> = {
    '/': [
      'text/html',
      Buffer.from('<!doctype html><title>bench</title><script src="/wasm_exec.js"></script>'),
    ],
    '/wasm_exec.js': ['text/javascript', await readFile(new URL('wasm_exec.js', generated))],
    '/engine.wasm': ['application/wasm', await readFile(engine)],
  };
  const server = createServer((request, response) => {
    const file = files[request.url ?? ''];
    if (!file) return response.writeHead(404).end();
    return response.writeHead(200, { 'Content-Type': file[0] }).end(file[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () => server.close(),
  };
}

async function open(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  return page;
}

async function meetByEngine(a: Page, b: Page): Promise<void> {
  for (const page of [a, b]) {
    await page.evaluate(async (environment) => {
      const scope = globalThis as unknown as {
        Go: new () => {
          env: Record<string, string>;
          importObject: WebAssembly.Imports;
          run(instance: WebAssembly.Instance): Promise<void>;
        };
        tincan?: StartEngine;
        engine: Engine;
        chat: Chat;
        onevent: (event: ChatEvent) => void;
        opened: Promise<void>;
      };
      const go = new scope.Go();
      go.env = environment;
      const { instance } = await WebAssembly.instantiateStreaming(fetch('/engine.wasm'), go.importObject);
      void go.run(instance);
      while (!scope.tincan) await new Promise((resolve) => setTimeout(resolve, 5));
      let sent = 0;
      let arrived = 0;
      let told: () => void = () => undefined;
      scope.opened = new Promise((resolve) => (told = resolve));
      const end: End = {
        send: (text) => {
          sent += 1;
          return scope.chat.send('', text);
        },
        waiting: () => (sent - arrived) * 16_000,
        heard: 0,
        onheard: () => undefined,
        echo: false,
      };
      scope.onevent = (event) => {
        if (event.type === 'open') told();
        if (event.type === 'delivered') arrived += 1;
        if (event.type !== 'message') return;
        end.heard += 1;
        end.onheard();
        if (end.echo) void end.send(event.text);
      };
      scope.engine = await scope.tincan({ site: '', loopback: true, mailbox: '' });
      globalThis.ends = { engine: end } as typeof globalThis.ends;
    }, environment);
  }
  type Scope = {
    engine: Engine;
    chat: Chat;
    onevent: (event: ChatEvent) => void;
    opened: Promise<void>;
  };
  const ways = { mode: 'local' as const, stun: [], turn: [] };
  const invite = await a.evaluate(async (ways) => {
    const scope = globalThis as unknown as Scope;
    scope.chat = await scope.engine.create(ways, false, scope.onevent);
    return scope.chat.code.link;
  }, ways);
  const reply = await b.evaluate(
    async ([invite, ways]) => {
      const scope = globalThis as unknown as Scope;
      scope.chat = await scope.engine.join(invite, ways, false, scope.onevent);
      return scope.chat.code.link;
    },
    [invite, ways] as const,
  );
  await a.evaluate((reply) => (globalThis as unknown as Scope).chat.accept(reply, false), reply);
  for (const page of [a, b]) await page.evaluate(() => (globalThis as unknown as Scope).opened);
}

/** A channel as the engine makes its own, with nothing around it. */
async function meetRaw(a: Page, b: Page): Promise<void> {
  const describe = async (offer: string): Promise<string> => {
    const scope = globalThis as unknown as { connection: RTCPeerConnection };
    const connection = new RTCPeerConnection();
    scope.connection = connection;
    const channel = connection.createDataChannel('raw', { negotiated: true, id: 0 });
    channel.binaryType = 'arraybuffer';
    const bytes = new Map<number, Uint8Array<ArrayBuffer>>();
    const end: End = {
      send: (text) => {
        const message = bytes.get(text.length) ?? new Uint8Array(text.length);
        bytes.set(text.length, message);
        channel.send(message);
      },
      waiting: () => channel.bufferedAmount,
      heard: 0,
      onheard: () => undefined,
      echo: false,
    };
    channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      end.heard += 1;
      end.onheard();
      if (end.echo) channel.send(data);
    };
    globalThis.ends.raw = end;
    if (offer !== '') await connection.setRemoteDescription({ type: 'offer', sdp: offer });
    const gathered = new Promise<void>((resolve) => {
      connection.onicegatheringstatechange = () => {
        if (connection.iceGatheringState === 'complete') resolve();
      };
    });
    await connection.setLocalDescription();
    await gathered;
    return connection.localDescription?.sdp ?? '';
  };
  const answer = await b.evaluate(describe, await a.evaluate(describe, ''));
  await a.evaluate(async (sdp) => {
    const { connection } = globalThis as unknown as { connection: RTCPeerConnection };
    await connection.setRemoteDescription({ type: 'answer', sdp });
  }, answer);
  for (const page of [a, b]) {
    await expect
      .poll(() =>
        page.evaluate(
          () => (globalThis as unknown as { connection: RTCPeerConnection }).connection.connectionState,
        ),
      )
      .toBe('connected');
  }
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

/** What the browser's processes, or those of its pages alone, have had of the processor, in ms. */
async function processor(browser: Browser, type?: string): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo
    .filter((process) => type === undefined || process.type === type)
    .reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
}

function middle(list: number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
}
