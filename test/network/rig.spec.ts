import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
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
