import { cleanup, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MailboxState } from '../../../wasm/engine.d.ts';
import { MailboxChoice, type PageMailbox } from './mailbox.svelte.ts';
import { english as texts } from '../language/english.ts';
import { button, field, hasButton, heading, noServers, status, TestPage } from '../../test/page.ts';

const key = 'tincan-mailbox';
const replied = { ...texts.mailbox, ...texts.mailboxReplied };
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
    // Nobody has heard of a reply yet.
    expect(screen.queryByRole('switch')).toBeNull();
    await page.inviting();
    expect(toggle().checked).toBe(false);
    expect(described(toggle())).toMatch(/sealed.* 5 minutes at example\.test, which sees both/);
    expect(page.engine.calls).toEqual(['create']);
  });

  test('switched on, another link takes the place of this one, the page says so, and the next visit knows', async () => {
    const page = await TestPage.open(noServers, offered);
    await page.inviting();
    await page.user.click(toggle());
    await page.settled();
    expect(toggle().checked).toBe(true);
    expect(page.engine.calls).toEqual(['create', 'leave', 'create mailbox']);
    expect(status()).toContain(texts.mailbox.asked({ host }));
    expect(screen.queryByText(texts.newLinkMade)).toBeNull(); // nobody had the one before
    const again = await TestPage.open(noServers, offered);
    await again.inviting();
    expect(toggle().checked).toBe(true);
    expect(again.engine.calls).toEqual(['create mailbox']);
  });

  test('a link that somebody has is not replaced without a question', async () => {
    const page = await TestPage.open(noServers, offered);
    await page.inviting();
    await page.press('Copy link');
    await page.user.click(toggle());
    expect(screen.getByRole('dialog', { name: texts.leaving.link.title })).toBeTruthy();
    await page.press('Stay');
    expect(toggle().checked).toBe(false);
    expect(page.engine.calls).toEqual(['create']);
    expect(localStorage).toHaveLength(0);
    await page.user.click(toggle());
    await page.press(texts.leaving.link.leave);
    expect(toggle().checked).toBe(true);
    expect(page.engine.calls).toEqual(['create', 'leave', 'create mailbox']);
    expect(screen.getByText(texts.newLinkMade)).toBeTruthy();
  });

  test('is moved with the keyboard, and keeps the focus', async () => {
    const page = await TestPage.open(noServers, offered);
    await page.inviting();
    toggle().focus();
    for (const on of [true, false]) {
      await page.user.keyboard(' ');
      await page.settled();
      expect(toggle().checked).toBe(on);
      expect(document.activeElement).toBe(toggle());
    }
    expect(page.engine.calls).toEqual(['create', 'leave', 'create mailbox', 'leave', 'create']);
  });

  test('on where the page has it on, until it is switched off', async () => {
    const page = await TestPage.open(noServers, on);
    await page.inviting();
    expect(toggle().checked).toBe(true);
    await page.user.click(toggle());
    await page.settled();
    expect(page.engine.calls).toEqual(['create mailbox', 'leave', 'create']);
    const again = await TestPage.open(noServers, on);
    await again.inviting();
    expect(toggle().checked).toBe(false);
  });

  test('is no matter where no server is asked at all, and says why', async () => {
    const page = await TestPage.open(noServers, on);
    page.chat.network.choose({ mode: 'local' });
    await page.settled();
    expect(screen.getByText(texts.asksNobody)).toBeTruthy();
    await page.inviting();
    expect(toggle().disabled).toBe(true);
    expect(toggle().checked).toBe(false);
    expect(described(toggle())).toBe(texts.mailboxLocal);
    expect(page.engine.calls).toEqual(['create']);
    await page.press('Cancel');
    page.chat.network.choose({ mode: 'all' });
    await page.inviting();
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
    expect(page.engine.calls).toEqual(['create mailbox', 'leave', 'create mailbox']);
  });
});

const here = 'https://example.test';
const inviterStates = ['asked', 'foreign', 'over', 'silent'] as const;
const joinerStates = ['leaving', 'left', 'expired', 'occupied', 'silent'] as const;

