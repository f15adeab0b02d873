import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import App from '../app/App.svelte';
import { Page } from '../app/page.svelte.ts';
import { inUse, languages, preferred, speak, textsIn } from '../language/language.svelte.ts';
import { Settings } from './settings.svelte.ts';
import { english } from '../language/english.ts';
import { button, field, TestPage } from '../../test/page.ts';

const key = 'tincan-settings';

beforeEach(() => localStorage.clear());

afterEach(async () => {
  cleanup();
  await speak('en');
  vi.unstubAllGlobals();
});

async function settings(): Promise<TestPage> {
  const page = await TestPage.open();
  await page.press('Settings');
  return page;
}

const choose = (page: TestPage, role: 'radio' | 'switch', name: string) =>
  page.user.click(screen.getByRole(role, { name }));

describe('what is remembered', () => {
  test('nothing before something is chosen, and then only that', async () => {
    const page = await settings();
    expect(localStorage.getItem(key)).toBeNull();
    await choose(page, 'radio', 'Dark');
    await choose(page, 'switch', english.tellTyping);
    expect(JSON.parse(localStorage.getItem(key) ?? '')).toEqual({
      theme: 'dark',
      typing: true,
      presence: false,
      read: false,
      notify: false,
      pictures: false,
      outlive: true,
    });
    expect(new Settings().chosen).toMatchObject({ theme: 'dark', typing: true, notify: false });
  });

  test.each([
    ['no JSON', '{'],
    ['no object', '7'],
    ['null', 'null'],
    ['foreign values', '{"theme":"red","language":"toString","sendWith":1,"typing":"yes","notify":1}'],
    ['far too long', `{"theme":"dark","x":"${'x'.repeat(2000)}"}`],
  ])('%s counts as never chosen', (_name, stored) => {
    localStorage.setItem(key, stored);
    expect(new Settings().chosen).toEqual({
      typing: false,
      presence: false,
      read: false,
      notify: false,
      pictures: false,
      outlive: true,
    });
  });

  test('without storage a choice holds for the visit', () => {
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new Error('full');
    });
    const settings = new Settings();
    settings.choose({ theme: 'light' });
    expect(settings.chosen.theme).toBe('light');
  });
});

describe('appearance', () => {
  test('light, dark, and as on the device', async () => {
    const metas = ['light', 'dark'].map((scheme) => {
      const meta = document.head.appendChild(document.createElement('meta'));
      meta.name = 'theme-color';
      meta.media = `(prefers-color-scheme: ${scheme})`;
      return meta;
    });
    const page = await settings();
    const root = document.documentElement;
    expect(root.dataset['theme']).toBeUndefined();
    await choose(page, 'radio', 'Dark');
    expect(root.dataset['theme']).toBe('dark');
    expect(metas.map(({ media }) => media)).toEqual(['not all', 'all']);
    await choose(page, 'radio', 'Light');
    expect(root.dataset['theme']).toBe('light');
    await choose(page, 'radio', 'System');
    expect(root.dataset['theme']).toBeUndefined();
    expect(metas[1]?.media).toBe('(prefers-color-scheme: dark)');
    for (const meta of metas) meta.remove();
  });
});

describe('language', async () => {
  const spanish = await textsIn('es');

  test('the page speaks the one that is chosen, at once and in its direction', async () => {
    const page = await settings();
    const languages = screen.getByRole('combobox', { name: 'Language' });
    await page.user.selectOptions(languages, 'العربية');
    await vi.waitFor(() => expect(document.documentElement.dir).toBe('rtl'));
    expect(document.documentElement.lang).toBe('ar');
    expect(screen.queryByRole('button', { name: english.done })).toBeNull();
    await page.user.selectOptions(screen.getByRole('combobox'), 'Español');
    await vi.waitFor(() => expect(inUse()).toBe('es'));
    expect(screen.getByText(spanish.translatedAlone)).toBeTruthy();
    expect(document.documentElement.dir).toBe('ltr');
    await page.user.selectOptions(screen.getByRole('combobox'), 'English');
    await vi.waitFor(() => expect(button(english.done)).toBeTruthy());
    expect(screen.queryByText(english.translatedAlone)).toBeNull();
  });

  test('there are all that the page has, by their names, below that of the browser', async () => {
    await settings();
    const [browsers, ...names] = [...screen.getByRole('combobox').querySelectorAll('option')];
    expect(browsers?.textContent).toBe(english.languageBrowser({ name: 'English' }));
    expect(names.map(({ lang, textContent }) => [lang, textContent]).sort()).toEqual(
      Object.entries(languages).map(([tag, { name }]) => [tag, name]),
    );
    const shown = names.map(({ textContent }) => textContent);
    expect(shown).toEqual(shown.toSorted(new Intl.Collator('en').compare));
  });

  test('the last one wanted is the one that is spoken, however long another takes', async () => {
    expect(await Promise.all([speak('ar'), speak('en')])).toEqual([false, true]);
    expect(inUse()).toBe('en');
  });

  test.each([
    [['es-MX', 'en'], 'es'],
    [['ar'], 'ar'],
    [['eo-001', 'AR-eg'], 'ar'],
    [['eo', 'tlh'], 'en'],
    [['toString'], 'en'],
    [[], 'en'],
  ])('the browser’s languages %j make it %s', (wanted, tag) => {
    expect(preferred(wanted)).toBe(tag);
  });
});

