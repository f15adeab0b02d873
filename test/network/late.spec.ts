import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { type End, greet, type Kind } from './end.ts';
import { type Computer, whyNot } from './rig.ts';
import { row } from './table.ts';
import { World } from './world.ts';

const reason = whyNot();
test.skip(reason !== undefined, reason);
test.skip(!process.env['TINCAN_SLOW'], 'minutes of waiting: TINCAN_SLOW is not set');

/** Seconds between a reply and Connect. */
const delays = process.env['TINCAN_LATE'] ? [Number(process.env['TINCAN_LATE'])] : [300, 120, 30];

interface Late {
  from: 'left' | 'right';
  inviter: Kind;
  joiner: Kind;
  /** Whether the joiner's packets reach the inviter before it knows of them. */
  reach: 'reachable' | 'not yet';
}

// Chromium on the left, Firefox on the right, terminals on both sides.
const chats: Late[] = [
  { from: 'left', inviter: 'Chromium', joiner: 'Firefox', reach: 'not yet' },
  { from: 'left', inviter: 'Chromium', joiner: 'terminal', reach: 'not yet' },
  { from: 'left', inviter: 'terminal', joiner: 'Firefox', reach: 'not yet' },
  { from: 'left', inviter: 'terminal', joiner: 'terminal', reach: 'not yet' },
  { from: 'right', inviter: 'Firefox', joiner: 'Chromium', reach: 'not yet' },
  { from: 'right', inviter: 'Firefox', joiner: 'terminal', reach: 'not yet' },
  { from: 'right', inviter: 'terminal', joiner: 'Chromium', reach: 'not yet' },
  { from: 'left', inviter: 'Chromium', joiner: 'Firefox', reach: 'reachable' },
  { from: 'right', inviter: 'Firefox', joiner: 'Chromium', reach: 'reachable' },
  { from: 'left', inviter: 'terminal', joiner: 'terminal', reach: 'reachable' },
];

const seconds = Math.max(...delays);

test('@slow late replies, behind NATs that forget after 30 s', async () => {
  test.setTimeout((seconds + 300) * 1000);
  const side = { nat: 'port-restricted', udpTimeout: 30 } as const;
  const world = await World.internet(side, side, 'STUN');
  await allOf(world, 'NAT, 30 s', chats);
});

test('@slow late replies on one network', async () => {
  test.skip(
    !process.env['TINCAN_LATE'],
    'TINCAN_LATE is not set: on one network only the longest delay is of interest',
  );
  test.setTimeout((seconds + 300) * 1000);
  const world = await World.lan({ gateway: true }, 'STUN');
  await allOf(
    world,
    'LAN',
    chats.filter(({ reach }) => reach === 'not yet').map((chat) => ({ ...chat, reach: 'reachable' })),
  );
});

async function allOf(world: World, network: string, chats: Late[]): Promise<void> {
  try {
    const running: Promise<void>[] = [];
    for (const delay of delays) {
      for (const chat of chats) running.push((await begin(world, network, chat, delay)).rest);
    }
    await Promise.all(running);
  } finally {
    await world.close();
  }
}

/** Has an invite answered; the rest takes its time. */
async function begin(
  world: World,
  network: string,
  chat: Late,
  delay: number,
): Promise<{ rest: Promise<void> }> {
  const to = chat.from === 'left' ? 'right' : 'left';
  const inviter = await world.end(chat.from, chat.inviter);
  const joiner = await world.end(to, chat.joiner);
  const ofInviter = new Sockets(world.rig[chat.from]);
  const ofJoiner = new Sockets(world.rig[to]);
  const invite = await inviter.invite();
  ofInviter.made();
  if (chat.reach === 'reachable') world.rig.forward(chat.from, ofInviter.ports);
  const reply = await joiner.join(invite);
  ofJoiner.made();
  return { rest: rest() };

  async function rest(): Promise<void> {
    await sleep(delay * 1000);
    const packets = [ofInviter.packets(), ofJoiner.packets()];
    const outcome = await open(inviter, joiner, reply);
    row('Late replies:', {
      joiner: chat.joiner,
      inviter: chat.inviter,
      network,
      'the joiner can reach the inviter': chat.reach === 'reachable' ? 'already' : 'not yet',
      'late by': `${delay} s`,
      'ms to open': outcome,
      'packets of the waiting inviter': packets[0] ?? '',
      'of the joiner': packets[1] ?? '',
    });
    expect.soft(outcome, JSON.stringify({ ...chat, network, delay })).toEqual(expect.any(Number));
    await Promise.all([inviter.leave(), joiner.leave()]);
  }
}

/** Milliseconds until both were in the chat, or why they weren't. */
async function open(inviter: End, joiner: End, reply: string): Promise<number | string> {
  const began = Date.now();
  try {
    await inviter.accept(reply);
    const [here, there] = await Promise.all([inviter.opened(), joiner.opened()]);
    await greet(inviter, joiner);
    return Math.max(here.at, there.at) - began;
  } catch (error) {
    console.log(
      String(error),
      await inviter.diagnostics().catch(String),
      await joiner.diagnostics().catch(String),
    );
    return 'no chat';
  }
}

/** The sockets that came up while one chat was made, and what they have sent since. */
class Sockets {
  readonly #computer: Computer;
  readonly #before: Set<number>;
  readonly ports = new Set<number>();

  constructor(computer: Computer) {
    this.#computer = computer;
    this.#before = new Set(computer.sentFrom().keys());
  }

  made(): void {
    for (const port of this.#computer.sentFrom().keys()) if (!this.#before.has(port)) this.ports.add(port);
    expect(this.ports.size, 'sockets that sent something').toBeGreaterThan(0);
  }

  packets(): number {
    let packets = 0;
    for (const [port, count] of this.#computer.sentFrom()) if (this.ports.has(port)) packets += count;
    return packets;
  }
}
