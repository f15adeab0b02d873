import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from '@playwright/test';
import puppeteer, { type Browser as PuppeteerBrowser } from 'puppeteer-core';
import { installed } from '../browser/browsers.mjs';
import { launchOptions } from '../browser/chromium.ts';

/**
 * What a router does between a host and the internet.
 *
 * - `open`: no router, the host has a public address.
 * - `full-cone`: whoever knows the public port gets in.
 * - `port-restricted`: only an address and port that the host has sent to; what homes have.
 * - `symmetric`: another public port for everyone the host sends to.
 * - `udp-blocked`: port-restricted, and no UDP passes.
 */
export type Nat = 'open' | 'full-cone' | 'port-restricted' | 'symmetric' | 'udp-blocked';

export interface Side {
  nat: Nat;
  /** After how many seconds of silence the router forgets a UDP mapping; Linux takes 30 and 120. */
  udpTimeout?: number;
  /** UDP packets lost at this router in either direction, in percent. */
  loss?: number;
}

/** The addresses of the server in the middle, as two STUN servers are asked to tell what a NAT does. */
export const serverAddress = '203.0.113.2';
export const secondServerAddress = '203.0.113.3';

/** For Chromium: addresses are given as numbers, and nobody here resolves names. */
const resolveNothing = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE *.*.*.*, EXCLUDE *.local';

/** Why no rig can be built here, or undefined. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are Linux only';
  if (process.getuid?.() !== 0) return 'not root: network namespaces cannot be made';
  for (const program of ['ip', 'nft']) {
    if (!['/usr/sbin', '/sbin', '/usr/bin', '/bin'].some((folder) => existsSync(join(folder, program)))) {
      return `${program} is not installed`;
    }
  }
  try {
    execFileSync('nft', ['list', 'tables'], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'nftables is not to be used here';
  }
}

/** A network namespace: a computer of its own as far as the network is concerned. */
export class Computer {
  readonly namespace: string;
  readonly #folder: string;
  readonly #started = new Set<number>();

  constructor(namespace: string, folder: string) {
    this.namespace = namespace;
    this.#folder = folder;
    ip(`netns add ${namespace}`, `-n ${namespace} link set lo up`);
  }

