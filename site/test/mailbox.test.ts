import { cleanup, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MailboxChoice, type PageMailbox } from '../src/mailbox.svelte.ts';
import { texts } from '../src/texts.ts';
import { noServers, TestPage } from './page.ts';

const key = 'tincan-mailbox';
const host = 'example.test';
const offered: PageMailbox = {
  on: false,
  host,
  origins: ['https://example.test', 'https://other-name.test:8443'],
};
const on: PageMailbox = { ...offered, on: true };

beforeEach(() => {
  history.replaceState(null, '', '/');
  localStorage.clear();
});
afterEach(() => {
  cleanup();
  localStorage.clear();
});

function toggle(): HTMLInputElement {
  return screen.getByRole('switch', { name: 'Let the reply come back by itself' });
}

function described(element: HTMLElement): string {
  return document.getElementById(element.getAttribute('aria-describedby') ?? '')?.textContent ?? '';
}

describe('MailboxChoice', () => {
  function choice(page: PageMailbox | undefined): MailboxChoice {
    const made = new MailboxChoice();
    made.offer(page);
    return made;
  }

  test('is as the page has it until something is chosen', () => {
    expect(choice(undefined)).toMatchObject({ offered: false, on: false });
    expect(choice(offered)).toMatchObject({ offered: true, on: false });
    expect(choice(on)).toMatchObject({ offered: true, on: true });
    expect(localStorage).toHaveLength(0);
  });

  test('what is chosen wins over the page, and is remembered as one word', () => {
    choice(offered).choose(true);
    expect({ ...localStorage }).toEqual({ [key]: 'on' });
    expect(choice(offered).on).toBe(true);
    choice(on).choose(false);
    expect({ ...localStorage }).toEqual({ [key]: 'off' });
    expect(choice(on).on).toBe(false);
  });

  test('is never on where there is no mailbox', () => {
    choice(offered).choose(true);
    expect(choice(undefined)).toMatchObject({ offered: false, on: false, host: '' });
  });

  test.each(['', 'ON', 'true', '1', '"on"', 'on ', '{"on":true}', 'x'.repeat(20_000)])(
    'a stored %j counts as never chosen',
    (stored) => {
      localStorage.setItem(key, stored);
      expect(choice(offered).on).toBe(false);
      expect(choice(on).on).toBe(true);
    },
  );

  test('storage that throws is survived', () => {
    for (const verb of ['getItem', 'setItem'] as const)
      vi.spyOn(Storage.prototype, verb).mockImplementation(() => {
        throw new DOMException('', 'SecurityError');
      });
    const made = choice(on);
    expect(made.on).toBe(true);
    made.choose(false);
    expect(made.on).toBe(false);
  });
});

describe('the switch', () => {
  test('is not there where there is no mailbox', async () => {
    localStorage.setItem(key, 'on');
    const page = await TestPage.open();
    expect(screen.queryByRole('switch')).toBeNull();
    expect(screen.getByText(texts.asksNobody)).toBeTruthy();
    await page.inviting();
    expect(page.engine.calls).toEqual(['create']);
  });

  test('is off as delivered, and says what is left where, for how long, and who sees what', async () => {
    const page = await TestPage.open(noServers, offered);
    expect(toggle().checked).toBe(false);
    expect(described(toggle())).toMatch(/sealed.* 5 minutes at example\.test, which sees both/);
    expect(screen.getByText(texts.asksNobody)).toBeTruthy();
    await page.inviting();
    expect(page.engine.calls).toEqual(['create']);
  });

  test('switched on, the next invite wants it, the page says so, and the next visit knows', async () => {
    const page = await TestPage.open(noServers, offered);
    await page.user.click(toggle());
    await page.settled();
    expect(toggle().checked).toBe(true);
    expect(screen.queryByText(texts.asksNobody)).toBeNull();
    expect(screen.getByText(texts.asks('all', [], [], host))).toBeTruthy();
    await page.inviting();
    expect(page.engine.calls).toEqual(['create mailbox']);
    await TestPage.open(noServers, offered);
    expect(toggle().checked).toBe(true);
  });

  test('is moved with the keyboard', async () => {
    const page = await TestPage.open(noServers, offered);
    toggle().focus();
    await page.user.keyboard(' ');
    expect(toggle().checked).toBe(true);
    await page.user.keyboard(' ');
    expect(toggle().checked).toBe(false);
  });

  test('on where the page has it on, until it is switched off', async () => {
    const page = await TestPage.open(noServers, on);
    expect(toggle().checked).toBe(true);
    await page.inviting();
    await page.press('Cancel');
    await page.user.click(toggle());
    await page.inviting();
    expect(page.engine.calls).toEqual(['create mailbox', 'close', 'create']);
    await TestPage.open(noServers, on);
    expect(toggle().checked).toBe(false);
  });

  test('is no matter where no server is asked at all, and says why', async () => {
    const page = await TestPage.open(noServers, on);
    page.chat.network.choose({ mode: 'local' });
    await page.settled();
    expect(toggle().disabled).toBe(true);
    expect(toggle().checked).toBe(false);
    expect(described(toggle())).toBe(texts.mailboxLocal);
    expect(screen.getByText(texts.asksNobody)).toBeTruthy();
    await page.inviting();
    expect(page.engine.calls).toEqual(['create']);
    await page.press('Cancel');
    page.chat.network.choose({ mode: 'all' });
    await page.settled();
    expect(toggle().checked).toBe(true);
    expect(localStorage).toHaveLength(0);
  });

  test('the Network dialog names it where it is asked', async () => {
    const page = await TestPage.open(noServers, on);
    await page.press('Network');
    const way = (name: string) => described(screen.getByRole('radio', { name }));
    expect(way('Any way that works')).toContain(host);
    expect(way('Local network only')).toBe(texts.localOnly);
  });

  test('New link keeps the choice', async () => {
    const page = await TestPage.open(noServers, on);
    await page.inviting();
    await page.press('New link');
    expect(page.engine.calls).toEqual(['create mailbox', 'close', 'create mailbox']);
  });
});
