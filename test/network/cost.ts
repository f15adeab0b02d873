import { readFileSync } from 'node:fs';
import type { CDPSession } from '@playwright/test';

/** What a page of Chromium holds once its garbage is gone, in bytes: objects, buffers, and the engine's memory, which only ever grows. */
export async function heapOf(session: CDPSession): Promise<{ page: number; engine: number }> {
  await session.send('HeapProfiler.enable');
  // What is freed by the first may be all that held something of the other heap.
  for (let i = 0; i < 2; i++) await session.send('HeapProfiler.collectGarbage');
  const used = await session.send('Runtime.getHeapUsage');
  await session.send('HeapProfiler.disable');
  return {
    page: used.usedSize + used.embedderHeapUsedSize + used.backingStorageSize,
    engine: await wasmMemory(session),
  };
}

/** Bytes of all memories of WebAssembly, of which the sizes of the heap know nothing. */
async function wasmMemory(session: CDPSession): Promise<number> {
  const objectGroup = 'memories';
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'WebAssembly.Memory.prototype',
    objectGroup,
  });
  const { objects } = await session.send('Runtime.queryObjects', {
    prototypeObjectId: result.objectId ?? '',
    objectGroup,
  });
  const sum = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration:
      'function () { return this.reduce((sum, { buffer }) => sum + buffer.byteLength, 0); }',
    returnByValue: true,
  });
  await session.send('Runtime.releaseObjectGroup', { objectGroup });
  return Number(sum.result.value);
}

/** The memory of a process in bytes: all that is resident, or its own and its share of what it shares with others. */
export function memoryOf(pid: number, which: 'resident' | 'share'): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const name = which === 'resident' ? 'Rss' : 'Pss';
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1]) * 1024;
}
