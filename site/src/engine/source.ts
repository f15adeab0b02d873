import { hostAnswers, loadConfig } from './config.ts';
import wasmUrl from './generated/engine.wasm?url';
import workerUrl from './worker.ts?worker&url';

/** Where the page comes from, and what is asked there. The single file has another one in place of this. */
export const source = {
  /** The engine's wasm. */
  engine: (): Promise<Response> => fetch(wasmUrl),
  /** The script that compiles it beside the page; undefined where there is none. */
  worker: workerUrl as string | undefined,
  config: loadConfig,
  hostAnswers,
};
