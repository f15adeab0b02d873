import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plainName } from './chromium.ts';
import { Serve } from './programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = ['bin/web/usr/sbin', 'bin/web/usr/bin'].map((folder) => join(root, folder));
const path = [...folders, process.env['PATH'] ?? '', '/usr/sbin'].join(':');

export type WebServer = 'nginx' | 'caddy';

/** Whether it runs here (webservers.sh). */
export function runs(server: WebServer): boolean {
  try {
    execFileSync(server, [server === 'nginx' ? '-v' : 'version'], {
      env: { ...process.env, PATH: path },
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A folder with a certificate for the name of the tests, `self.crt`, and its key, `self.key`. */
export async function certificate(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tincan-certificate-'));
  const before = process.env['STATE_DIRECTORY'];
  process.env['STATE_DIRECTORY'] = folder;
  const serve = await Serve.start('127.0.0.1:0', '--tls', 'self', '--public', `https://${plainName}/`);
  if (before === undefined) delete process.env['STATE_DIRECTORY'];
  else process.env['STATE_DIRECTORY'] = before;
  await serve.stop();
  return folder;
}

/** What stands in a configuration for what it is here: each must stand there. */
function put(text: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`the configuration has no ${JSON.stringify(from)}`);
    return changed.replaceAll(from, to);
  }, text);
}

export interface Place {
  /** Of the folder of `cmd/tincan/hosting`. */
  config: 'nginx.conf' | 'nginx-static.conf' | 'Caddyfile' | 'Caddyfile-static';
  /** See `certificate`. */
  certificate: string;
  /** At which port of this computer it speaks https. */
  port: number;
  /** What it asks, or the folder that it serves. */
  behind: string;
  /** What is wrong with the configuration. */
  wrong?: readonly (readonly [string, string])[];
}

/** nginx or Caddy with a configuration of the repository, but for names, ports and folders, on loopback. */
export class Web {
  readonly plainPort: number;
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #folder: string;
  #said = '';

  private constructor(process: ChildProcess, folder: string, port: number, plainPort: number) {
    this.#process = process;
    this.#folder = folder;
    this.port = port;
    this.plainPort = plainPort;
    process.stderr?.setEncoding('utf8').on('data', (data: string) => (this.#said += data));
    process.stdout?.resume();
  }

  static async start({ config, certificate, port, behind, wrong = [] }: Place): Promise<Web> {
    const folder = mkdtempSync(join(tmpdir(), 'tincan-web-'));
    const plainPort = await freePort();
    const text = put(readFileSync(join(root, 'cmd/tincan/hosting', config), 'utf8'), wrong);
    const files = [join(certificate, 'self.crt'), join(certificate, 'self.key')] as const;
    const source = config.includes('static') ? '/srv/tincan' : '127.0.0.1:8787';
    const file = join(folder, 'site');
    const env = { ...process.env, PATH: path, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    let child: ChildProcess;
    if (config.startsWith('nginx')) {
      const changed = put(text, [
        ['chat.example/fullchain.pem', 'FULLCHAIN'],
        ['chat.example/privkey.pem', 'KEY'],
        ['/etc/letsencrypt/live/FULLCHAIN', files[0]],
        ['/etc/letsencrypt/live/KEY', files[1]],
        ['chat.example', plainName],
        ['    listen [::]:443 ssl http2;\n', ''],
        ['    listen [::]:80;\n', ''],
        ['listen 443 ', `listen 127.0.0.1:${port} `],
        ['listen 80;', `listen 127.0.0.1:${plainPort};`],
        ['/var/log/nginx/tincan.log', join(folder, 'log')],
        [source, behind],
      ]);
      writeFileSync(file, changed);
      const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      for (const kind of kinds) mkdirSync(join(folder, kind));
      const main = [
        ...(process.getuid?.() === 0 ? ['user root;'] : []),
        `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr crit; events {}`,
        `http { ${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')} include ${file}; }`,
      ];
      writeFileSync(join(folder, 'main'), main.join('\n'));
      child = spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', join(folder, 'main')], { env });
    } else {
      const changed = put(text, [
        ['chat.example {', `${plainName} {\n\tbind 127.0.0.1\n\ttls ${files[0]} ${files[1]}`],
        [source, behind],
      ]);
      writeFileSync(
        file,
        `{\n\tadmin off\n\thttp_port ${plainPort}\n\thttps_port ${port}\n\tskip_install_trust\n}\n${changed}`,
      );
      child = spawn('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], { env });
    }
    const web = new Web(child, folder, port, plainPort);
    await web.#answers();
    return web;
  }

  /** Until it listens: it says nothing when it does. */
  async #answers(): Promise<void> {
    for (const end = Date.now() + 15_000; ;) {
      if (this.#process.exitCode !== null) throw new Error(`the web server has ended\n${this.#said}`);
      if (
        await ask(this.port, '/', {}).then(
          () => true,
          () => false,
        )
      )
        return;
      if (Date.now() > end) throw new Error(`the web server does not answer\n${this.#said}`);
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export interface Answer {
  status: number;
  /** Names in small letters, as often as each came. */
  headers: [string, string][];
  body: Buffer;
}

export interface Question {
  method?: string;
  host?: string;
  headers?: Record<string, string>;
  body?: Uint8Array;
  /** The visitor's address, of this computer. */
  from?: string;
}

/** Asks a web server on this computer over https, as somebody who does not look at its certificate. */
export function ask(port: number, path: string, question: Question): Promise<Answer> {
  const { method = 'GET', host = `${plainName}:${port}`, headers = {}, body, from = '127.0.0.1' } = question;
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        localAddress: from,
        servername: plainName,
        rejectUnauthorized: false,
        agent: false,
        headers: { host, ...headers },
      },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const raw = answer.rawHeaders;
          const pairs = raw.flatMap((name, i): [string, string][] =>
            i % 2 === 0 ? [[name.toLowerCase(), raw[i + 1] ?? '']] : [],
          );
          resolve({ status: answer.statusCode ?? 0, headers: pairs, body: Buffer.concat(parts) });
        });
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
