import type { Page } from '@playwright/test';
import type { FakePage } from './fake-page.ts';

/** How a page is looked at. */
export interface Look {
  name: string;
  viewport: { width: number; height: number };
  colorScheme: 'light' | 'dark';
  locale: string;
}

const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 800 };

export const looks: readonly Look[] = [
  { name: 'phone-light', viewport: phone, colorScheme: 'light', locale: 'en-GB' },
  { name: 'phone-dark', viewport: phone, colorScheme: 'dark', locale: 'en-GB' },
  { name: 'desktop-light', viewport: desktop, colorScheme: 'light', locale: 'en-GB' },
  { name: 'desktop-dark', viewport: desktop, colorScheme: 'dark', locale: 'en-GB' },
];

/** From right to left. */
export const arabic: Look = { name: 'phone-arabic', viewport: phone, colorScheme: 'light', locale: 'ar' };

/** The longest sentences, on the smallest screen. */
export const narrow: Look = {
  name: 'narrow-spanish',
  viewport: { width: 320, height: 568 },
  colorScheme: 'dark',
  locale: 'es',
};

/** One screen: what the fake page calls it, and what is pressed there, by place in the page and not by language. */
interface Screen {
  name: string;
  at: string;
  act?: (page: Page) => Promise<void>;
  /** Looks much like the one before: two pictures of it are enough. */
  variant?: true;
}

const press = (selector: string) => (page: Page) => page.locator(selector).click();

/** What can be done with a message of the other person. */
const actions = (page: Page) => page.locator('.message').first().press('Enter');

