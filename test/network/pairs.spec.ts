import { expect, test } from '@playwright/test';
import type { ErrorCode } from '../../wasm/engine.d.ts';
import { type End, greet, type Kind, type Path } from './end.ts';
import { type Nat, whyNot } from './rig.ts';
import { row } from './table.ts';
import { type Servers, World } from './world.ts';

const reason = whyNot();
test.skip(reason !== undefined, reason);

/** Before the link is sent, and after Connect: longer than that nobody is left without a word. */
const beforeSending = 5_000;
const afterConnect = 20_000;

let world: World;
test.afterEach(() => world.close());

/** Two that meet, and what it took. */
async function meets(
  pair: string,
  servers: Servers,
  ends: [End, End],
  path: Path,
  within?: number,
): Promise<void> {
  const [inviter, joiner] = ends;
  await connects(pair, servers, ends, await joiner.join(await inviter.invite()), path, within);
}

async function connects(
  pair: string,
  servers: Servers,
  ends: [End, End],
  reply: string,
  path: Path,
  within?: number,
): Promise<void> {
  const [inviter, joiner] = ends;
  const began = Date.now();
  await inviter.accept(reply);
  const [here, there] = await Promise.all([inviter.opened(within), joiner.opened(within)]);
  await greet(inviter, joiner);
  const shown = `${here.path}, ${there.path}`;
  note(
    pair,
    servers,
    `${inviter.kind}–${joiner.kind}`,
    `connected: ${shown}`,
    Math.max(here.at, there.at) - began,
  );
  await Promise.all([inviter.shows(path), joiner.shows(path)]);
}

/** Somebody is told this, in time, before there is a link to send. */
async function toldBefore(
  pair: string,
  servers: Servers,
  end: End,
  code: ErrorCode,
  does: () => Promise<unknown>,
): Promise<void> {
  const began = Date.now();
  const done = does();
  const at = await end.told(code, beforeSending);
  await done;
  note(pair, servers, end.kind, `told: ${code}`, at - began);
}

/** The inviter is told this after Connect, in time. */
async function toldAfter(
  pair: string,
  servers: Servers,
  [inviter, joiner]: [End, End],
  reply: string,
  code: ErrorCode,
): Promise<void> {
  const began = Date.now();
  await inviter.accept(reply);
  const at = await inviter.told(code, afterConnect);
  note(pair, servers, `${inviter.kind}–${joiner.kind}`, `told after Connect: ${code}`, at - began);
}

function note(pair: string, servers: Servers, ends: string, result: string, ms: number): void {
  row('Pairs of networks:', { pair, ends, servers, result, ms });
}

async function ends(inviter: Kind, joiner: Kind, relayOnly = false): Promise<[End, End]> {
  return [await world.end('left', inviter, relayOnly), await world.end('right', joiner, relayOnly)];
}

interface Meeting {
  left: Nat;
  right: Nat;
  servers: Servers;
  ends: [Kind, Kind];
  path: Path;
}

const meetings: Meeting[] = [
  {
    left: 'port-restricted',
    right: 'port-restricted',
    servers: 'STUN and TURN',
    ends: ['Chromium', 'Chromium'],
    path: 'direct',
  },
  {
    left: 'port-restricted',
    right: 'port-restricted',
    servers: 'STUN and TURN',
    ends: ['terminal', 'terminal'],
    path: 'direct',
  },
  {
    left: 'port-restricted',
    right: 'port-restricted',
    servers: 'STUN and TURN',
    ends: ['Chromium', 'terminal'],
    path: 'direct',
  },
  {
    left: 'port-restricted',
    right: 'port-restricted',
    servers: 'STUN and TURN',
    ends: ['terminal', 'Chromium'],
    path: 'direct',
  },
  {
    left: 'full-cone',
    right: 'symmetric',
    servers: 'STUN',
    ends: ['Chromium', 'Chromium'],
    path: 'direct',
  },
  {
    left: 'symmetric',
    right: 'full-cone',
    servers: 'STUN',
    ends: ['Chromium', 'terminal'],
    path: 'direct',
  },
  {
    left: 'open',
    right: 'port-restricted',
    servers: 'STUN',
    ends: ['terminal', 'Chromium'],
    path: 'direct',
  },
  {
    left: 'symmetric',
    right: 'symmetric',
    servers: 'STUN and TURN',
    ends: ['Chromium', 'Chromium'],
    path: 'relay',
  },
  {
    left: 'symmetric',
    right: 'symmetric',
    servers: 'STUN and TURN',
    ends: ['terminal', 'terminal'],
    path: 'relay',
  },
];

for (const { left, right, servers, ends: kinds, path } of meetings) {
  const pair = `${left} × ${right}`;
  test(`${pair}, ${servers}: ${kinds.join(' and ')} connect`, async () => {
    world = await World.internet({ nat: left }, { nat: right }, servers);
    await meets(pair, servers, await ends(...kinds), path);
  });
}

