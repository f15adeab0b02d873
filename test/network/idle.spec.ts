import { setTimeout as sleep } from 'node:timers/promises';
import { test } from '@playwright/test';
import { memoryOf, pageProcess, processorSeconds } from './cost.ts';
import { AtTerminal, type End, greet, type Kind } from './end.ts';
import { type Computer, whyNot } from './rig.ts';
import { row } from './table.ts';
import { World } from './world.ts';

const reason = whyNot();
test.skip(reason !== undefined, reason);
test.skip(!process.env['TINCAN_SLOW'], 'minutes of silence: TINCAN_SLOW is not set');

const minutes = Number(process.env['TINCAN_IDLE'] ?? 5);

/** Each in a world of its own, so that what is counted is one chat's. */
const kinds: Kind[] = ['Chromium', 'Firefox', 'terminal'];

// Figures to read, beside those of another build with TINCAN_BIN: nothing fails by them.
test('@slow what an open chat costs in which nothing is said', async () => {
  test.setTimeout((minutes + 1) * 60_000 + 300_000);
  const side = { nat: 'port-restricted', udpTimeout: 30 } as const;
  const worlds: World[] = [];
  try {
    const quiet: (() => Promise<void>)[] = [];
    for (const kind of kinds) {
      const world = await World.internet(side, side, 'STUN');
      worlds.push(world);
      const [left, right] = [await world.end('left', kind), await world.end('right', kind)];
      await left.accept(await right.join(await left.invite()));
      await Promise.all([left.opened(), right.opened()]);
      await greet(left, right);
      quiet.push(() => measure(left, world.rig.left, 'inviter'));
      quiet.push(() => measure(right, world.rig.right, 'joiner'));
    }
    await sleep(60_000); // what is made ready after the opening is ready
    await Promise.all(quiet.map((look) => look()));
  } finally {
    await Promise.all(worlds.map((world) => world.close()));
  }
});

/** Notes what one end takes in these minutes. */
async function measure(end: End, computer: Computer, role: string): Promise<void> {
  const terminal = end instanceof AtTerminal;
  const all = terminal ? [end.pid] : computer.browserProcesses();
  const page = terminal ? end.pid : pageProcess(all);
  const look = () => ({ ...computer.traffic(), all: processorSeconds(all), page: processorSeconds([page]) });
  const before = look();
  await sleep(minutes * 60_000);
  const after = look();
  const each = (name: keyof typeof before, digits: number) =>
    ((after[name] - before[name]) / minutes).toFixed(digits);
  row(`Idle: sent in a minute, memory, seconds of a processor in a minute, over ${minutes} min`, {
    who: `${role}, ${end.kind}`,
    packets: each('packets', 1),
    bytes: each('bytes', 0),
    'MiB of page or program': (memoryOf(page, terminal ? 'resident' : 'share') / 2 ** 20).toFixed(1),
    'seconds of it': each('page', 2),
    'seconds of the whole browser': terminal ? '' : each('all', 2),
  });
}
