import type { Engine, EngineConfig, StartEngine } from '../../../wasm/engine.d.ts';
import { ifAllowed } from '../life/browser.ts';
import { idleOrTouched, nextTask } from '../life/idle.ts';
import { beside } from './beside.ts';
import { compile } from './compile.ts';
import { environment } from './environment.ts';

/** The part of Go's wasm_exec.js that is used here. */
interface GoProgram {
  env: Record<string, string>;
  readonly importObject: WebAssembly.Imports;
  run(instance: WebAssembly.Instance): Promise<void>;
}

declare global {
  /** Put there by wasm_exec.js. */
  var Go: (new () => GoProgram) | undefined;
  /** Put there by the Go program, before it waits for anything. */
  var tincan: StartEngine | undefined;
}

/** Where the engine's parts come from. */
export interface EngineParts {
  openWasm: () => Promise<Response>;
  /** Size of the unpacked wasm, for the progress shown. */
  wasmBytes: number;
  /** The script of worker.ts; undefined where there is none. */
  workerUrl: string | undefined;
  /** Loads Go's wasm_exec.js. */
  loadGo: () => Promise<unknown>;
}

/** What the page hears from the engine. */
export interface EngineCallbacks {
  /** Loaded part, 0 to 1. */
  onprogress: (part: number) => void;
  /** The Go program ended, which it never does by itself. Called once. */
  onstopped: () => void;
}

/** What this browser lacks or refuses, or undefined when it has all that the engine needs. */
export function missingFeature(): 'wasm' | 'webrtc' | 'parts' | undefined {
  if (ifAllowed(() => typeof WebAssembly !== 'object', true)) return 'wasm';
  if (ifAllowed(() => typeof RTCPeerConnection !== 'function', true)) return 'webrtc';
  // What Go's loader asks for; it stops where one of these is missing.
  const there = () =>
    typeof crypto.getRandomValues === 'function' &&
    typeof performance.now === 'function' &&
    typeof TextEncoder === 'function' &&
    typeof TextDecoder === 'function';
  return ifAllowed(there, false) ? undefined : 'parts';
}

/**
 * Loads and starts the engine, while the configuration is still on its way. The program is started when the browser has
 * nothing else to do or the person touches the page, and at once where `hurry` says so. Rejects when a part cannot be
 * fetched or the program ends at once.
 */
export async function startEngine(
  parts: EngineParts,
  config: Promise<EngineConfig>,
  { onprogress, onstopped }: EngineCallbacks,
  hurry = false,
): Promise<Engine> {
  const [module] = await Promise.all([load(parts, onprogress), parts.loadGo()]);
  if (!globalThis.Go) throw new Error('load engine: no loader');
  if (!hurry) await idleOrTouched();

  const go = new globalThis.Go();
  go.env = environment;
  const instance = await WebAssembly.instantiate(module, go.importObject);
  await nextTask();

  let running = true;
  const stopped = () => {
    if (!running) return;
    running = false;
    onstopped();
  };
  go.run(instance).then(stopped, stopped);
  // A fault inside the wasm surfaces as an error of whichever callback entered it; go.run never hears of it.
  addEventListener('error', (event) => {
    if (event.error instanceof WebAssembly.RuntimeError) stopped();
  });

  // go.run returns once the program waits for something. The first that it waits for is the page, so that by now it is
  // ready, or has ended.
  const told = await config;
  await nextTask();
  return engineFor(told);
}

/** The engine of the program that runs, with this configuration. Chats that others have made go on as they are. */
export async function engineFor(config: EngineConfig): Promise<Engine> {
  const start = globalThis.tincan;
  if (!start) throw new Error('start engine: the program ended');
  return start(config);
}

/** The engine, compiled beside the page where the browser can do that. */
async function load(
  { openWasm, wasmBytes: bytes, workerUrl }: EngineParts,
  onprogress: (part: number) => void,
): Promise<WebAssembly.Module> {
  // The page asks for it, for a worker would only once it has been loaded itself.
  const [response, worker] = await Promise.all([
    openWasm(),
    workerUrl === undefined ? undefined : beside(workerUrl),
  ]);
  const { ok, status, body } = response;
  if (!ok || !body) throw new Error(`load engine: status ${status}`);
  return (await worker?.({ body, bytes }, onprogress)) ?? compile(body, bytes, onprogress);
}
