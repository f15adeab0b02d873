import { cleanup, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Absence, markedPending, markPending } from '../src/away.ts';
import { english as texts } from '../src/texts.ts';
import { button, hasButton, heading, status, TestPage } from './page.ts';

const key = 'tincan-pending';

beforeEach(() => {
  history.replaceState(null, '', '/');
  sessionStorage.clear();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** A page that was loaded again in the same tab. */
async function reloaded(): Promise<TestPage> {
  cleanup();
  const gone = markedPending(); // as main.ts does, before the page is there
  const page = new TestPage();
  if (gone) page.chat.endedAway(gone);
  await page.settled();
  return page;
}

describe('the mark', () => {
  test.each(['invite', 'reply', 'chat'] as const)('%s', (kind) => {
    markPending(kind);
    expect(sessionStorage.getItem(key)).toBe(kind);
    expect(markedPending()).toBe(kind);
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
    expect({ ...sessionStorage }).toEqual({ [key]: 'invite' });
    page.engine.open();
    await page.settled();
    expect({ ...sessionStorage }).toEqual({ [key]: 'chat' });
    await page.press('Leave');
    expect(sessionStorage).toHaveLength(0);

    await page.press('Start page');
    await page.replying();
    expect({ ...sessionStorage }).toEqual({ [key]: 'reply' });
    await page.press('Cancel');
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
    expect({ ...sessionStorage }).toEqual({ [key]: 'invite' });
  });

  test('once more says it once more, until one goes on', async () => {
    markPending('invite');
    await reloaded();
    const page = await reloaded();
    expect(heading()).toBe(texts.away.invite.title);
    await page.started();
    await page.press('Start page');
    expect(hasButton('New chat')).toBe(true);
    expect(sessionStorage).toHaveLength(0);
  });

  test('a link that is opened wins', async () => {
    markPending('invite');
    const page = await reloaded();
    await page.started();
    await page.chat.open('#iInvite');
    await page.settled();
    expect(hasButton('Join chat')).toBe(true);
    expect(sessionStorage).toHaveLength(0);
  });

  test('what the engine tells while the page goes does not take the mark along', async () => {
    const page = await TestPage.open();
    await page.inviting();
    page.engine.open();
    await page.settled();
    page.chat.pageHidden();
    page.engine.onevent({ type: 'closed', reason: 'closed', text: '' });
    await page.settled();
    expect({ ...sessionStorage }).toEqual({ [key]: 'chat' });
  });
});

describe('a page that the browser kept and shows again', () => {
  test.each([
    ['invite', (page: TestPage) => page.inviting()],
    ['reply', (page: TestPage) => page.replying()],
  ] as const)('says that its %s has ended', async (kind, begin) => {
    const page = await TestPage.open();
    await begin(page);
    page.chat.pageHidden();
    page.chat.pageShown();
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
    page.chat.pageHidden();
    page.chat.pageShown();
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
    page.engine.onevent({ type: 'closed', reason, text: '' });
    await page.settled();
    expect(heading()).toBe(texts.away[kind].title);
    expect({ ...sessionStorage }).toEqual({ [key]: kind });
  });

  test.each([
    ['the browser says resume', () => document.dispatchEvent(new Event('resume'))],
    ['the tab is seen again', () => document.dispatchEvent(new Event('visibilitychange'))],
  ])('%s: what ends some seconds later ended while away', async (_name, comesBack) => {
    const page = await begun('inviting');
    comesBack();
    await vi.advanceTimersByTimeAsync(4000);
    page.engine.onevent({ type: 'closed', reason: 'unreachable', text: '' });
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
    page.engine.onevent({ type: 'closed', reason: 'unreachable', text: '' });
    await page.settled();
    expect(heading()).toBe(texts.endings.unreachable.title);
  });

  test('nor is it told of an end that has nothing to do with it', async () => {
    const page = await begun('inviting');
    frozen(120);
    page.engine.onevent({ type: 'closed', reason: 'tries', text: '' });
    await page.settled();
    expect(heading()).toBe(texts.endings.tries.title);
  });
});
