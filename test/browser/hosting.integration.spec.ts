import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plainName } from './chromium.ts';
import { expect, test as base } from './fixtures.ts';
import { greet, meet } from './person.ts';
import { Serve } from './programs.ts';
import {
  type Answer,
  ask,
  certificate,
  freePort,
  type Place,
  runs,
  Web,
  type WebServer,
} from './webservers.ts';

const site = fileURLToPath(new URL('../../site', import.meta.url));
const { all, secure, cache } = JSON.parse(readFileSync(join(site, 'headers.json'), 'utf8')) as {
  all: Record<string, string>;
  secure: Record<string, string>;
  cache: { page: string; assets: string };
};

/** A web server with `tincan serve` behind it, or none. */
interface Hosted {
  web: Web;
  serve: Serve;
  url: string;
  stunPort: number;
}

interface Options {
  wrong?: Place['wrong'];
  flags?: (public_: string) => string[];
}

const test = base.extend<
  {
    hosted: (server: WebServer, options?: Options) => Promise<Hosted>;
    web: (place: Omit<Place, 'certificate'>) => Promise<Web>;
  },
  { certified: string }
>({
  certified: [
    async ({}, use) => {
      const folder = await certificate();
      await use(folder);
      rmSync(folder, { recursive: true });
    },
    { scope: 'worker' },
  ],
  web: async ({ certified }, use) => {
    const all: Web[] = [];
    await use(async (place) => {
      const web = await Web.start({ ...place, certificate: certified });
      all.push(web);
      return web;
    });
    for (const web of all) await web.stop();
  },
  hosted: async ({ web, watch }, use) => {
    const all: Serve[] = [];
    await use(async (server, { wrong = [], flags = () => [] } = {}) => {
      const [port, stunPort] = [await freePort(), await freePort()];
      const url = `https://${plainName}:${port}/`;
      const usual = ['--public', url, '--behind-proxy', '127.0.0.1', '--stun-listen', `:${stunPort}`];
      const more = flags(url);
      const serve = await Serve.start('127.0.0.1:0', ...(more.length > 0 ? more : usual));
      all.push(serve);
      watch.served([url]);
      const config = server === 'nginx' ? 'nginx.conf' : 'Caddyfile';
      return {
        serve,
        url,
        stunPort,
        web: await web({ config, port, behind: new URL(serve.here).host, wrong }),
      };
    });
    for (const serve of all) {
      await serve.stop();
      expect.soft(serve.talk, 'addresses in what the server said').not.toMatch(/127\.0\.0\.[2-9]/);
    }
  },
});

// The certificate is the program's own.
test.use({ ignoreHTTPSErrors: true });

const times = (answer: Answer, name: string) =>
  answer.headers.filter(([each]) => each === name.toLowerCase()).map(([, value]) => value);

/** Each header of headers.json is there once, as it stands there. */
function expectHeaders(answer: Answer, path: string): void {
  for (const [name, value] of Object.entries({ ...all, ...secure }))
    expect(times(answer, name), `${name} of ${path}`).toEqual([value]);
  const asset = path.startsWith('/assets/') && answer.status === 200;
  expect(times(answer, 'Cache-Control'), path).toEqual([asset ? cache.assets : cache.page]);
}

const claim = () => randomBytes(32);
const asReply = { 'content-type': 'application/octet-stream' };
const engine = `/assets/${readdirSync(join(site, 'dist/assets')).find((name) => name.endsWith('.wasm'))}`;

