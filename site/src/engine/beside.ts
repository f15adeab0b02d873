import { trustedScript } from '../life/browser.ts';
import type { FromWorker, ToWorker } from './worker.ts';

/** Compiles what it is given beside the page: resolves to undefined, and has not touched it, where a stream cannot be handed over. */
export type Beside = (
  order: ToWorker,
  onprogress: (part: number) => void,
) => Promise<WebAssembly.Module> | undefined;

/** How long the worker may take to say that it is there. The page waits for it, and can do without; in milliseconds. */
export const hereWithin = 10_000;

/**
 * Loads the worker that compiles the engine. Resolves to undefined where there are no workers, or where this one cannot be
 * loaded, or says nothing, as where an extension has put something else in the place of workers.
 */
export async function beside(workerUrl: string): Promise<Beside | undefined> {
  let worker: Worker;
  try {
    worker = new Worker(trustedScript('tincan-engine', workerUrl));
  } catch {
    return undefined;
  }
  const here = await new Promise<boolean>((resolve) => {
    worker.addEventListener('message', () => resolve(true), { once: true });
    worker.addEventListener('error', () => resolve(false), { once: true });
    setTimeout(() => resolve(false), hereWithin);
  });
  if (!here) {
    worker.terminate();
    return undefined;
  }
  return (order, onprogress) => {
    const made = new Promise<WebAssembly.Module>((resolve, reject) => {
      const failed = () => reject(new Error('load engine: the worker could not'));
      worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
        if (data.type === 'part') onprogress(data.part);
        else if (data.type === 'module') resolve(data.module);
        else if (data.type === 'failed') failed();
      });
      for (const type of ['error', 'messageerror']) worker.addEventListener(type, failed);
    });
    try {
      // Safari hands over no streams.
      worker.postMessage(order, [order.body]);
    } catch {
      worker.terminate();
      return undefined;
    }
    return made.finally(() => worker.terminate());
  };
}
