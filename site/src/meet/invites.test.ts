import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { english as texts } from '../language/english.ts';
import { ask, begin, chat, engine, network } from '../../test/bare-page.ts';

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

  test.each([
    ['Cancel', 'home', () => chat.leave()],
    ['an opened invite', 'join', () => chat.finder.open('#iInvite')],
  ])('%s while a link is made stays, and the link is given up', async (_, screen, go) => {
    for (const fails of [false, true]) {
      await begin();
      // An invite that is opened where one waits is not gone on with.
      if (screen === 'home') await chat.invites.create();
      const real = engine.create.bind(engine);
      let made = () => {};
      const late = new Promise<void>((resolve) => (made = resolve));
      engine.create = async (...given) => {
        await late;
        if (fails) engine.fails.create = 'no-addresses';
        return real(...given);
      };
      const making = screen === 'home' ? chat.invites.newLink(true) : chat.invites.create();
      await go();
      expect(chat.screen).toBe(screen);
      made();
      await making;
      expect(chat.screen).toBe(screen);
      expect(chat.problem).toBeUndefined();
      expect(chat.busy).toBe(false);
      const calls = (verb: string) => engine.calls.filter((call) => call === verb).length;
      expect(calls('leave')).toBe(engine.chats.length);
    }
  });

  test('Wipe while a link is made has done its work when that is left, too', async () => {
    const real = engine.create.bind(engine);
    let made = () => {};
    const late = new Promise<void>((resolve) => (made = resolve));
    engine.create = async (...given) => {
      await late;
      return real(...given);
    };
    void chat.invites.create();
    const wiped = chat.wipe().then(() => engine.calls.at(-1));
    await Promise.race([wiped, new Promise((resolve) => setTimeout(resolve))]);
    made();
    expect(await wiped).toBe('leave');
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

describe('a host that is gone', () => {
  let there: boolean;
  let answers: () => Promise<boolean>;

  beforeEach(async () => {
    there = false;
    answers = () => Promise.resolve(there);
    await begin(() => answers());
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
