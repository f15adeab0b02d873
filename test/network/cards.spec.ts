import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { buildCards, Cards, servePage, type Way } from './cards.ts';
import { type Kind, Serve } from './end.ts';
import { Rig, serverAddress, whyNot } from './rig.ts';
import { row } from './table.ts';

const reason = whyNot();
test.skip(reason !== undefined, reason);
test.skip(!process.env['TINCAN_SLOW'], 'minutes of waiting: TINCAN_SLOW is not set');

/** Seconds: for how long cards have waited, and for how long nothing gets through then. */
const waited = 60;
const outage = 40;

/** A deadline: what is measured stands in the table. */
const opens = 30_000;

let built: { folder: string; remove: () => void };
test.beforeAll(() => (built = buildCards()));
test.afterAll(() => built.remove());

const kinds: Kind[] = ['Chromium', 'Firefox', 'terminal'];

// Whoever is on the left is the inviter. Names alone lead to a browser here, and lead nowhere while the cable is out.
for (const inviter of kinds) {
  for (const joiner of kinds) {
    test(`@slow ${inviter}–${joiner} on one network, cards applied while nothing gets through`, async () => {
      test.setTimeout((waited + outage + 120) * 1000);
      const rig = Rig.lan({ gateway: true });
      try {
        const url = await servePage(rig.server, '192.168.1.2', built.folder);
        const left = await end(rig, 'left', inviter, url);
        const right = await end(rig, 'right', joiner, url);
        const [ours, theirs] = [await left.make(1), await right.make(1)];
        await sleep(waited * 1000);
        rig.cut();
        await meet(left, right, ours, theirs);
        await sleep(outage * 1000);
        rig.mend();
        await opened('names on one network', left, right, Date.now());
      } finally {
        rig.close();
      }
    });
  }
}

// A relay is given for ten minutes, and each NAT here forgets after 30 s.
for (const kind of kinds) {
  test(`@slow ${kind}–${kind}, relayed cards after more than ten minutes`, async () => {
    test.setTimeout(15 * 60_000);
    const nat = { nat: 'port-restricted', udpTimeout: 30 } as const;
    const rig = Rig.internet(nat, nat);
    try {
      const url = await servePage(rig.server, serverAddress, built.folder);
      const serve = await Serve.start(rig.server, serverAddress, '--turn', '--turn-address', serverAddress);
      const { urls, login } = serve.relays();
      const [, username = '', credential = ''] = /^(.*):(.*)$/.exec(login) ?? [];
      const turn = urls.map((url) => ({ URL: url, Username: username, Credential: credential }));
      const way: Way = { RelayOnly: true, TURN: turn };
      const left = await end(rig, 'left', kind, url);
      const right = await end(rig, 'right', kind, url);
      const [ours, theirs] = [await left.make(1, way), await right.make(1, way)];
      await sleep(11 * 60_000);
      await meet(left, right, ours, theirs);
      await opened('relayed, after 11 min', left, right, Date.now());
    } finally {
      rig.close();
    }
  });
}

// Chromium makes no more than 500 connections in a page, and counts those that are closed and not collected.
test('@slow cards without end', async () => {
  test.setTimeout(10 * 60_000);
  const rig = Rig.lan({ gateway: true });
  try {
    const url = await servePage(rig.server, '192.168.1.2', built.folder);
    const left = await end(rig, 'left', 'Chromium', url);
    for (let n = 1; n <= 1100; n++) {
      await left.make(n);
      await left.ask({ do: 'close', n });
    }
  } finally {
    rig.close();
  }
});

async function end(rig: Rig, place: 'left' | 'right', kind: Kind, url: string): Promise<Cards> {
  if (kind === 'terminal') return Cards.inTerminal(rig[place], `${built.folder}/cards`);
  return Cards.inPage(kind, await (kind === 'Chromium' ? rig[place].chromium() : rig[place].firefox()), url);
}

/** Applies the card of each side at the other, the joiner's first. */
async function meet(left: Cards, right: Cards, ours: string, theirs: string): Promise<void> {
  await right.ask({ do: 'apply', n: 1, sdp: ours, active: true });
  await left.ask({ do: 'apply', n: 1, sdp: theirs, active: false });
}

/** Both can send, and a message of each arrives. */
async function opened(what: string, left: Cards, right: Cards, since: number): Promise<void> {
  const both = Promise.all([left.ask({ do: 'open', n: 1 }), right.ask({ do: 'open', n: 1 })]);
  const came = await Promise.race([both, sleep(opens)]);
  row('Cards:', {
    what,
    inviter: left.kind,
    joiner: right.kind,
    'ms to open': came ? Math.max(...came.map(({ at }) => at)) - since : 'no line',
  });
  expect(came, `no line within ${opens} ms`).toBeTruthy();
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    await from.ask({ do: 'say', n: 1, text: from.kind });
    expect((await to.ask({ do: 'hear', n: 1 })).text).toBe(from.kind);
  }
}
