import { converse } from '../chat/converse.ts';
import { describe, expect, test } from 'vitest';
import type { Reason } from '../../../wasm/engine.d.ts';
import { Page } from './page.svelte.ts';
import { english as texts } from '../language/english.ts';
import { ask, chat, chatting, config, engine, network } from '../../test/bare-page.ts';

describe('starting', () => {
  test('a link that comes before the engine is opened when it is there', async () => {
    const early = new Page(ask);
    await early.finder.open('#iEarly');
    expect(early.screen).toBe('opening');
    expect(engine.calls).toEqual([]);
    await early.started(engine, converse, config, network);
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
    expect(chat.about.hereOnly).toBe(false);
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
    await early.started(engine, converse, config, network);
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
