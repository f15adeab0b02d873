/*
 * A worker that compiles the engine beside the page, so that a slow phone goes on painting and hears the person meanwhile.
 * Chromium compiles a function of wasm when it is first called, and what Go calls before it is ready are hundreds of
 * them: most of its start. A compiled program is shared by all threads of a page. So it is started here once, to no
 * other end, and starts in the page in a fraction of the time. It is told nothing, and ends with this worker.
 */
import { compile } from './compile.ts';
import { environment } from './environment.ts';
import './generated/wasm_exec.js';

/** The engine as it comes, and its size unpacked. */
export interface ToWorker {
  body: ReadableStream<Uint8Array<ArrayBuffer>>;
  bytes: number;
}

/** What the page hears from here: that the script is there, and how far the work has come, to one of two ends. */
export type FromWorker =
  | { type: 'here' | 'failed' }
  | { type: 'part'; part: number }
  | { type: 'module'; module: WebAssembly.Module };

const tell = (what: FromWorker) => postMessage(what);

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  void work(data).catch(() => tell({ type: 'failed' }));
});
tell({ type: 'here' });

async function work({ body, bytes }: ToWorker): Promise<void> {
  const module = await compile(body, bytes, (part) => tell({ type: 'part', part }));
  // Where this fails, so will the page, which says so.
  await rehearse(module).catch(() => undefined);
  tell({ type: 'module', module });
}

async function rehearse(module: WebAssembly.Module): Promise<void> {
  if (!globalThis.Go) return;
  const go = new globalThis.Go();
  go.env = environment;
  const instance = await WebAssembly.instantiate(module, go.importObject);
  // A program that ends in the middle, as for want of memory, answers nobody.
  const ended = go.run(instance);
  await Promise.race([ended, globalThis.tincan?.({ site: '', loopback: false, mailbox: '' })]);
}
