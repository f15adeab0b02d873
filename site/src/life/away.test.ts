import { cleanup, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Absence } from './absence.ts';
import { answerWithin, askForPage, markedPending, markPending } from './pending.ts';
import { english as texts } from '../language/english.ts';
import { button, hasButton, heading, status, TestPage } from '../../test/page.ts';

const key = 'tincan-pending';

beforeEach(() => {
  history.replaceState(null, '', '/');
  sessionStorage.clear();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** All that is stored of something pending: its kind, and a number for the page. */
function marked(kind: string): object {
  return { [key]: expect.stringMatching(new RegExp(`^${kind} [\\d-]{7,45}$`)) };
}

/** A page that was loaded again in the same tab. */
async function reloaded(): Promise<TestPage> {
  cleanup();
  const gone = markedPending(); // as main.ts does, before the page is there
  const page = new TestPage();
  if (gone) page.chat.away.ended(gone.pending);
  await page.settled();
  return page;
}

describe('the mark', () => {
  test.each(['invite', 'reply', 'chat'] as const)('%s', (kind) => {
    markPending(kind);
    expect(markedPending()).toEqual({ pending: kind, page: expect.stringMatching(/^[\d-]{7,}$/) });
    expect({ ...sessionStorage }).toEqual(marked(kind));
    markPending(undefined);
    expect(sessionStorage).toHaveLength(0);
    expect(markedPending()).toBeUndefined();
  });

  test('of anybody else is ignored', () => {
    sessionStorage.setItem(key, '<b>');
    expect(markedPending()).toBeUndefined();
  });

  test('survives storage that throws', () => {
    for (const verb of ['getItem', 'setItem', 'removeItem'] as const)
      vi.spyOn(Storage.prototype, verb).mockImplementation(() => {
        throw new DOMException('', 'SecurityError');
      });
    expect(() => markPending('chat')).not.toThrow();
    expect(() => markPending(undefined)).not.toThrow();
    expect(markedPending()).toBeUndefined();
  });

  test('stands while something is pending, holds nothing of it, and goes with it', async () => {
    const page = await TestPage.open();
    expect(sessionStorage).toHaveLength(0);
    await page.inviting();
    expect({ ...sessionStorage }).toEqual(marked('invite'));
    page.engine.open();
    await page.settled();
    expect({ ...sessionStorage }).toEqual({ ...marked('chat'), 'tincan-return': expect.anything() });
    await page.press('Leave');
    expect(sessionStorage).toHaveLength(0);

    await page.press('Start page');
    await page.replying();
    expect({ ...sessionStorage }).toEqual(marked('reply'));
    await page.press('Cancel');
    await page.press(texts.leaving.reply.leave);
    expect(sessionStorage).toHaveLength(0);
  });
});

describe('a reload', () => {
  test.each(['invite', 'reply', 'chat'] as const)('of a page with a pending %s says so', async (kind) => {
    markPending(kind);
    const page = await reloaded();
    expect(heading()).toBe(texts.away[kind].title);
    expect(heading()).toMatch(/ended while you were away$/);
    expect(screen.getByText(texts.away[kind].text)).toBeTruthy();
    expect(button('New link').disabled).toBe(true);
    expect(status()).toContain('Loading');

    await page.started();
    expect(heading()).toBe(texts.away[kind].title);
    await page.press('New link');
    expect(heading()).toBe(texts.inviteTitle);
    expect({ ...sessionStorage }).toEqual(marked('invite'));
  });

  test('it is told once: the same address entered again shows the start page', async () => {
    markPending('invite');
    const told = await reloaded();
    expect(heading()).toBe(texts.away.invite.title);
    await told.settled();
    expect(sessionStorage).toHaveLength(0);
    const page = await reloaded();
    await page.started();
    expect(hasButton('New chat')).toBe(true);
  });

  test('Start page goes on from there', async () => {
    markPending('invite');
    const page = await reloaded();
    await page.started();
    await page.press('Start page');
    expect(hasButton('New chat')).toBe(true);
  });

  test('a link that is opened wins', async () => {
    markPending('invite');
    const page = await reloaded();
    await page.started();
    await page.chat.finder.open('#iInvite');
    await page.settled();
    expect(hasButton('Join chat')).toBe(true);
    expect(sessionStorage).toHaveLength(0);
  });

  test('what the engine tells while the page goes does not take the mark along', async () => {
    const page = await TestPage.open();
    page.settings.choose({ outlive: false });
    await page.inviting();
    page.engine.open();
    await page.settled();
    page.chat.away.pageHidden();
    page.engine.tell({ type: 'closed', reason: 'closed' });
    await page.settled();
    expect({ ...sessionStorage }).toEqual(marked('chat'));
  });
});

describe('whether the page of a mark is still there', () => {
  const others: BroadcastChannel[] = [];
  afterEach(() => others.splice(0).forEach((each) => each.close()));

  /** Another tab, which answers so late to whoever asks for this page. */
  function tab(page: string, late = 0): void {
    const channel = new BroadcastChannel(key);
    others.push(channel);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === `there? ${page}`) setTimeout(() => channel.postMessage(`here ${page}`), late);
    };
  }

  function asked(page: string): ReturnType<typeof vi.fn<(there: boolean) => void>> {
    const answered = vi.fn<(there: boolean) => void>();
    askForPage({ pending: 'chat', page }, answered);
    return answered;
  }

  test('a page that answers is', async () => {
    tab('1-2-3-4');
    const answered = asked('1-2-3-4');
    await vi.waitFor(() => expect(answered.mock.calls).toEqual([[true]]));
    await new Promise((resolve) => setTimeout(resolve, answerWithin));
    expect(answered.mock.calls).toEqual([[true]]);
  });

  test.each([
    ['nobody', undefined],
    ['another page', '9-9-9-9'],
    ['one that begins alike', '1-2-3-40'],
  ])('with %s it is not', async (_name, other) => {
    if (other !== undefined) tab(other);
    const answered = asked('1-2-3-4');
    await vi.waitFor(() => expect(answered.mock.calls).toEqual([[false]]));
  });

  test('one that answers late is, after all', async () => {
    tab('1-2-3-4', answerWithin * 2);
    const answered = asked('1-2-3-4');
    await vi.waitFor(() => expect(answered.mock.calls).toEqual([[false], [true]]));
  });

  test('this page answers for itself, and for no other', async () => {
    markPending('chat');
    const { page = '' } = markedPending() ?? {};
    const heard: unknown[] = [];
    const channel = new BroadcastChannel(key);
    others.push(channel);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => heard.push(data);
    for (const strange of ['there? 1-2-3-4', 'there?', 'there? ', { page }, null, 7])
      channel.postMessage(strange);
    channel.postMessage(`there? ${page}`);
    await vi.waitFor(() => expect(heard).toEqual([`here ${page}`]));
  });

  test('a mark of no page counts as ended by a reload only', () => {
    expect(asked('').mock.calls).toEqual([[true]]);
  });

  test('a page that is told late goes to the start, unless something has begun', async () => {
    const page = await TestPage.open();
    page.chat.away.ended('chat');
    await page.settled();
    page.chat.away.notEnded();
    await page.settled();
    expect(hasButton('New chat')).toBe(true);
    await page.inviting();
    page.chat.away.notEnded();
    await page.settled();
    expect(heading()).toBe(texts.inviteTitle);
  });
});