  run(program: string, args: readonly string[], input?: string): string {
    return execFileSync('ip', ['netns', 'exec', this.namespace, program, ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  }

  /** Starts a program, which ends with the rig at the latest. */
  start(
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = process.env,
  ): ChildProcessWithoutNullStreams {
    const child = spawn(this.wrapper(program), args, { env });
    if (child.pid !== undefined) this.#started.add(child.pid);
    child.stderr.resume(); // a program that nobody listens to must not wait for one
    return child;
  }

  /** The path of a script that runs the program here: for whoever starts browsers himself. */
  wrapper(program: string): string {
    const path = join(this.#folder, `${this.namespace}-${program.replaceAll('/', '-')}`);
    writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${this.namespace} ${program} "$@"\n`, { mode: 0o755 });
    return path;
  }

  /** Chromium as people have it: no media permission, no switch that touches WebRTC. */
  chromium(): Promise<Browser> {
    const options = launchOptions([]);
    return chromium.launch({
      ...options,
      executablePath: this.wrapper(options.executablePath ?? chromium.executablePath()),
      args: [...(options.args ?? []), resolveNothing],
    });
  }

  /** The same Chromium, driven by puppeteer: only so can its pages be frozen. */
  freezable(): Promise<PuppeteerBrowser> {
    const options = launchOptions([]);
    return puppeteer.launch({
      browser: 'chrome',
      executablePath: this.wrapper(options.executablePath ?? chromium.executablePath()),
      args: [...(options.args ?? []), resolveNothing],
      pipe: true, // its socket would listen in here
      protocolTimeout: 900_000,
    });
  }

  /** Sends a signal to the browsers here, with all their processes. */
  signalBrowser(signal: 'SIGSTOP' | 'SIGCONT'): void {
    for (const pid of this.browserProcesses()) process.kill(pid, signal);
  }

  /** The states that the browser's processes are in, each once: T is stopped. */
  browserStates(): string[] {
    const states = this.browserProcesses().map((pid) => {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.charAt(stat.lastIndexOf(')') + 2); // behind the name, which may hold anything
    });
    return [...new Set(states)];
  }

  /**
   * Whatever runs here and was not started by `start`, and what that has started: Firefox puts the processes of its
   * pages into namespaces of their own.
   */
  browserProcesses(): number[] {
    const all = execFileSync('ip', ['netns', 'pids', this.namespace], { encoding: 'utf8' }).split('\n');
    const found = new Set(
      all.flatMap((pid) => (pid === '' || this.#started.has(Number(pid)) ? [] : [Number(pid)])),
    );
    const children = parents();
    for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child);
    return [...found];
  }

  /** Firefox as people have it. Its BiDi socket listens in here, so it is reached through a pipe. */
  async firefox(): Promise<PuppeteerBrowser> {
    const door = createServer((socket) => {
      const relay = this.start(process.execPath, [
        '-e',
        `const s = require('net').connect(${port}, '127.0.0.1'); process.stdin.pipe(s).pipe(process.stdout)`,
      ]);
      socket.pipe(relay.stdin);
      relay.stdout.pipe(socket);
      socket.on('error', () => {}).on('close', () => relay.kill());
      relay.stdin.on('error', () => {}); // the browser was first to go
    });
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    const { port } = door.address() as AddressInfo;
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: this.wrapper(installed('firefox') ?? 'firefox'),
      debuggingPort: port,
      protocolTimeout: 900_000, // late replies are what the rig is for
    });
    browser.once('disconnected', () => door.close());
    return browser;
  }

  /** UDP packets this computer has sent, by "local port > address:port". */
  sent(): Map<string, number> {
    return new Map(this.#counted().map(({ to, packets }) => [to, packets]));
  }

  /** All UDP that this computer has sent, without mDNS, in packets and in bytes with the headers of IP and UDP. */
  traffic(): { packets: number; bytes: number } {
    const sum = { packets: 0, bytes: 0 };
    for (const { to, packets, bytes } of this.#counted()) {
      if (to.endsWith(':5353')) continue;
      sum.packets += packets;
      sum.bytes += bytes;
    }
    return sum;
  }

  #counted(): { to: string; packets: number; bytes: number }[] {
    const { nftables } = JSON.parse(this.run('nft', ['-j', 'list', 'set', 'inet', 'seen', 'sent'])) as {
      nftables: {
        set?: {
          elem?: {
            elem: {
              val: { concat: [number, string, number] };
              counter: { packets: number; bytes: number };
            };
          }[];
        };
      }[];
    };
    const elements = nftables.flatMap(({ set }) => set?.elem ?? []);
    return elements.map(({ elem: { val, counter } }) => {
      const [from, address, port] = val.concat;
      return { to: `${from} > ${address}:${port}`, ...counter };
    });
  }

  /** UDP packets this computer has sent, by local port; without mDNS, which isn't about any chat. */
  sentFrom(): Map<number, number> {
    const packets = new Map<number, number>();
    for (const [key, count] of this.sent()) {
      const port = Number.parseInt(key, 10);
      if (port !== 5353) packets.set(port, (packets.get(port) ?? 0) + count);
    }
    return packets;
  }

  /** UDP packets this computer has sent to an address, whichever the ports. */
  sentTo(address: string): number {
    let packets = 0;
    for (const [key, count] of this.sent()) if (key.includes(`> ${address}:`)) packets += count;
    return packets;
  }

  /** From now on counts what it sends. */
  count(): void {
    this.run(
      'nft',
      ['-f', '-'],
      `
      table inet seen {
        set sent { typeof udp sport . ip daddr . udp dport; size 65535; flags dynamic; }
        chain out {
          type filter hook output priority 0;
          meta nfproto ipv4 meta l4proto udp update @sent { udp sport . ip daddr . udp dport counter }
        }
      }`,
    );
  }
}

/** Two hosts and a server, with what lies between them. `close` leaves nothing behind. */
export class Rig {
  readonly left: Computer;
  readonly right: Computer;
  readonly server: Computer;
  /** The routers of hosts that have one. */
  readonly routers: { left?: Computer; right?: Computer } = {};
  readonly #folder = mkdtempSync(join(tmpdir(), 'tincan-net-'));
  readonly #name = `tincan-${process.pid}-${++rigs}`;
  readonly #computers: Computer[] = [];
  /** The bridge's ends of the cables of either side. */
  readonly #cables = { left: [] as string[], right: [] as string[] };
  readonly #atExit = () => this.close();

  private constructor() {
    sweep();
    process.once('exit', this.#atExit);
    [this.left, this.right, this.server] = [
      this.#computer('left'),
      this.#computer('right'),
      this.#computer('server'),
    ];
    // The server's namespace holds the bridge: the server is what is reached first on it.
    ip(
      `-n ${this.server.namespace} link add middle type bridge`,
      `-n ${this.server.namespace} link set middle up`,
    );
  }

  /** host – router – internet – router – host. */
  static internet(left: Side, right: Side): Rig {
    return Rig.#build((rig) => {
      for (const address of [serverAddress, secondServerAddress]) {
        ip(`-n ${rig.server.namespace} address add ${address}/24 dev middle`);
      }
      rig.#connect('left', left, '203.0.113.11', '192.168.1');
      rig.#connect('right', right, '203.0.113.12', '192.168.2');
    });
  }

  /**
   * One network without a way out. With a gateway, nobody answers there, but browsers see a default route. Without
   * multicast, the names of mDNS lead nowhere, as on guest networks.
   */
  static lan({ gateway, multicast = true }: { gateway: boolean; multicast?: boolean }): Rig {
    return Rig.#build((rig) => {
      ip(`-n ${rig.server.namespace} address add 192.168.1.2/24 dev middle`);
      for (const [name, address] of [
        ['left', '192.168.1.11'],
        ['right', '192.168.1.12'],
      ] as const) {
        rig.#plug(name, rig[name], 'eth0', `${address}/24`, gateway ? '192.168.1.1' : undefined);
        if (!multicast) rig[name].run('nft', ['-f', '-'], withoutMulticast);
      }
    });
  }

  static #build(connect: (rig: Rig) => void): Rig {
    const rig = new Rig();
    try {
      connect(rig);
      rig.left.count();
      rig.right.count();
      return rig;
    } catch (error) {
      rig.close();
      throw error;
    }
  }

  #computer(name: string): Computer {
    const computer = new Computer(`${this.#name}-${name}`, this.#folder);
    this.#computers.push(computer);
    return computer;
  }

  /** A cable from a computer of a side to the bridge. */
  #plug(
    name: 'left' | 'right',
    { namespace }: Computer,
    device: string,
    address: string,
    gateway?: string,
  ): void {
    const port = `port${this.#ports++}`;
    this.#cables[name].push(port);
    ip(
      `link add ${device} netns ${namespace} type veth peer name ${port} netns ${this.server.namespace}`,
      `-n ${this.server.namespace} link set ${port} master middle up`,
      `-n ${namespace} address add ${address} dev ${device}`,
      `-n ${namespace} link set ${device} up`,
      ...(gateway === undefined ? [] : [`-n ${namespace} route add default via ${gateway}`]),
    );
  }
  #ports = 0;

  #connect(name: 'left' | 'right', side: Side, publicAddress: string, network: string): void {
    const host = this[name];
    if (side.nat === 'open') {
      this.#plug(name, host, 'eth0', `${publicAddress}/24`, serverAddress);
      return;
    }
    this.routers[name] = this.#route(name, `${name}-router`, side, 'eth0', publicAddress, network);
  }

  /** Puts a host behind a router of its own. */
  #route(
    name: 'left' | 'right',
    called: string,
    side: Side,
    device: string,
    publicAddress: string,
    network: string,
  ): Computer {
    const host = this[name];
    const router = this.#computer(called);
    this.#plug(name, router, 'wan', `${publicAddress}/24`);
    ip(
      `link add ${device} netns ${host.namespace} type veth peer name lan netns ${router.namespace}`,
      `-n ${host.namespace} address add ${network}.2/24 dev ${device}`,
      `-n ${host.namespace} link set ${device} up`,
      `-n ${router.namespace} address add ${network}.1/24 dev lan`,
      `-n ${router.namespace} link set lan up`,
      `-n ${host.namespace} route add default via ${network}.1`,
    );
    router.run('nft', ['-f', '-'], rules(side, `${network}.2`));
    const settings = ['net.ipv4.ip_forward=1'];
    if (side.udpTimeout !== undefined) {
      for (const which of ['timeout', 'timeout_stream']) {
        settings.push(`net.netfilter.nf_conntrack_udp_${which}=${side.udpTimeout}`);
      }
    }
    router.run('sysctl', ['-qw', ...settings]);
    return router;
  }

  /** Lets everybody in who sends to these UDP ports of a side's public address, which are those of its host. */
  forward(name: 'left' | 'right', ports: Iterable<number>): void {
    const list = [...ports].join(', ');
    if (list !== '')
      this.routers[name]?.run('nft', ['add', 'element', 'inet', 'nat', 'forwarded', `{ ${list} }`]);
  }

  /**
   * The router of a side forgets all its mappings, as one that was restarted, and gives each port of the host the
   * same public port as before, or another one.
   */
  remap(name: 'left' | 'right', ports: 'same' | 'other'): void {
    const router = this.routers[name];
    if (!router) throw new Error(`nobody is behind a router on the ${name}`);
    if (ports === 'other') {
      router.run('nft', ['flush', 'chain', 'inet', 'nat', 'out']);
      router.run(
        'nft',
        ['-f', '-'],
        `
        table inet nat {
          chain out {
            oifname "wan" meta l4proto udp masquerade to : jhash udp sport mod 20000 seed 0x${++this.#remapped} offset 40000
            oifname "wan" masquerade
          }
        }`,
      );
    }
    // Masquerade forgets what it has given an interface that goes down.
    ip(`-n ${router.namespace} link set wan down`, `-n ${router.namespace} link set wan up`);
  }
  #remapped = 0;

  /** The host of a side leaves its network, and comes to another one, behind a router with another public address. */
  move(name: 'left' | 'right'): void {
    ip(`-n ${this[name].namespace} link delete eth0`);
    this.#another(name, 'eth0');
  }

  /** The host of a side, on a network of `lan`, gets another address there. */
  renumber(name: 'left' | 'right'): void {
    const { namespace } = this[name];
    const [was, is] = name === 'left' ? ['192.168.1.11', '192.168.1.21'] : ['192.168.1.12', '192.168.1.22'];
    ip(
      `-n ${namespace} address delete ${was}/24 dev eth0`,
      `-n ${namespace} address add ${is}/24 dev eth0`,
      `-n ${namespace} route replace default via 192.168.1.1`,
    );
  }

  /**
   * The host of a side comes to a second network, and begins to use that one. Sockets that have sent something stay
   * with the first, as on phones, until `leaveFirst`. Where one is bound to no address, the kernel writes the new one
   * into its packets; it is put right without connection tracking, which would give them another port as well.
   */
  joinSecond(name: 'left' | 'right'): void {
    const host = this[name];
    const gateway = name === 'left' ? '192.168.1.1' : '192.168.2.1';
    const ports = [...host.sentFrom().keys()].join(', ');
    host.run(
      'nft',
      ['-f', '-'],
      `
      table inet stays {
        chain out {
          type route hook output priority mangle;
          udp sport { ${ports} } meta mark set 1
        }
        chain from {
          type filter hook postrouting priority 300;
          meta mark 1 oifname "eth0" ip saddr set ${gateway.replace(/1$/, '2')}
        }
        chain untracked {
          type filter hook output priority raw;
          udp sport { ${ports} } notrack
        }
      }`,
    );
    ip(
      `-n ${host.namespace} rule add fwmark 1 lookup 100`,
      `-n ${host.namespace} rule add from ${gateway.replace(/1$/, '2')} lookup 100`,
      `-n ${host.namespace} route add default via ${gateway} dev eth0 table 100`,
      `-n ${host.namespace} route delete default`,
    );
    host.run('sysctl', ['-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.eth0.rp_filter=0']);
    this.#another(name, 'eth1');
  }

  /** The first network is gone. */
  leaveFirst(name: 'left' | 'right'): void {
    ip(`-n ${this[name].namespace} link delete eth0`);
  }

  #another(name: 'left' | 'right', device: string): void {
    const [address, network] =
      name === 'left' ? ['203.0.113.21', '192.168.3'] : ['203.0.113.22', '192.168.4'];
    this.#route(name, `${name}-other`, { nat: 'port-restricted' }, device, address, network);
  }