for (const server of ['nginx', 'caddy'] as const) {
  test.describe(`behind ${server}`, { tag: '@hosting' }, () => {
    test.skip(
      process.env['TINCAN_HOSTING'] !== '1',
      'runs nginx and Caddy: make hosting, or TINCAN_HOSTING=1',
    );
    test.skip(
      process.env['TINCAN_HOSTING'] === '1' && !runs(server),
      `there is no ${server} here, nor has apt one`,
    );

    test('page, mailbox and STUN are there, with each header once, and nothing is complained of', async ({
      hosted,
    }) => {
      const { web, serve, stunPort } = await hosted(server);
      for (const path of ['/', engine, '/config.json', '/sw.js', '/nothing']) {
        const answer = await ask(web.port, path, { headers: { 'accept-encoding': 'gzip' } });
        expect(answer.status, path).toBe(path === '/nothing' ? 404 : 200);
        expectHeaders(answer, path);
      }
      const origin = `https://${plainName}:${web.port}`;
      const own = { ...asReply, origin, 'sec-fetch-site': 'same-origin' };
      const taken = await ask(web.port, '/api/v1/take', { method: 'POST', headers: own, body: claim() });
      expect(taken.status).toBe(204);
      expectHeaders(taken, '/api/v1/take');
      const foreign = { ...own, origin: 'https://evil.example' };
      expect(
        (await ask(web.port, '/api/v1/take', { method: 'POST', headers: foreign, body: claim() })).status,
      ).toBe(403);
      expect((await ask(web.port, '/healthz', {})).body.toString()).toBe('ok\n');

      const [status, location = ''] = await plain(web.plainPort);
      expect(status).toBe(308);
      expect(location).toMatch(new RegExp(`^https://${plainName}(:${web.port})?/a\\?b$`));
      expect(await stunAnswers(stunPort)).toBe(true);
      expect(
        serve.talk
          .split('\n')
          .filter((line) => /X-Forwarded|behind-proxy|not known here|plain http/.test(line)),
      ).toEqual([]);
    });

    test('two visitors have a limit each, whatever they write of themselves', async ({ hosted }) => {
      const { web, serve } = await hosted(server);
      let written = 0;
      const take = async (from: string) => {
        const forged = {
          'x-forwarded-for': `203.0.113.${(written += 1) % 250}`,
          forwarded: 'for=203.0.113.9',
        };
        const answer = await ask(web.port, '/api/v1/take', {
          method: 'POST',
          headers: { ...asReply, ...forged },
          body: claim(),
          from,
        });
        return answer.status;
      };
      const flood = async (from: string) => {
        const statuses = await Promise.all(Array.from({ length: 60 }, () => take(from)));
        return statuses.filter((status) => status === 429).length;
      };
      expect(await flood('127.0.0.2')).toBeGreaterThan(0);
      expect(await take('127.0.0.3'), 'another pays for it').toBe(204);
      expect(await flood('127.0.0.3')).toBeGreaterThan(0);
      expect(serve.talk).not.toContain('X-Forwarded-For');
    });

    test('two chat, the reply by hand', async ({ hosted, person }) => {
      const { url } = await hosted(server);
      const [ana, ben] = [await person(), await person()];
      await ana.open(url);
      const { invite } = await meet(ana, ben);
      expect(invite.startsWith(url)).toBe(true);
      expect(await ana.page.evaluate(() => isSecureContext)).toBe(true);
      await greet(ana, ben);
    });

    test('two chat, the reply by itself', async ({ hosted, person, watch }) => {
      const { url } = await hosted(server);
      watch.mailbox = true;
      const [ana, ben] = [await person(), await person()];
      await ana.choseMailbox(url);
      await ben.open(await ana.newChat());
      await ben.button('Join chat').click();
      await Promise.all([ana.connected(), ben.connected()]);
      await greet(ana, ben);
    });

    const proxied = (url: string) => ['--public', url, '--behind-proxy', '127.0.0.1'];
    const open = (path: string) => (web: Web) => ask(web.port, path, {});
    const mistakes: Record<
      string,
      { said: string; by: (web: Web) => Promise<unknown> } & Options & { on?: WebServer }
    > = {
      'a proxy that is not named': {
        said: 'comes from an address that --behind-proxy does not name',
        flags: (url) => ['--public', url],
        by: open('/'),
      },
      'a proxy of another address': {
        said: 'comes from an address that --behind-proxy does not name',
        flags: (url) => ['--public', url, '--behind-proxy', '10.0.0.0/8'],
        by: open('/'),
      },
      'no X-Forwarded-For': {
        said: 'does not say for whom it is',
        flags: proxied,
        wrong:
          server === 'nginx'
            ? [['        proxy_set_header X-Forwarded-For $remote_addr;\n', '']]
            : [['\t\ttransport http {', '\t\theader_up -X-Forwarded-For\n\t\ttransport http {']],
        by: open('/config.json'),
      },
      'no --public': {
        said: 'under a name that is not known here',
        flags: () => ['--behind-proxy', '127.0.0.1'],
        by: open('/config.json'),
      },
      'the name of the proxy itself in Host': {
        said: 'under a name that is not known here',
        flags: proxied,
        wrong:
          server === 'nginx'
            ? [['proxy_set_header Host $host;', 'proxy_set_header Host tincan_upstream;']]
            : [['\t\ttransport http {', '\t\theader_up Host tincan_upstream\n\t\ttransport http {']],
        by: open('/config.json'),
      },
      'http in --public': {
        said: 'with another scheme or port than is known here',
        flags: (url) => ['--public', url.replace('https:', 'http:'), '--behind-proxy', '127.0.0.1'],
        by: (web) =>
          ask(web.port, '/api/v1/take', {
            method: 'POST',
            headers: { ...asReply, origin: `https://${plainName}:${web.port}` },
            body: claim(),
          }),
      },
      'the port left away in --public': {
        said: 'with another scheme or port than is known here',
        flags: () => ['--public', `https://${plainName}/`, '--behind-proxy', '127.0.0.1'],
        by: (web) =>
          ask(web.port, '/api/v1/take', {
            method: 'POST',
            headers: { ...asReply, origin: `https://${plainName}:${web.port}` },
            body: claim(),
          }),
      },
      'plain http that goes on as it is': {
        said: 'opened over plain http, while --public says https',
        flags: proxied,
        on: 'nginx',
        wrong: [
          [
            '    return 308 https://$host$request_uri;',
            '    location / { proxy_pass http://127.0.0.1:8787; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; }',
          ],
        ],
        by: (web) => plain(web.plainPort, '/config.json'),
      },
      '--tls behind a proxy that speaks http to it': {
        said: 'A proxy speaks plain http to this port',
        flags: (url) => ['--public', url, '--tls', 'self'],
        by: open('/'),
      },
    };
    for (const [name, { said, by, on, ...options }] of Object.entries(mistakes)) {
      if (on !== undefined && on !== server) continue;
      test(`set up wrongly, by ${name}: one sentence says so, once`, async ({ hosted, certified }) => {
        process.env['STATE_DIRECTORY'] = certified;
        const { web, serve } = await hosted(server, options);
        for (let i = 0; i < 3; i++) await by(web);
        await expect.poll(() => serve.talk).toContain(said);
        expect(serve.talk.split(said)).toHaveLength(2);
      });
    }
  });

  test.describe(`${server} alone`, { tag: '@hosting' }, () => {
    test.skip(
      process.env['TINCAN_HOSTING'] !== '1',
      'runs nginx and Caddy: make hosting, or TINCAN_HOSTING=1',
    );
    test.skip(
      process.env['TINCAN_HOSTING'] === '1' && !runs(server),
      `there is no ${server} here, nor has apt one`,
    );

    test('serves the page with its headers and types, and two chat', async ({ web, person, watch }) => {
      const folder = mkdtempSync(join(tmpdir(), 'tincan-static-'));
      cpSync(join(site, 'dist'), folder, { recursive: true });
      writeFileSync(join(folder, 'config.json'), '{"stun": []}');
      const port = await freePort();
      const { plainPort } = await web({
        config: server === 'nginx' ? 'nginx-static.conf' : 'Caddyfile-static',
        port,
        behind: folder,
      });
      const types: Record<string, string> = {
        '/': 'text/html; charset=utf-8',
        [engine]: 'application/wasm',
        '/sw.js': 'text/javascript; charset=utf-8',
        '/config.json': 'application/json',
        '/manifest.webmanifest': 'application/manifest+json',
        '/favicon.svg': 'image/svg+xml',
        '/icons/icon-192.png': 'image/png',
      };
      for (const [path, type] of Object.entries(types)) {
        const answer = await ask(port, path, { headers: { 'accept-encoding': 'gzip' } });
        expect(answer.status, path).toBe(200);
        expectHeaders(answer, path);
        expect(times(answer, 'Content-Type'), path).toEqual([type]);
        if (path === engine) expect(times(answer, 'Content-Encoding')).toEqual(['gzip']);
      }
      const gone = '/assets/main-00000000.js';
      expect(times(await ask(port, gone, {}), 'Cache-Control')).toEqual(['no-store']);
      for (const path of ['/nothing', gone, '/assets/', '/api/v1/take', '/.env']) {
        const answer = await ask(port, path, {});
        expect([403, 404], path).toContain(answer.status);
        for (const [name, value] of Object.entries(all))
          expect(times(answer, name), `${name} of ${path}`).toEqual([value]);
      }
      expect((await plain(plainPort))[0]).toBe(308);

      const url = `https://${plainName}:${port}/`;
      watch.served([url]);
      const [ana, ben] = [await person(), await person()];
      await ana.open(url);
      await meet(ana, ben);
      await greet(ana, ben);
      rmSync(folder, { recursive: true });
    });
  });
}

