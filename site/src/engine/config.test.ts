import { describe, expect, test, vi } from 'vitest';
import {
  defaultNetwork,
  engineConfig,
  hostAnswers,
  hostWithin,
  isLoopback,
  loadConfig,
  pageMailbox,
  parseConfig,
  readSite,
} from './config.ts';

describe('parseConfig', () => {
  const nothing = { stun: [], turn: [], addresses: [], mailbox: 'none', offline: undefined, unread: false };
  const turn = { url: 'turn:relay.example:3478', username: 'u', credential: 'p' };
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['a text', 'stun'],
    ['fields of other types', { stun: 'a:1', addresses: { 0: 'http://a/' } }],
    ['entries of other types', { stun: [1, null, ['a:1']], addresses: [true, {}] }],
    ['STUN without a port', { stun: ['stun.example'] }],
    ['STUN with a bad port', { stun: ['a:0', 'a:65536', 'a:12x', 'a:-1'] }],
    ['STUN with a scheme', { stun: ['stun:a:3478', 'http://a:80', 'a b:1', 'a:1?x=y'] }],
    ['STUN with another host than a host', { stun: [':', ':x', '-a:1', 'a-:1', '[::1:1', ' :1'] }],
    ['TURN that is no list', { turn }],
    ['TURN entries of other types', { turn: [null, 1, 'turn:a:1', [turn]] }],
    ['TURN without its password', { turn: [{ url: turn.url, username: 'u' }] }],
    ['TURN with an empty password', { turn: [{ ...turn, credential: '' }] }],
    ['TURN with a user name that is too long', { turn: [{ ...turn, username: 'u'.repeat(300) }] }],
    [
      'TURN with another address',
      {
        turn: [
          'stun:a:1',
          'a:1',
          'turn:a',
          'turn:a:0',
          'turn:a:65536',
          'turn:a:1?transport=sctp',
          'turn:a:1?transport=tcp&x',
          'TURN:a:1',
          'turn://a:1',
          `turn:${'a'.repeat(400)}:1`,
        ].map((url) => ({ ...turn, url })),
      },
    ],
    ['addresses of other schemes', { addresses: ['javascript:alert(1)', 'file:///a', 'data:,a', '/a', ''] }],
    ['addresses with credentials', { addresses: ['http://user:pw@a/', 'http://user@a/'] }],
    ['addresses with query or fragment', { addresses: ['http://a/?b', 'http://a/#b', 'http://a/#'] }],
    ['too long entries', { stun: [`${'a'.repeat(300)}:1`], addresses: [`http://a/${'b'.repeat(300)}`] }],
  ])('%s gives the defaults', (_name, value) => {
    expect(parseConfig(value)).toEqual(nothing);
  });

  test('keeps what is right beside what is wrong, in order', () => {
    const value = {
      stun: ['stun.example:3478', 7, '192.0.2.1:19302', '[2001:db8::1]:3478', ':8787'],
      turn: [{ ...turn, other: 1 }, {}, { ...turn, url: 'turns::5349?transport=tcp' }],
      addresses: ['http://192.168.1.5:8787', 'x', 'https://chat.example/a/'],
      mailbox: 'offered',
      offline: true,
      other: 1,
    };
    expect(parseConfig(value)).toEqual({
      stun: ['stun.example:3478', '192.0.2.1:19302', '[2001:db8::1]:3478', ':8787'],
      turn: [turn, { ...turn, url: 'turns::5349?transport=tcp' }],
      addresses: ['http://192.168.1.5:8787/', 'https://chat.example/a/'],
      mailbox: 'offered',
      offline: true,
      unread: false,
    });
  });

  test.each(['true', 'on', 1, null, [true], {}, undefined])('offline %o says nothing', (offline) => {
    expect(parseConfig({ offline }).offline).toBeUndefined();
  });

  test.each([
    ['none', 'none'],
    ['offered', 'offered'],
    ['on', 'on'],
    ['off', 'none'],
    ['ON', 'none'],
    ['on ', 'none'],
    ['', 'none'],
    [true, 'none'],
    [1, 'none'],
    [null, 'none'],
    [['on'], 'none'],
    [{ toString: () => 'on' }, 'none'],
    [undefined, 'none'],
  ])('mailbox %o means %s', (mailbox, is) => {
    expect(parseConfig({ mailbox }).mailbox).toBe(is);
  });

  test('takes no more than 16 STUN servers and 4 relays', () => {
    expect(parseConfig({ stun: Array.from({ length: 40 }, (_, n) => `s${n}:1`) }).stun).toHaveLength(16);
    expect(parseConfig({ turn: Array.from({ length: 40 }, () => turn) }).turn).toHaveLength(4);
  });
});

