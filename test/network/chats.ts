import { expect } from '@playwright/test';
import type { Browser as PlaywrightBrowser } from '@playwright/test';
import type { Browser as PuppeteerBrowser } from 'puppeteer-core';
import { inTime, type Kind } from './end.ts';
import { type Heard, PageTalker, type Talker, TerminalTalker } from './talker.ts';
import type { World } from './world.ts';

/** A deadline, since one computer does all of this: what is measured stands in the tables. */
export const comesBack = 180_000;

export type Side = 'left' | 'right';

/** Browsers and terminals on either side: one of each browser. */
export class Crowd {
  readonly world: World;
  readonly #chromium = new Map<Side, Promise<PlaywrightBrowser>>();
  readonly #firefox = new Map<Side, Promise<PuppeteerBrowser>>();

  constructor(world: World) {
    this.world = world;
  }

  async talker(side: Side, kind: Kind, mailbox: boolean): Promise<Talker> {
    const computer = this.world.rig[side];
    if (kind === 'terminal')
      return new TerminalTalker(this.world.terminal(side, ...(mailbox ? ['--mailbox', 'on'] : [])));
    const { url } = this.world.serve;
    if (kind === 'Chromium') {
      const browser = await once(this.#chromium, side, () => computer.chromium());
      return PageTalker.inChromium(browser, url, mailbox);
    }
    const browser = await once(this.#firefox, side, () => computer.firefox());
    return PageTalker.inFirefox(browser, url, mailbox);
  }
}

function once<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const there = map.get(key) ?? make();
  map.set(key, there);
  return there;
}

/** How much was said, what became of it, and all that each side has heard. */
export interface Tally {
  said: Record<Side, number>;
  sums: { lost: number; doubled: number; disordered: number };
  heard: Record<Side, Heard[]>;
}

/** When the later of the two had its first message since a time, in milliseconds since then. */
export function firstSince(heard: Record<Side, Heard[]>, since: number): number | undefined {
  const firsts = Object.values(heard).map((all) => all.find(({ at }) => at >= since)?.at);
  return firsts.includes(undefined) ? undefined : Math.max(...firsts.map((at) => (at ?? 0) - since));
}

/** One chat, of which all that was said is known. */
export class Chat {
  readonly name: string;
  readonly kinds: readonly [Kind, Kind];
  readonly left: Talker;
  readonly right: Talker;
  /** When what was needed by hand was done, in milliseconds since 1970. */
  applied: number | undefined;
  readonly #turns = { left: Promise.resolve(), right: Promise.resolve() };
  readonly #sent = { left: [] as string[], right: [] as string[] };

  private constructor(kinds: readonly [Kind, Kind], left: Talker, right: Talker) {
    this.name = kinds.join('–');
    this.kinds = kinds;
    this.left = left;
    this.right = right;
  }

  /** Opens a chat. */
  static async begin(crowd: Crowd, kinds: readonly [Kind, Kind], mailbox: boolean): Promise<Chat> {
    const [left, right] = await Promise.all([
      crowd.talker('left', kinds[0], mailbox),
      crowd.talker('right', kinds[1], mailbox),
    ]);
    const reply = await right.end.join(await left.end.invite());
    if (!mailbox) await left.end.accept(reply);
    stage(`${kinds.join()} replied`);
    await Promise.all([left.end.opened(60_000), right.end.opened(60_000)]);
    return new Chat(kinds, left, right);
  }

  /** Waits until each side has two cards of the other, as it has some seconds after the chat has opened. */
  async ready(): Promise<void> {
    for (const talker of [this.left, this.right]) {
      await expect(async () => {
        expect(await talker.diagnostics()).toContain('card 2 of the other side');
      }).toPass({ timeout: 30_000 });
    }
  }

  /** Both, or one of them, say so much more. */
  async talk(
    count: number,
    sides: readonly Side[] = ['left', 'right'],
    within: number = comesBack,
  ): Promise<void> {
    await Promise.all(
      sides.map(async (side) => {
        const sent = this.#sent[side];
        const more = Array.from({ length: count }, (_, i) => `${this.name}, ${side}: ${sent.length + i + 1}`);
        sent.push(...more);
        // A person writes one thing after the other.
        const turn = this.#turns[side].then(() => inTime(this[side].say(more), within, () => `${side} says`));
        this.#turns[side] = turn.catch(() => {});
        await turn;
      }),
    );
  }

  /** Both have as many messages as the other one has said. */
  async caughtUp(within: number): Promise<void> {
    await Promise.all([
      this.left.hears(this.#sent.right.length, within),
      this.right.hears(this.#sent.left.length, within),
    ]);
  }

  /** Counts what is missing, came twice or in another order. */
  async tally(): Promise<Tally> {
    const sums = { lost: 0, doubled: 0, disordered: 0 };
    const heard = { left: await this.left.heard(), right: await this.right.heard() };
    for (const [from, to] of [
      ['left', 'right'],
      ['right', 'left'],
    ] as const) {
      const found = compare(
        this.#sent[from],
        heard[to].map(({ text }) => text),
      );
      sums.lost += found.lost;
      sums.doubled += found.doubled;
      sums.disordered += found.disordered;
    }
    return { said: { left: this.#sent.left.length, right: this.#sent.right.length }, sums, heard };
  }
}

/** What of `sent` is missing in `got`, came again, and came behind something that was sent later. */
export function compare(
  sent: readonly string[],
  got: readonly string[],
): { lost: number; doubled: number; disordered: number } {
  const numbers = new Map(sent.map((text, number) => [text, number]));
  const seen = new Set<string>();
  const found = { lost: 0, doubled: 0, disordered: 0 };
  let newest = -1;
  for (const text of got) {
    const number = numbers.get(text) ?? -1;
    if (number === -1 || seen.has(text)) found.doubled++;
    else if (number < newest) found.disordered++;
    seen.add(text);
    newest = Math.max(newest, number);
  }
  found.lost = sent.filter((text) => !seen.has(text)).length;
  return found;
}

export const stage = (what: string) =>
  process.env['TINCAN_STAGES'] && console.log(new Date().toISOString(), what);

export async function each(chats: readonly Chat[], does: (chat: Chat) => Promise<void>): Promise<void> {
  await Promise.all(chats.map(does));
}

/** Stops all that chats on a side, or lets it go on. */
export function signal(
  world: World,
  side: Side,
  chats: readonly Chat[],
  signal: 'SIGSTOP' | 'SIGCONT',
): void {
  world.rig[side].signalBrowser(signal);
  for (const { [side]: talker } of chats) if (talker instanceof TerminalTalker) talker.end.signal(signal);
}
