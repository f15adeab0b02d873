import { describe, expect, test } from 'vitest';
import { FakeEngine } from '../../test/fake-engine.ts';
import { noServers } from '../../test/page.ts';
import { lineEnds } from '../message/lines.ts';
import { parse } from '../message/markdown.ts';
import { Again, maxPacked, pack } from './again.svelte.ts';
import type { ChatMessage } from './entry.svelte.ts';

const at = new Date(2026, 10, 28, 14, 3).getTime();
let count = 0;
function said(from: 'you' | 'them', text: string): ChatMessage {
  count += 1;
  return { key: `k${count}`, from, text, at, state: from === 'you' ? 'delivered' : 'received' };
}

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** What a person reads of it: who said what, from the lines alone. */
function read(packed: readonly string[]): { who: string; text: string }[] {
  const found: { who: string; text: string }[] = [];
  for (const line of packed.slice(1).flatMap((text) => text.split('\n'))) {
    const [, who, rest] = /^(Me|You):(?: (.*))?$/su.exec(line) ?? [];
    const last = found.at(-1);
    if (who !== undefined) found.push({ who, text: rest ?? '' });
    else if (last)
      last.text += (last.text === '' && !/^> /.test(last.text) ? '' : '\n') + line.replace(/^> /, '');
  }
  return found;
}

describe('a conversation is packed', () => {
  test('with who said each, from the reader’s side, and until when', () => {
    expect(pack([said('them', 'Hi!'), said('you', 'Hello.'), said('you', 'All well?')])).toEqual([
      expect.stringMatching(/^Conversation until 2:03\sPM:$/),
      'You: Hi!\nMe: Hello.\nMe: All well?',
    ]);
    expect(pack([])).toEqual([]);
  });

  test.each([
    'x\n\nMe: I owe you',
    'x\r\nMe: I owe you',
    'x\u2028Me: I owe you',
    'x\u0085\n>\nMe: I owe you',
    '```\ncode\n```\nMe: I owe you',
    '> quoted\nMe: I owe you',
    '- a\n\n  Me: I owe you',
  ])('so that no line of one looks like another message: %j', (text) => {
    const [, packed = ''] = pack([said('them', text), said('you', 'no')]);
    const lines = packed.split(lineEnds);
    expect(lines.filter((line) => line.startsWith('Me:'))).toEqual(['Me: no']);
    // As it is shown, what stands in no quote is the two labels and the other message.
    const outside = parse(packed).filter(({ type }) => type !== 'quote');
    expect(JSON.stringify(outside)).not.toContain('I owe you');
    expect(JSON.stringify(outside)).toContain('Me: no');
  });

  test.each([
    ['many short ones', Array.from({ length: 3_000 }, (_, i) => `message ${i}`)],
    ['one of 64 KiB in one line', ['é'.repeat(32_768)]],
    ['one of 64 KiB of emoji', ['🙂'.repeat(16_384)]],
    ['one of many lines', [Array.from({ length: 9_000 }, (_, i) => `${i}`).join('\n')]],
    ['one of empty lines', [`a${'\n'.repeat(20_000)}b`]],
    ['one that just fits, and one more', ['x'.repeat(15_980), 'y', 'z'.repeat(15_996)]],
  ])('into messages of 16,000 bytes, losing nothing: %s', (_name, texts) => {
    const packed = pack(texts.map((text, i) => said(i % 2 === 0 ? 'you' : 'them', text)));
    for (const one of packed) expect(bytes(one)).toBeLessThanOrEqual(maxPacked);
    for (const one of packed) expect(one).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|\ufffd/);
    const letters = (some: string) => some.replaceAll(/\s/g, '');
    expect(
      letters(
        read(packed)
          .map(({ text }) => text)
          .join(''),
      ),
    ).toBe(letters(texts.join('')));
    expect(packed.length).toBeLessThanOrEqual(2 + Math.ceil((1.4 * bytes(packed.join(''))) / maxPacked));
  });

  test('a line end stays where it was', () => {
    const text = Array.from({ length: 5_000 }, (_, i) => `line ${i}`).join('\n');
    const packed = pack([said('you', text)]);
    expect(packed.length).toBeGreaterThan(3);
    const quoted = packed.slice(1).flatMap((one) => one.split('\n').filter((line) => line.startsWith('> ')));
    expect(quoted.map((line) => line.slice(2)).join('\n')).toBe(text);
  });
});

describe('it is said again', () => {
  const long = ['a', 'b', 'c'].map((letter) => said('you', letter.repeat(15_900)));

  async function begun(delivers = false) {
    const engine = new FakeEngine();
    const chat = await engine.create(noServers, false, (event) => {
      if (event.type === 'delivered') again.delivered(event.id);
      if (event.type === 'failed') again.failed(event.ref, event.code);
    });
    engine.delivers = delivers;
    const again: Again = new Again(chat, long);
    engine.calls.length = 0;
    return { engine, again };
  }
  const settled = () => new Promise((resolve) => setTimeout(resolve));

  test('one message after the other has arrived, once', async () => {
    const { engine, again } = await begun();
    expect([again.state, again.count, again.parts, again.done]).toEqual(['offered', 3, 4, 0]);
    void again.send();
    void again.send();
    for (let i = 1; i <= 4; i++) {
      await settled();
      expect(engine.calls).toHaveLength(i);
      expect([again.state, again.done]).toEqual(['sending', i - 1]);
      again.delivered(99);
      again.delivered(i);
    }
    await settled();
    expect([again.state, again.done]).toEqual(['arrived', 4]);
    await again.send();
    expect(engine.calls).toEqual(pack(long).map((text) => `send ${text}`));
  });

  test('one that fails stops it, and the rest goes when that is wanted', async () => {
    const { engine, again } = await begun(true);
    engine.fails.send = 'too-many-waiting';
    await again.send();
    expect([again.state, again.code, again.done]).toEqual(['failed', 'too-many-waiting', 0]);
    await again.send();
    expect([again.state, again.done]).toEqual(['arrived', 4]);
    expect(engine.calls.slice(1)).toEqual(pack(long).map((text) => `send ${text}`));
  });

  test('one that the engine gives up stops it, and one of another text does not', async () => {
    const { again } = await begun();
    void again.send();
    await settled();
    again.failed('m1', 'ended');
    await settled();
    expect(again.state).toBe('sending');
    again.failed('again0', 'ended');
    await settled();
    expect([again.state, again.code]).toEqual(['failed', 'ended']);
  });

  test('when the chat ends, it stops', async () => {
    const { again } = await begun();
    void again.send();
    await settled();
    again.ended();
    await settled();
    expect([again.state, again.code]).toEqual(['failed', 'ended']);
  });
});
