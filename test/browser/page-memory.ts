import { readdir, readFile } from 'node:fs/promises';
import type { Browser, CDPSession, Page } from '@playwright/test';

/** What a page takes, in MiB. */
export interface Taken {
  /**
   * Of the processes that show pages, their share of what is in memory (Pss), without that of files: the browser's own
   * program would count for more whenever another browser ends that has it, too.
   */
  process: number;
  /** The engine's memory, which never shrinks; 0 without an engine. */
  engine: number;
  /** JavaScript's objects, with what their buffers hold. */
  heap: number;
}

/** How often the processes are looked at, in milliseconds. */
const every = 250;

/** Looks at the memory of a page that has a browser of its own, so that the browser's renderers are the page's. */
export class PageMemory {
  readonly #page: Page;
  readonly #session: CDPSession;
  readonly #browser: CDPSession;
  #highest = 0;
  #watching: NodeJS.Timeout | undefined;

  private constructor(page: Page, session: CDPSession, browser: CDPSession) {
    this.#page = page;
    this.#session = session;
    this.#browser = browser;
  }

  /** Has to be called before the page is opened, so that the engine's memory can be found. */
  static async of(page: Page, browser: Browser): Promise<PageMemory> {
    await page.addInitScript(() => {
      const start = WebAssembly.instantiate as (
        ...args: [WebAssembly.Module, WebAssembly.Imports]
      ) => Promise<WebAssembly.Instance>;
      const kept: typeof start = async (...args) => {
        const instance = await start(...args);
        Object.assign(globalThis, { engineMemory: instance.exports['mem'] });
        return instance;
      };
      WebAssembly.instantiate = kept as typeof WebAssembly.instantiate;
    });
    return new PageMemory(
      page,
      await page.context().newCDPSession(page),
      await browser.newBrowserCDPSession(),
    );
  }

  /** What it takes now that all garbage is gone. */
  async taken(): Promise<Taken> {
    // What Go's collector lets go of is JavaScript's garbage after that.
    for (let n = 0; n < 3; n++) await this.#session.send('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize } = await this.#session.send('Runtime.getHeapUsage');
    const engine = await this.#page.evaluate(
      () =>
        (globalThis as unknown as { engineMemory?: WebAssembly.Memory }).engineMemory?.buffer.byteLength ?? 0,
    );
    const mega = 2 ** 20;
    return {
      process: await this.#process(),
      engine: engine / mega,
      heap: (usedSize + backingStorageSize) / mega,
    };
  }

  /** Looks at the processes until `highest` is asked for. */
  watch(): void {
    this.#highest = 0;
    this.#watching = setInterval(() => {
      void this.#process().then(
        (now) => (this.#highest = Math.max(this.#highest, now)),
        () => undefined, // one has ended meanwhile
      );
    }, every);
  }

  /** The most that the processes have taken since `watch`. */
  highest(): number {
    clearInterval(this.#watching);
    return this.#highest;
  }

  async #process(): Promise<number> {
    const { processInfo } = await this.#browser.send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter(({ type }) => type === 'renderer');
    const shares = renderers.map(({ id }) => shareOf(id));
    return (await Promise.all(shares)).reduce((sum, share) => sum + share, 0);
  }
}

/** What a process has of its own in memory, and its share of what it has with others, in MiB. */
async function shareOf(pid: number | string): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mega = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(rollup)?.[1]) / 1024;
  return mega('Pss_Anon') + mega('Pss_Shmem');
}

/**
 * Looks at the processes of a Firefox until the function that it returns is called, which tells how much more they have
 * taken at most than at the beginning, in MiB. Firefox tells nobody which of them shows a page, so all count.
 */
export async function watchFirefox(pid: number): Promise<() => number> {
  const taken = async () => {
    const shares = await Promise.all((await family(String(pid))).map(shareOf));
    return shares.reduce((sum, share) => sum + share, 0);
  };
  const before = await taken();
  let highest = before;
  const watching = setInterval(() => {
    void taken().then(
      (now) => (highest = Math.max(highest, now)),
      () => undefined, // one has ended meanwhile
    );
  }, every);
  return () => {
    clearInterval(watching);
    return highest - before;
  };
}

/** A process and all that come from it. */
async function family(pid: string): Promise<string[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8'));
  const children = (await Promise.all(lists)).flatMap((list) => list.match(/\d+/g) ?? []);
  return [pid, ...(await Promise.all(children.map(family))).flat()];
}
