import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Network, Reason } from '../../../wasm/engine.d.ts';
import { Page } from './page.svelte.ts';
import type { AskTabs } from '../meet/tabs.ts';
import { english as texts } from '../language/en.ts';
import { digits, FakeEngine, words } from '../../test/fake-engine.ts';

const config = { site: 'https://example.test/', loopback: false, mailbox: '' };
const network: Network = { mode: 'all', stun: ['stun.example:3478'], turn: [] };

let engine: FakeEngine;
let chat: Page;
let ask: ReturnType<typeof vi.fn<AskTabs>>;

beforeEach(async () => {
  ask = vi.fn<AskTabs>();
  engine = new FakeEngine();
  chat = new Page(ask);
  await chat.started(engine, config, network);
});

async function chatting(): Promise<void> {
  await chat.invites.create();
  engine.open();
}

describe('starting', () => {
  test('a link that comes before the engine is opened when it is there', async () => {
    const early = new Page(ask);
    await early.finder.open('#iEarly');
    expect(early.screen).toBe('opening');
    expect(engine.calls).toEqual([]);
    await early.started(engine, config, network);
    expect(early.screen).toBe('join');
  });

  test('what the page cannot do without ends it, and the first reason stays', async () => {
    chat.unusable('stopped');
    chat.unusable('load');
    expect(chat.screen).toBe('unusable');
    expect(chat.trouble).toBe('stopped');
    expect(chat.ready).toBe(false);
    expect(chat.conversation).toBeUndefined();
    await chat.finder.open('#iLate');
    expect(chat.screen).toBe('unusable');
  });

  test('takes the servers that the page names, and whether links work elsewhere', () => {
    expect(chat.network.network).toEqual(network);
    expect(chat.hereOnly).toBe(false);
  });
});

