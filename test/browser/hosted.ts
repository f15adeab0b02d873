import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const site = fileURLToPath(new URL('../../site', import.meta.url));

interface HeadersFile {
  all: Record<string, string>;
  secure: Record<string, string>;
  cache: { page: string; assets: string };
}

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** The page as the cloud serves it: the built files, a config.json and the headers, and nothing else. */
export class Hosted {
  config: Record<string, unknown> = { offline: true };
  /** What was asked for since this was last emptied, such as `GET /sw.js`. */
  asked: string[] = [];
  readonly #files = new Map<string, Buffer>();
  readonly #headers = JSON.parse(readFileSync(join(site, 'headers.json'), 'utf8')) as HeadersFile;
  #port = 0;
  #server: Server | undefined;

  constructor() {
    const dist = join(site, 'dist');
    for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      this.#files.set(file.slice(dist.length), readFileSync(file));
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Under the same address as before. */
  async start(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** Another version, whose page says so in its source. */
  release(name: string): void {
    const [page, worker] = [this.#text('/index.html'), this.#text('/sw.js')];
    const next = page.replace(
      /<meta name="release".*?>|(?=<title>)/,
      `<meta name="release" content="${name}">`,
    );
    const version = /"version":"(\w+)"/.exec(worker)?.[1] ?? '';
    this.#files.set('/index.html', Buffer.from(next));
    this.#files.set(
      '/sw.js',
      Buffer.from(
        worker.replace(sha256(page), sha256(next)).replace(version, `${name}${version.slice(name.length)}`),
      ),
    );
  }

  /** The end of the file of this name is another than its build had. */
  tamper(part: RegExp): void {
    const name = [...this.#files.keys()].find((name) => part.test(name));
    const content = name === undefined ? undefined : this.#files.get(name);
    if (name === undefined || !content) throw new Error(`the build has no ${part}`);
    this.#files.set(name, Buffer.concat([content, Buffer.from('\n')]));
  }

  #text(name: string): string {
    return (this.#files.get(name) ?? Buffer.from('')).toString('utf8');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', this.url).pathname;
    this.asked.push(`${request.method} ${path}`);
    const { all, secure, cache } = this.#headers;
    for (const [name, value] of Object.entries({ ...all, ...secure })) response.setHeader(name, value);
    response.setHeader('Cache-Control', path.startsWith('/assets/') ? cache.assets : cache.page);
    if (path === '/config.json' || path.startsWith('/api/')) {
      response.setHeader('Content-Type', 'application/json');
      response.end(path === '/config.json' ? JSON.stringify(this.config) : '{}');
      return;
    }
    const file = path === '/' ? '/index.html' : path;
    const content = this.#files.get(file);
    response.setHeader('Content-Type', types[extname(file)] ?? 'text/plain');
    response.writeHead(content ? 200 : 404).end(content);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
