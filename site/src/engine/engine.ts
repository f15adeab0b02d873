import type { Engine, EngineConfig, StartEngine } from '../../../wasm/engine.d.ts';
import { ifAllowed } from '../life/browser.ts';
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
  wasmUrl: string;
  /** Size of the unpacked wasm, for the progress shown. */
  wasmBytes: number;
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

/** Loads and starts the engine, while the configuration is still on its way. Rejects when a part cannot be fetched or the program ends at once. */
export async function startEngine(
  parts: EngineParts,
  config: Promise<EngineConfig>,
  { onprogress, onstopped }: EngineCallbacks,
): Promise<Engine> {
  const [response] = await Promise.all([fetch(parts.wasmUrl), parts.loadGo()]);
  if (!response.ok) throw new Error(`load engine: status ${response.status}`);
  if (!globalThis.Go) throw new Error('load engine: no loader');

  const go = new globalThis.Go();
  go.env = environment;
  const { instance } = await instantiate(counted(response, parts.wasmBytes, onprogress), go.importObject);

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
  const start = globalThis.tincan;
  if (!start) throw new Error('start engine: the program ended');
  return start(await config);
}

/** The same response, telling how much of it has come. */
function counted(response: Response, total: number, onprogress: (part: number) => void): Response {
  const { body: whole } = response;
  if (!whole || !ifAllowed(() => typeof TransformStream === 'function', false)) return response;
  let seen = 0;
  const body = whole.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        seen += chunk.byteLength;
        onprogress(Math.min(1, seen / total));
        controller.enqueue(chunk);
      },
    }),
  );
  // The type is set here, so compiling while loading doesn't depend on how the server labels the file.
  return new Response(body, { headers: { 'Content-Type': 'application/wasm' } });
}

async function instantiate(
  response: Response,
  imports: WebAssembly.Imports,
): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  if (typeof WebAssembly.instantiateStreaming === 'function') {
    return WebAssembly.instantiateStreaming(response, imports);
  }
  return WebAssembly.instantiate(await response.arrayBuffer(), imports);
}