/** Every screen and dialog of the page. */
export const screens: readonly Screen[] = [
  { name: 'home', at: 'home' },
  { name: 'home-loading', at: 'loading', variant: true },
  { name: 'home-problem', at: 'problem', variant: true },
  { name: 'network', at: 'relays', act: press('.network button') },
  { name: 'settings', at: 'home', act: press('button.settings') },
  { name: 'shortcuts', at: 'home', act: (page) => page.keyboard.press('Control+/') },
  { name: 'scan', at: 'home', act: press('.paste > div > button') },
  { name: 'opening', at: 'opening', variant: true },
  { name: 'invite', at: 'invite' },
  { name: 'invite-choice', at: 'mailbox-off', variant: true },
  { name: 'invite-mailbox', at: 'mailbox-asked', variant: true },
  { name: 'invite-warned', at: 'warned', variant: true },
  { name: 'invite-stuck', at: 'stuck', variant: true },
  { name: 'join', at: 'join' },
  { name: 'join-mailbox', at: 'mailbox-join', variant: true },
  { name: 'reply', at: 'reply' },
  { name: 'reply-mailbox', at: 'mailbox-left', variant: true },
  { name: 'reply-opened', at: 'elsewhere' },
  { name: 'reply-opened-here', at: 'opened-reply', variant: true },
  {
    name: 'reply-elsewhere',
    at: 'elsewhere',
    act: async (page) => {
      await press('.actions .primary')(page);
      await page.locator('.card, textarea').first().waitFor();
    },
  },
  { name: 'repair-back', at: 'back', variant: true },
  {
    name: 'repair-nowhere',
    at: 'nowhere',
    act: async (page) => {
      await page.locator('section textarea').waitFor();
    },
  },
  { name: 'chat-empty', at: 'empty', variant: true },
  { name: 'chat', at: 'chat' },
  { name: 'chat-verified', at: 'verified', variant: true },
  { name: 'chat-typing', at: 'typing', variant: true },
  { name: 'chat-markdown', at: 'markdown' },
  { name: 'chat-failed', at: 'failed', variant: true },
  { name: 'chat-long', at: 'long', variant: true },
  { name: 'chat-lost', at: 'lost', variant: true },
  { name: 'chat-trying', at: 'trying' },
  { name: 'chat-asking', at: 'asking', variant: true },
  { name: 'chat-paused', at: 'paused' },
  { name: 'chat-repair', at: 'repair' },
  { name: 'chat-repair-back', at: 'repair-back', variant: true },
  { name: 'chat-absent', at: 'absent', variant: true },
  { name: 'chat-reloaded', at: 'reloaded' },
  { name: 'again', at: 'reloaded', act: press('footer section .button >> nth=0'), variant: true },
  { name: 'verify-again', at: 'reloaded', act: press('header .who + button'), variant: true },
  { name: 'chat-returned', at: 'returned', variant: true },
  { name: 'return', at: 'returning' },
  { name: 'return-mailbox', at: 'return-mailbox', variant: true },
  { name: 'return-failed', at: 'return-failed', variant: true },
  { name: 'chat-notice', at: 'notice', variant: true },
  { name: 'chat-files', at: 'files' },
  { name: 'chat-pictures', at: 'pictures', act: (page) => page.locator('.picture img').nth(1).waitFor() },
  {
    name: 'picture-large',
    at: 'pictures',
    act: async (page) => {
      await page.locator('.picture').nth(1).click();
      await page.locator('dialog img').waitFor();
    },
  },
  { name: 'tray', at: 'tray', act: (page) => page.locator('footer li img').waitFor() },
  { name: 'recorder', at: 'recorder', act: press('footer .box button:nth-of-type(2)'), variant: true },
  {
    name: 'search',
    at: 'chat',
    act: async (page) => {
      await page.keyboard.press('Control+f');
      await page.locator('.search input').fill('the');
      await page.locator('.search [role=status] span').first().waitFor();
    },
  },
  {
    name: 'search-none',
    at: 'markdown',
    act: async (page) => {
      await page.keyboard.press('Control+f');
      await page.locator('.search input').fill('nothing of the kind');
      await page.locator('.search [role=status] span').first().waitFor();
    },
    variant: true,
  },
  { name: 'menu', at: 'chat', act: press('.menu > button') },
  {
    name: 'clear',
    at: 'chat',
    act: (page) => pressAll(page, ['.menu > button', '.menu li:nth-child(3) button']),
    variant: true,
  },
  { name: 'talk', at: 'talk' },
  { name: 'talk-actions', at: 'talk', act: actions },
  {
    name: 'talk-emoji',
    at: 'talk',
    act: async (page) => {
      await actions(page);
      await page.locator('dialog .emoji button').last().click();
    },
    variant: true,
  },
  {
    name: 'talk-unsend',
    at: 'talk',
    act: async (page) => {
      await page.locator('.message.mine').first().press('Enter');
      await page.locator('dialog .danger').click();
    },
    variant: true,
  },
  { name: 'talk-replying', at: 'replying', variant: true },
  { name: 'talk-editing', at: 'editing', variant: true },
  { name: 'talk-timer', at: 'timer', variant: true },
  {
    name: 'timer',
    at: 'timer',
    act: async (page) => {
      await page.locator('.menu > button').click();
      await page.locator('.menu li:nth-child(2) button').click();
    },
  },
  { name: 'verify', at: 'chat', act: press('header .who + button') },
  { name: 'link', at: 'markdown', act: press('.message a >> nth=0') },
  {
    name: 'leave',
    at: 'chat',
    variant: true,
    act: async (page) => {
      await page.goBack();
      await page.locator('dialog').waitFor();
    },
  },
  { name: 'ended-left', at: 'left' },
  { name: 'ended-other-differ', at: 'other-differ' },
  { name: 'ended-differ', at: 'differ' },
  { name: 'ended-unreachable', at: 'unreachable', variant: true },
  { name: 'away', at: 'away-invite' },
  { name: 'unusable', at: 'load' },
];

async function pressAll(page: Page, selectors: readonly string[]): Promise<void> {
  for (const selector of selectors) await page.locator(selector).click();
}

/** Opens a screen and waits until nothing on it changes any more. The clock stands still, and nothing moves. */
export async function show(page: Page, fake: FakePage, { at, act }: Screen): Promise<void> {
  await page.goto(`${fake.url}?${at}`);
  await page.waitForFunction(() => (globalThis as { shown?: boolean }).shown === true);
  await act?.(page);
  await page.evaluate(() => document.fonts.ready);
}

/** What sticks out at the side: the page, or a box of it that isn't meant to scroll by itself. */
export function wide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const sticks = [...document.querySelectorAll('body *')].filter(
      (box) =>
        box.scrollWidth > box.clientWidth + 1 &&
        /auto|scroll/.test(getComputedStyle(box).overflowX) &&
        !box.matches('pre, .table'),
    );
    const page = document.documentElement.scrollWidth > innerWidth ? ['the page'] : [];
    return [
      ...page,
      ...sticks.map((box) => `${box.tagName} ${box.getAttribute('aria-label') ?? box.className}`),
    ];
  });
}