describe('inviting', () => {
  test('New chat makes an invite and waits', async () => {
    await chat.invites.create();
    expect(chat.screen).toBe('invite');
    expect(chat.meeting?.invite?.link).toMatch(/^https:\/\/example\.test\/#i/);
    expect(chat.meeting?.connecting).toBe(false);
    expect(chat.pending).toBe(true);
  });

  test('the engine is told which ways it may try', async () => {
    await chat.invites.create();
    expect(engine.networks).toEqual([network]);
    await chat.leave();
    chat.network.choose({ mode: 'local' });
    await chat.finder.open('#iInvite');
    await chat.join();
    expect(engine.networks.at(-1)).toEqual({ mode: 'local', stun: [], turn: [] });
    chat.network.choose({ mode: 'all' });
  });

  test('pressing twice makes one invite', async () => {
    await Promise.all([chat.invites.create(), chat.invites.create()]);
    expect(engine.calls).toEqual(['create']);
  });

  test('a failure is told where the button is', async () => {
    engine.fails.create = 'no-addresses';
    await chat.invites.create();
    expect(chat.screen).toBe('home');
    expect(chat.problem).toEqual({ at: 'new', code: 'no-addresses' });
    expect(chat.busy).toBe(false);
  });

  test('a failure without a code is a fault of ours', async () => {
    engine.create = () => Promise.reject(new TypeError('x'));
    await chat.invites.create();
    expect(chat.problem?.code).toBe('internal');
  });

  test('New link closes the first invite before it makes the second, and shows it until then', async () => {
    await chat.invites.create();
    const screens: string[] = [];
    const create = engine.create.bind(engine);
    vi.spyOn(engine, 'create').mockImplementation((...given) => {
      screens.push(chat.screen);
      return create(...given);
    });
    await chat.invites.newLink();
    expect(engine.calls).toEqual(['create', 'leave', 'create']);
    expect(screens).toEqual(['invite']);
    expect(chat.screen).toBe('invite');
  });

  test('nothing comes between closing the first invite and making the second', async () => {
    await chat.invites.create();
    await Promise.all([chat.invites.newLink(), chat.invites.newLink(), chat.invites.create()]);
    expect(engine.calls).toEqual(['create', 'leave', 'create']);
  });

  test('the late goodbye of the first invite does not end the second', async () => {
    await chat.invites.create();
    engine.goodbye = new Promise(() => undefined);
    await chat.invites.newLink();
    engine.chats[0]?.tell({ type: 'closed', reason: 'closed' });
    expect(chat.screen).toBe('invite');
  });

  test('Cancel closes it', async () => {
    await chat.invites.create();
    await chat.leave();
    expect(chat.screen).toBe('home');
    expect(chat.meeting?.invite).toBeUndefined();
    expect(engine.calls.at(-1)).toBe('leave');
  });

  test('a reply pasted beside it is applied as this tab’s own', async () => {
    await chat.invites.create();
    expect(await chat.finder.accept('here you are: #rReply')).toBe(true);
    expect(engine.calls.at(-1)).toBe('accept rReply false');
    expect(chat.meeting?.connecting).toBe(true);
  });

  test('text without a reply is told beside the field, and nothing is applied', async () => {
    await chat.invites.create();
    expect(await chat.finder.accept('hello')).toBe(false);
    expect(chat.problem).toEqual({ at: 'reply', code: 'no-code' });
    expect(engine.calls.filter((call) => call.startsWith('accept'))).toEqual([]);
    expect(chat.screen).toBe('invite');
  });

  test('what is pasted while another text is tried is tried after it', async () => {
    await chat.invites.create();
    const both = [chat.finder.accept('#rOther'), chat.finder.take('#rReply')];
    engine.fails.accept = 'other-invite';
    expect(await Promise.all(both)).toEqual([true, false]);
    expect(engine.calls.filter((call) => call.startsWith('find'))).toEqual(['find #rOther', 'find #rReply']);
    expect(engine.calls.at(-1)).toBe('accept rReply false');
    expect(chat.problem).toBeUndefined();
  });

  test('a reply to another invite may be for another tab', async () => {
    await chat.invites.create();
    engine.fails.accept = 'other-invite';
    expect(await chat.finder.accept('#rOther')).toBe(false);
    expect(chat.problem).toEqual({ at: 'reply', code: 'other-invite' });
    expect(ask).toHaveBeenCalledWith('rOther', expect.any(Function));
    ask.mock.calls[0]?.[1]('nobody');
    expect(chat.problem?.code).toBe('other-invite');
    ask.mock.calls[0]?.[1]('taken');
    expect(chat.problem).toBeUndefined();
    expect(chat.notice).toBe(texts.elsewhere.taken);
  });

  test('nobody could be reached', async () => {
    await chat.invites.create();
    engine.tell({ type: 'closed', reason: 'unreachable' });
    expect(chat.screen).toBe('ended');
    expect(chat.reason).toBe('unreachable');
    await chat.invites.create();
    expect(chat.screen).toBe('invite');
    expect(chat.reason).toBeUndefined();
  });
});

describe('joining', () => {
  test('opening an invite only looks for its code: nothing is sent', async () => {
    await chat.finder.open('#iInvite');
    expect(chat.screen).toBe('join');
    expect(engine.calls).toEqual(['find #iInvite']);
    expect(chat.pending).toBe(false);
  });

  test('Join chat answers it', async () => {
    await chat.finder.open('#iInvite');
    await chat.join();
    expect(engine.calls.at(-1)).toBe('join iInvite');
    expect(chat.screen).toBe('reply');
    expect(chat.meeting?.reply?.link).toContain('#r');
    expect(chat.pending).toBe(true);
  });

  test('a failure is told on the screen of the button', async () => {
    await chat.finder.open('#iInvite');
    engine.fails.join = 'version';
    await chat.join();
    expect(chat.screen).toBe('join');
    expect(chat.problem).toEqual({ at: 'join', code: 'version' });
  });

  test('cancelled while the reply is being made, something else can begin', async () => {
    await chat.finder.open('#iInvite');
    const joining = chat.join();
    void chat.leave();
    expect([chat.screen, chat.busy]).toEqual(['home', false]);
    await chat.invites.create();
    await joining;
    expect(chat.screen).toBe('invite');
    expect(engine.calls.slice(-3).sort()).toEqual(['create', 'join iInvite', 'leave']);
  });

  test.each(['create', 'join'] as const)(
    'after a chat that says goodbye for long, %s waits for nothing',
    async (verb) => {
      await chatting();
      const before = engine.chat;
      engine.goodbye = new Promise(() => undefined);
      void chat.leave();
      chat.home();
      if (verb === 'join') await chat.finder.open('#iInvite');
      await (verb === 'create' ? chat.invites.create() : chat.join());
      expect([chat.screen, chat.busy]).toEqual([verb === 'join' ? 'reply' : 'invite', false]);
      before.tell({ type: 'message', id: 1, text: 'late' });
      before.tell({ type: 'closed', reason: 'closed' });
      expect([chat.screen, chat.conversation]).toEqual([verb === 'join' ? 'reply' : 'invite', undefined]);
    },
  );

  test('cancelled while the reply is being made, the chat is left once it is made', async () => {
    await chat.finder.open('#iInvite');
    const joining = chat.join();
    const left = chat.leave();
    expect(engine.calls.at(-1)).toBe('join iInvite');
    await Promise.all([joining, left]);
    expect(chat.screen).toBe('home');
    expect(engine.calls.slice(-2)).toEqual(['join iInvite', 'leave']);
    engine.chat.tell({ type: 'state', state: 'connecting' });
    expect(chat.meeting).toBeUndefined();
  });

  test('pasted text goes the same way', async () => {
    expect(await chat.finder.paste('#iPasted')).toBe(true);
    expect(chat.screen).toBe('join');
  });

  test.each<[string, string, Partial<Page>]>([
    ['an invite is opened', '#iPasted', { screen: 'join' }],
    ['a reply asks the other tabs at once', '#rPasted', { screen: 'reply-elsewhere' }],
    [
      'anything else is told at the field',
      'hello',
      { screen: 'home', problem: { at: 'paste', code: 'no-code' } },
    ],
  ])('pasted before the engine is there, %s', async (_, text, after) => {
    const early = new Page(ask);
    expect(await early.finder.take(text)).toBe(true);
    expect(early.screen).toBe('opening');
    await early.started(engine, config, network);
    expect(early).toMatchObject(after);
    expect(ask).toHaveBeenCalledTimes(text === '#rPasted' ? 1 : 0);
  });

  test('text that holds nothing is told at the field', async () => {
    expect(await chat.finder.paste('hello')).toBe(false);
    expect(chat.screen).toBe('home');
    expect(chat.problem).toEqual({ at: 'paste', code: 'no-code' });
  });

  test('an opened link that holds nothing leads home, with the reason', async () => {
    engine.fails.find = 'cut';
    await chat.finder.open('iCut');
    expect(chat.screen).toBe('home');
    expect(chat.problem).toEqual({ at: 'paste', code: 'cut' });
  });
});

describe('an invite opened in a tab that has something to lose', () => {
  test.each([
    [
      'a reply',
      async () => {
        await chat.finder.open('#iFirst');
        await chat.join();
      },
      'reply',
      texts.keepOpenReply,
    ],
    ['a chat', chatting, 'chat', texts.keepOpenChat],
  ])('%s stays, with a sentence', async (_name, begin, screen, notice) => {
    await begin();
    await chat.finder.open('#iSecond');
    expect(chat.screen).toBe(screen);
    expect(chat.notice).toBe(notice);
    expect(engine.calls).not.toContain('leave');
    chat.dismissNotice();
    expect(chat.notice).toBeUndefined();
  });

  test('an invite that waits for its reply stays, with the reason beside the field', async () => {
    await chat.invites.create();
    await chat.finder.open('#iSecond');
    expect(chat.screen).toBe('invite');
    expect(chat.problem).toEqual({ at: 'reply', code: 'want-reply' });
    expect(engine.calls).not.toContain('leave');
  });

  test('so does a chat when the link is junk', async () => {
    await chatting();
    await chat.finder.open('junk');
    expect(chat.screen).toBe('chat');
    expect(chat.notice).toBe(texts.errors['no-code']);
  });
});

describe('replies and tabs', () => {
  const accepted = () => engine.calls.filter((call) => call.startsWith('accept'));

  test('a reply opened in the tab that waits is applied when the person wants it, and isn’t counted', async () => {
    await chat.invites.create();
    for (let n = 0; n < 12; n += 1) await chat.finder.open(`#rReply${n}`); // by any page that has a handle of this one
    expect(accepted()).toEqual([]);
    expect(chat.finder.openedReply).toBe('rReply11');
    expect(chat.screen).toBe('invite');
    await chat.finder.useOpenedReply();
    expect(accepted()).toEqual(['accept rReply11 true']);
    expect(chat.finder.openedReply).toBeUndefined();
    expect(ask).not.toHaveBeenCalled();
    await chat.finder.useOpenedReply();
    expect(accepted()).toHaveLength(1);
  });

  test('a reply opened in the tab that waits for another one is said to be that, and handed on', async () => {
    await chat.invites.create();
    engine.fails.accept = 'other-invite';
    await chat.finder.open('#rOther');
    await chat.finder.useOpenedReply();
    expect(chat.problem).toEqual({ at: 'reply', code: 'other-invite' });
    expect(ask).toHaveBeenCalledWith('rOther', expect.any(Function));
  });

  test('an opened reply that the person doesn’t want is forgotten, and so is one when the chat opens', async () => {
    await chat.invites.create();
    await chat.finder.open('#rReply');
    chat.finder.dismissOpenedReply();
    expect(chat.finder.openedReply).toBeUndefined();
    await chat.finder.open('#rReply');
    engine.open();
    expect(chat.finder.openedReply).toBeUndefined();
    expect(accepted()).toEqual([]);
  });

  test('an invite opened in the tab that waits is refused without being counted', async () => {
    await chat.invites.create();
    engine.fails.accept = 'want-reply';
    await chat.finder.open('#iOther');
    expect(accepted()).toEqual(['accept iOther true']);
    expect(chat.finder.openedReply).toBeUndefined();
  });

  test('somebody else’s reply opened in the tab that chats warns, and asks nobody', async () => {
    await chatting();
    engine.fails.accept = 'second-reply';
    await chat.finder.open('#rSecond');
    expect(accepted()).toEqual(['accept rSecond true']);
    expect(chat.finder.openedReply).toBeUndefined();
    expect(ask).not.toHaveBeenCalled();
  });

  test('a reply opened in a new tab asks the others when the person wants it', async () => {
    await chat.finder.open('#rReply');
    expect(chat.screen).toBe('reply-elsewhere');
    expect(chat.finder.elsewhere).toMatchObject({ link: 'https://example.test/#rReply', answer: 'opened' });
    expect(ask).not.toHaveBeenCalled();
    chat.finder.askElsewhere();
    expect(chat.finder.elsewhere?.answer).toBe('asking');
    expect(ask).toHaveBeenCalledWith('rReply', expect.any(Function));
    ask.mock.calls[0]?.[1]('nobody');
    expect(chat.finder.elsewhere?.answer).toBe('nobody');
    ask.mock.calls[0]?.[1]('taken');
    expect(chat.finder.elsewhere?.answer).toBe('taken');
  });

  test('an answer that comes after the person went on changes nothing', async () => {
    await chat.finder.open('#rReply');
    chat.finder.askElsewhere();
    chat.home();
    chat.finder.askElsewhere();
    expect(ask).toHaveBeenCalledTimes(1);
    ask.mock.calls[0]?.[1]('taken');
    expect(chat.screen).toBe('home');
    expect(chat.finder.elsewhere).toBeUndefined();
  });

  test('a waiting tab tries an offered reply without counting it', async () => {
    await chat.invites.create();
    expect(await chat.finder.offer('rMine')).toBe('taken');
    expect(engine.calls.at(-1)).toBe('accept rMine true');
    engine.fails.accept = 'other-invite';
    expect(await chat.finder.offer('rOther')).toBeUndefined();
    expect(chat.problem).toBeUndefined();
    expect(chat.screen).toBe('invite');
  });

  test('another reply to an invite that is spent came too late', async () => {
    await chatting();
    engine.fails.accept = 'second-reply';
    expect(await chat.finder.offer('rLate')).toBe('used');
    for (const code of ['other-invite', 'malformed', 'tries', 'internal'] as const) {
      engine.fails.accept = code;
      expect(await chat.finder.offer('rLate'), code).toBeUndefined();
    }
    expect(chat.screen).toBe('chat');
  });

  test.each(['taken', 'used', 'nobody'] as const)(
    'opened where something else is pending: %s',
    async (whose) => {
      await chatting();
      engine.fails.accept = 'other-invite';
      await chat.finder.open('#rOther');
      await chat.finder.useOpenedReply();
      ask.mock.calls[0]?.[1](whose);
      expect(chat.notice).toBe(texts.elsewhere[whose]);
      expect(chat.screen).toBe('chat');
    },
  );

  test('a reply opened a second time still belongs to the tab that used it', async () => {
    await chatting();
    engine.fails.accept = 'already-used';
    expect(await chat.finder.offer('rMine')).toBe('taken');
  });

  test('a tab that waits for nothing takes nothing', async () => {
    expect(await chat.finder.offer('rAny')).toBeUndefined();
    await chat.finder.open('#iInvite');
    await chat.join();
    expect(await chat.finder.offer('rAny')).toBeUndefined();
    expect(engine.calls.filter((call) => call.startsWith('accept'))).toEqual([]);
  });

  test('a reply for another tab, opened in a tab that chats, leaves the chat alone', async () => {
    await chat.finder.open('#iInvite');
    await chat.join();
    engine.open();
    await chat.finder.open('#rOther');
    expect(chat.screen).toBe('chat');
    expect(chat.finder.openedReply).toBe('rOther');
    expect(ask).not.toHaveBeenCalled();
    await chat.finder.useOpenedReply();
    ask.mock.calls[0]?.[1]('taken');
    expect(chat.notice).toBe(texts.elsewhere.taken);
    expect(chat.screen).toBe('chat');
  });

  test('a reply pasted on the start page asks the others at once', async () => {
    expect(await chat.finder.paste('#rReply')).toBe(true);
    expect(chat.finder.elsewhere?.answer).toBe('asking');
    expect(ask).toHaveBeenCalledWith('rReply', expect.any(Function));
  });
});

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
    engine.tell({ type: 'state', state: 'connecting' });
    expect(chat.conversation?.status).toBe('reconnecting');
    engine.tell({ type: 'state', state: 'open' });
    expect(chat.conversation?.status).toBe('open');
  });

  test('since when nothing has come is told while it is lost, and no longer', async () => {
    await chatting();
    engine.delivers = false;
    chat.conversation?.send('into the void');
    await new Promise((resolve) => setTimeout(resolve));
    engine.tell({ type: 'state', state: 'lost' });
    expect(chat.conversation?.absentSince).toBeUndefined();
    engine.tell({ type: 'absent', since: 1_000 });
    expect(chat.conversation?.absentSince).toBe(1_000);
    expect(chat.conversation?.messages.map(({ state }) => state)).toEqual(['held']);
    engine.tell({ type: 'state', state: 'open' });
    expect(chat.conversation?.absentSince).toBeUndefined();
    engine.tell({ type: 'state', state: 'lost' });
    expect(chat.conversation?.absentSince).toBeUndefined();
    engine.tell({ type: 'absent', since: 2_000 });
    engine.tell({ type: 'closed', reason: 'lost' });
    expect(chat.conversation?.absentSince).toBeUndefined();
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

describe('ending', () => {
  const others = Object.keys(texts.endings).filter((reason) => reason !== 'closed') as Reason[];
  const known: Partial<Record<Reason, string>> = { left: 'left', lost: 'ended' };

  test.each(others)('%s: what was said and written stays until its person leaves', async (reason) => {
    await chatting();
    engine.delivers = false;
    chat.conversation?.send('unheard');
    chat.conversation?.write('half a sent');
    engine.tell({ type: 'message', id: 1, text: 'bye' });
    engine.tell({ type: 'closed', reason });
    expect(chat.screen).toBe('chat');
    expect(chat.reason).toBe(reason);
    expect(chat.conversation?.status).toBe(known[reason] ?? 'over');
    expect(texts.statuses[chat.conversation?.status ?? 'open']).not.toMatch(/connected/i);
    expect(chat.conversation?.messages.map(({ state }) => state)).toEqual(['failed', 'received']);
    expect(chat.conversation?.draft).toBe('half a sent');
    expect(chat.pending).toBe(false);
    chat.home();
    expect(chat.conversation).toBeUndefined();
  });

  test('an engine that stops takes nothing along of what was said', async () => {
    await chatting();
    engine.tell({ type: 'message', id: 1, text: 'still here' });
    chat.conversation?.write('half a sent');
    chat.unusable('stopped');
    expect(chat.screen).toBe('chat');
    expect(chat.ready).toBe(false);
    expect(chat.reason).toBe('internal');
    expect(chat.conversation?.messages.map(({ text }) => text)).toEqual(['still here']);
    expect(chat.conversation?.draft).toBe('half a sent');
  });

  test('an engine that stops after the chat has ended changes nothing about why', async () => {
    await chatting();
    engine.tell({ type: 'closed', reason: 'left' });
    chat.unusable('stopped');
    expect(chat.screen).toBe('chat');
    expect(chat.reason).toBe('left');
  });

  test('Leave wipes and tells the engine', async () => {
    await chatting();
    chat.conversation?.send('hello');
    await chat.leave();
    expect(chat.screen).toBe('ended');
    expect(chat.reason).toBe('closed');
    expect(chat.conversation).toBeUndefined();
    expect(engine.calls.at(-1)).toBe('leave');
    expect(chat.pending).toBe(false);
  });

  test('a chat that opened in the moment it was cancelled does not stay on the screen', async () => {
    await chat.invites.create();
    engine.goodbye = new Promise(() => undefined);
    void chat.leave();
    engine.open();
    expect([chat.screen, chat.conversation]).toEqual(['home', undefined]);
    engine.tell({ type: 'closed', reason: 'lost' });
    expect([chat.screen, chat.reason]).toEqual(['home', undefined]);
  });
});

describe('a host that is gone', () => {
  let there: boolean;
  let answers: () => Promise<boolean>;

  beforeEach(async () => {
    there = false;
    answers = () => Promise.resolve(there);
    engine = new FakeEngine();
    chat = new Page(ask, () => answers());
    await chat.started(engine, { site: 'https://example.test/', loopback: false, mailbox: '' }, network);
  });

  // The choice is kept on the device.
  afterEach(() => localStorage.clear());

  test('New chat makes no link, and makes one anyway only when that is wanted', async () => {
    await chat.invites.create();
    expect([chat.screen, chat.invites.hostGone, chat.busy]).toEqual(['home', true, false]);
    expect(engine.calls).toEqual(['create', 'leave']);
    await chat.invites.linkAnyway();
    expect([chat.screen, chat.invites.hostGone]).toEqual(['invite', false]);
  });

  test('asks anew each time, and says nothing once it is back', async () => {
    await chat.invites.create();
    there = true;
    await chat.invites.create();
    expect([chat.screen, chat.invites.hostGone]).toEqual(['invite', false]);
  });

  test('what it said can be dismissed, and goes with the screen', async () => {
    await chat.invites.create();
    chat.invites.dismissHostGone();
    expect(chat.invites.hostGone).toBe(false);
    await chat.invites.create();
    await chat.finder.open('#iInvite');
    expect([chat.screen, chat.invites.hostGone]).toEqual(['join', false]);
  });

  test.each(['local', 'relay'] as const)('nobody is asked where the network is to be %s', async (mode) => {
    const asking = vi.fn(() => Promise.resolve(false));
    answers = asking;
    chat.network.choose({ mode, turn: { url: 'turn:a.example:1', username: 'u', credential: 'p' } });
    await chat.invites.create();
    await chat.invites.newLink();
    expect([chat.screen, chat.invites.hostGone]).toEqual(['invite', false]);
    expect(asking).not.toHaveBeenCalled();
  });

  test('New link gives up nothing: not an invite, not a chat that is lost', async () => {
    there = true;
    await chat.invites.create();
    const { meeting } = chat;
    there = false;
    await chat.invites.newLink();
    expect([chat.screen, chat.invites.hostGone, chat.busy]).toEqual(['invite', true, false]);
    expect(chat.meeting?.invite).toBe(meeting?.invite);
    engine.open();
    engine.tell({ type: 'message', id: 1, text: 'x' });
    engine.tell({ type: 'state', state: 'lost' });
    await chat.invites.newLink();
    expect([chat.screen, chat.invites.hostGone, chat.conversation?.messages.length]).toEqual([
      'chat',
      true,
      1,
    ]);
    expect(engine.calls).not.toContain('leave');
    await chat.invites.linkAnyway();
    expect([chat.screen, chat.invites.hostGone, chat.conversation]).toEqual(['invite', false, undefined]);
    expect(chat.meeting?.invite).not.toBe(meeting?.invite);
  });

  test('the history of a chat that has ended stays', async () => {
    there = true;
    await chat.invites.create();
    engine.open();
    engine.tell({ type: 'message', id: 1, text: 'x' });
    engine.tell({ type: 'closed', reason: 'left' });
    there = false;
    await chat.invites.create();
    expect([chat.screen, chat.invites.hostGone, chat.conversation?.messages.length]).toEqual([
      'chat',
      true,
      1,
    ]);
  });

  test('a reply that comes while the host is asked is not given up', async () => {
    there = true;
    await chat.invites.create();
    answers = async () => {
      engine.open();
      return true;
    };
    await chat.invites.newLink();
    expect([chat.screen, chat.invites.hostGone, chat.busy]).toEqual(['chat', false, false]);
    expect(engine.calls).toEqual(['create']);
  });

  test('whoever is back, and a reply that comes by itself or by hand, while the host is asked, is kept', async () => {
    there = true;
    await chat.invites.create();
    answers = () => {
      engine.tell({ type: 'state', state: 'connecting' });
      return Promise.resolve(true);
    };
    await chat.invites.newLink();
    expect(engine.calls).toEqual(['create']);

    engine.open();
    engine.tell({ type: 'state', state: 'lost' });
    engine.tell({ type: 'absent', since: 1 });
    for (const there of [true, false]) {
      answers = () => {
        engine.tell({ type: 'state', state: 'open' });
        engine.tell({ type: 'message', id: 1, text: 'back' });
        return Promise.resolve(there);
      };
      engine.tell({ type: 'state', state: 'lost' });
      await chat.invites.newLink();
      expect([chat.screen, chat.conversation?.status, chat.invites.hostGone]).toEqual([
        'chat',
        'direct',
        false,
      ]);
    }
    expect(chat.conversation?.messages).toHaveLength(2);
    expect(engine.calls).toEqual(['create']);
  });

  test('a reply is taken while the host is asked', async () => {
    there = true;
    await chat.invites.create();
    answers = async () => {
      expect(await chat.finder.accept('#rReply')).toBe(true);
      engine.open();
      return true;
    };
    await chat.invites.newLink();
    expect([chat.screen, engine.calls]).toEqual(['chat', ['create', 'find #rReply', 'accept rReply false']]);
  });

  test('it is asked while the engine makes the link, and joining never asks', async () => {
    const order: string[] = [];
    // The host answers once the link is made: whoever waits for it before that waits for ever.
    let answer: ((there: boolean) => void) | undefined;
    answers = () => {
      order.push('asked');
      return new Promise((resolve) => (answer = resolve));
    };
    const create = engine.create.bind(engine);
    vi.spyOn(engine, 'create').mockImplementation(async (...given) => {
      const made = await create(...given);
      order.push('made');
      answer?.(true);
      return made;
    });
    await chat.invites.create();
    expect([chat.screen, order]).toEqual(['invite', ['asked', 'made']]);
    await chat.leave();
    await chat.finder.open('#iInvite');
    await chat.join();
    expect(order).toHaveLength(2);
  });
});