for (const [nats, kinds] of [
  [
    ['symmetric', 'port-restricted'],
    ['Chromium', 'Chromium'],
  ],
  [
    ['symmetric', 'port-restricted'],
    ['terminal', 'terminal'],
  ],
  [
    ['port-restricted', 'symmetric'],
    ['Chromium', 'terminal'],
  ],
  [
    ['port-restricted', 'symmetric'],
    ['terminal', 'Chromium'],
  ],
] as [[Nat, Nat], [Kind, Kind]][]) {
  const pair = nats.join(' × ');
  test(`${pair}, STUN: ${kinds.join(' and ')} are told why not`, async () => {
    const [left, right] = nats;
    world = await World.internet({ nat: left }, { nat: right }, 'STUN', true);
    const [inviter, joiner] = await ends(...kinds);
    let invite = '';
    let reply = '';
    const invites = async () => (invite = await inviter.invite());
    const joins = async () => (reply = await joiner.join(invite));
    if (left === 'symmetric') await toldBefore(pair, 'STUN', inviter, 'symmetric', invites);
    else await invites();
    if (right === 'symmetric') await toldBefore(pair, 'STUN', joiner, 'symmetric', joins);
    else await joins();
    await toldAfter(pair, 'STUN', [inviter, joiner], reply, 'symmetric-pair');
  });
}

for (const kinds of [
  ['Chromium', 'Chromium'],
  ['terminal', 'Chromium'],
] as [Kind, Kind][]) {
  test(`UDP blocked × port-restricted, TURN over TCP: ${kinds.join(' and ')} connect`, async () => {
    const pair = 'udp-blocked × port-restricted';
    world = await World.internet({ nat: 'udp-blocked' }, { nat: 'port-restricted' }, 'STUN and TURN');
    const [inviter, joiner] = await ends(...kinds);
    let invite = '';
    await toldBefore(
      pair,
      'STUN and TURN',
      inviter,
      'udp-blocked',
      async () => (invite = await inviter.invite()),
    );
    await connects(pair, 'STUN and TURN', [inviter, joiner], await joiner.join(invite), 'relay');
  });
}

for (const kind of ['Chromium', 'terminal'] as const) {
  test(`UDP blocked, no relay: ${kind} is told`, async () => {
    world = await World.internet({ nat: 'udp-blocked' }, { nat: 'port-restricted' }, 'STUN');
    const end = await world.end('left', kind);
    await toldBefore('udp-blocked', 'STUN', end, 'stun-silent', () => end.invite());
  });
}

test('one network whose way out is dead: two pages connect', async () => {
  world = await World.lan({ gateway: true }, 'STUN');
  await meets('LAN without uplink', 'STUN', await ends('Chromium', 'Chromium'), 'direct');
});

test('one network whose way out is dead, asking nobody: two pages connect', async () => {
  world = await World.lan({ gateway: true }, 'none');
  await meets('LAN without uplink', 'none', await ends('Chromium', 'Chromium'), 'direct');
});

test('one network without a default route: two pages connect, as the page’s own STUN tells their addresses', async () => {
  world = await World.lan({ gateway: false }, 'STUN');
  await meets('LAN without default route', 'STUN', await ends('Chromium', 'Chromium'), 'direct');
});

test('one network without a default route, asking nobody: two terminals connect', async () => {
  world = await World.lan({ gateway: false }, 'none');
  await meets('LAN without default route', 'none', await ends('terminal', 'terminal'), 'direct');
});

test('one network without a default route, asking nobody: a page is told what helps', async () => {
  world = await World.lan({ gateway: false }, 'none');
  const end = await world.end('left', 'Chromium');
  await toldBefore('LAN without default route', 'none', end, 'no-addresses', () => end.invite());
});

test('one network that passes no multicast on, asking nobody: two pages are told why not', async () => {
  world = await World.lan({ gateway: true, multicast: false }, 'none');
  const [inviter, joiner] = await ends('Chromium', 'Chromium');
  const reply = await joiner.join(await inviter.invite());
  await toldAfter('LAN without multicast', 'none', [inviter, joiner], reply, 'hidden-address');
});

test('every seventh packet lost at either router: two pages connect', async () => {
  const side = { nat: 'port-restricted', loss: 15 } as const;
  // Two servers, as people have: of one the three questions of the first 1.5 s are lost too often.
  world = await World.internet(side, side, 'STUN', true);
  await meets('port-restricted × 2, 15 % loss', 'STUN', await ends('Chromium', 'Chromium'), 'direct', 60_000);
});

for (const kinds of [
  ['Chromium', 'Chromium'],
  ['Chromium', 'terminal'],
] as [Kind, Kind][]) {
  test(`relay only: ${kinds.join(' and ')} send nothing to each other’s addresses`, async () => {
    world = await World.internet({ nat: 'open' }, { nat: 'open' }, 'STUN and TURN');
    await meets('open × open, relay only', 'STUN and TURN', await ends(...kinds, true), 'relay');
    expect(world.rig.left.sentTo('203.0.113.12'), 'packets past the relay').toBe(0);
    expect(world.rig.right.sentTo('203.0.113.11'), 'packets past the relay').toBe(0);
    expect(world.rig.left.sentTo('203.0.113.2'), 'packets to the relay').toBeGreaterThan(0);
  });
}
