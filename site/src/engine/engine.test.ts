import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Engine } from '../../../wasm/engine.d.ts';
import { hereWithin } from './beside.ts';
import { missingFeature, startEngine } from './engine.ts';
import type { FromWorker } from './worker.ts';
import { FakeEngine } from '../../test/fake-engine.ts';

const wasm = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const told = { site: 'https://example.test/', loopback: false, mailbox: '' };
const config = Promise.resolve(told);
const parts = {
  openWasm: () => fetch('/engine.wasm'),
  wasmBytes: wasm.length,
  workerUrl: '/worker.js',
  loadGo: () => Promise.resolve(),
};

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
    compile: WebAssembly.compile,
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

describe('beside the page', () => {
  /** A worker of the browser, whose script is loaded, and answers an order with `answers`. */
  function browserWorker(answers: FromWorker[], script: 'loads' | 'is missing' | 'says nothing' = 'loads') {
    const made: { url: string; ended: boolean; orders: unknown[] }[] = [];
    vi.stubGlobal(
      'Worker',
      class extends EventTarget {
        readonly #seen;
        constructor(url: string) {
          super();
          this.#seen = { url, ended: false, orders: [] as unknown[] };
          made.push(this.#seen);
          if (script === 'says nothing') return;
          queueMicrotask(() =>
            script === 'loads' ? this.#say({ type: 'here' }) : this.dispatchEvent(new Event('error')),
          );
        }
        #say(data: FromWorker) {
          this.dispatchEvent(new MessageEvent('message', { data }));
        }
        postMessage(order: unknown, handed: unknown[]) {
          structuredClone(order, { transfer: handed as Transferable[] });
          this.#seen.orders.push(order);
          queueMicrotask(() => answers.forEach((answer) => this.#say(answer)));
        }
        terminate() {
          this.#seen.ended = true;
        }
      },
    );
    return made;
  }
  const module = new WebAssembly.Module(wasm);

  test('a worker compiles what the page has asked for, tells how far it is, and ends', async () => {
    const made = browserWorker([
      { type: 'part', part: 0.5 },
      { type: 'module', module },
    ]);
    const started = vi.spyOn(WebAssembly, 'instantiate');
    const heard = callbacks();
    expect(await startEngine(parts, config, heard)).toBe(engine);
    expect(made).toEqual([{ url: '/worker.js', ended: true, orders: [expect.anything()] }]);
    expect(heard.onprogress.mock.calls).toEqual([[0.5]]);
    expect(started.mock.calls[0]?.[0]).toBe(module);
  });

  test('rejects when the worker could not', async () => {
    const made = browserWorker([{ type: 'failed' }]);
    await expect(startEngine(parts, config, callbacks())).rejects.toThrow('the worker could not');
    expect(made[0]?.ended).toBe(true);
  });

  test('the page compiles it where the worker cannot be loaded', async () => {
    const made = browserWorker([], 'is missing');
    expect(await startEngine(parts, config, callbacks())).toBe(engine);
    expect(made[0]?.orders).toEqual([]);
  });

  test('the page compiles it where the worker says nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const made = browserWorker([], 'says nothing');
    const started = startEngine(parts, config, callbacks());
    await vi.advanceTimersByTimeAsync(hereWithin);
    expect(await started).toBe(engine);
    expect(made[0]).toMatchObject({ ended: true, orders: [] });
    vi.useRealTimers();
  });

  test('the page compiles it where no worker may be made', async () => {
    vi.stubGlobal('Worker', () => {
      throw new DOMException('no', 'SecurityError');
    });
    expect(await startEngine(parts, config, callbacks())).toBe(engine);
  });

  test('the page compiles it where no stream can be handed over', async () => {
    const made = browserWorker([{ type: 'module', module }]);
    vi.stubGlobal('structuredClone', () => {
      throw new DOMException('no', 'DataCloneError');
    });
    const started = vi.spyOn(WebAssembly, 'instantiate');
    expect(await startEngine(parts, config, callbacks())).toBe(engine);
    expect(started.mock.calls[0]?.[0]).not.toBe(module);
    expect(made[0]).toMatchObject({ ended: true, orders: [] });
  });
});

describe('when it starts', () => {
  let idle: () => void;
  const starting = (hurry: boolean) => {
    const heard = vi.fn();
    vi.stubGlobal('requestIdleCallback', (called: () => void) => (idle = called));
    program(() => {
      heard();
      globalThis.tincan = () => Promise.resolve(engine);
    });
    return { heard, done: startEngine(parts, config, callbacks(), hurry) };
  };
  /** All that needs neither the browser to be idle nor the person has happened. */
  const settled = async () => {
    await vi.waitFor(() => expect(idle).toBeTypeOf('function'));
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  beforeEach(() => (idle = undefined as unknown as () => void));

  test.each([
    ['the browser is idle', () => idle()],
    ['the person points', () => document.body.dispatchEvent(new Event('pointerdown'))],
    ['the person presses a key', () => document.body.dispatchEvent(new Event('keydown'))],
    ['a field has the focus', () => document.body.dispatchEvent(new Event('focusin'))],
  ])('it starts when %s, and not before', async (_name, comes) => {
    const { heard, done } = starting(false);
    await settled();
    expect(heard).not.toHaveBeenCalled();
    comes();
    expect(await done).toBe(engine);
  });

  test('it starts at once where somebody waits for it already', async () => {
    const { done } = starting(true);
    expect(await done).toBe(engine);
  });
});