describe('sending', () => {
  async function chatting(): Promise<TestPage> {
    const page = await TestPage.open();
    await page.inviting();
    page.engine.open('direct');
    await page.settled();
    return page;
  }
  const sent = (page: TestPage) => page.engine.calls.filter((call) => call.startsWith('send')).length;

  test('Enter sends and Shift+Enter does not; with the other choice Ctrl+Enter sends and Enter does not', async () => {
    const page = await chatting();
    await page.user.type(field('Message'), 'a{Shift>}{Enter}{/Shift}b');
    expect(sent(page)).toBe(0);
    await page.user.keyboard('{Control>}{Enter}{/Control}');
    expect(sent(page)).toBe(0);
    await page.user.keyboard('{Enter}');
    expect(sent(page)).toBe(1);

    page.settings.choose({ sendWith: 'ctrl' });
    await page.settled();
    await page.user.type(field('Message'), 'c{Enter}d');
    expect(field('Message').value).toBe('c\nd');
    expect(sent(page)).toBe(1);
    await page.user.keyboard('{Control>}{Enter}{/Control}');
    expect(sent(page)).toBe(2);
  });

  test('where there is only a screen to type on, Enter begins a new line until it is chosen to send', () => {
    vi.stubGlobal('matchMedia', () => ({ matches: false }));
    const settings = new Settings();
    expect(settings.sendWith).toBe('ctrl');
    settings.choose({ sendWith: 'enter' });
    expect(settings.sendWith).toBe('enter');
  });

  test('that one writes is told only where that is switched on', async () => {
    const page = await chatting();
    await page.user.type(field('Message'), 'one');
    expect(page.engine.typings).toBe(0);
    page.settings.choose({ typing: true });
    await page.user.type(field('Message'), ' two');
    expect(page.engine.typings).toBe(4);
  });

  test('the other person’s writing shows, and goes when the message comes, or nothing more', async () => {
    const page = await chatting();
    const shown = () => screen.queryByText(english.typing) !== null;
    page.engine.tell({ type: 'typing' });
    await page.settled();
    expect(shown()).toBe(true);
    page.engine.tell({ type: 'message', id: 0, text: 'there' });
    await page.settled();
    expect(shown()).toBe(false);

    vi.useFakeTimers();
    page.engine.tell({ type: 'typing' });
    await page.settled();
    expect(shown()).toBe(true);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(shown()).toBe(false);
    vi.useRealTimers();
  });
});

