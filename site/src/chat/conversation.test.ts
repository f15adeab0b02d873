import { describe, expect, test, vi } from 'vitest';
import { english as texts } from '../language/english.ts';
import { chat, chatting, engine } from '../../test/bare-page.ts';
import { digits, words } from '../../test/fake-engine.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('chatting', () => {
  test('opens with the path and the safety words', async () => {
    await chat.invites.create();
    engine.open('relay');
    expect(chat.screen).toBe('chat');
    expect(chat.conversation?.status).toBe('relay');
    expect(chat.conversation?.words).toEqual(words);
    expect(chat.conversation?.digits).toEqual(digits);
    expect(chat.conversation?.verified).toBe(false);
  });

  test('says so when the two find another way to each other', async () => {
    await chat.invites.create();
    engine.open('relay');
    expect(chat.conversation?.status).toBe('relay');
    engine.tell({ type: 'path', path: 'direct' });
    expect(chat.conversation?.status).toBe('direct');
  });

  test('the status follows the connection', async () => {
    await chat.invites.create();
    engine.open('');
    expect(chat.conversation?.status).toBe('open');
    engine.tell({ type: 'state', state: 'lost' });
    expect(chat.conversation?.status).toBe('lost');
    engine.tell({ type: 'state', state: 'open' });
    expect(chat.conversation?.status).toBe('open');
  });

  test('since when nothing has come is told while it is lost, and no longer', async () => {
    await chatting();
    engine.delivers = false;
    chat.conversation?.send('into the void');
    await new Promise((resolve) => setTimeout(resolve));
    engine.tell({ type: 'state', state: 'lost' });
    expect(chat.conversation?.outage.absentSince).toBeUndefined();
    engine.tell({ type: 'absent', since: 1_000 });
    expect(chat.conversation?.outage.absentSince).toBe(1_000);
    expect(chat.conversation?.messages.map(({ state }) => state)).toEqual(['held']);
    engine.tell({ type: 'state', state: 'open' });
    expect(chat.conversation?.outage.absentSince).toBeUndefined();
    engine.tell({ type: 'state', state: 'lost' });
    expect(chat.conversation?.outage.absentSince).toBeUndefined();
    engine.tell({ type: 'absent', since: 2_000 });
    engine.tell({ type: 'closed', reason: 'lost' });
    expect(chat.conversation?.outage.absentSince).toBeUndefined();
  });

  test.each(['lost', 'trying', 'asking', 'paused'] as const)(
    'while it is %s nothing is sent that is not said to wait, and nothing is forgotten',
    async (state) => {
      await chatting();
      engine.delivers = false;
      chat.conversation?.send('before');
      await settled();
      const states = () => chat.conversation?.messages.map((message) => message.state);
      expect(states()).toEqual(['sent']);
      engine.tell({ type: 'state', state });
      chat.conversation?.send('meanwhile');
      await settled();
      expect(states()).toEqual(['held', 'held']);
      expect(chat.conversation?.outage.apart).toBe(state);
      expect(chat.conversation?.status).toBe('lost');
      expect(chat.standing).toBe('lost');
      expect(chat.looks).toBe(true);
      engine.tell({ type: 'absent', since: 1_000 });
      // What is tried changes, and the person goes on to be told what they can do.
      for (const next of ['trying', 'asking', 'paused', 'lost'] as const)
        engine.tell({ type: 'state', state: next });
      expect(chat.conversation?.outage.absentSince).toBe(1_000);
      expect(chat.standing).toBe('lost');
      engine.tell({ type: 'state', state: 'open' });
      engine.tell({ type: 'delivered', id: 1 });
      engine.tell({ type: 'delivered', id: 2 });
      expect(states()).toEqual(['delivered', 'delivered']);
      expect(chat.conversation?.outage.apart).toBeUndefined();
      expect(chat.standing).toBe('open');
      expect(chat.looks).toBe(false);
    },
  );

  test('what is tried changes to and fro, and is told only where it is more, or begins anew', async () => {
    await chatting();
    const told = (state: 'lost' | 'trying' | 'asking' | 'paused' | 'open') => {
      engine.tell({ type: 'state', state });
      return chat.conversation?.outage.apart;
    };
    expect((['lost', 'trying', 'lost', 'asking', 'trying', 'lost'] as const).map(told)).toEqual([
      'lost',
      'trying',
      'trying',
      'asking',
      'asking',
      'asking',
    ]);
    expect((['paused', 'lost', 'trying', 'open', 'lost'] as const).map(told)).toEqual([
      'paused',
      'lost',
      'trying',
      undefined,
      'lost',
    ]);
  });

  test('a new link ends the chat, and never says that the person has left', async () => {
    await chatting();
    engine.tell({ type: 'state', state: 'lost' });
    engine.tell({ type: 'absent', since: 1_000 });
    const before = engine.chat;
    engine.goodbye = new Promise(() => undefined);
    const screens: string[] = [];
    const create = engine.create.bind(engine);
    vi.spyOn(engine, 'create').mockImplementation((...given) => {
      before.tell({ type: 'closed', reason: 'closed' });
      screens.push(chat.screen);
      return create(...given);
    });
    await chat.invites.newLink();
    expect(screens).toEqual(['home']);
    expect(chat.screen).toBe('invite');
    expect(chat.conversation).toBeUndefined();
  });

  test('a peer cannot fill the memory: the oldest messages go, and the page says so', async () => {
    await chatting();
    const text = 'x'.repeat(65_536);
    for (let id = 1; id <= 1600; id++) engine.tell({ type: 'message', id, text });
    expect(chat.conversation?.messages.length).toBe(64);
    expect(chat.conversation?.trimmed).toBe(true);
    expect(chat.conversation?.messages.at(-1)?.text).toBe(text);
    chat.home();
    expect(chat.conversation).toBeUndefined();
    await chatting();
    for (let id = 1; id <= 20_001; id++) engine.tell({ type: 'message', id, text: 'y' });
    expect(chat.conversation?.messages.length).toBe(20_000);
    expect(chat.conversation?.trimmed).toBe(true);
  });

  test('a sent message is there at once, then delivered', async () => {
    await chatting();
    chat.conversation?.send('hello');
    expect(chat.conversation?.messages).toMatchObject([{ from: 'you', text: 'hello', state: 'sending' }]);
    await vi.waitFor(() => expect(chat.conversation?.messages[0]?.state).toBe('delivered'));
  });

  test('each confirmation finds its message', async () => {
    await chatting();
    engine.delivers = false;
    for (const text of ['a', 'b', 'c']) chat.conversation?.send(text);
    await new Promise((resolve) => setTimeout(resolve));
    engine.tell({ type: 'delivered', id: 2 });
    expect(chat.conversation?.messages.map(({ state }) => state)).toEqual(['sent', 'delivered', 'sent']);
  });

  test('a message the engine refuses has failed, and says why', async () => {
    await chatting();
    engine.fails.send = 'too-many-waiting';
    chat.conversation?.send('hello');
    await vi.waitFor(() =>
      expect(chat.conversation?.messages[0]).toMatchObject({ state: 'failed', code: 'too-many-waiting' }),
    );
  });

  test('a failed message is sent again as the newest, and stays the same message', async () => {
    await chatting();
    engine.fails.send = 'not-open';
    chat.conversation?.send('first');
    await vi.waitFor(() => expect(chat.conversation?.messages[0]?.state).toBe('failed'));
    const key = chat.conversation?.messages[0]?.key ?? '';
    chat.conversation?.send('second');
    chat.conversation?.retry(key);
    expect(chat.conversation?.messages.map(({ text }) => text)).toEqual(['second', 'first']);
    await vi.waitFor(() => expect(chat.conversation?.messages[1]).toMatchObject({ key, state: 'delivered' }));
    chat.conversation?.retry(key);
    expect(chat.conversation?.messages).toHaveLength(2);
  });

  test('a failure of an earlier attempt does not touch the later one', async () => {
    await chatting();
    engine.delivers = false;
    engine.fails.send = 'not-open';
    chat.conversation?.send('text');
    await vi.waitFor(() => expect(chat.conversation?.messages[0]?.state).toBe('failed'));
    const { key = '' } = chat.conversation?.messages[0] ?? {};
    chat.conversation?.retry(key);
    engine.tell({ type: 'failed', ref: key, id: 0, code: 'ended' });
    expect(chat.conversation?.messages[0]?.state).toBe('sending');
  });

  test('messages of both keep their order and get keys of their own', async () => {
    await chatting();
    chat.conversation?.send('one');
    engine.tell({ type: 'message', id: 1, text: 'two' });
    chat.conversation?.send('three');
    expect(chat.conversation?.messages.map(({ from, text }) => `${from} ${text}`)).toEqual([
      'you one',
      'them two',
      'you three',
    ]);
    expect(new Set(chat.conversation?.messages.map(({ key }) => key)).size).toBe(3);
    expect(chat.conversation?.messages[1]?.state).toBe('received');
  });

  test('a warning is shown and the chat goes on', async () => {
    await chatting();
    engine.tell({ type: 'error', code: 'second-reply' });
    expect(chat.notice).toBe(texts.errors['second-reply']);
    expect(chat.screen).toBe('chat');
  });

  test('a reply of somebody else that is written into the chat warns, and is not sent', async () => {
    await chatting();
    engine.fails.send = 'second-reply';
    chat.conversation?.send('they sent me https://example.test/#rSecond');
    await vi.waitFor(() => expect(chat.conversation?.messages[0]).toMatchObject({ state: 'failed' }));
    expect(chat.notice).toBe(texts.errors['second-reply']);
    chat.dismissNotice();
    engine.fails.send = 'too-many-waiting';
    chat.conversation?.send('hello');
    await vi.waitFor(() => expect(chat.conversation?.messages[1]).toMatchObject({ state: 'failed' }));
    expect(chat.notice).toBeUndefined();
  });
});

describe('verifying', () => {
  test('They match is kept', async () => {
    await chatting();
    await chat.conversation?.verify(true);
    expect(engine.calls.at(-1)).toBe('verify true');
    expect(chat.conversation?.verified).toBe(true);
  });

  test('They differ ends the chat and wipes the words', async () => {
    await chatting();
    chat.conversation?.send('hello');
    await chat.conversation?.verify(false);
    expect(chat.screen).toBe('chat');
    expect(chat.reason).toBe('differ');
    expect(chat.conversation?.verified).toBe(false);
    expect(chat.conversation?.messages.map(({ text }) => text)).toEqual(['hello']);
    expect(chat.conversation?.words).toEqual([]);
  });

  test('one that fails verifies nothing', async () => {
    await chatting();
    engine.fails.verify = 'not-open';
    await chat.conversation?.verify(true);
    expect(chat.conversation?.verified).toBe(false);
    expect(chat.notice).toBe(texts.errors['not-open']);
  });
});
