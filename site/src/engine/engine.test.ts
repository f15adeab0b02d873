import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Engine } from '../../../wasm/engine.d.ts';
import { missingFeature, startEngine } from './engine.ts';
import { FakeEngine } from '../../test/fake-engine.ts';

const wasm = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const told = { site: 'https://example.test/', loopback: false, mailbox: '' };
const config = Promise.resolve(told);
const parts = { wasmUrl: '/engine.wasm', wasmBytes: wasm.length, loadGo: () => Promise.resolve() };

let engine: Engine;
let end: () => void;
let began: Record<string, string>;

/** Stands for wasm_exec.js: runs until `end` is called, and is ready after `ready`. */
function program(ready: () => void): void {
  globalThis.Go = class {
    env = {};
    readonly importObject = {};
    run(): Promise<void> {
      began = this.env;
      ready();
      return new Promise((resolve) => (end = resolve));
    }
  };
}

function callbacks() {
  return { onprogress: vi.fn(), onstopped: vi.fn() };
}

beforeEach(() => {
  engine = new FakeEngine();
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(wasm)));
  program(() => (globalThis.tincan = () => Promise.resolve(engine)));
});

afterEach(() => {
  vi.unstubAllGlobals();
  globalThis.Go = undefined;
  globalThis.tincan = undefined;
});

test('loads, tells the progress to its end, and starts', async () => {
  const heard = callbacks();
  expect(await startEngine(parts, config, heard)).toBe(engine);
  expect(heard.onprogress).toHaveBeenLastCalledWith(1);
  expect(heard.onstopped).not.toHaveBeenCalled();
});

test('hands the configuration over', async () => {
  const start = vi.fn(() => Promise.resolve(engine));
  program(() => (globalThis.tincan = start));
  await startEngine(parts, config, callbacks());
  expect(start).toHaveBeenCalledWith(told);
});

test('gives the program its environment before it runs', async () => {
  await startEngine(parts, config, callbacks());
  expect(began).toEqual({ GOGC: '400' });
});

test('does not wait for a program that is not ready when it first waits itself', async () => {
  program(() => undefined);
  await expect(startEngine(parts, config, callbacks())).rejects.toThrow('the program ended');
});

test('needs no timer', async () => {
  vi.useFakeTimers();
  expect(await startEngine(parts, config, callbacks())).toBe(engine);
  vi.useRealTimers();
});

test('tells once that the program ended', async () => {
  const heard = callbacks();
  await startEngine(parts, config, heard);
  end();
  await vi.waitFor(() => expect(heard.onstopped).toHaveBeenCalledTimes(1));
  dispatchEvent(new ErrorEvent('error', { error: new WebAssembly.RuntimeError('unreachable') }));
  expect(heard.onstopped).toHaveBeenCalledTimes(1);
});

test('a fault inside the wasm is the end of the program, any other error is not', async () => {
  const heard = callbacks();
  await startEngine(parts, config, heard);
  dispatchEvent(new ErrorEvent('error', { error: new Error('something else') }));
  expect(heard.onstopped).not.toHaveBeenCalled();
  dispatchEvent(new ErrorEvent('error', { error: new WebAssembly.RuntimeError('unreachable') }));
  expect(heard.onstopped).toHaveBeenCalledTimes(1);
});

test('rejects when the program ends at once', async () => {
  globalThis.Go = class {
    env = {};
    readonly importObject = {};
    run(): Promise<void> {
      return Promise.resolve();
    }
  };
  await expect(startEngine(parts, config, callbacks())).rejects.toThrow('the program ended');
});

test('rejects when the wasm is missing', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 404 })));
  await expect(startEngine(parts, config, callbacks())).rejects.toThrow('status 404');
});

test('compiles after loading where streaming is missing', async () => {
  vi.stubGlobal('WebAssembly', {
    instantiate: WebAssembly.instantiate,
    RuntimeError: WebAssembly.RuntimeError,
  });
  expect(await startEngine(parts, config, callbacks())).toBe(engine);
});

test('names what the browser lacks', () => {
  expect(missingFeature()).toBe('webrtc');
  vi.stubGlobal('RTCPeerConnection', vi.fn());
  expect(missingFeature()).toBeUndefined();
  vi.stubGlobal('WebAssembly', undefined);
  expect(missingFeature()).toBe('wasm');
});
