import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser as PlaywrightBrowser } from '@playwright/test';
import type { Browser as PuppeteerBrowser } from 'puppeteer-core';
import type { Kind } from './end.ts';
import type { Computer } from './rig.ts';

/** How an end looks for addresses: peer.Config of the engine. */
export interface Way {
  STUN?: string[];
  TURN?: { URL: string; Username: string; Credential: string }[];
  RelayOnly?: boolean;
  Waits?: boolean;
}

export interface Result {
  error?: string;
  sdp?: string;
  text?: string;
  /** When it was done, in milliseconds since 1970. */
  at: number;
  took: number;
  path?: string;
  goroutines: number;
  heap: number;
}

/** What cards/main.go does. */
export type Command =
  | { do: 'make'; n: number; way: Way }
  | { do: 'answer'; n: number; way: Way; sdp: string }
  | { do: 'apply'; n: number; sdp: string; active: boolean }
  | { do: 'say'; n: number; text: string }
  | { do: 'open' | 'hear' | 'close'; n: number }
  | { do: 'heap' };

/** An end with nothing but connections: cards that wait, are applied and open. */
export class Cards {
  readonly kind: Kind;
  readonly #run: (command: string) => Promise<string>;

  private constructor(kind: Kind, run: (command: string) => Promise<string>) {
    this.kind = kind;
    this.#run = run;
  }

  /** The page of servePage, in a browser. */
  static async inPage(
    kind: Kind,
    browser: PlaywrightBrowser | PuppeteerBrowser,
    url: string,
  ): Promise<Cards> {
    const run = async (command: string) => {
      while (!('cards' in globalThis)) await new Promise((resolve) => setTimeout(resolve, 10));
      return globalThis.cards(command);
    };
    if ('newContext' in browser) {
      const page = await (await browser.newContext()).newPage();
      await page.goto(url);
      return new Cards(kind, (command) => page.evaluate(run, command));
    }
    const page = await (await browser.createBrowserContext()).newPage();
    await page.goto(url);
    return new Cards(kind, (command) => page.evaluate(run, command));
  }

  /** The program, on a computer of the rig. */
  static inTerminal(computer: Computer, program: string): Cards {
    const child = computer.start(program, []);
    const waiting = new Map<string, (result: string) => void>();
    createInterface(child.stdout).on('line', (line) => {
      const number = line.slice(0, line.indexOf(' '));
      waiting.get(number)?.(line.slice(number.length + 1));
      waiting.delete(number);
    });
    let numbers = 0;
    return new Cards(
      'terminal',
      (command) =>
        new Promise((resolve) => {
          const number = String(++numbers);
          waiting.set(number, resolve);
          child.stdin.write(`${number} ${command}\n`);
        }),
    );
  }

  /** Does it, and fails where the end does. */
  async ask(command: Command): Promise<Result> {
    const result = JSON.parse(await this.#run(JSON.stringify(command))) as Result;
    if (result.error !== undefined) throw new Error(`${this.kind} ${command.do}: ${result.error}`);
    return result;
  }

  /** A description of a new connection that waits. */
  async make(n: number, way: Way = {}): Promise<string> {
    return (await this.ask({ do: 'make', n, way: { Waits: true, ...way } })).sdp ?? '';
  }
}

declare global {
  // What cards/page.go gives to its page.
  var cards: (command: string) => Promise<string>;
}

/** Builds cards/ as a program and as a page, into a folder to be removed. */
export function buildCards(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'tincan-cards-'));
  const options = { cwd: dirname(fileURLToPath(import.meta.url)) };
  const go = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    execFileSync('go', args, { ...options, env: { ...process.env, ...env }, encoding: 'utf8' });
  go(['build', '-o', join(folder, 'cards'), './cards']);
  go(['build', '-o', join(folder, 'cards.wasm'), './cards'], { GOOS: 'js', GOARCH: 'wasm' });
  const loader = join(go(['env', 'GOROOT']).trim(), 'lib/wasm/wasm_exec.js');
  writeFileSync(join(folder, 'wasm_exec.js'), readFileSync(loader));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Serves the page of cards/ to the rig: the folder has cards.wasm and wasm_exec.js. Ends with the rig. */
export async function servePage(computer: Computer, address: string, folder: string): Promise<string> {
  const script = `
    const { readFileSync } = require('fs'), http = require('http');
    const page = '<!doctype html><script src=wasm_exec.js></script><script>const go = new Go();' +
      'WebAssembly.instantiateStreaming(fetch("cards.wasm"), go.importObject).then((m) => go.run(m.instance))</script>';
    const types = { '/cards.wasm': 'application/wasm', '/wasm_exec.js': 'text/javascript' };
    http.createServer((request, response) => {
      const type = types[request.url];
      response.writeHead(200, { 'content-type': type ?? 'text/html' });
      response.end(type ? readFileSync(${JSON.stringify(folder)} + request.url) : page);
    }).listen(8080, ${JSON.stringify(address)}, () => console.log('ready'));`;
  const child = computer.start(process.execPath, ['-e', script]);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return `http://${address}:8080/`;
}
