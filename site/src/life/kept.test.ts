import { afterEach, describe, expect, test, vi } from 'vitest';
import type * as KeptModule from './kept.ts';
import type { Kept } from './kept.ts';

const key = 'tincan-return';
const ticket = 'aZ09-_'.repeat(7) + 'A';
const kept: Kept = { ticket, role: 'joiner', mailbox: true, verified: true, rounds: 2 };
const record = { v: 1, ticket, role: 'joiner', verified: true, rounds: 2, mailbox: true };
const mark = { pending: 'chat', page: '1-2-3-4' } as const;

/** A page: the module as a page has it, which has none of what another one holds. */
async function page(): Promise<typeof KeptModule> {
  vi.resetModules();
  return import('./kept.ts');
}

afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, 'locks');
  sessionStorage.clear();
  localStorage.clear();
});

/** The locks of a browser, which all its pages share. */
class Locks {
  readonly held = new Map<string, () => void>();
  readonly names: string[] = [];
  #freed: (() => void)[] = [];

  constructor() {
    Object.defineProperty(navigator, 'locks', { configurable: true, value: this });
  }

  readonly request = async (
    name: string,
    { signal }: { signal: AbortSignal },
    holds: () => Promise<void> | undefined,
  ): Promise<void> => {
    this.names.push(name);
    while (this.held.has(name)) {
      await new Promise<void>((resolve, reject) => {
        this.#freed.push(resolve);
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    }
    this.held.set(name, () => undefined);
    await holds();
    this.drop(name);
  };

  /** The page that holds it is gone. */
  drop(name: string): void {
    this.held.delete(name);
    for (const freed of this.#freed.splice(0)) freed();
  }
}

describe('what is kept', () => {
  test('is these six fields of the tab under one key, and goes', async () => {
    const { keep, keeps, readKept } = await page();
    expect([keeps(), readKept()]).toEqual([false, undefined]);
    keep({ ...kept, said: 'hello', address: '192.0.2.1' } as Kept);
    expect(Object.keys(sessionStorage)).toEqual([key]);
    expect(JSON.parse(sessionStorage.getItem(key) ?? '')).toEqual(record);
    expect(localStorage).toHaveLength(0);
    expect([keeps(), readKept()]).toEqual([true, kept]);
    keep(undefined);
    expect(sessionStorage).toHaveLength(0);
    expect([keeps(), readKept()]).toEqual([false, undefined]);
  });

  test.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['a list', JSON.stringify([record])],
    ['a text', JSON.stringify(ticket)],
    ['another version', { ...record, v: 2 }],
    ['no version', { ...record, v: undefined }],
    ['a short ticket', { ...record, ticket: ticket.slice(1) }],
    ['a long ticket', { ...record, ticket: `${ticket}A` }],
    ['a ticket of other letters', { ...record, ticket: `${ticket.slice(1)}+` }],
    ['a ticket with a line end', { ...record, ticket: `${ticket.slice(1)}\n` }],
    ['a ticket that is none', { ...record, ticket: { length: 43 } }],
    ['a role of nobody', { ...record, role: 'both' }],
    ['a role of every object', { ...record, role: 'constructor' }],
    ['a mark that is a word', { ...record, verified: 'true' }],
    ['no mark', { ...record, verified: undefined }],
    ['rounds below none', { ...record, rounds: -1 }],
    ['half a round', { ...record, rounds: 0.5 }],
    ['rounds without end', { ...record, rounds: 1e300 }],
    ['a mailbox that is an address', { ...record, mailbox: 'https://evil.example' }],
    ['far too long', { ...record, more: 'x'.repeat(500) }],
  ])('that is %s counts as nothing', async (_name, stored) => {
    const { readKept } = await page();
    sessionStorage.setItem(key, JSON.stringify(record));
    expect(readKept()).toEqual(kept);
    sessionStorage.setItem(key, typeof stored === 'string' ? stored : JSON.stringify(stored));
    expect(readKept()).toBeUndefined();
  });

  test('of another version is as it should be and nothing more', async () => {
    const { readKept } = await page();
    sessionStorage.setItem(key, JSON.stringify({ ...record, a: 1 }));
    expect(readKept()).toEqual(kept);
  });

  test('where nothing can be stored: nothing, and nothing throws', async () => {
    const { keep, keeps, readKept } = await page();
    vi.stubGlobal('sessionStorage', undefined);
    keep(kept);
    expect([keeps(), readKept()]).toEqual([false, undefined]);
    keep(undefined);
  });
});

describe('one tab alone', () => {
  /** What a page is answered that asks whether the chat is its own. */
  async function asks({
    claim,
  }: typeof KeptModule): Promise<ReturnType<typeof vi.fn<(mine: boolean) => void>>> {
    const answered = vi.fn<(mine: boolean) => void>();
    void claim(ticket, mark, answered);
    await vi.waitFor(() => expect(answered).toHaveBeenCalled(), { timeout: 5_000 });
    return answered;
  }

  test('has the chat: a duplicate is refused while the first is there', async () => {
    const locks = new Locks();
    const first = await page();
    first.keep(kept);
    await vi.waitFor(() => expect(locks.held.size).toBe(1));
    expect(locks.names[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(locks.names[0]).not.toContain(ticket);
    expect((await asks(await page())).mock.calls).toEqual([[false]]);
    first.keep(undefined);
    await vi.waitFor(() => expect(locks.held.size).toBe(0));
    expect((await asks(await page())).mock.calls).toEqual([[true]]);
  });

  test('and the one that was reloaded does, as soon as its page before has let go', async () => {
    const locks = new Locks();
    (await page()).keep(kept);
    await vi.waitFor(() => expect(locks.held.size).toBe(1));
    setTimeout(() => locks.drop(locks.names[0] ?? ''), 100);
    expect((await asks(await page())).mock.calls).toEqual([[true]]);
  });

  test('asks once for each ticket, and keeps the lock of one before', async () => {
    const locks = new Locks();
    const first = await page();
    expect((await asks(first)).mock.calls).toEqual([[true]]);
    first.keep(kept);
    first.keep({ ...kept, verified: false });
    first.keep({ ...kept, ticket: 'B'.repeat(43) });
    await vi.waitFor(() => expect(locks.held.size).toBe(2));
    expect(locks.names).toHaveLength(2);
  });

  test('that is over before its lock is there holds none', async () => {
    const locks = new Locks();
    const first = await page();
    first.keep(kept);
    first.keep(undefined);
    await vi.waitFor(() => expect(locks.names).toHaveLength(1));
    await vi.waitFor(() => expect(locks.held.size).toBe(0));
  });

  test.each([
    ['there are no locks', () => undefined],
    ['there is no digest', () => vi.stubGlobal('crypto', { getRandomValues: () => new Uint32Array(4) })],
    [
      'locks are refused',
      () =>
        Object.defineProperty(navigator, 'locks', {
          configurable: true,
          value: { request: () => Promise.reject(new DOMException('', 'SecurityError')) },
        }),
    ],
  ])('where %s, the page that kept it is asked', async (_name, without) => {
    if (_name !== 'there are no locks') new Locks();
    without();
    const other = new BroadcastChannel('tincan-pending');
    other.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === `there? ${mark.page}`) other.postMessage(`here ${mark.page}`);
    };
    const duplicate = await page();
    expect((await asks(duplicate)).mock.calls).toEqual([[false]]);
    other.close();
    expect((await asks(duplicate)).mock.calls).toEqual([[true]]);
  });
});
