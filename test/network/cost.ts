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

/** Of a browser's processes that which holds the most of those that show pages. */
export function pageProcess(pids: readonly number[]): number {
  const shows = pids.filter((pid) => {
    const line = told(pid, 'cmdline');
    // Chromium shows its own bars as pages, too.
    return /--type=renderer|-isForBrowser/.test(line) && !line.includes('--top-chrome-webui');
  });
  const [most] = shows
    .map((pid) => ({ pid, memory: memoryOf(pid, 'share') }))
    .sort((a, b) => b.memory - a.memory);
  if (!most) throw new Error('no process shows a page');
  return most.pid;
}

/** The seconds of a processor that these processes, those of them that are still there, have had in all. */
export function processorSeconds(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const stat = told(pid, 'stat');
    // Behind the name, which may hold anything: utime and stime are the fields 14 and 15 of all, in hundredths.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks / 100;
}

/** A file of a process, empty where it has ended. */
function told(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