/** Somebody who has opened an invite that names this mailbox. */
async function opened(mailbox = here, page: PageMailbox | null = offered): Promise<TestPage> {
  const opening = await TestPage.open(noServers, page ?? undefined);
  opening.engine.mailbox = mailbox;
  await opening.chat.finder.open('https://example.test/#iInvite');
  await opening.settled();
  return opening;
}

async function told(page: TestPage, state: MailboxState): Promise<void> {
  page.engine.tell({ type: 'mailbox', state });
  await page.settled();
}

describe('inviting with the mailbox', () => {
  async function inviting(): Promise<TestPage> {
    const page = await TestPage.open(noServers, on);
    await page.inviting();
    return page;
  }

  test('sending the link is all there is to do, and the way by hand stays open', async () => {
    await inviting();
    expect(status()).toContain(texts.mailbox.asked({ host }));
    expect(status()).toContain(texts.waiting);
    expect(field('Reply')).toBeTruthy();
    expect(screen.getByText(texts.replyByItself)).toBeTruthy();
    expect(hasButton('Scan reply')).toBe(true);
  });

  test.each(inviterStates)('%s is said in the one status, with the host', async (state) => {
    const page = await inviting();
    await told(page, state);
    expect(status()).toContain(texts.mailbox[state]({ host }));
    expect(status()).toContain(host);
    const byItself = state === 'asked';
    // What is to be done by hand is folded away only while nothing is.
    expect(screen.queryByText(texts.replyByItself) !== null).toBe(byItself);
    expect(screen.getByRole('button', { name: texts.connect, hidden: true })).toBeTruthy();
  });

  test('what stands in the reply field stays, with the focus, whatever the mailbox or the text is good for', async () => {
    const page = await inviting();
    await page.user.type(field('Reply'), 'half a ');
    await told(page, 'silent');
    expect([field('Reply').value, document.activeElement]).toEqual(['half a ', field('Reply')]);
    await page.user.type(field('Reply'), 'sentence{Enter}');
    await page.settled();
    await told(page, 'asked');
    expect([field('Reply').value, document.activeElement]).toEqual(['half a sentence', field('Reply')]);
    expect(screen.getByText(texts.errors['no-code'])).toBeTruthy();
    page.engine.fails.accept = 'other-invite';
    await page.user.clear(field('Reply'));
    await page.user.paste('#rOther');
    await page.settled();
    expect([field('Reply').value, document.activeElement]).toEqual(['#rOther', field('Reply')]);
  });

  test('the way by hand is folded away when the reply is to come by itself, and its text is kept', async () => {
    const page = await TestPage.open(noServers, offered);
    await page.inviting();
    const fold = field('Reply').closest('details');
    expect(fold?.open).toBe(true);
    await page.user.type(field('Reply'), 'half a sentence');
    await page.user.click(toggle());
    await page.settled();
    expect(fold?.isConnected).toBe(true);
    expect([fold?.open, fold?.querySelector('textarea')?.value]).toEqual([false, 'half a sentence']);
    await told(page, 'silent');
    expect(fold?.open).toBe(true);
  });

  test('a link that is about to be replaced is not given away, and of the next nothing is copied yet', async () => {
    const page = await TestPage.open(noServers, offered);
    await page.inviting();
    await page.press('Copy link');
    expect(screen.getByText(texts.copied)).toBeTruthy();
    const create = page.engine.create.bind(page.engine);
    let make: () => void = () => undefined;
    const made = new Promise<void>((resolve) => (make = resolve));
    page.engine.create = async (...given) => {
      await made;
      const chat = await create(...given);
      return { ...chat, code: { ...chat.code, link: 'https://example.test/#iAnother' } };
    };
    await page.user.click(toggle());
    await page.settled();
    await page.press(texts.leaving.link.leave);
    const copying = vi.spyOn(navigator.clipboard, 'writeText');
    button('Copy link').focus();
    expect(button('Copy link').getAttribute('aria-disabled')).toBe('true');
    await page.press('Copy link');
    expect(copying).not.toHaveBeenCalled();
    make();
    await page.settled();
    expect(document.activeElement).toBe(button('Copy link'));
    expect(screen.queryByText(texts.copied)).toBeNull();
    await page.press('Copy link');
    expect(copying).toHaveBeenLastCalledWith('https://example.test/#iAnother');
    expect(screen.getByText(texts.copied)).toBeTruthy();
    copying.mockRestore();
  });

  test('what is told while the link is being made is about this link', async () => {
    let silent = true;
    const page = await TestPage.open(noServers, on, async () => {
      await new Promise((resolve) => setTimeout(resolve));
      if (silent) page.engine.tell({ type: 'mailbox', state: 'silent' });
      return true;
    });
    await page.inviting();
    await page.settled();
    expect(status()).toContain(texts.mailbox.silent({ host }));
    silent = false;
    await page.press('New link');
    await page.settled();
    expect(status()).toContain(texts.mailbox.asked({ host }));
  });

  test('is no matter once the two look for each other, and none in the chat', async () => {
    const page = await inviting();
    await page.user.type(field('Reply'), '#rReply{Enter}');
    await page.settled();
    expect(status()).toBe(texts.connecting);
    page.engine.open();
    await told(page, 'over');
    expect(status()).toBe(texts.statuses.direct);
    expect(document.body.textContent).not.toContain(host);
  });

  test('a link that nobody has is renewed with it', async () => {
    vi.useFakeTimers();
    const page = await TestPage.open(noServers, on);
    page.engine.goodFor = 30;
    await page.inviting();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(page.engine.calls).toEqual(['create mailbox', 'leave', 'create mailbox']);
    expect(status()).toContain(texts.mailbox.asked({ host }));
    vi.useRealTimers();
  });

  test('nothing is left of it afterwards', async () => {
    const page = await inviting();
    await told(page, 'over');
    await page.press('Cancel');
    expect(page.chat.meeting?.mailboxWay).toBeUndefined();
    page.chat.mailbox.choose(false);
    await page.inviting();
    expect(status()).toBe(texts.waiting);
    await told(page, 'asked');
    expect(status()).toBe(texts.waiting);
    expect(screen.queryByText(texts.replyByItself)).toBeNull();
  });
});