describe('loadConfig', () => {
  test.each([
    ['a missing file', false, () => Promise.resolve(new Response('', { status: 404 }))],
    ['something else than JSON', true, () => Promise.resolve(new Response('<!doctype html>'))],
    ['too much', true, () => Promise.resolve(new Response(`{"stun":["a:1"]}${' '.repeat(20_000)}`))],
    ['no network', false, () => Promise.reject(new TypeError('failed'))],
  ])('%s gives the defaults', async (_name, unread, answer) => {
    vi.stubGlobal('fetch', answer);
    expect(await loadConfig()).toEqual({
      stun: [],
      turn: [],
      addresses: [],
      mailbox: 'none',
      offline: undefined,
      unread,
    });
    vi.unstubAllGlobals();
  });

  test('asks beside the page, never from a cache', async () => {
    const fetched = vi.fn(() => Promise.resolve(new Response('{"stun":["a:1"]}')));
    vi.stubGlobal('fetch', fetched);
    expect((await loadConfig()).stun).toEqual(['a:1']);
    expect(fetched).toHaveBeenCalledWith(new URL('config.json', document.baseURI), {
      cache: 'no-store',
      signal: expect.any(AbortSignal),
    });
    vi.unstubAllGlobals();
  });
});

test.each([
  ['localhost', true],
  ['LOCALHOST', true],
  ['a.localhost', true],
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['[::1]', true],
  ['192.168.1.5', false],
  ['localhost.example', false],
  ['127.0.0.1.example', false],
  ['notlocalhost', false],
])('isLoopback %s: %s', (host, is) => {
  expect(isLoopback(host)).toBe(is);
});

describe('hostAnswers', () => {
  const asked = (answer: () => Promise<Response>) => {
    const fetched = vi.fn<typeof fetch>(answer);
    vi.stubGlobal('fetch', fetched);
    return fetched;
  };
  const status = (code: number) => () => Promise.resolve(new Response(null, { status: code }));

  test.each([
    [200, true],
    [204, true],
    [304, true],
    [403, true],
    [404, true],
    [405, true],
    [429, true],
    [500, false],
    [502, false],
    [503, false],
    [504, false],
  ])('status %s: %s', async (code, there) => {
    const fetched = asked(status(code));
    expect(await hostAnswers()).toBe(there);
    expect(fetched).toHaveBeenCalledTimes(1);
    const [address, how] = fetched.mock.calls[0] ?? [];
    expect(address).toEqual(new URL('./', document.baseURI));
    expect(how).toMatchObject({ method: 'HEAD', cache: 'no-store', redirect: 'error' });
    vi.unstubAllGlobals();
  });

  test('nobody answers, or a redirect that is refused', async () => {
    asked(() => Promise.reject(new TypeError('Failed to fetch')));
    expect(await hostAnswers()).toBe(false);
    vi.unstubAllGlobals();
  });

  test('a host that is silent is waited for as long as told, and no longer', async () => {
    const wait = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort());
    vi.stubGlobal(
      'fetch',
      vi.fn<typeof fetch>((_, how) =>
        how?.signal?.aborted ? Promise.reject(new Error('late')) : new Promise(() => 0),
      ),
    );
    expect(await hostAnswers()).toBe(false);
    expect(wait).toHaveBeenCalledWith(hostWithin);
    vi.unstubAllGlobals();
    wait.mockRestore();
  });
});

describe('engineConfig', () => {
  const localhost = { origin: 'http://localhost:8787', hostname: 'localhost', pathname: '/' };
  const hosted = { origin: 'https://chat.example', hostname: 'chat.example', pathname: '/a/' };

  test('a page with a real host links to itself, whatever config.json says', () => {
    const config = { addresses: ['http://192.168.1.5:8787/'], mailbox: 'none' as const };
    expect(engineConfig(config, hosted)).toEqual({
      site: 'https://chat.example/a/',
      loopback: false,
      mailbox: '',
    });
  });

  test('a page opened as localhost links to the first address others can reach', () => {
    const config = { addresses: ['http://192.168.1.5:8787/', 'http://10.0.0.2/'], mailbox: 'none' as const };
    expect(engineConfig(config, localhost)).toMatchObject({
      site: 'http://192.168.1.5:8787/',
      loopback: false,
    });
  });

  test('without such an address the link is for this computer only', () => {
    expect(engineConfig({ addresses: [], mailbox: 'none' }, localhost)).toMatchObject({
      site: 'http://localhost:8787/',
      loopback: true,
    });
  });

  test('an address that is loopback itself is for this computer only, too', () => {
    const config = { addresses: ['http://127.0.0.1:1/'], mailbox: 'none' as const };
    expect(engineConfig(config, localhost).loopback).toBe(true);
  });

  test.each(['offered', 'on'] as const)(
    'a mailbox that is %s is asked where the page is, wherever links lead',
    (mailbox) => {
      const config = { addresses: ['http://192.168.1.5:8787/'], mailbox };
      expect(engineConfig(config, hosted).mailbox).toBe('https://chat.example');
      expect(engineConfig(config, localhost).mailbox).toBe('http://localhost:8787');
      expect(engineConfig({ addresses: [], mailbox }, localhost).mailbox).toBe('http://localhost:8787');
    },
  );
});

