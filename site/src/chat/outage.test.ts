import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { english as texts } from '../language/english.ts';
import { chat, chatting, engine } from '../../test/bare-page.ts';

const outage = () => chat.conversation?.outage;
const apart = (state: 'lost' | 'trying' | 'asking' | 'paused') => engine.tell({ type: 'state', state });
const said = () => chat.conversation?.messages.map(({ text }) => text);
const called = (verb: string) => engine.calls.filter((call) => call.startsWith(verb));
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('a link that brings the chat back', () => {
  beforeEach(chatting);

  describe('with a clock of the test', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    test('is offered when the connection is lost for eight seconds, whatever is tried meanwhile', () => {
      apart('lost');
      vi.advanceTimersByTime(3_000);
      apart('trying');
      vi.advanceTimersByTime(4_900);
      expect(outage()?.byHand).toBe(false);
      apart('asking');
      vi.advanceTimersByTime(200);
      expect(outage()?.byHand).toBe(true);
    });

    test('is not offered where it came back by itself, and later only after as long', () => {
      apart('lost');
      vi.advanceTimersByTime(7_900);
      engine.tell({ type: 'state', state: 'open' });
      vi.advanceTimersByTime(60_000);
      expect(outage()?.byHand).toBe(false);
      apart('trying');
      vi.advanceTimersByTime(7_900);
      expect(outage()?.byHand).toBe(false);
      vi.advanceTimersByTime(200);
      expect(outage()?.byHand).toBe(true);
      engine.tell({ type: 'closed', reason: 'left' });
      expect(outage()?.byHand).toBe(false);
      expect(outage()?.apart).toBeUndefined();
    });
  });

  test('is the engine’s, and is shown until the chat goes on', async () => {
    apart('trying');
    await outage()?.makeRepair();
    expect(outage()?.repair).toEqual({ ...engine.link('oMine'), answers: false });
    apart('paused');
    expect(outage()?.repair).toBeDefined();
    outage()?.closeRepair();
    expect(outage()?.repair).toBeUndefined();
    await outage()?.makeRepair();
    expect(called('repairLink')).toHaveLength(2);
    engine.tell({ type: 'state', state: 'open' });
    expect(outage()?.repair).toBeUndefined();
  });

  test('that was wanted just before the chat went on is not shown', async () => {
    apart('trying');
    const made = outage()?.makeRepair();
    engine.tell({ type: 'state', state: 'open' });
    await made;
    expect(outage()?.repair).toBeUndefined();
    await outage()?.makeRepair();
    expect(outage()?.repair).toBeUndefined();
    expect(chat.notice).toBeUndefined();
  });

  test('that cannot be made says why', async () => {
    apart('trying');
    engine.fails.repairLink = 'internal';
    await outage()?.makeRepair();
    expect(outage()?.repair).toBeUndefined();
    expect(chat.notice).toBe(texts.errors.internal);
  });

  test('that has to be sent back is shown by itself', () => {
    apart('trying');
    engine.tell({ type: 'repair', code: engine.link('aBack') });
    expect(outage()?.repair).toEqual({ ...engine.link('aBack'), answers: true });
  });

  test('looking again is asked for, and never fails', async () => {
    apart('paused');
    outage()?.lookAgain();
    engine.fails.askNow = 'internal';
    outage()?.lookAgain();
    await settled();
    expect(called('askNow')).toHaveLength(2);
    expect(chat.notice).toBeUndefined();
  });
});

describe('such a link, written where messages are', () => {
  beforeEach(chatting);

  test.each(['#oTheirs', 'They sent: https://chat.example/#oTheirs'])(
    '%s is used, and not sent',
    async (text) => {
      apart('trying');
      chat.conversation?.send(text);
      await settled();
      expect(called('accept')).toEqual([`accept ${text} true`]);
      expect(called('send')).toEqual([]);
      expect(said()).toEqual([]);
      expect(chat.notice).toBeUndefined();
    },
  );

  test.each([
    ['#oMine', 'own-repair'],
    ['#oAnother', 'wrong-chat'],
  ] as const)('%s is refused with a sentence, and stays written', async (text, code) => {
    apart('lost');
    chat.conversation?.send(text);
    await settled();
    expect(chat.notice).toBe(texts.errors[code]);
    expect(called('send')).toEqual([]);
    expect(said()).toEqual([]);
    expect(chat.conversation?.draft).toBe(text);
  });

  test('a refused one is written over nothing', async () => {
    apart('lost');
    chat.conversation?.send('#oMine');
    chat.conversation?.write('something else');
    await settled();
    expect(chat.conversation?.draft).toBe('something else');
  });

  test('anything else is a message, and none overtakes another', async () => {
    apart('trying');
    const texts = ['first', '#iAnInvite', 'x'.repeat(500), '#rAReply', 'fifth'];
    for (const text of texts.slice(0, 4)) chat.conversation?.send(text);
    engine.tell({ type: 'state', state: 'open' });
    chat.conversation?.send(texts[4] ?? '');
    await settled();
    expect(said()).toEqual(texts);
    expect(called('send')).toEqual(texts.map((text) => `send ${text}`));
    expect(chat.notice).toBeUndefined();
    // Later ones are no longer looked at.
    chat.conversation?.send('#oMine');
    expect(said()).toEqual([...texts, '#oMine']);
    expect(called('accept')).toHaveLength(5);
  });
});