describe('joining with the mailbox', () => {
  test('what is left where is said before anything is sent', async () => {
    const page = await opened();
    expect(screen.getByText(texts.joinTextMailbox({ host }))).toBeTruthy();
    expect(screen.getByText(texts.joinByHandAbout({ host }))).toBeTruthy();
    expect(hasButton('Reply by hand')).toBe(true);
    expect(page.engine.calls).toEqual(['find https://example.test/#iInvite']);
    await page.press('Join chat');
    expect(page.engine.calls.at(-1)).toBe('join iInvite mailbox');
  });

  test('whatever this person chose for invites of their own', async () => {
    localStorage.setItem(key, 'off');
    await opened(here, on);
    expect(hasButton('Reply by hand')).toBe(true);
  });

  test('the host is that of the link, where the server has several', async () => {
    const page = await opened('https://other-name.test:8443');
    expect(screen.getByText(texts.joinTextMailbox({ host: 'other-name.test:8443' }))).toBeTruthy();
    await page.press('Join chat');
    expect(page.engine.calls.at(-1)).toBe('join iInvite mailbox');
    expect(status()).toContain(texts.mailbox.leaving({ host: 'other-name.test:8443' }));
  });

  test.each([
    ['another server', 'https://evil.test', offered],
    ['another port', 'https://example.test:444', offered],
    ['another scheme', 'http://example.test', offered],
    ['no mailbox', '', on],
    ['a page without one', here, null],
  ])('a link of %s is answered by hand', async (_name, origin, its) => {
    const page = await opened(origin, its);
    expect(hasButton('Reply by hand')).toBe(false);
    expect(screen.queryByText(/sealed|passes your reply/)).toBeNull();
    expect(screen.getByText(texts.joinText)).toBeTruthy();
    await page.press('Join chat');
    expect(page.engine.calls.at(-1)).toBe('join iInvite');
    expect(status()).toBe(texts.replyWaiting);
  });

  test('so it is where no server is asked at all', async () => {
    const page = await opened();
    page.chat.network.choose({ mode: 'local' });
    await page.settled();
    expect(hasButton('Reply by hand')).toBe(false);
    expect(screen.queryByText(/sealed/)).toBeNull();
    await page.press('Join chat');
    expect(page.engine.calls.at(-1)).toBe('join iInvite');
    expect(status()).toBe(texts.replyWaiting);
  });

  test('Reply by hand keeps it out, and the screen is the plain one', async () => {
    const page = await opened();
    await page.press('Reply by hand');
    expect(page.engine.calls.at(-1)).toBe('join iInvite');
    await told(page, 'left');
    expect(heading()).toBe(texts.replyTitle);
    expect(screen.getByText(texts.replyDo)).toBeTruthy();
    expect(status()).toBe(texts.replyWaiting);
    expect(button('Copy reply').className).toContain('primary');
  });

  test('an invite that cannot be joined stays as it was', async () => {
    const page = await opened();
    page.engine.fails.join = 'own-invite';
    await page.press('Join chat');
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.errors['own-invite']);
    await page.press('Reply by hand');
    expect(page.engine.calls.at(-1)).toBe('join iInvite');
    expect(heading()).toBe(texts.replyTitle);
  });

  test('the reply is on its way, and can be sent by hand all the same', async () => {
    const page = await opened();
    await page.press('Join chat');
    expect(heading()).toBe(texts.replyTitleByItself);
    expect(screen.getByText(texts.replyDoByItself)).toBeTruthy();
    expect(status()).toContain(texts.mailbox.leaving({ host }));
    expect(status()).toContain(texts.replyWaiting);
    expect(field('Reply link').value).toContain('#r');
    expect(screen.getByRole('img', { name: 'QR code of the reply' })).toBeTruthy();
    expect(button('Copy reply')).toBeTruthy();
  });

  test.each(joinerStates)('%s is said in the one status, with the host', async (state) => {
    const page = await opened();
    await page.press('Join chat');
    await told(page, state);
    expect(status()).toContain(replied[state]({ host }));
    expect(status()).toContain(host);
    const byItself = state === 'leaving' || state === 'left';
    expect(heading()).toBe(byItself ? texts.replyTitleByItself : texts.replyTitle);
    expect(screen.queryByText(texts.replyDo) !== null).toBe(!byItself);
    expect(hasButton('Leave it again')).toBe(state === 'expired');
  });

  test('Leave it again leaves it again, and the focus stays on the screen', async () => {
    const page = await opened();
    await page.press('Join chat');
    await told(page, 'expired');
    await page.press('Leave it again');
    expect(page.engine.calls.at(-1)).toBe('leaveAgain');
    await told(page, 'leaving');
    expect(hasButton('Leave it again')).toBe(false);
    expect(document.activeElement).toBe(screen.getByRole('heading', { level: 1 }));
    await told(page, 'expired');
    page.engine.fails.leaveAgain = 'internal';
    await page.press('Leave it again');
    expect(screen.getByRole('alert').textContent).toBe(texts.errors.internal);
  });

  test('is no matter once the two look for each other', async () => {
    const page = await opened();
    await page.press('Join chat');
    await told(page, 'expired');
    page.engine.tell({ type: 'state', state: 'connecting' });
    await page.settled();
    expect(status()).toBe(texts.connecting);
    expect(hasButton('Leave it again')).toBe(false);
  });
});

