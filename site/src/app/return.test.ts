import { cleanup, screen, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Saved } from '../../../wasm/engine.d.ts';
import { english as texts } from '../language/english.ts';
import type { Kept } from '../life/kept.ts';
import { Settings } from '../settings/settings.svelte.ts';
import { button, field, hasButton, heading, noServers, status, TestPage } from '../../test/page.ts';

const key = 'tincan-return';
const pageMailbox = { on: true, host: 'box.example', origins: ['https://box.example'] };

beforeEach(() => {
  history.replaceState(null, '', '/');
  localStorage.clear();
  sessionStorage.clear();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** What this tab has kept. */
function stored(): Record<string, unknown> | undefined {
  const text = sessionStorage.getItem(key);
  return text === null ? undefined : (JSON.parse(text) as Record<string, unknown>);
}

async function chatting(): Promise<TestPage> {
  const page = await TestPage.open();
  await page.inviting();
  page.engine.open();
  await page.settled();
  return page;
}

/** A page that was reloaded and comes back, with what was kept; the engine is not there yet. */
async function reloaded(part: Partial<Kept> = {}): Promise<TestPage> {
  cleanup();
  const page = new TestPage();
  page.chat.return.begins({ ...page.engine.saved, verified: false, rounds: 0, ...part });
  await page.settled();
  return page;
}

/** The same when the engine is there, and the chat is this tab's. */
async function looking(part: Partial<Kept> = {}, mailbox?: typeof pageMailbox): Promise<TestPage> {
  const page = await reloaded(part);
  page.chat.return.claimed(true);
  await page.started(noServers, mailbox);
  await page.settled();
  return page;
}

const region = () => within(screen.getByRole('region', { name: texts.backLabel }));
const trust = () => document.querySelector('.trust')?.textContent ?? '';

describe('what is kept', () => {
  test('from the opening of the chat on, with the mark and each new secret', async () => {
    const page = await TestPage.open();
    await page.inviting();
    expect(stored()).toBeUndefined();
    page.engine.open();
    await page.settled();
    const { ticket, role, mailbox } = page.engine.saved;
    expect(stored()).toEqual({ v: 1, ticket, role, mailbox, verified: false, rounds: 0 });
    await page.chat.conversation?.verify(true);
    await page.settled();
    expect(stored()).toMatchObject({ ticket, verified: true, rounds: 0 });
    page.engine.saved = { ...page.engine.saved, ticket: 'B'.repeat(43) };
    page.engine.back();
    await page.settled();
    expect(stored()).toEqual({ v: 1, ticket: 'B'.repeat(43), role, mailbox, verified: true, rounds: 1 });
  });

  test.each([
    ['leaving', (page: TestPage) => page.press('Leave')],
    ['the other person leaves', (page: TestPage) => page.engine.tell({ type: 'closed', reason: 'left' })],
    ['the words differ here', (page: TestPage) => page.chat.conversation?.verify(false)],
    [
      'the words differ there',
      (page: TestPage) => page.engine.tell({ type: 'closed', reason: 'other-differ' }),
    ],
    ['wiping', (page: TestPage) => page.chat.wipe()],
    ['it is switched off', (page: TestPage) => page.settings.choose({ outlive: false })],
  ])('is gone when %s', async (_name, end) => {
    const page = await chatting();
    expect(stored()).toBeDefined();
    await end(page);
    await page.settled();
    expect(stored()).toBeUndefined();
  });

  test('is nothing while it is switched off, and is there when it is switched on', async () => {
    const page = await TestPage.open();
    await page.press('Settings');
    const toggle = screen.getByRole('switch', { name: texts.outlive });
    expect((toggle as HTMLInputElement).checked).toBe(true);
    await page.user.click(toggle);
    expect(new Settings().chosen.outlive).toBe(false);
    await page.press(texts.done);
    await page.inviting();
    page.engine.open();
    await page.settled();
    page.engine.back();
    await page.settled();
    expect(stored()).toBeUndefined();
    expect(page.engine.calls).not.toContain('saved');
    page.settings.choose({ outlive: true });
    await page.settled();
    expect(stored()).toMatchObject({ rounds: 1 });
  });

  test.each([
    ['the chat has ended', (page: TestPage) => page.engine.tell({ type: 'closed', reason: 'left' })],
    ['it was switched off', (page: TestPage) => page.settings.choose({ outlive: false })],
  ])('is nothing where the engine says what to keep when %s', async (_name, end) => {
    const page = await TestPage.open();
    await page.inviting();
    let say: () => void = () => undefined;
    const late = new Promise<Saved>((resolve) => (say = () => resolve(page.engine.saved)));
    vi.spyOn(page.engine.chat, 'saved').mockReturnValue(late);
    page.engine.open();
    await page.settled();
    end(page);
    await page.settled();
    say();
    await page.settled();
    expect(page.chat.kept).toBeUndefined();
    expect(stored()).toBeUndefined();
  });

  test('is nothing where the engine has nothing to keep', async () => {
    const page = await TestPage.open();
    await page.inviting();
    page.engine.fails.saved = 'not-open';
    page.engine.open();
    await page.settled();
    expect(stored()).toBeUndefined();
  });
});

describe('a page that goes', () => {
  test('says no goodbye in a chat that outlives it, and goes on if it was only kept', async () => {
    const page = await chatting();
    page.chat.away.pageHidden();
    page.chat.away.pageShown();
    await page.settled();
    expect(page.engine.calls).not.toContain('close');
    expect(screen.getByRole('log')).toBeTruthy();
  });

  test.each([
    ['with the switch off', (page: TestPage) => page.settings.choose({ outlive: false })],
    ['where nothing could be stored', () => sessionStorage.clear()],
  ])('says goodbye %s', async (_name, without) => {
    const page = await chatting();
    without(page);
    await page.settled();
    page.chat.away.pageHidden();
    await page.settled();
    expect(page.engine.calls).toContain('close');
  });
});

describe('a page that comes back', () => {
  test('says so at once, and shows a link when the engine is there', async () => {
    const page = await reloaded();
    expect(heading()).toBe(texts.returnTitle);
    expect(screen.getByText(texts.returnLead)).toBeTruthy();
    expect(status()).toBe(texts.loading);
    await page.started();
    expect(page.engine.calls).toEqual([]); // whose the chat is was not said yet
    page.chat.return.claimed(true);
    await page.settled();
    const { ticket, role } = page.engine.saved;
    expect(page.engine.calls).toEqual([`returnTo ${ticket} ${role}`]);
    expect(status()).toBe(texts.returnText);
    expect(field(texts.repairLabel).value).toBe('https://example.test/#oMine');
    expect(hasButton(texts.copyLink)).toBe(true);
    expect(screen.getByRole('img', { name: texts.repairQr })).toBeTruthy();
    expect(stored()).toMatchObject({ ticket, rounds: 0 });
    // Another reload has something to come back with, and says nothing to anybody.
    page.chat.away.pageHidden();
    expect(sessionStorage.getItem('tincan-pending')).toMatch(/^chat /);
    expect(page.engine.calls).toHaveLength(1);
    expect(window.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(true);
  });

  test('by the mailbox there is nothing to do, and a link is folded away', async () => {
    const page = await looking({ mailbox: true }, pageMailbox);
    expect(page.engine.calls[0]).toMatch(/ mailbox$/);
    expect(status()).toBe(texts.returnByItself({ host: 'box.example' }));
    expect(document.querySelector('details')?.open).toBe(false);
    page.engine.tell({ type: 'mailbox', state: 'silent' });
    await page.settled();
    expect(status()).toBe(texts.returnText);
    expect(document.querySelector('details')?.open).toBe(true);
  });

  test.each([
    ['the two have met by hand', { mailbox: false }, pageMailbox, 'all'],
    ['the page has none', { mailbox: true }, undefined, 'all'],
    ['no server is to be asked', { mailbox: true }, pageMailbox, 'local'],
  ] as const)('the mailbox is left alone where %s', async (_name, part, mailbox, mode) => {
    const page = await reloaded(part);
    page.chat.network.choose({ mode });
    page.chat.return.claimed(true);
    await page.started(noServers, mailbox);
    expect(page.engine.calls[0]).not.toMatch(/ mailbox$/);
    expect(status()).toBe(texts.returnText);
  });

  test('takes what they send back, and says what is wrong with anything else', async () => {
    const page = await looking();
    const enter = async (text: string) => {
      const own = field(texts.returnReply);
      await page.user.clear(own);
      await page.user.type(own, text);
      await page.press(texts.connect);
    };
    await enter('hello');
    expect(screen.getByText(texts.errors['no-code'])).toBeTruthy();
    await enter('#rSomething');
    expect(screen.getByText(texts.errors['want-repair'])).toBeTruthy();
    await enter('#oMine');
    expect(screen.getByText(texts.errors['own-repair'])).toBeTruthy();
    await enter('#oOfAnotherChat');
    expect(screen.getByText(texts.errors['wrong-chat'])).toBeTruthy();
    await enter('#oTheirs');
    expect(status()).toBe(texts.connecting);
    page.engine.open();
    page.engine.back();
    await page.settled();
    expect(screen.getByText(texts.returnedHere({ count: 1 }))).toBeTruthy();
    expect(screen.queryByText(texts.emptyChat)).toBeNull();
    expect(screen.queryByRole('region', { name: texts.backLabel })).toBeNull();
    expect(stored()).toMatchObject({ rounds: 1 });
  });

  test('takes it from another tab and from its own address, and sends an invite elsewhere', async () => {
    const page = await looking();
    expect(await page.chat.finder.offer('oOfAnotherChat')).toBeUndefined();
    expect(await page.chat.finder.offer('oMine')).toBe('own');
    await page.chat.finder.open('#iInvite');
    await page.settled();
    expect(screen.getByRole('alert').textContent).toBe(texts.keepOpenReturn);
    await page.chat.finder.open('#rReply');
    await page.settled();
    expect(screen.getByText(texts.otherReplyOpened)).toBeTruthy();
    expect(await page.chat.finder.offer('oTheirs')).toBe('back');
    await page.settled();
    expect(heading()).toBe(texts.returnTitle);
    expect(screen.getByText(texts.connecting)).toBeTruthy();
  });

  test('with a link in its address it comes back all the same, and the link is looked at then', async () => {
    const page = await reloaded();
    await page.chat.finder.open('#oTheirs');
    expect(heading()).toBe(texts.returnTitle);
    page.chat.return.claimed(true);
    await page.started();
    await page.settled();
    expect(page.engine.calls).toContain('accept oTheirs true');
    expect(status()).toBe(texts.connecting);
  });

  test('whose tab is a duplicate shows the start page, keeps nothing, and asks nobody', async () => {
    const page = await reloaded();
    page.chat.return.claimed(false);
    await page.started();
    expect(button('New chat').disabled).toBe(false);
    expect(screen.getByRole('alert').textContent).toBe(texts.chatElsewhere);
    expect(sessionStorage).toHaveLength(0);
    expect(page.engine.calls).toEqual([]);
    page.chat.return.claimed(true);
    await page.settled();
    expect(page.engine.calls).toEqual([]);
  });

  test('is told late that it is a duplicate, and stops', async () => {
    const page = await looking();
    page.chat.return.claimed(false);
    await page.settled();
    expect(screen.getByRole('alert').textContent).toBe(texts.chatElsewhere);
    expect(page.engine.calls).toContain('leave');
    expect(sessionStorage).toHaveLength(0);
  });

  test('is not told so when the chat is open', async () => {
    const page = await looking();
    page.engine.open();
    page.engine.back();
    await page.settled();
    page.chat.return.claimed(false);
    await page.settled();
    expect(screen.getByRole('log')).toBeTruthy();
  });

  test('and can’t says why, and tries once more', async () => {
    const page = await reloaded();
    page.engine.fails.returnTo = 'no-webrtc';
    page.chat.return.claimed(true);
    await page.started();
    expect(screen.getByText(texts.errors['no-webrtc'])).toBeTruthy();
    expect(stored()).toBeDefined();
    await page.press(texts.lookAgain);
    expect(status()).toBe(texts.returnText);
    page.engine.tell({ type: 'closed', reason: 'unreachable' });
    await page.settled();
    expect(screen.getByText(texts.errors.unreachable)).toBeTruthy();
    expect(stored()).toBeDefined();
    await page.press(texts.lookAgain);
    page.engine.open();
    page.engine.back();
    await page.settled();
    expect(screen.getByRole('log')).toBeTruthy();
  });

  test('stops where something came that the other person would not send', async () => {
    const page = await looking();
    page.engine.tell({ type: 'closed', reason: 'untrusted' });
    await page.settled();
    expect(heading()).toBe(texts.endings.untrusted.title);
    expect(stored()).toBeUndefined();
  });

  test('keeps what it has where the engine does not load', async () => {
    const page = await reloaded();
    page.chat.unusable('load');
    await page.settled();
    expect(hasButton(texts.reload)).toBe(true);
    expect(stored()).toBeDefined();
  });

  test('is given up for a new chat, after a question', async () => {
    const page = await looking();
    await page.press(texts.returnInstead);
    expect(screen.getByText(texts.leaving.returning.text)).toBeTruthy();
    await page.press(texts.stay);
    expect(stored()).toBeDefined();
    await page.press(texts.returnInstead);
    await page.press(texts.leaving.returning.leave);
    expect(heading()).toBe(texts.inviteTitle);
    expect(stored()).toBeUndefined();
    expect(page.engine.calls).toContain('leave');
  });
});

describe('the mark', () => {
  test('was made before the reload until the words are compared again; rounds go on', async () => {
    const page = await looking({ verified: true, rounds: 4 });
    page.engine.open();
    page.engine.back();
    await page.settled();
    expect(trust()).toContain(texts.comparedBefore);
    expect(trust()).not.toContain(texts.verifiedHint);
    expect(screen.getByText(texts.returnedHere({ count: 5 }))).toBeTruthy();
    expect(stored()).toMatchObject({ verified: true, rounds: 5 });
    await page.press(texts.verify);
    expect(screen.getByText(texts.comparedBeforeText)).toBeTruthy();
    await page.press(texts.match);
    expect(trust()).toContain(texts.verifiedHint);
    expect(stored()).toMatchObject({ verified: true, rounds: 5 });
  });

  test('is none where nobody has compared anything', async () => {
    const page = await looking();
    page.engine.open();
    page.engine.back();
    await page.settled();
    expect(trust()).toContain(texts.notVerified);
    expect(stored()).toMatchObject({ verified: false, rounds: 1 });
  });

  test('of words that change while they are compared is of those before', async () => {
    const page = await chatting();
    await page.press(texts.verify);
    page.engine.back();
    await page.settled();
    expect(screen.queryByRole('dialog')).toBeNull();
    let go: () => void = () => undefined;
    vi.spyOn(page.engine.chat, 'verify').mockImplementation(() => new Promise((resolve) => (go = resolve)));
    const verifying = page.chat.conversation?.verify(true);
    page.engine.back();
    go();
    await verifying;
    await page.settled();
    expect(trust()).toContain(texts.comparedBefore);
  });
});

describe('the other side', () => {
  /** Some of it has not arrived when the other person’s page goes. */
  async function waiting(): Promise<TestPage> {
    const page = await chatting();
    page.engine.tell({ type: 'message', id: 1, text: 'theirs' });
    page.chat.conversation?.send('mine');
    await page.settled();
    page.engine.delivers = false;
    page.engine.tell({ type: 'state', state: 'lost' });
    page.chat.conversation?.send('meanwhile');
    await page.settled();
    await page.settled();
    return page;
  }

  test('keeps its history, and what has not arrived waits until it is said again', async () => {
    const page = await waiting();
    const states = () => page.chat.conversation?.messages.map(({ state }) => state);
    expect(states()).toEqual(['received', 'delivered', 'held']);
    page.engine.tell({ type: 'state', state: 'connecting' });
    await page.settled();
    expect(page.chat.conversation?.status).toBe('lost');
    page.engine.back();
    await page.settled();
    expect(states()).toEqual(['received', 'delivered', 'held']);
    page.engine.tell({ type: 'delivered', id: 2 });
    expect(states()).toEqual(['received', 'delivered', 'delivered']);
    expect(region().getByText(texts.back)).toBeTruthy();
    const announcer = document.querySelector('[aria-live="polite"].visually-hidden');
    expect(announcer?.textContent).toContain(texts.back);
  });

  test('has compared the words that there were before, and is told of each time', async () => {
    const page = await chatting();
    await page.chat.conversation?.verify(true);
    await page.settled();
    expect(trust()).toContain(texts.verifiedHint);
    for (const rounds of [1, 2]) {
      page.engine.back();
      await page.settled();
      expect(trust()).toContain(texts.comparedBefore);
      expect(stored()).toMatchObject({ verified: true, rounds });
      await page.user.click(region().getByRole('button', { name: texts.close }));
    }
    expect(screen.queryByText(texts.returnedHere({ count: 2 }))).toBeNull();
  });

  test('shows the link that is to be sent back', async () => {
    const page = await waiting();
    page.engine.tell({ type: 'repair', code: page.engine.link('oAnswer') });
    await page.settled();
    const panel = () => screen.queryByRole('region', { name: texts.repairLabel });
    expect(panel()?.textContent).toContain(texts.repairAnswers);
    page.engine.back();
    await page.settled();
    expect(panel()).toBeNull();
  });

  test('sends the conversation again when it is wanted and sure, once', async () => {
    const page = await waiting();
    page.engine.back();
    await page.settled();
    page.engine.calls.length = 0;
    await page.press(texts.again);
    expect(
      screen.getByText(texts.againText({ messages: texts.againMessages({ count: 2 }), count: 2 })),
    ).toBeTruthy();
    await page.press(texts.cancel);
    expect(page.engine.calls).not.toContainEqual(expect.stringMatching(/^send/));
    await page.press(texts.again);
    await page.press(texts.againSend);
    expect(region().getByRole('status').textContent.trim()).toBe(texts.againDone({ sent: 0, parts: 2 }));
    page.engine.tell({ type: 'delivered', id: 3 });
    await page.settled();
    expect(region().getByRole('status').textContent.trim()).toBe(texts.againDone({ sent: 1, parts: 2 }));
    page.engine.tell({ type: 'delivered', id: 4 });
    await page.settled();
    expect(region().getByRole('status').textContent.trim()).toBe(texts.againArrived);
    expect(hasButton(texts.again)).toBe(false);
    expect(page.engine.calls.filter((call) => call.startsWith('send'))).toEqual([
      expect.stringMatching(/^send Conversation until/),
      'send You: theirs\nMe: mine',
    ]);
    // It is no part of the history here.
    expect(page.chat.conversation?.messages).toHaveLength(3);
    await page.user.click(region().getByRole('button', { name: texts.close }));
    expect(screen.queryByRole('region', { name: texts.backLabel })).toBeNull();

    page.engine.back();
    await page.settled();
    expect(hasButton(texts.again)).toBe(true);
  });

  test('offers nothing where nothing was said, or where that was removed', async () => {
    const page = await chatting();
    page.engine.back();
    await page.settled();
    expect(region().getByText(texts.back)).toBeTruthy();
    expect(hasButton(texts.again)).toBe(false);
    page.engine.tell({ type: 'message', id: 1, text: 'theirs' });
    page.engine.back();
    await page.settled();
    expect(hasButton(texts.again)).toBe(true);
    page.chat.conversation?.clear();
    await page.settled();
    expect(hasButton(texts.again)).toBe(false);
  });
});