  /**
   * From now on nothing gets from the left to the right nor back, as with a cable that is out; the server is reached.
   * With `from` nothing gets from that side to the other one, and what comes back does.
   */
  cut(from?: 'left' | 'right'): void {
    const cables = (from ? [from] : (['left', 'right'] as const)).flatMap((side) => this.#cables[side]);
    this.server.run('nft', ['-f', '-'], withoutCables(cables));
  }

  /** Undoes `cut`. */
  mend(): void {
    this.server.run('nft', ['delete', 'table', 'bridge', 'cable']);
  }

  /** Ends whatever runs in the rig and takes it down. May be called twice. */
  close(): void {
    process.removeListener('exit', this.#atExit);
    for (const { namespace } of this.#computers.splice(0)) remove(namespace);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

let rigs = 0;

/** What makes a Linux router the NAT that is wanted. */
function rules({ nat, loss = 0 }: Side, host: string): string {
  return `
    table inet nat {
      chain out {
        type nat hook postrouting priority srcnat;
        oifname "wan" masquerade ${nat === 'symmetric' ? 'fully-random' : ''}
      }
      set forwarded { type inet_service; }
      chain in {
        type nat hook prerouting priority dstnat;
        iifname "wan" udp dport @forwarded dnat ip to ${host}
        ${nat === 'full-cone' ? `iifname "wan" meta l4proto udp dnat ip to ${host}` : ''}
      }
      # Without this the other side's first packet makes an entry for the router itself, masquerade then
      # has to take another port, and a port-restricted NAT behaves as a symmetric one.
      chain own {
        type filter hook input priority filter;
        iifname "wan" ct state new drop
      }
      chain through {
        type filter hook forward priority filter;
        ${nat === 'udp-blocked' ? 'meta l4proto udp drop' : ''}
        ${loss > 0 ? `meta l4proto udp numgen random mod 100 < ${loss} drop` : ''}
      }
    }`;
}

const withoutMulticast = `
  table inet guests {
    chain in {
      type filter hook input priority filter;
      iifname "eth0" ip daddr 224.0.0.0/4 drop
      iifname "eth0" ip6 daddr ff00::/8 udp dport 5353 drop
    }
  }`;

const withoutCables = (from: readonly string[]) => `
  table bridge cable {
    chain through {
      type filter hook forward priority filter;
      iifname { ${from.join(', ')} } drop
    }
  }`;

function ip(...commands: string[]): void {
  for (const command of commands)
    execFileSync('ip', command.split(' '), {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
}

function remove(namespace: string): void {
  try {
    for (const pid of execFileSync('ip', ['netns', 'pids', namespace], {
      encoding: 'utf8',
    }).split('\n')) {
      if (pid !== '') kill(Number(pid));
    }
    ip(`netns delete ${namespace}`);
  } catch {
    // It was never made, or somebody was faster.
  }
}

/** The children of each process. */
function parents(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return children;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Takes down the rigs of runs that were killed before they could. */
function sweep(): void {
  for (const line of execFileSync('ip', ['netns', 'list'], {
    encoding: 'utf8',
  }).split('\n')) {
    const [namespace = ''] = line.split(' ');
    const pid = /^tincan-(\d+)-/.exec(namespace)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) remove(namespace);
  }
}
