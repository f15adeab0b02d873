import { describe, expect, test, vi } from 'vitest';
import { engineConfig, isLoopback, loadConfig, parseConfig } from '../src/config.ts';

describe('parseConfig', () => {
  const nothing = { stun: [], addresses: [] };
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
    ['addresses of other schemes', { addresses: ['javascript:alert(1)', 'file:///a', 'data:,a', '/a', ''] }],
    ['addresses with credentials', { addresses: ['http://user:pw@a/', 'http://user@a/'] }],
    ['addresses with query or fragment', { addresses: ['http://a/?b', 'http://a/#b', 'http://a/#'] }],
    ['too long entries', { stun: [`${'a'.repeat(300)}:1`], addresses: [`http://a/${'b'.repeat(300)}`] }],
  ])('%s gives the defaults', (_name, value) => {
    expect(parseConfig(value)).toEqual(nothing);
  });

  test('keeps what is right beside what is wrong, in order', () => {
    const value = {
      stun: ['stun.example:3478', 7, '192.0.2.1:19302', '[2001:db8::1]:3478'],
      addresses: ['http://192.168.1.5:8787', 'x', 'https://chat.example/a/'],
      mailbox: 'none',
      other: 1,
    };
    expect(parseConfig(value)).toEqual({
      stun: ['stun.example:3478', '192.0.2.1:19302', '[2001:db8::1]:3478'],
      addresses: ['http://192.168.1.5:8787/', 'https://chat.example/a/'],
    });
  });

  test('takes no more than 16 entries', () => {
    expect(parseConfig({ stun: Array.from({ length: 40 }, (_, n) => `s${n}:1`) }).stun).toHaveLength(16);
  });
});

describe('loadConfig', () => {
  test.each([
    ['a missing file', () => Promise.resolve(new Response('', { status: 404 }))],
    ['something else than JSON', () => Promise.resolve(new Response('<!doctype html>'))],
    ['too much', () => Promise.resolve(new Response(`{"stun":["a:1"]}${' '.repeat(20_000)}`))],
    ['no network', () => Promise.reject(new TypeError('failed'))],
  ])('%s gives the defaults', async (_name, answer) => {
    vi.stubGlobal('fetch', answer);
    expect(await loadConfig()).toEqual({ stun: [], addresses: [] });
    vi.unstubAllGlobals();
  });

  test('asks beside the page, never from a cache', async () => {
    const fetched = vi.fn(() => Promise.resolve(new Response('{"stun":["a:1"]}')));
    vi.stubGlobal('fetch', fetched);
    expect((await loadConfig()).stun).toEqual(['a:1']);
    expect(fetched).toHaveBeenCalledWith(new URL('config.json', document.baseURI), { cache: 'no-store' });
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

describe('engineConfig', () => {
  const localhost = { origin: 'http://localhost:8787', hostname: 'localhost', pathname: '/' };
  const hosted = { origin: 'https://chat.example', hostname: 'chat.example', pathname: '/a/' };

  test('a page with a real host links to itself, whatever config.json says', () => {
    const config = { stun: ['a:1'], addresses: ['http://192.168.1.5:8787/'] };
    expect(engineConfig(config, hosted)).toEqual({
      site: 'https://chat.example/a/',
      stun: ['a:1'],
      loopback: false,
    });
  });

  test('a page opened as localhost links to the first address others can reach', () => {
    const config = { stun: [], addresses: ['http://192.168.1.5:8787/', 'http://10.0.0.2/'] };
    expect(engineConfig(config, localhost)).toMatchObject({
      site: 'http://192.168.1.5:8787/',
      loopback: false,
    });
  });

  test('without such an address the link is for this computer only', () => {
    expect(engineConfig({ stun: [], addresses: [] }, localhost)).toMatchObject({
      site: 'http://localhost:8787/',
      loopback: true,
    });
  });

  test('an address that is loopback itself is for this computer only, too', () => {
    expect(engineConfig({ stun: [], addresses: ['http://127.0.0.1:1/'] }, localhost).loopback).toBe(true);
  });
});
