import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, type Browser as PlaywrightBrowser } from '@playwright/test';
import type { Browser as PuppeteerBrowser } from 'puppeteer-core';
import { inTime, type Kind } from './end.ts';
import { whyNot } from './rig.ts';
import { count, row } from './table.ts';
import { PageTalker, type Talker, TerminalTalker } from './talker.ts';
import { World } from './world.ts';

const reason = whyNot();
test.skip(reason !== undefined, reason);

/** How many messages each side says before, at the beginning of, in the middle of and after what happens. */
const said = { before: 200, breaking: 100, apart: 100, after: 220 };

/** A deadline, since one computer does all of this: what is measured stands in the table. */
const comesBack = 180_000;

const kinds: Kind[] = ['Chromium', 'Firefox', 'terminal'];

/** The kinds of the inviter, on the left, and the joiner, on the right. */
const pairs = kinds
  .flatMap((inviter) => kinds.map((joiner) => [inviter, joiner] as const))
  .filter((pair) => process.env['TINCAN_PAIRS']?.split(',').includes(pair.join('–')) ?? true);

/** What happens to all chats of a test at the same time. */
interface Happening {
  name: string;
  world: () => Promise<World>;
  mailbox?: boolean;
  slow?: boolean;
  /** How long it takes, in milliseconds, for the deadline. */
  takes: number;
  /** Makes it happen, and says when nothing was in the way any more. Calls `apart` in the middle of it. */
  happens: (world: World, chats: readonly Chat[], apart: () => Promise<void>) => Promise<number>;
  /** What each end must have been told since it began. */
  told?: (states: readonly string[], who: string) => void;
}

const nats = () => {
  const side = { nat: 'port-restricted', udpTimeout: 30 } as const;
  return World.internet(side, side, 'STUN');
};
const lan = () => World.lan({ gateway: true }, 'none');

const coneOnTheRight = () => World.internet({ nat: 'port-restricted' }, { nat: 'full-cone' }, 'STUN');

/** Something that takes no time, of which both have to find out by themselves. */
function sudden(
  name: string,
  world: () => Promise<World>,
  mailbox: boolean,
  does: (world: World) => void,
): Happening {
  return {
    name,
    world,
    mailbox,
    takes: 0,
    happens: async (world, _, apart) => {
      does(world);
      const back = Date.now();
      await apart();
      return back;
    },
  };
}

/** All processes of the left one stand still, as when a computer sleeps; what comes meanwhile is lost or waits. */
function frozen(seconds: number, slow: boolean): Happening {
  return {
    name: `frozen for ${seconds} s, NATs`,
    world: nats,
    slow,
    takes: seconds * 1000,
    happens: async (world, chats) => {
      await sleep(1000); // let it be in the midst of it
      const signal = (signal: 'SIGSTOP' | 'SIGCONT') => {
        world.rig.left.signalBrowser(signal);
        for (const { left } of chats) if (left instanceof TerminalTalker) left.end.signal(signal);
      };
      signal('SIGSTOP');
      try {
        await sleep(seconds * 500);
        await each(chats, (chat) => chat.talk(said.apart, ['right']));
        await sleep(seconds * 500);
      } finally {
        signal('SIGCONT');
      }
      return Date.now();
    },
  };
}

/** The left one moves, and one link of theirs, opened on the right, brings the chat back. */
const byHand: Happening = {
  name: 'moved, partner port-restricted, one link by hand',
  world: nats,
  takes: 60_000,
  happens: async (world, chats, apart) => {
    const moved = Date.now();
    world.rig.move('left');
    await apart();
    await each(chats, async (chat) => {
      const apartStates = ['lost', 'trying'];
      await Promise.all([
        chat.left.reaches(apartStates, moved, 60_000),
        chat.right.reaches(apartStates, moved, 60_000),
      ]);
      const link = await chat.left.repairLink();
      await chat.right.accept(link);
      chat.applied = Date.now();
    });
    return moved;
  },
  told: (states, who) => expect.soft(states, who).not.toContain('asking'),
};

