import { describe, expect, test } from 'vitest';
import { atHost, isStun, isTurn, readStun, readTurn } from './servers.ts';
import { english as texts } from '../language/english.ts';

test.each([
  ['stun.example:3478', true],
  ['STUN.Example:1', true],
  ['192.0.2.1:65535', true],
  ['[2001:db8::1]:3478', true],
  [':3478', false],
  ['stun.example', false],
  ['stun.example:0', false],
  ['stun.example:65536', false],
  ['stun.example:123456', false],
  ['stun:stun.example:1', false],
  ['a b:1', false],
  ['a:1\n', false],
  [`${'a'.repeat(400)}:1`, false],
])('isStun %s: %s', (text, is) => {
  expect(isStun(text)).toBe(is);
});

test.each([
  ['turn:relay.example:3478', true],
  ['turn:relay.example:3478?transport=udp', true],
  ['turn:relay.example:3478?transport=tcp', true],
  ['turns:[2001:db8::1]:5349', true],
  ['turn::3478', false],
  ['turn:relay.example', false],
  ['turn:relay.example:70000', false],
  ['turn:relay.example:1?transport=tls', false],
  ['turn:user@relay.example:1', false],
  ['relay.example:3478', false],
])('isTurn %s: %s', (text, is) => {
  expect(isTurn(text)).toBe(is);
});

test('a server without a host may be allowed, and gets one', () => {
  expect(isStun(':8787', true)).toBe(true);
  expect(isTurn('turns::5349?transport=tcp', true)).toBe(true);
  expect(atHost(':8787', 'a.example')).toBe('a.example:8787');
  expect(atHost('turn::3478', '[::2]')).toBe('turn:[::2]:3478');
  expect(atHost('turn:b:1', 'a.example')).toBe('turn:b:1');
  expect(atHost('b:1', '$1')).toBe('b:1');
});

describe('what is typed', () => {
  test.each([
    ['nothing', ' \n\n', []],
    ['one', 'stun.example:3478', ['stun.example:3478']],
    ['several, with white space', ' a:1 \r\n\n b:2', ['a:1', 'b:2']],
    ['on one line', 'a:1, b:2', ['a:1', 'b:2']],
    ['twice the same', 'a:1\na:1', ['a:1']],
    ['copied from elsewhere', 'stun:stun.example:3478', ['stun.example:3478']],
  ])('STUN: %s', (_name, field, value) => {
    expect(readStun(field).value).toEqual(value);
  });

  test.each([
    ['no port', 'a:1\nstun.example', texts.notStun({ line: 'stun.example' })],
    ['a URL', 'https://a.example', texts.notStun({ line: 'https://a.example' })],
    ['a long line', 'x'.repeat(5000), texts.notStun({ line: 'x'.repeat(60) })],
    [
      'too many',
      Array.from({ length: 17 }, (_, n) => `a:${n + 1}`).join('\n'),
      texts.tooManyStun({ count: 16 }),
    ],
  ])('STUN: %s', (_name, field, problem) => {
    expect(readStun(field).problem).toBe(problem);
  });

  test.each([
    ['nothing', { url: ' ', username: 'u', credential: 'p' }, undefined],
    [
      'all of it',
      { url: ' turn:r:1 ', username: ' u ', credential: ' p ' },
      { url: 'turn:r:1', username: 'u', credential: ' p ' },
    ],
    [
      'without the scheme',
      { url: 'r:1?transport=tcp', username: 'u', credential: 'p' },
      { url: 'turn:r:1?transport=tcp', username: 'u', credential: 'p' },
    ],
  ])('TURN: %s', (_name, fields, value) => {
    expect(readTurn(fields, true)).toEqual({ value });
  });

  test.each([
    ['no port', { url: 'r', username: 'u', credential: 'p' }, texts.notTurn({ address: 'r' })],
    ['no password', { url: 'r:1', username: 'u', credential: '' }, texts.turnIncomplete],
    ['no user name', { url: 'r:1', username: ' ', credential: 'p' }, texts.turnIncomplete],
    [
      'an endless password',
      { url: 'r:1', username: 'u', credential: 'p'.repeat(257) },
      texts.credentialTooLong({ count: 256 }),
    ],
  ])('TURN: %s', (_name, fields, problem) => {
    expect(readTurn(fields, true).problem).toBe(problem);
  });

  test('TURN that isn’t used needs no password yet', () => {
    const fields = { url: 'turn:r:1', username: '', credential: '' };
    expect(readTurn(fields, false)).toEqual({ value: fields });
  });
});
