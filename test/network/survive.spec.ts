import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { Chat, comesBack, compare, Crowd, each, firstSince, signal, stage } from './chats.ts';
import type { Kind } from './end.ts';
import { whyNot } from './rig.ts';
import { count, row } from './table.ts';
import { World } from './world.ts';

const reason = whyNot();
test.skip(reason !== undefined, reason);

/** How many messages each side says before, at the beginning of, in the middle of and after what happens. */
const said = { before: 200, breaking: 100, apart: 100, after: 220 };

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
      signal(world, 'left', chats, 'SIGSTOP');
      try {
        await sleep(seconds * 500);
        await each(chats, (chat) => chat.talk(said.apart, ['right']));
        await sleep(seconds * 500);
      } finally {
        signal(world, 'left', chats, 'SIGCONT');
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
      const talking = each(chats, (chat) =>
        chat.talk(said.breaking, ['left', 'right'], happening.takes + comesBack),
      );
      const back = await happening.happens(world, chats, () => each(chats, (chat) => chat.talk(said.apart)));
      stage('back');
      await talking;
      await each(chats, (chat) => chat.talk(said.after));
      stage('after');
      await Promise.all(
        chats.map(async (chat) => {
          await chat.caughtUp(comesBack).catch(() => {});
          await judge(chat, happening, began, chat.applied ?? back);
        }),
      );
    } finally {
      await world.close();
    }
  });
}

/** Milliseconds after which a chat that came back shows what took so long. */
const slow = 5000;

/** Notes what is missing, came twice or in another order, and fails by it. */
async function judge(chat: Chat, happening: Happening, began: number, back: number): Promise<void> {
  const { said, sums, heard } = await chat.tally();
  const first = firstSince(heard, back);
  const well = first !== undefined && Object.values(sums).every((n) => n === 0);
  row('Survive:', {
    event: happening.name,
    pair: chat.name,
    'messages each way': said.left,
    ...sums,
    'ms from back to first': first ?? 'none came',
  });
  count('survive', well, sums);
  if (!well || first > slow) {
    console.log(
      happening.name,
      chat.name,
      sums,
      await chat.left.diagnostics(),
      await chat.right.diagnostics(),
    );
  }
  expect.soft(well, `${happening.name}, ${chat.name}: ${JSON.stringify(sums)}`).toBe(true);
  for (const side of ['left', 'right'] as const) {
    happening.told?.(await chat[side].states(began), `${chat.name}, ${side}`);
  }
}
