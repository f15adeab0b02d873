import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Files } from './files.svelte.ts';
import type * as Save from './save.ts';
import type { Keeping } from './save.ts';

let { download, keepFor, mostInMemory, roomFor, sweep } = {} as typeof Save;

/*
 * The storage and the locks of a browser, as far as they are asked here: a file that is open for writing can't be removed,
 * nor the folder around it, and what is not closed never becomes the file.
 */
class Stream {
  #file: Handle;
  parts: number[] = [];
  constructor(file: Handle) {
    this.#file = file;
    file.open = true;
  }
  write = (bytes: Uint8Array) => Promise.resolve(void (this.parts = this.parts.concat([...bytes])));
  seek = () => Promise.resolve();
  truncate = () => Promise.resolve(void (this.parts = []));
  close = () => {
    if (this.#file.full) return Promise.reject(new Error('full'));
    return Promise.resolve(this.#end(() => (this.#file.bytes = this.parts)));
  };
  abort = () => Promise.resolve(this.#end(() => undefined));
  #end(does: () => void): void {
    this.#file.open = false;
    does();
  }
}

class Handle {
  bytes: number[] = [];
  open = false;
  full = false;
  /** Opening it takes until this resolves. */
  slow: Promise<void> = Promise.resolve();
  createWritable = async () => {
    await this.slow;
    return new Stream(this);
  };
  getFile = () => Promise.resolve(new Blob([new Uint8Array(this.bytes)]));
}

class Folder {
  entries = new Map<string, Folder | Handle>();
  #get<Entry>(name: string, create: boolean | undefined, make: () => Entry & (Folder | Handle)): Entry {
    if (!this.entries.has(name) && create) this.entries.set(name, make());
    return this.entries.get(name) as Entry;
  }
  getDirectoryHandle = (name: string, options?: { create?: boolean }) =>
    Promise.resolve(this.#get(name, options?.create, () => new Folder()));
  getFileHandle = (name: string, options?: { create?: boolean }) =>
    Promise.resolve(this.#get(name, options?.create, () => new Handle()));
  async *keys() {
    yield* [...this.entries.keys()];
  }
  get open(): boolean {
    return [...this.entries.values()].some(({ open }) => open);
  }
  removeEntry = (name: string) =>
    this.entries.get(name)?.open
      ? Promise.reject(new DOMException('', 'NoModificationAllowedError'))
      : Promise.resolve(void this.entries.delete(name));
}

let root: Folder;
let held: string[];

beforeEach(async () => {
  // A page has one folder, and each test is a page.
  vi.resetModules();
  ({ download, keepFor, mostInMemory, roomFor, sweep } = await import('./save.ts'));
  root = new Folder();
  held = [];
  vi.stubGlobal('FileSystemFileHandle', Handle);
  Object.assign(Handle.prototype, { createWritable: () => undefined });
  vi.stubGlobal('navigator', {
    storage: {
      getDirectory: () => Promise.resolve(root),
      estimate: () => Promise.resolve({ quota: 1e9, usage: 0 }),
    },
    locks: {
      request: (name: string, granted: () => Promise<unknown>) => {
        held.push(name);
        return granted();
      },
      query: () => Promise.resolve({ held: held.map((name) => ({ name })) }),
    },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  delete (globalThis as { showSaveFilePicker?: unknown }).showSaveFilePicker;
});

const large = 20_000_000;
const bytes = (...values: number[]) => new Uint8Array(values);

async function kept() {
  const keeping = await keepFor('a.bin', large);
  if (!keeping) throw new Error('it is kept nowhere');
  return keeping;
}

/** The files in the folder of this page. */
const files = () =>
  [...root.entries.values()].flatMap((folder) =>
    folder instanceof Folder ? [...folder.entries.values()] : [],
  );

test('a large file lies in the storage of the browser, in a folder whose lock the page holds', async () => {
  const keeping = await kept();
  await keeping.sink.write(bytes(1, 2));
  await keeping.sink.write(bytes(3));
  await keeping.sink.finish();
  expect(held).toContain([...root.entries.keys()][0]);
  expect((await keeping.content())?.size).toBe(3);
});

test('no browser has to guess the type of what is kept, wherever that is', async () => {
  const type = async (keeping: Keeping | undefined) => (await keeping?.content())?.type;
  expect(await type(await kept())).toBe('application/octet-stream');
  expect(files()).toHaveLength(1);
  expect(await type(await keepFor('a', 3))).toBe('application/octet-stream');
});

test('what is dropped leaves nothing, also while it is being opened', async () => {
  const early = await kept();
  await early.drop();
  expect(files()).toEqual([]);

  const keeping = await kept();
  let open: () => void = () => undefined;
  for (const file of files())
    if (file instanceof Handle) file.slow = new Promise((resolve) => (open = resolve));
  const writing = keeping.sink.write(new Uint8Array(2 ** 20));
  const dropping = keeping.drop();
  open();
  await expect(writing).rejects.toThrow('not wanted');
  await dropping;
  expect(files()).toEqual([]);
});

test('a file that begins anew holds nothing of before', async () => {
  const keeping = await kept();
  await keeping.sink.write(new Uint8Array(2 ** 20));
  await keeping.sink.write(bytes(1));
  await keeping.sink.restart();
  await keeping.sink.write(bytes(7));
  await keeping.sink.finish();
  expect((await keeping.content())?.size).toBe(1);
});

test('the folders of pages that are gone are removed, and no others', async () => {
  await kept();
  const mine = [...root.entries.keys()];
  expect(mine).toHaveLength(1);
  root.entries.set('tincan-files-gone', new Folder());
  root.entries.set('of another', new Folder());
  await sweep();
  expect([...root.entries.keys()].sort()).toEqual([...mine, 'of another'].sort());
  await sweep(true);
  expect([...root.entries.keys()]).toEqual(['of another']);
});

test('where one file is just being written, all others go', async () => {
  const folder = new Folder();
  root.entries.set('tincan-files-gone', folder);
  const [writing, whole] = [new Handle(), new Handle()];
  writing.open = true;
  folder.entries.set('writing', writing).set('whole', whole);
  await sweep();
  expect([...folder.entries.keys()]).toEqual(['writing']);
});

test('a browser that opens no file for writing keeps it in memory, as far as there is room', async () => {
  vi.stubGlobal('FileSystemFileHandle', Object);
  expect(roomFor()).toBe(mostInMemory);
  await kept();
  expect(root.entries.size).toBe(0);
  await expect(keepFor('a.bin', mostInMemory + 1)).rejects.toThrow('no room');
});

test('a folder that another page has removed is made anew', async () => {
  await kept();
  for (const folder of root.entries.values()) {
    if (folder instanceof Folder)
      folder.getFileHandle = () => Promise.reject(new DOMException('', 'NotFoundError'));
  }
  await kept(); // in memory
  await kept();
  expect(root.entries.size).toBe(2);
});

describe('a file that the person has chosen', () => {
  const remove = vi.fn<() => Promise<void>>();
  class Chosen extends Handle {
    remove = remove;
  }
  let file: Chosen;
  beforeEach(() => {
    remove.mockReset().mockResolvedValue(undefined);
    file = new Chosen();
    Object.assign(globalThis, { showSaveFilePicker: () => Promise.resolve(file) });
  });

  test('stays when it is whole, whatever becomes of the chat', async () => {
    const keeping = await kept();
    await keeping.sink.write(bytes(1, 2));
    await keeping.sink.finish();
    await keeping.drop();
    expect([file.bytes, remove.mock.calls.length]).toEqual([[1, 2], 0]);
  });

  test('goes when it is dropped before, or could not be closed', async () => {
    const early = await kept();
    await early.sink.write(bytes(1));
    await early.drop();
    expect(remove).toHaveBeenCalledTimes(1);
    const full = await kept();
    file.full = true;
    await full.sink.write(bytes(1));
    await expect(full.sink.finish()).rejects.toThrow('full');
    await full.drop();
    expect(remove).toHaveBeenCalledTimes(2);
  });
});

describe('with the files of a chat', () => {
  let chat: Files;
  beforeEach(async () => {
    const { Files } = await import('./files.svelte.ts');
    const done = () => Promise.resolve();
    chat = new Files({ sendFile: () => Promise.resolve(1), keepFile: done, stopFile: done });
  });
  const offer = { type: 'file', id: 7, name: 'a.bin', kind: '', size: large, voice: false } as const;

  test('one that can’t be found any more was not saved', async () => {
    const file = chat.offered(offer);
    await chat.keep(file, 'device');
    for (const handle of files()) {
      if (handle instanceof Handle)
        handle.getFile = () => Promise.reject(new DOMException('', 'NotFoundError'));
    }
    await chat.ended({ type: 'ended', ours: false, id: 7, how: 'whole' });
    expect(file.state).toBe('unstorable');
  });

  test('what was under way when the chat ends leaves nothing', async () => {
    await chat.keep(chat.offered(offer), 'device');
    expect(files()).toHaveLength(1);
    await chat.over();
    expect(files()).toEqual([]);
  });
});

test('where the storage is too full, a file that memory can hold is kept there', async () => {
  Object.assign(navigator.storage, { estimate: () => Promise.resolve({ quota: 10, usage: 1 }) });
  await kept();
  expect(root.entries.size).toBe(0);
});

test('of many that come at once each is saved, and not more in a second than a browser lets pass', () => {
  vi.useFakeTimers();
  const saved: { name: string; at: number }[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push({ name: this.download, at: performance.now() });
  });
  const names = Array.from({ length: 30 }, (_, i) => `${i}.bin`);
  try {
    for (const name of names) download('blob:x', name);
    expect(saved, 'the first in the event of the button').toHaveLength(1);
    vi.runAllTimers();
  } finally {
    vi.useRealTimers();
    vi.restoreAllMocks();
  }
  expect(saved.map(({ name }) => name)).toEqual(names);
  for (const { at } of saved) {
    const within = saved.filter((other) => other.at >= at && other.at - at <= 1000);
    expect(within.length).toBeLessThanOrEqual(10);
  }
});