describe('a page that the browser kept and shows again', () => {
  test.each([
    ['invite', (page: TestPage) => page.inviting()],
    ['reply', (page: TestPage) => page.replying()],
  ] as const)('says that its %s has ended', async (kind, begin) => {
    const page = await TestPage.open();
    await begin(page);
    page.chat.away.pageHidden();
    page.chat.away.pageShown();
    await page.settled();
    expect(heading()).toBe(texts.away[kind].title);
    // The engine is heard again.
    await page.press('New link');
    page.engine.open();
    await page.settled();
    expect(screen.getByRole('log')).toBeTruthy();
  });

  test('says nothing where nothing was pending', async () => {
    const page = await TestPage.open();
    page.chat.away.pageHidden();
    page.chat.away.pageShown();
    await page.settled();
    expect(hasButton('New chat')).toBe(true);
  });
});

describe('Absence', () => {
  test('a clock that jumps by more than 5 s was away, for the next 10 s', () => {
    vi.useFakeTimers();
    const absence = new Absence();
    for (let beats = 0; beats < 30; beats++) {
      vi.advanceTimersByTime(1000);
      absence.beat();
    }
    expect(absence.justBack).toBe(false);
    vi.setSystemTime(Date.now() + 30_000);
    // Asked before the first beat after waking.
    expect(absence.justBack).toBe(true);
    for (let beats = 0; beats < 9; beats++) {
      vi.advanceTimersByTime(1000);
      absence.beat();
      expect(absence.justBack).toBe(true);
    }
    vi.advanceTimersByTime(1000);
    expect(absence.justBack).toBe(false);
  });
});

describe('a tab that was frozen while something was pending', () => {
  async function begun(begin: 'inviting' | 'replying'): Promise<TestPage> {
    vi.useFakeTimers();
    const page = await TestPage.open();
    await page[begin]();
    await vi.advanceTimersByTimeAsync(60_000);
    return page;
  }

  function frozen(seconds: number): void {
    vi.setSystemTime(Date.now() + seconds * 1000);
  }

  test.each([
    ['inviting', 'invite', 'unreachable'],
    ['inviting', 'invite', 'internal'],
    ['replying', 'reply', 'lost'],
  ] as const)('%s: %s that ends with %s ended while away', async (begin, kind, reason) => {
    const page = await begun(begin);
    frozen(120);
    page.engine.tell({ type: 'closed', reason });
    await page.settled();
    expect(heading()).toBe(texts.away[kind].title);
    expect(sessionStorage).toHaveLength(0); // it has been told
  });

  test.each([
    ['the browser says resume', () => document.dispatchEvent(new Event('resume'))],
    ['the tab is seen again', () => document.dispatchEvent(new Event('visibilitychange'))],
  ])('%s: what ends some seconds later ended while away', async (_name, comesBack) => {
    const page = await begun('inviting');
    comesBack();
    await vi.advanceTimersByTimeAsync(4000);
    page.engine.tell({ type: 'closed', reason: 'unreachable' });
    await page.settled();
    expect(heading()).toBe(texts.away.invite.title);
  });

  test('what still works goes on', async () => {
    const page = await begun('inviting');
    frozen(300);
    await vi.advanceTimersByTimeAsync(2000);
    expect(heading()).toBe(texts.inviteTitle);
    page.engine.open();
    await page.settled();
    expect(screen.getByRole('log')).toBeTruthy();
  });

  test('without an absence the plain reason is told', async () => {
    const page = await begun('inviting');
    page.engine.tell({ type: 'closed', reason: 'unreachable' });
    await page.settled();
    expect(heading()).toBe(texts.endings.unreachable.title);
  });

  test('nor is it told of an end that has nothing to do with it', async () => {
    const page = await begun('inviting');
    frozen(120);
    page.engine.tell({ type: 'closed', reason: 'tries' });
    await page.settled();
    expect(heading()).toBe(texts.endings.tries.title);
  });
});