describe('coming back', () => {
  const ways: [string, () => void][] = [
    ['seen', () => document.dispatchEvent(new Event('visibilitychange'))],
    ['shown', () => dispatchEvent(new Event('pageshow'))],
    ['in front', () => dispatchEvent(new Event('focus'))],
    ['online', () => dispatchEvent(new Event('online'))],
  ];

  function takes(page: TestPage): number {
    return page.engine.calls.filter((call) => call === 'askNow').length;
  }

  function comeBack(): void {
    for (const [, back] of ways) back();
  }

  test.each(ways)('%s: the mailbox is asked at once, at both ends', async (_name, back) => {
    const page = await TestPage.open(noServers, on);
    await page.inviting();
    back();
    expect(takes(page)).toBe(1);
    const other = await opened();
    await other.press('Join chat');
    back();
    expect(takes(other)).toBe(1);
  });

  test('a failure is no matter of the page’s', async () => {
    const page = await TestPage.open(noServers, on);
    await page.inviting();
    page.engine.fails.askNow = 'internal';
    dispatchEvent(new Event('focus'));
    await page.settled();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('a page that goes is not one that comes back', async () => {
    const page = await TestPage.open(noServers, on);
    await page.inviting();
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    document.dispatchEvent(new Event('visibilitychange'));
    expect(takes(page)).toBe(0);
  });

  test('never where nothing is pending or everything goes by hand', async () => {
    const page = await TestPage.open(noServers, on);
    comeBack();
    await page.inviting();
    page.engine.open();
    await page.settled();
    comeBack();
    await page.press('Leave');
    comeBack();
    expect(takes(page)).toBe(0);

    const byHand = await opened();
    comeBack();
    await byHand.press('Reply by hand');
    comeBack();
    expect(takes(byHand)).toBe(0);

    const without = await TestPage.open(noServers, offered);
    await without.inviting();
    comeBack();
    expect(takes(without)).toBe(0);
  });
});

test.each(['lost', 'paused'] as const)('coming back: a chat that is %s is looked for', async (state) => {
  const page = await TestPage.open(noServers, offered);
  await page.inviting();
  page.engine.open();
  page.engine.tell({ type: 'state', state });
  await page.settled();
  dispatchEvent(new Event('focus'));
  expect(page.engine.calls.filter((call) => call === 'askNow')).toHaveLength(1);
  page.engine.tell({ type: 'state', state: 'open' });
  await page.settled();
  dispatchEvent(new Event('focus'));
  expect(page.engine.calls.filter((call) => call === 'askNow')).toHaveLength(1);
});

describe('another network', () => {
  const told = (page: TestPage) => page.engine.calls.filter((call) => call === 'moved').length;
  const connection = Object.assign(new EventTarget(), { type: 'wifi' });

  afterEach(() => void Reflect.deleteProperty(navigator, 'connection'));

  test('is told to an open chat, when the device is online again or over another kind of connection', async () => {
    Object.defineProperty(navigator, 'connection', { value: connection, configurable: true });
    const page = await TestPage.open(noServers, offered);
    await page.inviting();
    dispatchEvent(new Event('online'));
    expect(told(page)).toBe(0);
    page.engine.open();
    await page.settled();
    dispatchEvent(new Event('online'));
    expect(told(page)).toBe(1);
    connection.dispatchEvent(new Event('change'));
    expect(told(page)).toBe(1);
    connection.type = 'cellular';
    connection.dispatchEvent(new Event('change'));
    expect(told(page)).toBe(2);
    connection.dispatchEvent(new Event('change'));
    expect(told(page)).toBe(2);
    page.engine.tell({ type: 'closed', reason: 'left' });
    await page.settled();
    connection.type = 'wifi';
    connection.dispatchEvent(new Event('change'));
    dispatchEvent(new Event('online'));
    expect(told(page)).toBe(2);
  });

  test('is told where the browser says nothing of connections, and a failure is no matter', async () => {
    const page = await TestPage.open(noServers, offered);
    await page.inviting();
    page.engine.open();
    await page.settled();
    page.engine.fails.moved = 'internal';
    dispatchEvent(new Event('online'));
    await page.settled();
    expect(told(page)).toBe(1);
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

test('every sentence about the mailbox names it, and says something else', () => {
  for (const sentences of [texts.mailbox, replied]) {
    const told = Object.values(sentences).map((says) => says({ host: 'box.example:1' }));
    expect(new Set(told).size).toBe(told.length);
    for (const sentence of told) expect(sentence).toMatch(/^[A-Z]?.*box\.example:1.*\.$/);
  }
  expect(texts.mailbox.silent({ host })).not.toBe(replied.silent({ host }));
});