/** The left one comes to a second network, and the first is gone once the chat has gone over. */
const second: Happening = {
  name: 'a second network before the first breaks, NATs',
  world: nats,
  takes: 60_000,
  happens: async (world, chats, apart) => {
    world.rig.joinSecond('left');
    await each(chats, async (chat) => {
      await chat.left.moved();
      const over = async () => {
        for (const talker of [chat.left, chat.right]) {
          expect(await talker.diagnostics()).toContain('carries the chat');
        }
      };
      // One that has not gone over by then is counted as lost, with what it says of it.
      await expect(over)
        .toPass({ timeout: 40_000 })
        .catch(() => console.log(chat.name, 'has not gone over'));
    });
    world.rig.leaveFirst('left');
    const back = Date.now();
    await apart();
    return back;
  },
  told: (states, who) => expect.soft(states, who).toEqual([]),
};

/** Nothing gets from one side to the other for a while. */
function outage(seconds: number, where: string, world: () => Promise<World>): Happening {
  return {
    name: `outage of ${seconds} s, ${where}`,
    world,
    slow: seconds > 60,
    takes: seconds * 1000,
    happens: async (world, _, apart) => {
      world.rig.cut();
      await sleep(seconds * 500);
      await apart();
      await sleep(seconds * 500);
      world.rig.mend();
      return Date.now();
    },
    told: (states, who) => {
      if (seconds >= 40) expect.soft(states, who).toContain('trying');
    },
  };
}

const happenings: Happening[] = [
  outage(8, 'NATs', nats),
  outage(40, 'NATs', nats),
  outage(40, 'one network', lan),
  outage(150, 'NATs', nats),
  outage(150, 'one network', lan),
  frozen(60, false),
  frozen(600, true),
  sudden('NAT forgets, same ports', nats, false, ({ rig }) => rig.remap('left', 'same')),
  sudden('NAT forgets, other ports, by mailbox', nats, true, ({ rig }) => rig.remap('left', 'other')),
  sudden('moved, partner port-restricted, by mailbox', nats, true, ({ rig }) => rig.move('left')),
  sudden('moved, partner behind a full cone, by mailbox', coneOnTheRight, true, ({ rig }) =>
    rig.move('left'),
  ),
  sudden('another address on one network, by mailbox', lan, true, ({ rig }) => rig.renumber('left')),
  byHand,
  sudden('both moved, by mailbox', nats, true, ({ rig }) => {
    rig.move('left');
    rig.move('right');
  }),
  second,
];

test('what is lost, doubled and out of order is counted', () => {
  const sent = ['a', 'b', 'c', 'd', 'e'];
  const none = { lost: 0, doubled: 0, disordered: 0 };
  expect(compare(sent, sent)).toEqual(none);
  expect(compare(sent, ['a', 'c', 'd'])).toEqual({ ...none, lost: 2 });
  expect(compare(sent, ['a', 'b', 'b', 'c', 'd', 'e', 'a'])).toEqual({ ...none, doubled: 2 });
  expect(compare(sent, ['b', 'a', 'c', 'e', 'd'])).toEqual({ ...none, disordered: 2 });
  expect(compare(sent, ['a', 'b', 'c', 'd', 'e', 'of somebody else'])).toEqual({ ...none, doubled: 1 });
});

