import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FromWorker, ToWorker } from './worker.ts';

/* The worker's script in a page, where it hears and tells as it does in a worker. */

const wasm = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const told: FromWorker[] = [];

beforeEach(() => {
  told.length = 0;
  vi.stubGlobal('postMessage', (what: FromWorker) => told.push(what));
});

test('it says that it is there', async () => {
  await import('./worker.ts');
  expect(told).toEqual([{ type: 'here' }]);
});

afterEach(() => {
  vi.unstubAllGlobals();
  globalThis.Go = undefined;
  globalThis.tincan = undefined;
});

function order(bytes: Uint8Array<ArrayBuffer>): void {
  const { body } = new Response(bytes);
  if (!body) throw new Error('no body');
  const data: ToWorker = { body, bytes: bytes.length };
  dispatchEvent(new MessageEvent('message', { data }));
}

/** Stands for wasm_exec.js, with a program that ends so. */
function program(run: () => Promise<void>): void {
  globalThis.Go = class {
    env = {};
    readonly importObject = {};
    run = run;
  };
}

test.each([
  ['waits for the page', () => new Promise<void>(() => undefined), () => Promise.resolve({} as never)],
  ['ends in the middle', () => Promise.resolve(), () => new Promise<never>(() => undefined)],
  ['fails', () => Promise.reject(new Error('out of memory')), undefined],
])('hands over what it has compiled where the program %s', async (_, run, start) => {
  program(run);
  globalThis.tincan = start;
  order(wasm);
  await vi.waitFor(() => expect(told.map(({ type }) => type)).toEqual(['part', 'module']));
});

test('says so where it is no program', async () => {
  program(() => Promise.resolve());
  order(new Uint8Array([1, 2, 3, 4]));
  await vi.waitFor(() => expect(told.at(-1)).toEqual({ type: 'failed' }));
});
