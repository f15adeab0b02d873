import { afterEach, describe, expect, test } from 'vitest';
import type { Network } from '../../../wasm/engine.d.ts';
import { english as texts } from '../language/english.ts';
import { languages, speak, texts as inUse, type Tag } from '../language/language.svelte.ts';
import { asked, helped } from './asks.ts';
import { turnName } from './servers.ts';

afterEach(() => speak('en'));

describe('asked', () => {
  const turn = (host: string) => ({
    url: `turns:${host}?transport=tcp`,
    username: 'secret-user',
    credential: 'secret',
  });
  const network = { mode: 'all' as const, stun: ['a:1', 'b:2', 'c:3'], turn: [turn('r:4')] };

  test('names every server by its host, and no secret', () => {
    expect(turnName(turn('r:4').url)).toBe('r:4');
    const sentence = asked(network);
    expect(sentence).toContain('asks a:1, b:2 and c:3.');
    expect(sentence).toContain('r:4 passes the encrypted chat on');
    expect(sentence).toMatch(/No other server is asked\.$/);
    expect(sentence).not.toContain('secret');
  });

  test('says of each choice what it reveals', () => {
    expect(asked({ mode: 'all', stun: [], turn: [] })).toBe(texts.asksNobody);
    expect(asked({ mode: 'local', stun: [], turn: [] })).toBe(texts.asksNobody);
    expect(asked({ ...network, turn: [] })).not.toContain('passes');
    expect(asked({ ...network, stun: [] })).not.toContain('public network address');
    expect(asked({ mode: 'relay', stun: [], turn: [turn('r:4')] })).toContain('told to r:4 only');
    expect(asked({ mode: 'relay', stun: [], turn: [] })).toBe(texts.relayMissing);
  });

  test.each([
    ['nobody', [], [], texts.asksNobody],
    ['the page’s own server', ['chat.example:3478'], [], texts.helpsOwn],
    ['that and its relay', ['chat.example:3478'], ['chat.example:3479'], texts.helpsOwn],
    ['the page’s own server in IPv6', ['[2001:db8::7]:1'], [], texts.helps({ count: 1 })],
    ['one other', ['other.example:3478'], [], texts.helps({ count: 1 })],
    ['its own and another', ['chat.example:1', 'other.example:1'], [], texts.helps({ count: 2 })],
    [
      'one host by two ports',
      ['other.example:1', 'other.example:2'],
      ['other.example:3'],
      texts.helps({ count: 1 }),
    ],
    ['three', ['a:1', 'b:1'], ['c:1'], texts.helps({ count: 3 })],
  ])('tells in short that %s helps', (_, stun, urls, sentence) => {
    expect(helped({ mode: 'all', stun, turn: urls.map(turn) }, 'chat.example')).toBe(sentence);
    expect(helped({ mode: 'local', stun, turn: urls.map(turn) }, 'chat.example')).toBe(texts.asksNobody);
    expect(helped({ mode: 'relay', stun, turn: urls.map(turn) }, 'chat.example')).toBe(
      urls.length > 0 ? texts.helpsRelay : texts.relayMissing,
    );
  });

  test('names the mailbox, wherever a server may be asked', () => {
    const asking: Network[] = [
      network,
      { ...network, stun: [] },
      { ...network, turn: [] },
      { mode: 'all', stun: [], turn: [] },
      { mode: 'relay', stun: [], turn: [turn('r:4')] },
    ];
    for (const each of asking) {
      const sentence = asked(each, 'box.example:1');
      expect(sentence).toContain('box.example:1');
      expect(sentence).toContain('No other server is asked');
      expect(sentence).not.toMatch(/No server|only/);
    }
    expect(asked({ mode: 'local', stun: [], turn: [] }, 'box.example:1')).toBe(texts.asksNobody);
    expect(asked({ mode: 'relay', stun: [], turn: [] }, 'box.example:1')).toBe(texts.relayMissing);
  });
});

/* Every language has the same rules, whatever its sentences are like. */
describe.each(Object.keys(languages) as Tag[])('in %s', (tag) => {
  const stun = ['stun-one.example:3478', '192.0.2.1:3478'];
  const relays = ['relay-one.example:3478', '[2001:db8::1]:3478'];
  const box = 'box.example:8443';
  const some = [0, 1, 2];
  const cases = (['all', 'local', 'relay'] as const).flatMap((mode) =>
    some.flatMap((s) => some.flatMap((r) => ['', box].map((mailbox) => [mode, s, r, mailbox] as const))),
  );

  test.each(cases)('%s with %i STUN servers, %i relays and the mailbox “%s”', async (mode, s, r, mailbox) => {
    await speak(tag);
    const turn = relays.slice(0, r).map((host) => ({ url: `turn:${host}`, username: 'u', credential: 'p' }));
    const sentence = asked({ mode, stun: stun.slice(0, s), turn }, mailbox);
    const usable = mode === 'all' || (mode === 'relay' && r > 0);
    const named = [
      ...stun.slice(0, mode === 'all' ? s : 0),
      ...relays.slice(0, mode === 'local' ? 0 : r),
      ...(usable && mailbox !== '' ? [box] : []),
    ];
    expect([...stun, ...relays, box].filter((name) => sentence.includes(name))).toEqual(named);
    const nobody = mode === 'relay' ? inUse.relayMissing : inUse.asksNobody;
    if (named.length === 0) expect(sentence).toBe(nobody);
    const alone = mode === 'all' && s === 0 && r === 0;
    const last = alone ? inUse.asksNoOtherNear : inUse.asksNoOther;
    if (named.length > 0) expect(sentence.endsWith(` ${last}`)).toBe(true);
  });
});