for (const happening of happenings) {
  test(`${happening.slow ? '@slow ' : ''}chats outlive: ${happening.name}`, async () => {
    test.skip(
      happening.slow === true && !process.env['TINCAN_SLOW'],
      'minutes of waiting: TINCAN_SLOW is not set',
    );
    test.setTimeout(happening.takes + 420_000);
    const world = await happening.world();
    try {
      const crowd = new Crowd(world);
      const chats = await Promise.all(
        pairs.map(async (kinds) => Chat.begin(crowd, kinds, happening.mailbox ?? false)),
      );
      stage('open');
      await each(chats, (chat) => chat.ready());
      stage('ready');
      await each(chats, (chat) => chat.talk(said.before));
      await each(chats, (chat) => chat.caughtUp(comesBack));
      stage('before');
      const began = Date.now();
      const talking = each(chats, (chat) => chat.talk(said.breaking));
      const back = await happening.happens(world, chats, () => each(chats, (chat) => chat.talk(said.apart)));
      stage('back');
      await talking;
      await each(chats, (chat) => chat.talk(said.after));
      stage('after');
      await Promise.all(
        chats.map(async (chat) => {
          await chat.caughtUp(comesBack).catch(() => {});
          await chat.judge(happening, began, chat.applied ?? back);
        }),
      );
    } finally {
      await world.close();
    }
  });
}

type Side = 'left' | 'right';

/** Browsers and terminals on either side: one of each browser. */
class Crowd {
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

/** One chat, of which all that was said is known. */
class Chat {
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
  async talk(count: number, sides: readonly Side[] = ['left', 'right']): Promise<void> {
    await Promise.all(
      sides.map(async (side) => {
        const sent = this.#sent[side];
        const more = Array.from({ length: count }, (_, i) => `${this.name}, ${side}: ${sent.length + i + 1}`);
        sent.push(...more);
        // A person writes one thing after the other.
        const turn = this.#turns[side].then(() =>
          inTime(this[side].say(more), comesBack, () => `${side} says`),
        );
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

  /** Counts what is missing, came twice or in another order, notes it and fails by it. */
  async judge(happening: Happening, began: number, back: number): Promise<void> {
    const sums = { lost: 0, doubled: 0, disordered: 0 };
    let first: number | undefined = 0;
    const missing: Record<string, number> = {};
    for (const [from, to] of [
      ['left', 'right'],
      ['right', 'left'],
    ] as const) {
      const heard = await this[to].heard();
      const found = compare(
        this.#sent[from],
        heard.map(({ text }) => text),
      );
      missing[`from the ${from}`] = found.lost;
      sums.lost += found.lost;
      sums.doubled += found.doubled;
      sums.disordered += found.disordered;
      const next = heard.find(({ at }) => at >= back);
      first = next && first !== undefined ? Math.max(first, next.at - back) : undefined;
    }
    const well = first !== undefined && Object.values(sums).every((n) => n === 0);
    row('Survive:', {
      event: happening.name,
      pair: this.name,
      'messages each way': this.#sent.left.length,
      ...sums,
      'ms from back to first': first ?? 'none came',
    });
    count('survive', well, sums);
    if (!well) {
      console.log(
        happening.name,
        this.name,
        sums,
        await this.left.diagnostics(),
        await this.right.diagnostics(),
      );
    }
    expect.soft(well, `${happening.name}, ${this.name}: ${JSON.stringify(sums)}`).toBe(true);
    for (const side of ['left', 'right'] as const) {
      happening.told?.(await this[side].states(began), `${this.name}, ${side}`);
    }
  }
}

/** What of `sent` is missing in `got`, came again, and came behind something that was sent later. */
function compare(
  sent: readonly string[],
  got: readonly string[],
): { lost: number; doubled: number; disordered: number } {
  const seen = new Set<string>();
  const found = { lost: 0, doubled: 0, disordered: 0 };
  let newest = -1;
  for (const text of got) {
    const number = sent.indexOf(text);
    if (number === -1 || seen.has(text)) found.doubled++;
    else if (number < newest) found.disordered++;
    seen.add(text);
    newest = Math.max(newest, number);
  }
  found.lost = sent.filter((text) => !seen.has(text)).length;
  return found;
}

const stage = (what: string) => process.env['TINCAN_STAGES'] && console.log(new Date().toISOString(), what);

async function each(chats: readonly Chat[], does: (chat: Chat) => Promise<void>): Promise<void> {
  await Promise.all(chats.map(does));
}