describe('a page that was opened from a disk', () => {
  const disk = { origin: 'null', hostname: '', pathname: '/home/ana/tincan.html', protocol: 'file:' };

  test('has no address for others, and so no links, but the one that it was made with', () => {
    const nothing = { loopback: false, mailbox: '' };
    expect(engineConfig({ addresses: [], mailbox: 'on' }, disk)).toEqual({ site: '', ...nothing });
    const phone = { ...disk, pathname: '/document/17', protocol: 'content:' };
    expect(engineConfig({ addresses: [], mailbox: 'on' }, phone)).toEqual({ site: '', ...nothing });
    const site = 'https://chat.example/';
    expect(engineConfig({ addresses: [site], mailbox: 'none' }, disk)).toEqual({ site, ...nothing });
    expect(
      engineConfig({ addresses: [site], mailbox: 'none' }, { ...disk, protocol: 'https:' }).site,
    ).not.toBe(site);
  });

  test.each([
    ['https://chat.example/a/', 'https://chat.example/a/'],
    [' http://192.168.1.5:8787 ', 'http://192.168.1.5:8787/'],
    ['chat.example', 'https://chat.example/'],
    ['', undefined],
    ['ftp://chat.example/', undefined],
    ['javascript:alert(1)', undefined],
    ['https://chat.example/?a', undefined],
    ['https://chat.example/#a', undefined],
    ['https://me@chat.example/', undefined],
    ['two words', undefined],
    [`https://chat.example/${'a'.repeat(300)}`, undefined],
  ])('of what is typed as an address, %s is %s', (text, site) => {
    expect(readSite(text)).toBe(site);
  });
});

describe('pageMailbox', () => {
  const hosted = { site: 'https://chat.example:8443/a/', mailbox: 'https://chat.example:8443' };
  const localhost = { site: 'http://192.168.1.5:8787/', mailbox: 'http://localhost:8787' };

  test('without one in config.json there is none, nor beside a page without an address', () => {
    expect(pageMailbox({ addresses: [], mailbox: 'none' }, hosted)).toBeUndefined();
    const file = { site: 'null/index.html', mailbox: 'null' };
    expect(pageMailbox({ addresses: [], mailbox: 'on' }, file)).toBeUndefined();
  });

  test.each([
    ['offered', false],
    ['on', true],
  ] as const)('%s is the host that links lead to, with its port', (mailbox, on) => {
    expect(pageMailbox({ addresses: [], mailbox }, hosted)).toMatchObject({ on, host: 'chat.example:8443' });
    expect(pageMailbox({ addresses: [], mailbox }, localhost)?.host).toBe('192.168.1.5:8787');
  });

  test('it is reached at the page’s origin, where links lead and at each address', () => {
    const addresses = ['http://192.168.1.5:8787/', 'https://chat.example/a/'];
    expect(new Set(pageMailbox({ addresses, mailbox: 'on' }, localhost)?.origins)).toEqual(
      new Set(['http://localhost:8787', 'http://192.168.1.5:8787', 'https://chat.example']),
    );
  });
});

describe('defaultNetwork', () => {
  const turn = (url: string) => ({ url, username: 'u', credential: 'p' });

  test('servers without a host are beside the page that links lead to', () => {
    const config = {
      stun: ['stun.example:1', ':8787', 'chat.example:8787'],
      turn: [
        turn('turn::3478'),
        turn('turns:relay.example:5349?transport=tcp'),
        turn('turn::1?transport=tcp'),
      ],
    };
    expect(defaultNetwork(config, { site: 'https://chat.example/a/' })).toEqual({
      mode: 'all',
      stun: ['stun.example:1', 'chat.example:8787'],
      turn: [
        turn('turn:chat.example:3478'),
        turn('turns:relay.example:5349?transport=tcp'),
        turn('turn:chat.example:1?transport=tcp'),
      ],
    });
    expect(defaultNetwork({ stun: [':1'], turn: [] }, { site: 'http://[2001:db8::1]:80/' }).stun).toEqual([
      '[2001:db8::1]:1',
    ]);
  });

  test.each(['http://localhost:8787/', 'http://127.0.0.1/', 'null/index.html', ''])(
    'beside %s there are none, and the others stay',
    (site) => {
      const config = { stun: ['a:1', ':8787'], turn: [turn('turn::3478'), turn('turn:a:1')] };
      expect(defaultNetwork(config, { site })).toEqual({
        mode: 'all',
        stun: ['a:1'],
        turn: [turn('turn:a:1')],
      });
    },
  );
});
