import { cleanup, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { wipePage } from './wipe.ts';
import { TestPage } from '../../test/page.ts';

const replace = vi.fn();

beforeEach(() => {
  replace.mockClear();
  localStorage.clear();
  sessionStorage.clear();
  // jsdom can't go elsewhere.
  vi.stubGlobal('location', { ...location, replace, hash: '' });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function chatting(): Promise<TestPage> {
  const page = await TestPage.open();
  await page.inviting();
  page.engine.open('direct');
  page.engine.tell({ type: 'message', id: 0, text: 'secret' });
  await page.settled();
  return page;
}

test('F8 empties the page, ends the chat, forgets what is stored, and leaves', async () => {
  const page = await chatting();
  page.settings.choose({ typing: true });
  localStorage.setItem('other', 'stays');
  expect(sessionStorage.getItem('tincan-pending')).toMatch(/^chat\b/);
  await page.user.keyboard('{F8}');
  await vi.waitFor(() => expect(replace.mock.calls).toEqual([['about:blank']]));
  expect(document.body.textContent.trim()).toBe('');
  expect(document.title).toBe('');
  expect(page.engine.calls.at(-1)).toBe('leave');
  expect(Object.keys(localStorage)).toEqual(['other']);
  expect(Object.keys(sessionStorage)).toEqual([]);
});

test('does so from a dialog, and from the menu', async () => {
  const page = await chatting();
  await page.press('Verify');
  await page.user.keyboard('{F8}');
  await vi.waitFor(() => expect(replace).toHaveBeenCalledTimes(1));
  expect(screen.queryByRole('dialog')).toBeNull();
  cleanup();

  const other = await chatting();
  await other.press('More');
  await other.press('Wipe');
  await vi.waitFor(() => expect(replace).toHaveBeenCalledTimes(2));
});

test('does not wait for an engine that hangs', async () => {
  vi.useFakeTimers();
  void wipePage(new Promise(() => undefined));
  await vi.advanceTimersByTimeAsync(300);
  expect(replace).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
});

test('what the engine tells afterwards shows nothing', async () => {
  const page = await chatting();
  await page.user.keyboard('{F8}');
  page.engine.tell({ type: 'message', id: 1, text: 'late' });
  page.engine.tell({ type: 'closed', reason: 'lost' });
  page.chat.away.ended('chat');
  page.chat.unusable('stopped');
  await page.chat.finder.open('#iLate');
  await page.settled();
  expect(page.chat.screen).toBe('wiped');
  expect(document.body.textContent.trim()).toBe('');
});

test('with another key in the way it is not meant', async () => {
  const page = await chatting();
  for (const keys of ['{Control>}{F8}{/Control}', '{Shift>}{F8}{/Shift}', '{Alt>}{F8}{/Alt}'])
    await page.user.keyboard(keys);
  expect(page.chat.screen).toBe('chat');
});

test.each(['New link', 'New chat'])('while %s is under way, and nothing comes of it', async (name) => {
  const page = await TestPage.open();
  let go: () => void = () => undefined;
  const waits = new Promise<void>((resolve) => (go = resolve));
  if (name === 'New link') {
    await page.inviting();
    page.engine.goodbye = waits;
  } else {
    const create = page.engine.create.bind(page.engine);
    vi.spyOn(page.engine, 'create').mockImplementation(async (...given) => {
      await waits;
      return create(...given);
    });
  }
  await page.press(name);
  await page.user.keyboard('{F8}');
  go();
  await vi.waitFor(() => expect(replace).toHaveBeenCalledTimes(1));
  await page.settled();
  expect(page.chat.screen).toBe('wiped');
  expect(Object.keys(sessionStorage)).toEqual([]);
  expect(document.body.textContent.trim()).toBe('');
});

test.each([
  ['that is there', 0],
  ['that the worker is still showing', 30],
])('a notification of the service worker %s goes before the page does', async (_name, later) => {
  const here = new Set<object>();
  const worker = {
    showNotification: async (title: string, { tag }: NotificationOptions) => {
      await new Promise((resolve) => setTimeout(resolve, later));
      const one = { title, tag, close: () => here.delete(one) };
      here.add(one);
    },
    getNotifications: ({ tag }: { tag: string }) =>
      Promise.resolve([...here].filter((one) => (one as { tag: string }).tag === tag)),
  };
  const noConstructor = Object.assign(
    function () {
      throw new TypeError('Illegal constructor');
    },
    { permission: 'granted' },
  );
  vi.stubGlobal('Notification', noConstructor);
  Object.defineProperty(navigator, 'serviceWorker', {
    configurable: true,
    value: { getRegistration: () => Promise.resolve(worker), addEventListener: () => undefined },
  });
  const page = await chatting();
  const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(true);
  window.dispatchEvent(new Event('focus'));
  focus.mockReturnValue(false);
  try {
    page.settings.choose({ notify: true });
    page.engine.tell({ type: 'message', id: 1, text: 'secret' });
    await page.settled();
    if (later === 0) await vi.waitFor(() => expect(here.size).toBe(1));
    await page.user.keyboard('{F8}');
    await vi.waitFor(() => expect(replace.mock.calls).toEqual([['about:blank']]));
    await vi.waitFor(() => expect(here.size).toBe(0));
    await new Promise((resolve) => setTimeout(resolve, 2 * later));
    expect(here.size).toBe(0);
  } finally {
    focus.mockRestore();
    Reflect.deleteProperty(navigator, 'serviceWorker');
  }
});
