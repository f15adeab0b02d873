import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { type Computer, type Nat, Rig, secondServerAddress, serverAddress, whyNot } from './rig.ts';

const reason = whyNot();
test.skip(reason !== undefined, reason);

const script = fileURLToPath(new URL('./probe.mjs', import.meta.url));

/** What probe.mjs says of two packets and a stream: answers, public ports they came from, whether a stranger got in. */
const kinds: Record<Nat, { answers: number; ports: number; stranger: boolean; tcp: boolean }> = {
  open: { answers: 2, ports: 1, stranger: true, tcp: true },
  'full-cone': { answers: 2, ports: 1, stranger: true, tcp: true },
  'port-restricted': { answers: 2, ports: 1, stranger: false, tcp: true },
  symmetric: { answers: 2, ports: 2, stranger: false, tcp: true },
  'udp-blocked': { answers: 0, ports: 0, stranger: false, tcp: true },
};

for (const [nat, wanted] of Object.entries(kinds) as [Nat, (typeof kinds)[Nat]][]) {
  test(`a router that is ${nat} is that`, async () => {
    const rig = Rig.internet({ nat, udpTimeout: 30 }, { nat: 'open' });
    try {
      await answering(rig.server, serverAddress, secondServerAddress);
      expect(probe(rig.left, serverAddress, secondServerAddress)).toEqual(wanted);
      expect(rig.left.sentTo(serverAddress), 'packets counted').toBe(1);
    } finally {
      rig.close();
    }
    expect(namespaces(), 'namespaces left behind').toEqual([]);
  });
}

test('a network without a way out has none', async () => {
  const rig = Rig.lan({ gateway: true });
  try {
    await answering(rig.right, '192.168.1.12', '192.168.1.12');
    expect(probe(rig.left, '192.168.1.12', '192.168.1.12')).toMatchObject({ tcp: true });
    expect(probe(rig.left, serverAddress, secondServerAddress)).toMatchObject({ answers: 0, tcp: false });
  } finally {
    rig.close();
  }
});

test('a cut is of both ways or of one, and is mended', async () => {
  const side = { nat: 'port-restricted' } as const;
  const rig = Rig.internet(side, side);
  try {
    // Both send to each other all the time, so that either NAT lets in what comes.
    const heard = { left: 0, right: 0 };
    for (const [name, to] of [
      ['left', '203.0.113.12'],
      ['right', '203.0.113.11'],
    ] as const) {
      const child = rig[name].start(process.execPath, ['-e', talks, to]);
      child.stdout.on('data', (data: Buffer) => (heard[name] += data.length));
    }
    const hear = async () => {
      await sleep(300); // for what is under way
      const begun = { ...heard };
      await sleep(600);
      return { left: heard.left > begun.left, right: heard.right > begun.right };
    };
    await expect.poll(hear).toEqual({ left: true, right: true });
    rig.cut();
    expect(await hear(), 'cut').toEqual({ left: false, right: false });
    rig.mend();
    rig.cut('left');
    expect(await hear(), 'nothing from the left').toEqual({ left: true, right: false });
    rig.mend();
    rig.cut('right');
    expect(await hear(), 'nothing from the right').toEqual({ left: false, right: true });
    rig.mend();
    expect(await hear(), 'mended').toEqual({ left: true, right: true });
  } finally {
    rig.close();
  }
});

/** Sends from port 4000 to that of the address it is given, every 20 ms, and prints a letter for each that comes. */
const talks = `
  const socket = require('dgram').createSocket('udp4').bind(4000);
  socket.on('message', () => process.stdout.write('.'));
  setInterval(() => socket.send('hello', 4000, process.argv[1]), 20);
`;

async function answering(computer: Computer, ...addresses: string[]): Promise<void> {
  await once(computer.start(process.execPath, [script, 'server', ...addresses]).stdout, 'data');
}

function probe(computer: Computer, ...addresses: string[]): unknown {
  return JSON.parse(computer.run(process.execPath, [script, 'host', ...addresses]));
}

/** The namespaces of this process. */
function namespaces(): string[] {
  const all = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.startsWith(`tincan-${process.pid}-`));
}
