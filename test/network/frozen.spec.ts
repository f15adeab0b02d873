import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { type AtTerminal, type End, greet, inTime } from './end.ts';
import { whyNot } from './rig.ts';
import { row } from './table.ts';
import { World } from './world.ts';

const reason = whyNot();
test.skip(reason !== undefined, reason);
test.skip(!process.env['TINCAN_SLOW'], 'minutes of waiting: TINCAN_SLOW is not set');

/** Seconds. */
const delays = process.env['TINCAN_FROZEN']?.split(',').map(Number) ?? [30, 120, 300];

/** Who is frozen, and when the reply is applied: in the middle of it, or right after. */
const cases = [
  { role: 'inviter', applied: 'after' },
  { role: 'joiner', applied: 'after' },
  { role: 'joiner', applied: 'during' },
] as const;

interface Chat {
  role: 'inviter' | 'joiner';
  applied: 'after' | 'during';
  frozen: End;
  other: End;
  how: string;
  seconds: number;
}

// One world, one Chromium on either side. The left one is stopped as a whole, so its freezes come one after the
// other; the pages of the right one are frozen each by itself.
test('@slow frozen while an invite or a reply is pending', async () => {
  test.setTimeout((delays.reduce((a, b) => a + b, 0) + 300) * 1000);
  const side = { nat: 'port-restricted', udpTimeout: 30 } as const;
  const world = await World.internet(side, side, 'STUN');
  try {
    const rests: Promise<void>[] = [];
    for (const seconds of delays.toReversed()) {
      for (const each of cases) {
        const frozen = await world.freezable('right');
        const other = await world.end('left', 'terminal');
        const chat: Chat = {
          ...each,
          frozen,
          other,
          how: 'lifecycle',
          seconds,
        };
        const rest = await begin(chat, () => frozen.lifecycle('frozen'));
        rests.push(
          rest(
            () => sleep(seconds * 1000),
            () => frozen.lifecycle('active'),
          ),
        );
      }
    }
    for (const seconds of delays) await stopped(world, seconds);
    await Promise.all(rests);
  } finally {
    await world.close();
  }
});

/** Stops the left Chromium and terminals on the left, together. */
async function stopped(world: World, seconds: number): Promise<void> {
  const begun: Awaited<ReturnType<typeof begin>>[] = [];
  const terminals: AtTerminal[] = [];
  for (const each of cases) {
    const page = await world.end('left', 'Chromium');
    begun.push(
      await begin({
        ...each,
        frozen: page,
        other: await world.freezable('right'),
        how: 'SIGSTOP',
        seconds,
      }),
    );
    const terminal = (await world.end('left', 'terminal')) as AtTerminal;
    const other = await world.end('right', 'terminal');
    begun.push(
      await begin({
        ...each,
        frozen: terminal,
        other,
        how: 'SIGSTOP',
        seconds,
      }),
    );
    terminals.push(terminal);
  }
  const signal = (signal: 'SIGSTOP' | 'SIGCONT') => {
    world.rig.left.signalBrowser(signal);
    for (const terminal of terminals) terminal.signal(signal);
  };
  signal('SIGSTOP');
  await expect.poll(() => world.rig.left.browserStates()).toEqual(['T']);
  const over = sleep(seconds * 1000).then(() => signal('SIGCONT'));
  await Promise.all(begun.map((rest) => rest(() => over)));
}

/** Makes the invite, or has it answered, up to where somebody freezes. */
async function begin(chat: Chat, freeze: () => Promise<void> = async () => {}) {
  const { role, frozen, other } = chat;
  const [inviter, joiner] = role === 'inviter' ? [frozen, other] : [other, frozen];
  const invite = await inviter.invite();
  let reply = role === 'joiner' ? await joiner.join(invite) : '';
  await freeze();

  return async (over: () => Promise<unknown>, thaw: () => Promise<void> = async () => {}): Promise<void> => {
    const end = over();
    if (role === 'inviter') reply = await joiner.join(invite);
    if (chat.applied === 'during') {
      await sleep(chat.seconds * 500);
      await inviter.accept(reply);
    }
    await end;
    await thaw();
    const thawed = Date.now();
    const outcome = await comesBack(chat, thawed, async () => {
      if (chat.applied === 'after') await inviter.accept(reply);
    });
    row('Frozen:', {
      who: `${role}, ${frozen.kind}`,
      'other end': other.kind,
      how: chat.how,
      for: `${chat.seconds} s`,
      'reply applied': chat.applied,
      'after thawing': outcome,
    });
    expect
      .soft(outcome, `${role} ${frozen.kind} ${chat.how} ${chat.seconds} ${chat.applied}`)
      .not.toContain('nothing');
    await Promise.all([frozen.leave(), other.leave()]);
  };
}

/** What became of it: the chat opened, or the page said within a second that it is over. */
async function comesBack(
  { frozen, other }: Chat,
  thawed: number,
  apply: () => Promise<void>,
): Promise<string> {
  const away = frozen.endedAway().then((at) => ({ away: at - thawed }));
  const open = (async () => {
    await apply();
    const [here, there] = await Promise.all([frozen.opened(), other.opened()]);
    await greet(frozen, other);
    return { open: Math.max(here.at, there.at) - thawed };
  })();
  open.catch(() => {});
  try {
    const came: { away?: number; open?: number } = await inTime(
      Promise.race([away, open]),
      30_000,
      () => 'neither',
    );
    if (came.open !== undefined) return `open after ${came.open} ms`;
    return (came.away ?? 0) <= 1000
      ? `said so after ${came.away} ms`
      : `nothing for ${came.away} ms, then said so`;
  } catch (error) {
    console.log(
      String(error),
      await frozen.diagnostics().catch(String),
      await other.diagnostics().catch(String),
    );
    return 'nothing';
  }
}