describe('notifications', () => {
  const shown: string[] = [];
  const closed = vi.fn();

  function allow(permission: NotificationPermission) {
    shown.length = 0;
    closed.mockClear();
    const fake = Object.assign(
      function (title: string, options?: NotificationOptions) {
        shown.push(JSON.stringify([title, options]));
        return { close: closed };
      },
      {
        permission: 'default' as NotificationPermission,
        requestPermission: () => Promise.resolve((fake.permission = permission)),
      },
    );
    vi.stubGlobal('Notification', fake);
  }

  test('are off, and asked for when they are switched on', async () => {
    allow('granted');
    const page = await settings();
    await choose(page, 'switch', english.notify);
    await page.settled();
    expect(page.settings.chosen.notify).toBe(true);
  });

  test('stay off where the browser refuses, with the reason', async () => {
    allow('denied');
    const page = await settings();
    await choose(page, 'switch', english.notify);
    await page.settled();
    expect(page.settings.chosen.notify).toBe(false);
    expect(screen.getByRole<HTMLInputElement>('switch', { name: english.notify }).checked).toBe(false);
    expect(screen.getByText(english.notifyRefused)).toBeTruthy();
  });

  test('are not offered where there are none', async () => {
    vi.stubGlobal('isSecureContext', false);
    await settings();
    expect(screen.getByRole<HTMLInputElement>('switch', { name: english.notify }).disabled).toBe(true);
    expect(screen.getByText(english.notifyUnsupported)).toBeTruthy();
  });

  test('say that something came while nobody looked, and never what', async () => {
    allow('granted');
    const page = await TestPage.open();
    await page.inviting();
    page.engine.open('direct');
    await Notification.requestPermission();
    page.settings.choose({ notify: true });
    const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(true);
    page.engine.tell({ type: 'message', id: 0, text: 'seen' });
    await page.settled();
    expect(shown).toEqual([]);
    focus.mockReturnValue(false);
    page.engine.tell({ type: 'message', id: 1, text: 'secret' });
    await page.settled();
    const once = [JSON.stringify([english.notifyMessage, { tag: 'tincan' }])];
    expect(shown).toEqual(once);
    // One is enough until somebody looks, and then it goes.
    page.engine.tell({ type: 'message', id: 2, text: 'another secret' });
    await page.settled();
    expect(shown).toEqual(once);
    expect(closed).toHaveBeenCalledTimes(0);
    focus.mockReturnValue(true);
    window.dispatchEvent(new Event('focus'));
    expect(closed).toHaveBeenCalledTimes(1);
  });
});

describe('what came while nobody looked', () => {
  test('is counted in title and icon, until somebody looks', async () => {
    const icon = document.head.appendChild(document.createElement('link'));
    icon.rel = 'icon';
    icon.setAttribute('href', '/favicon.svg');
    const page = await TestPage.open();
    await page.inviting();
    page.engine.open('direct');
    await page.settled();
    const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    expect(document.title).toBe('Chat – tincan');
    for (const text of ['a', 'b']) page.engine.tell({ type: 'message', id: 0, text });
    await page.settled();
    expect(document.title).toBe('(2) Chat – tincan');
    expect(decodeURIComponent(icon.href)).toContain('>2</text>');
    for (let i = 0; i < 9; i++) page.engine.tell({ type: 'message', id: 0, text: 'c' });
    await page.settled();
    expect(decodeURIComponent(icon.href)).toContain('>9+</text>');
    focus.mockReturnValue(true);
    window.dispatchEvent(new Event('focus'));
    await page.settled();
    expect(document.title).toBe('Chat – tincan');
    expect(icon.getAttribute('href')).toBe('/favicon.svg');
    icon.remove();
  });

  test('is forgotten with the chat', async () => {
    const page = await TestPage.open();
    await page.inviting();
    page.engine.open('direct');
    await page.settled();
    vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    page.engine.tell({ type: 'message', id: 0, text: 'a' });
    await page.settled();
    await page.press('Leave');
    await page.press(english.leaving.chat.leave);
    expect(document.title).toBe('tincan');
  });
});

describe('keyboard shortcuts', () => {
  test('? opens the list where it is no letter, Ctrl+/ everywhere', async () => {
    const page = await TestPage.open();
    await page.user.keyboard('?');
    const sheet = () => screen.queryByRole('dialog', { name: english.shortcuts });
    expect(sheet()).toBeTruthy();
    await page.user.click(within(sheet() as HTMLElement).getByRole('button', { name: 'Close' }));
    expect(sheet()).toBeNull();
    await page.user.click(field('Paste an invite or reply'));
    await page.user.keyboard('?');
    expect(sheet()).toBeNull();
    expect(field('Paste an invite or reply').value).toBe('?');
    await page.user.keyboard('{Control>}/{/Control}');
    expect(sheet()).toBeTruthy();
  });

  test('not before it is there', async () => {
    cleanup();
    render(App, {
      page: new Page(vi.fn()),
      settings: new Settings(),
      parts: new Promise<never>(() => undefined),
    });
    await new Promise((resolve) => setTimeout(resolve));
    await userEvent.keyboard('?');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('Escape closes the menu, wherever the focus is', async () => {
    const page = await TestPage.open();
    await page.inviting();
    page.engine.open('direct');
    await page.settled();
    await page.press('More');
    button('More').blur();
    await page.user.keyboard('{Escape}');
    expect(screen.queryByRole('button', { name: 'Save as text' })).toBeNull();
  });

  test('the list says what sends, as it is chosen', async () => {
    const page = await TestPage.open();
    page.settings.choose({ sendWith: 'ctrl' });
    await page.user.keyboard('?');
    const sends = screen.getByText(english.shortcutSend).closest('div');
    expect(sends?.textContent).toContain('Ctrl');
  });
});
