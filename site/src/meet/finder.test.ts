import { describe, expect, test } from 'vitest';
import { english as texts } from '../language/english.ts';
import { ask, chat, chatting, engine } from '../../test/bare-page.ts';

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

describe('a link that brings a chat back', () => {
  const accepted = () => engine.calls.filter((call) => call.startsWith('accept'));
  const lost = async () => {
    await chatting();
    engine.tell({ type: 'state', state: 'lost' });
  };
  const replying = async () => {
    await chat.finder.open('#iFirst');
    await chat.join();
  };
  const asked = () => ask.mock.calls.map(([code]) => code);

  test.each([
    ['opened', () => chat.finder.open('#oTheirs')],
    ['pasted on the start page', () => chat.finder.paste('see #oTheirs')],
  ])(
    '%s where nothing goes on: the other tabs are asked at once, and what they say is shown',
    async (_how, bring) => {
      await bring();
      expect(chat.screen).toBe('reply-elsewhere');
      expect(chat.finder.elsewhere).toEqual({
        code: 'oTheirs',
        link: 'https://example.test/#oTheirs',
        answer: 'looking',
      });
      expect(asked()).toEqual(['oTheirs']);
      const answered = ask.mock.calls[0]?.[1];
      for (const [whose, answer] of [
        ['nobody', 'nowhere'],
        ['needless', 'needless'],
        ['own', 'own'],
        ['back', 'back'],
      ] as const) {
        answered?.(whose);
        expect(chat.finder.elsewhere?.answer).toBe(answer);
      }
      chat.home();
      answered?.('own');
      expect(chat.finder.elsewhere).toBeUndefined();
    },
  );

  test('its own chat goes on with it, and no other tab is asked', async () => {
    await lost();
    await chat.finder.open('#oTheirs');
    expect(accepted()).toEqual(['accept oTheirs true']);
    expect(chat.screen).toBe('chat');
    expect(chat.notice).toBeUndefined();
    // Opened twice, it has done its work.
    await chat.finder.open('#oTheirs');
    expect(chat.notice).toBeUndefined();
    expect(ask).not.toHaveBeenCalled();
  });

  test('at the chat that has made it, or that is connected, it gets a sentence', async () => {
    await lost();
    await chat.finder.open('#oMine');
    expect(chat.notice).toBe(texts.errors['own-repair']);
    engine.tell({ type: 'state', state: 'open' });
    await chat.finder.open('#oTheirs');
    expect(chat.notice).toBe(texts.errors['no-repair']);
    expect(chat.screen).toBe('chat');
    expect(ask).not.toHaveBeenCalled();
  });

  test.each([
    ['reply', replying],
    ['chat', lost],
    ['invite', () => chat.invites.create()],
  ])('of another chat leaves a %s alone, and the other tabs are asked', async (screen, begin) => {
    await begin();
    await chat.finder.open('#oAnother');
    expect(chat.screen).toBe(screen);
    expect(chat.notice).toBeUndefined();
    expect(chat.finder.openedReply).toBeUndefined();
    expect(asked()).toEqual(['oAnother']);
    ask.mock.calls[0]?.[1]('nobody');
    expect(chat.notice).toBe(texts.elsewhere.nowhere);
    ask.mock.calls[0]?.[1]('back');
    expect(chat.notice).toBe(texts.elsewhere.back);
    expect(engine.calls).not.toContain('leave');
  });

  test('pasted where the reply belongs, it gets a sentence there, until another tab takes it', async () => {
    await chat.invites.create();
    engine.fails.accept = 'wrong-chat';
    expect(await chat.finder.take('#oAnother')).toBe(false);
    expect(chat.problem).toEqual({ at: 'reply', code: 'wrong-chat' });
    expect(asked()).toEqual(['oAnother']);
    ask.mock.calls[0]?.[1]('nobody');
    expect(chat.problem).toEqual({ at: 'reply', code: 'wrong-chat' });
    ask.mock.calls[0]?.[1]('back');
    expect(chat.problem).toBeUndefined();
    expect(chat.notice).toBe(texts.elsewhere.back);
    expect(chat.screen).toBe('invite');
  });

  test('which another tab was opened with: only the chat whose it is says so', async () => {
    expect(await chat.finder.offer('oTheirs')).toBeUndefined();
    await chatting();
    expect(await chat.finder.offer('oTheirs')).toBe('needless');
    engine.tell({ type: 'state', state: 'paused' });
    expect(await chat.finder.offer('oAnother')).toBeUndefined();
    expect(await chat.finder.offer('oMine')).toBe('own');
    expect(await chat.finder.offer('oTheirs')).toBe('back');
    expect(await chat.finder.offer('oTheirs')).toBe('taken');
    engine.tell({ type: 'closed', reason: 'left' });
    expect(await chat.finder.offer('oTheirs')).toBeUndefined();
  });

  test('either side may be the one that takes it', async () => {
    await replying();
    expect(await chat.finder.offer('oTheirs')).toBeUndefined();
    engine.open();
    engine.tell({ type: 'state', state: 'trying' });
    expect(await chat.finder.offer('oTheirs')).toBe('back');
  });

  test('is something to go on with where a code is scanned, but beside an invite', async () => {
    expect(await chat.finder.worth('#oRepair')).toBe(2);
    expect(await chat.finder.worth('#iInvite')).toBe(2);
    await chat.invites.create();
    expect(await chat.finder.worth('#oRepair')).toBe(1);
    expect(await chat.finder.worth('#iInvite')).toBe(1);
    expect(await chat.finder.worth('#rReply')).toBe(2);
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
