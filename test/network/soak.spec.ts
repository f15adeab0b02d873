import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { texts } from '../browser/texts.ts';
import { Chat, Crowd, each, firstSince, type Side, signal } from './chats.ts';
import { heapOf, memoryOf } from './cost.ts';
import { AtChromium, AtTerminal, type End, type Kind } from './end.ts';
import { whyNot } from './rig.ts';
import { line, row } from './table.ts';
import { World } from './world.ts';

const reason = whyNot();
test.skip(reason !== undefined, reason);
test.skip(!process.env['TINCAN_SLOW'], 'half an hour of talking: TINCAN_SLOW is not set');

/** Two at least: up to a thousand messages are all on the page, and weigh 40 MiB; of more only those in sight are. */
const minutes = Math.max(2, Number(process.env['TINCAN_SOAK'] ?? 30));
/** With the same seed the same breaks come in the same order. */
const seed = Number(process.env['TINCAN_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** How often, in milliseconds, each side of each chat says so many messages: ten a second. */
const pace = { every: 1000, count: 10 };

/** A deadline in milliseconds for what was said to have arrived after a break. */
const arrives = 120_000;

/** What a page may hold more in the end than in the beginning, in bytes, its history with it and its engine without. */
const budget = 20 * 2 ** 20;

/** What its engine may hold in the end, in bytes. It begins with 5 MiB and comes to 22 within some minutes. */
const engineBudget = 32 * 2 ** 20;

const pairs: (readonly [Kind, Kind])[] = [
  ['Chromium', 'Chromium'],
  ['Chromium', 'terminal'],
];

/** One way in which a line breaks: a name of what happens, and that. */
type Break = (seconds: number, side: Side) => { name: string; happens: () => Promise<void> };

test('@slow soak: two chats talk on, and once a minute something breaks', async () => {
  test.setTimeout(minutes * 60_000 + 600_000);
  console.log(`soak: ${minutes} min, TINCAN_SEED=${seed}`);
  const side = { nat: 'port-restricted', udpTimeout: 30 } as const;
  const world = await World.internet(side, side, 'STUN');
  try {
    const crowd = new Crowd(world);
    const chats = await Promise.all(pairs.map((kinds) => Chat.begin(crowd, kinds, false)));
    await each(chats, (chat) => chat.ready());
    const held = await Promise.all(chats.flatMap((chat) => sides.map((side) => Held.by(chat, side))));

    const begun = Date.now();
    // Where one of the two fails, the other has no more to do.
    const stop = new AbortController();
    const failures: string[] = [];
    const unlessStopped = async (does: Promise<void>) => {
      await does.catch((error: unknown) => {
        failures.push(String(error));
        stop.abort();
      });
    };
    await Promise.all([
      unlessStopped(each(chats, (chat) => talks(chat, begun, stop.signal))),
      unlessStopped(breaks(world, chats, held[0], begun, stop.signal)),
    ]);
    if (!stop.signal.aborted) await unlessStopped(each(chats, (chat) => chat.caughtUp(arrives)));

    const sum = { lost: 0, doubled: 0, disordered: 0 };
    let messages = 0;
    for (const chat of chats) {
      const { said, sums } = await chat.tally();
      messages += said.left + said.right;
      for (const name of ['lost', 'doubled', 'disordered'] as const) sum[name] += sums[name];
      const well = Object.values(sums).every((n) => n === 0);
      if (!well) console.log(chat.name, sums, await diagnostics(chat));
      expect.soft(sums, chat.name).toEqual({ lost: 0, doubled: 0, disordered: 0 });
    }
    let [heap, engine] = [0, 0];
    for (const end of held) {
      const { was, is } = await end.grown();
      heap = Math.max(heap, is.page - was.page);
      engine = Math.max(engine, is.engine);
    }
    line(
      `soak: ${minutes} min, ${messages} messages, lost ${sum.lost}, doubled ${sum.doubled}, ` +
        `disordered ${sum.disordered}, heap +${mebibytes(heap)} MiB`,
    );
    await each(chats, async (chat) => {
      for (const { end } of [chat.left, chat.right]) if (end instanceof AtChromium) await clear(end);
    });
    for (const end of held) await end.grown('cleared');
    expect.soft(failures, 'after each break it went on').toEqual([]);
    expect.soft(heap, 'bytes that a page holds more').toBeLessThan(budget);
    expect(engine, 'bytes that an engine holds').toBeLessThan(engineBudget);
  } finally {
    await world.close();
  }
});

const sides: Side[] = ['left', 'right'];

/** Says what is due, also what has become due while nothing could be said, until the time is over. */
async function talks(chat: Chat, begun: number, stop: AbortSignal): Promise<void> {
  const turns: Promise<void>[] = [];
  const failed = new AbortController();
  for (let turn = 1; turn <= (minutes * 60_000) / pace.every; turn++) {
    await sleep(Math.max(0, begun + turn * pace.every - Date.now()));
    if (stop.aborted || failed.signal.aborted) break;
    const said = chat.talk(pace.count);
    said.catch(() => failed.abort());
    turns.push(said);
  }
  await Promise.all(turns);
}

/**
 * Breaks what there is once a minute, and waits until all has arrived, or fails. Notes what the page of `held` holds
 * by then, and its engine.
 */
async function breaks(
  world: World,
  chats: readonly Chat[],
  held: Held | undefined,
  begun: number,
  stop: AbortSignal,
): Promise<void> {
  const random = mulberry32(seed);
  const upTo = (n: number) => Math.floor(random() * n);
  const stopped = async (side: Side, seconds: number) => {
    signal(world, side, chats, 'SIGSTOP');
    try {
      await sleep(seconds * 1000);
    } finally {
      signal(world, side, chats, 'SIGCONT');
    }
  };
  const cut = async (during: () => Promise<void>, from?: Side) => {
    world.rig.cut(from);
    try {
      await during();
    } finally {
      world.rig.mend();
    }
  };
  const kinds: Break[] = [
    (seconds) => ({
      name: `an outage of ${seconds} s`,
      happens: () => cut(() => sleep(seconds * 1000)),
    }),
    (seconds, side) => ({
      name: `nothing from the ${side} for ${seconds} s`,
      happens: () => cut(() => sleep(seconds * 1000), side),
    }),
    (_, side) => ({
      name: `the NAT on the ${side} forgets, same ports`,
      happens: async () => {
        world.rig.remap(side, 'same');
        await Promise.resolve();
      },
    }),
    (_, side) => ({
      name: `the ${side} frozen for 20 s`,
      happens: () => stopped(side, 20),
    }),
    // What is sent to a computer that sleeps is lost; what is sent to a frozen process waits for it.
    (seconds, side) => ({
      name: `the ${side} naps for ${seconds} s`,
      happens: () => cut(() => stopped(side, seconds)),
    }),
  ];
  let bag: Break[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    // Each kind comes once before one comes again.
    if (bag.length === 0) bag = [...kinds];
    const [kind] = bag.splice(upTo(bag.length), 1);
    const what = kind?.(5 + upTo(21), sides[upTo(2)] ?? 'left');
    const at = begun + minute * 60_000 + 5000 + upTo(10_000);
    await sleep(Math.max(0, at - Date.now()));
    if (!what || stop.aborted) return;
    await what.happens();
    const back = Date.now();
    await sleep(pace.every); // so that something has been said since
    const arrived = await Promise.allSettled(chats.map((chat) => chat.caughtUp(arrives)));
    const cells: Record<string, string | number> = { minute: minute + 1, event: what.name };
    for (const [i, chat] of chats.entries()) {
      const heard = { left: await chat.left.heard(), right: await chat.right.heard() };
      cells[`${chat.name}: ms to first`] = firstSince(heard, back) ?? 'none came';
      if (arrived[i]?.status === 'rejected') console.log(what.name, chat.name, await diagnostics(chat));
    }
    const { page = 0, engine = 0 } = (await held?.now()) ?? {};
    cells['MiB of the first page'] = `${mebibytes(page)} + ${mebibytes(engine)}`;
    row('Soak: since nothing was in the way any more', cells);
    if (process.env['TINCAN_STAGES']) console.log(JSON.stringify(cells));
    for (const each of arrived) if (each.status === 'rejected') throw each.reason;
  }
}

const diagnostics = async (chat: Chat) =>
  `left:\n${await chat.left.diagnostics()}\nright:\n${await chat.right.diagnostics()}`;

/** Bytes at one end. */
interface Size {
  /** Objects and buffers of the page. */
  page: number;
  /** The memory of its engine. */
  engine: number;
  /** All of a program, where it is not a page. */
  process: number;
}

/** What one end held when this was made. */
class Held {
  readonly #name: string;
  readonly #look: () => Promise<Size>;
  readonly #first: Size;

  private constructor(name: string, look: () => Promise<Size>, first: Size) {
    this.#name = name;
    this.#look = look;
    this.#first = first;
  }

  static async by(chat: Chat, side: Side): Promise<Held> {
    const look = await looksAt(chat[side].end);
    return new Held(`${chat.name}, ${side}`, look, await look());
  }

  now(): Promise<Size> {
    return this.#look();
  }

  /** Notes what it held and holds now, and returns that. */
  async grown(when = 'all said'): Promise<{ was: Size; is: Size }> {
    const [was, is] = [this.#first, await this.#look()];
    const change = (name: keyof Size) =>
      is[name] === 0 ? '' : `${mebibytes(was[name])} → ${mebibytes(is[name])}`;
    row('Soak: MiB before and after', {
      who: this.#name,
      when,
      'objects and buffers': change('page'),
      engine: change('engine'),
      'whole program': change('process'),
    });
    return { was, is };
  }
}

/** Removes the history from the page. */
async function clear({ person }: AtChromium): Promise<void> {
  await person.button(texts.more).click();
  await person.button(texts.clearHistory).click();
  await person.page.getByRole('dialog').getByRole('button', { name: texts.clear, exact: true }).click();
  await expect(person.page.getByRole('dialog')).toHaveCount(0);
}

async function looksAt(end: End): Promise<() => Promise<Size>> {
  if (end instanceof AtTerminal) {
    return async () => Promise.resolve({ page: 0, engine: 0, process: memoryOf(end.pid, 'resident') });
  }
  if (!(end instanceof AtChromium)) throw new Error('only of Chromium it is known what a page holds');
  const { page } = end.person;
  const session = await page.context().newCDPSession(page);
  return async () => ({ ...(await heapOf(session)), process: 0 });
}

const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);

/** Numbers from 0 up to 1 that look random and are those of this seed: mulberry32. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