test.describe('tincan serve --tls self', () => {
  test('has a page with camera and clipboard where plain http has none, and a mailbox', async ({
    person,
    watch,
    certified,
  }) => {
    process.env['STATE_DIRECTORY'] = certified;
    const port = await freePort();
    const url = `https://${plainName}:${port}/`;
    const serve = await Serve.start(`127.0.0.1:${port}`, '--tls', 'self', '--public', url);
    watch.served([url, `http://${plainName}:${port}/`]);
    watch.mailbox = true;
    const [ana, ben] = [await person(), await person()];
    await ana.page.goto(`http://${plainName}:${port}/`); // as people type it
    expect(ana.page.url()).toBe(url);
    const has = () => [isSecureContext, 'clipboard' in navigator, 'mediaDevices' in navigator];
    expect(await ana.page.evaluate(has)).toEqual([true, true, true]);
    await ana.choseMailbox(url);
    const invite = await ana.newChat();
    expect(invite.startsWith(url)).toBe(true);
    await ben.open(invite);
    await ben.button('Join chat').click();
    await Promise.all([ana.connected(), ben.connected()]);
    await greet(ana, ben);
    expect(serve.talk).toMatch(/([0-9A-F]{2}:){31}[0-9A-F]{2}/);
    await serve.stop();
  });
});

/** Status and place of what comes over plain http. */
function plain(port: number, path = '/a?b'): Promise<[number | undefined, string | undefined]> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path, agent: false, headers: { host: plainName } },
      (answer) => {
        answer.resume().on('end', () => resolve([answer.statusCode, answer.headers.location]));
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** Whether STUN at this port tells us our own address. */
function stunAnswers(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no STUN')), 15_000);
    socket.on('message', (answer) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer.readUInt16BE(0) === 0x0101);
    });
    socket.send(Buffer.from('000100002112a442' + randomBytes(12).toString('hex'), 'hex'), port, '127.0.0.1');
  });
}
