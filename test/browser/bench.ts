import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Browser, type Page } from '@playwright/test';
import { environment } from '../../site/src/engine/environment.ts';
import type { Chat, ChatEvent, Engine, StartEngine, Network } from '../../wasm/engine.d.ts';

/* Blank pages with an engine in them, and a raw channel beside it: what is measured is neither the screen nor the network. */

const generated = new URL('../../site/src/engine/generated/', import.meta.url);

declare global {
  var chat: Chat;
  /** Set by the page's test: is told what the engine tells. */
  var told: (event: ChatEvent) => void;
  /** A channel as the engine makes its own, with nothing around it. */
  var raw: RTCDataChannel;
}

/** A blank page with the engine, further scripts and programs. TINCAN_BENCH_ENGINE names another build of the engine. */
export async function serveBlank(
  scripts: Record<string, string> = {},
  programs: Record<string, Buffer> = {},
): Promise<{ url: string; stop: () => void }> {
  const engine = process.env['TINCAN_BENCH_ENGINE'] ?? new URL('engine.wasm', generated);
  const files: Record<string, [string, Buffer]> = {
    '/': [
      'text/html',
      Buffer.from('<!doctype html><title>bench</title><script src="/wasm_exec.js"></script>'),
    ],
    '/wasm_exec.js': ['text/javascript', await readFile(new URL('wasm_exec.js', generated))],
    '/engine.wasm': ['application/wasm', await readFile(engine)],
  };
  for (const [path, text] of Object.entries(scripts)) files[path] = ['text/javascript', Buffer.from(text)];
  for (const [path, bytes] of Object.entries(programs)) files[path] = ['application/wasm', bytes];
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

export async function openBlank(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  return page;
}

interface Scope {
  engine: Engine;
  opened: Promise<void>;
  onevent: (event: ChatEvent) => void;
  Go: new () => {
    env: Record<string, string>;
    importObject: WebAssembly.Imports;
    run(instance: WebAssembly.Instance): Promise<void>;
  };
  tincan?: StartEngine;
}

/** Starts the engine in a blank page. */
export async function startEngine(page: Page): Promise<void> {
  await page.evaluate(async (environment) => {
    const scope = globalThis as unknown as Scope;
    const go = new scope.Go();
    go.env = environment;
    const { instance } = await WebAssembly.instantiateStreaming(fetch('/engine.wasm'), go.importObject);
    void go.run(instance);
    while (!scope.tincan) await new Promise((resolve) => setTimeout(resolve, 5));
    globalThis.told = () => undefined;
    scope.engine = await scope.tincan({ site: '', loopback: true, mailbox: '' });
  }, environment);
}

/** Only the addresses of this computer. */
const local: Network = { mode: 'local', stun: [], turn: [] };

/** Makes an invite in a page whose engine has been started, and returns its code. */
export function inviteFrom(page: Page, ways: Network = local): Promise<string> {
  return page.evaluate(async (ways) => {
    const scope = globalThis as unknown as Scope;
    let open: () => void = () => undefined;
    scope.opened = new Promise((resolve) => (open = resolve));
    scope.onevent = (event) => {
      if (event.type === 'open') open();
      globalThis.told(event);
    };
    globalThis.chat = await scope.engine.create(ways, false, scope.onevent);
    return globalThis.chat.code.link;
  }, ways);
}

/** Answers an invite in another page, and returns the reply's code. */
export function replyFrom(page: Page, invite: string): Promise<string> {
  return page.evaluate(
    async ([invite, ways]) => {
      const scope = globalThis as unknown as Scope;
      let open: () => void = () => undefined;
      scope.opened = new Promise((resolve) => (open = resolve));
      scope.onevent = (event) => {
        if (event.type === 'open') open();
        globalThis.told(event);
      };
      globalThis.chat = await scope.engine.join(invite, ways, false, scope.onevent);
      return globalThis.chat.code.link;
    },
    [invite, local] as const,
  );
}

/** Accepts the reply, and returns how long it took until the chat was open, in milliseconds. */
export function acceptIn(page: Page, reply: string): Promise<number> {
  return page.evaluate(async (reply) => {
    const began = performance.now();
    await globalThis.chat.accept(reply, false);
    await (globalThis as unknown as Scope).opened;
    return performance.now() - began;
  }, reply);
}

/** Opens a chat between two blank pages. */
export async function meetByEngine(a: Page, b: Page): Promise<void> {
  for (const page of [a, b]) await startEngine(page);
  await acceptIn(a, await replyFrom(b, await inviteFrom(a)));
  await b.evaluate(() => (globalThis as unknown as Scope).opened);
}

/** Opens a raw channel between two pages, and returns how long it took from the answer on until it was open, in milliseconds. */
export async function meetRaw(a: Page, b: Page): Promise<number> {
  const describe = async (offer: string): Promise<string> => {
    const scope = globalThis as unknown as { connection: RTCPeerConnection };
    const connection = new RTCPeerConnection();
    scope.connection = connection;
    globalThis.raw = connection.createDataChannel('raw', { negotiated: true, id: 0 });
    globalThis.raw.binaryType = 'arraybuffer';
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
  const took = await a.evaluate(async (sdp) => {
    const { connection } = globalThis as unknown as { connection: RTCPeerConnection };
    const opened = new Promise<void>((resolve) => (globalThis.raw.onopen = () => resolve()));
    const began = performance.now();
    await connection.setRemoteDescription({ type: 'answer', sdp });
    await opened;
    return performance.now() - began;
  }, answer);
  for (const page of [a, b]) {
    await expect.poll(() => page.evaluate(() => globalThis.raw.readyState)).toBe('open');
  }
  return took;
}

/** What the browser's processes, or those of its pages alone, have had of the processor, in ms. */
export async function processor(browser: Browser, type?: string): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo
    .filter((process) => type === undefined || process.type === type)
    .reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
}

/** Hands what was measured to the table of make bench (test/bench/table.mjs), where there is one: ours, and its peer in the same run. */
export function record(rows: Record<string, readonly [ours: number, peer: number]>): void {
  const file = process.env['TINCAN_BENCH_ROWS'];
  if (file === undefined) return;
  for (const [key, [ours, peer]] of Object.entries(rows))
    appendFileSync(file, `${JSON.stringify({ key, ours, peer })}\n`);
}

export function middle(list: number[]): number {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
}
