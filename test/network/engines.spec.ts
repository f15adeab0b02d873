import { test } from '@playwright/test';
import { greet, type Kind } from './end.ts';
import { whyNot } from './rig.ts';
import { row } from './table.ts';
import { World } from './world.ts';

const reason = whyNot();
test.skip(reason !== undefined, reason);

/** Inviter and joiner, those with the same browsers next to each other. */
const pairs: [Kind, Kind][] = [
  ['terminal', 'terminal'],
  ['Chromium', 'terminal'],
  ['Chromium', 'Firefox'],
  ['terminal', 'Firefox'],
  ['Firefox', 'terminal'],
  ['Firefox', 'Firefox'],
  ['Firefox', 'Chromium'],
  ['terminal', 'Chromium'],
  ['Chromium', 'Chromium'],
];

const networks = [
  {
    name: 'one LAN',
    make: () => World.lan({ gateway: true }, 'STUN'),
  },
  {
    name: 'two NATs',
    make: () => World.internet({ nat: 'port-restricted' }, { nat: 'port-restricted' }, 'STUN'),
  },
] as const;

const title = 'Engines at the real page, and the terminal:';

for (const { name, make } of networks) {
  test.describe(name, () => {
    let world: World;
    test.beforeAll(async () => {
      world = await make();
    });
    test.afterAll(() => world.close());

    for (const [inviterKind, joinerKind] of pairs) {
      test(`${inviterKind} invites ${joinerKind}`, async () => {
        const inviter = await world.end('left', inviterKind);
        const joiner = await world.end('right', joinerKind);
        const reply = await joiner.join(await inviter.invite());
        const began = Date.now();
        await inviter.accept(reply);
        const [here, there] = await Promise.all([inviter.opened(), joiner.opened()]);
        row(title, {
          network: name,
          inviter: inviterKind,
          joiner: joinerKind,
          'path shown': `${here.path}, ${there.path}`,
          'ms to open': Math.max(here.at, there.at) - began,
        });
        await greet(inviter, joiner);
        await Promise.all([inviter.shows('direct'), joiner.shows('direct')]);
        await Promise.all([inviter.leave(), joiner.leave()]);
      });
    }
  });
}

// Said, so that nobody takes the table for all there is.
test('Safari', () => {
  row(title, {
    network: 'any',
    inviter: 'Safari',
    joiner: 'any',
    'path shown': 'untested: needs Apple’s computers',
  });
});
