import { cleanup, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ErrorCode } from '../../../wasm/engine.d.ts';
import { english as texts } from '../language/english.ts';
import { written } from '../language/language.svelte.ts';
import { button, field, hasButton, status, TestPage, warnings } from '../../test/page.ts';

beforeEach(() => {
  vi.useFakeTimers();
  history.replaceState(null, '', '/');
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, 'permissions');
});

async function told(page: TestPage, ...codes: ErrorCode[]): Promise<void> {
  for (const code of codes) page.engine.tell({ type: 'error', code });
  await page.settled();
}

async function seconds(count: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(count * 1000);
}

describe('what is in the way', () => {
  test.each([
    ['inviting', ['stun-silent', 'udp-blocked', 'symmetric', 'hidden-address']],
    ['replying', ['symmetric-pair', 'nobody-came', 'relay-silent']],
  ] as const)('%s: each is told once, and stays', async (begin, codes) => {
    const page = await TestPage.open();
    await page[begin]();
    expect(warnings()).toEqual([]);
    expect(hasButton('Copy diagnostics')).toBe(false);
    await told(page, ...codes, ...codes);
    expect(warnings()).toEqual(codes.map((code) => texts.errors[code]));
    expect(screen.queryByRole('alert')).toBeNull();
    expect(hasButton('Dismiss')).toBe(false);
    await seconds(120);
    expect(warnings()).toHaveLength(codes.length);
  });

  test('one that comes while the link is being made stands beside it', async () => {
    let told = false;
    const page = await TestPage.open(undefined, undefined, async () => {
      await new Promise((resolve) => setTimeout(resolve));
      if (!told) page.engine.tell({ type: 'error', code: 'symmetric' });
      told = true;
      return true;
    });
    await page.inviting();
    await page.settled();
    expect(warnings()).toEqual([texts.errors.symmetric]);
    await page.press('New link');
    await page.settled();
    expect(warnings()).toEqual([]);
  });

  test('a second person who replied is still told when the chat opens, the rest is no matter then', async () => {
    const page = await TestPage.open();
    await page.inviting();
    await told(page, 'stun-silent', 'second-reply');
    page.engine.open();
    await told(page, 'symmetric-pair');
    expect(screen.getAllByRole('alert').map(({ textContent }) => textContent)).toEqual([
      texts.errors['second-reply'],
    ]);
  });

  test('the diagnostics can be copied beside it', async () => {
    const page = await TestPage.open();
    await page.inviting();
    await told(page, 'stun-silent');
    await page.press('Copy diagnostics');
    expect(page.engine.calls).toContain('diagnostics');
    expect(screen.getByText('Copied')).toBeTruthy();
    expect(field('Diagnostics').value).toBe(page.engine.found);
  });

  test('diagnostics that fail say why, and that nothing has been tried', async () => {
    const page = await TestPage.open();
    await page.inviting();
    await told(page, 'stun-silent');
    page.engine.found = '';
    await page.press('Copy diagnostics');
    expect(field('Diagnostics').value).toBe(texts.nothingTried);
    page.engine.fails.diagnostics = 'internal';
    await page.press('Copy diagnostics');
    expect(field('Diagnostics').value).toBe(texts.errors.internal);
  });

  test.each([
    ['unreachable', true],
    ['internal', true],
    ['differ', false],
  ] as const)('at the end, %s: diagnostics %s', async (reason, offered) => {
    const page = await TestPage.open();
    await page.inviting();
    page.engine.tell({ type: 'closed', reason });
    await page.settled();
    expect(hasButton('Copy diagnostics')).toBe(offered);
  });

  test('a lost chat offers them below its history', async () => {
    const page = await TestPage.open();
    await page.inviting();
    page.engine.open();
    page.engine.tell({ type: 'closed', reason: 'lost' });
    await page.settled();
    expect(hasButton('Copy diagnostics')).toBe(true);
  });
});

describe('connecting', () => {
  async function connecting(): Promise<TestPage> {
    const page = await TestPage.open();
    await page.inviting();
    await page.user.type(field('Reply'), '#rReply{Enter}');
    await page.settled();
    return page;
  }

  test('once the engine says that something is in the way, it is called what it is, with a way on', async () => {
    const page = await connecting();
    await seconds(3600);
    expect(status()).toBe(texts.connecting);
    expect(button('New link').classList).not.toContain('primary');
    await told(page, 'unreachable');
    expect(status()).toBe(texts.notConnected);
    expect(warnings()).toEqual([texts.errors.unreachable]);
    expect(button('New link').classList).toContain('primary');
    expect(hasButton('Copy diagnostics')).toBe(true);
  });

  test.each(['hidden-address', 'symmetric-pair', 'old-link'] as const)(
    'what is in the way is named: %s',
    async (code) => {
      const page = await connecting();
      await told(page, code);
      expect(status()).toBe(texts.notConnected);
      expect(warnings()).toEqual([texts.errors[code]]);
    },
  );

  test('what was found out before is no reason', async () => {
    const page = await connecting();
    await told(page, 'stun-silent');
    expect(status()).toBe(texts.connecting);
  });

  test('New link begins anew', async () => {
    const page = await connecting();
    await told(page, 'unreachable');
    await page.press('New link');
    expect(status()).toBe(texts.waiting);
    expect(warnings()).toEqual([]);
    expect(page.engine.calls.slice(-2)).toEqual(['leave', 'create']);
  });

  test('it may open after all', async () => {
    const page = await connecting();
    await told(page, 'unreachable');
    page.engine.open();
    await page.settled();
    expect(screen.getByRole('log')).toBeTruthy();
  });

  test('the joiner is told as well', async () => {
    const page = await TestPage.open();
    await page.replying();
    page.engine.tell({ type: 'state', state: 'connecting' });
    await told(page, 'unreachable');
    expect(status()).toBe(texts.notConnected);
    expect(warnings()).toEqual([texts.errors.unreachable]);
  });

  test.each([
    [120, 180, texts.lateReply({ lasting: 60 })],
    [120, 420, texts.lateReply({ lasting: 300 })],
    [0, 420, texts.errors['old-link']],
  ])('a link good for %i s, answered after %i s', async (goodFor, after, sentence) => {
    const page = await TestPage.open();
    page.engine.goodFor = goodFor;
    await page.inviting();
    await page.press('Copy link');
    page.chat.meeting?.give();
    // No beats: what counts is when the reply was applied.
    vi.setSystemTime((page.chat.meeting?.invite?.at ?? 0) + after * 1000);
    await page.chat.finder.accept('#rReply');
    await told(page, 'old-link');
    expect(warnings()).toContain(sentence);
  });
});

describe('good for how long', () => {
  async function inviting(goodFor: number): Promise<TestPage> {
    const page = await TestPage.open();
    page.engine.goodFor = goodFor;
    await page.inviting();
    return page;
  }

  function until(page: TestPage, goodFor: number): string {
    const { at } = page.chat.meeting?.invite ?? page.chat.meeting?.reply ?? { at: NaN };
    return written('time', at + goodFor * 1000);
  }

  test('as long as the page stays open', async () => {
    await inviting(0);
    expect(status()).toBe(texts.waiting);
    await seconds(3600);
    expect(status()).toBe(texts.waiting);
    expect(warnings()).toEqual([]);
  });

  test.each([
    [30, '30 seconds'],
    [120, '2 minutes'],
    [300, '5 minutes'],
  ])('%i s: until when, without counting down', async (goodFor, lasting) => {
    const page = await inviting(goodFor);
    const said = texts.waitingUntil({ lasting: goodFor, until: until(page, goodFor) });
    expect(status()).toBe(said);
    expect(said).toContain(`about ${lasting}, until `);
    await seconds(goodFor - 1);
    expect(status()).toBe(said);
  });

  test('of a reply, too', async () => {
    const page = await TestPage.open();
    page.engine.goodFor = 120;
    await page.replying();
    expect(status()).toBe(texts.replyWaitingUntil({ lasting: 120, until: until(page, 120) }));
  });

  test('a link that nobody can have is replaced when it is over', async () => {
    const page = await inviting(120);
    await seconds(119);
    expect(page.engine.calls).toEqual(['create']);
    await seconds(3);
    expect(page.engine.calls).toEqual(['create', 'leave', 'create']);
    expect(screen.getByRole('alert').textContent).toBe(texts.renewed({ lasting: 121 }));
    expect(status()).toContain('about 2 minutes');
    await seconds(60);
    expect(page.engine.calls).toHaveLength(3);
  });

  test('but not behind one’s back', async () => {
    const page = await inviting(120);
    const seen = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    await seconds(600);
    expect(page.engine.calls).toEqual(['create']);
    seen.mockReturnValue('visible');
    await seconds(1);
    expect(page.engine.calls).toEqual(['create', 'leave', 'create']);
  });

  test.each([
    ['copied', (page: TestPage) => page.user.click(button('Copy link'))],
    ['selected', (page: TestPage) => page.user.click(field('Invite link'))],
    ['shown large', (page: TestPage) => page.user.click(button(texts.enlarge))],
  ])('a link that was %s stays, with a warning', async (_name, give) => {
    const page = await inviting(120);
    await give(page);
    expect(button('New link').classList).not.toContain('primary');
    await seconds(125);
    expect(page.engine.calls).toEqual(['create']);
    expect(warnings()).toEqual([texts.oldWarning({ lasting: 125 })]);
    expect(warnings()[0]).toContain('2 minutes old');
    expect(status()).toBe(texts.waiting);
    expect(button('New link').classList).toContain('primary');
    await seconds(60);
    expect(warnings()).toEqual([texts.oldWarning({ lasting: 185 })]);
    // It still works on the same network.
    expect(await page.chat.finder.accept('#rReply')).toBe(true);
    await page.settled();
    expect(status()).toBe(texts.connecting);
    expect(warnings()).toEqual([]);
  });

  test('a link that was shared stays', async () => {
    Object.defineProperty(navigator, 'share', { configurable: true, value: () => Promise.resolve() });
    const page = await inviting(120);
    await page.press('Share');
    await seconds(125);
    expect(page.engine.calls).toEqual(['create']);
    Reflect.deleteProperty(navigator, 'share');
  });
});

describe('the permission for the local network', () => {
  class Permission extends EventTarget {
    state: PermissionState;
    constructor(state: PermissionState) {
      super();
      this.state = state;
    }
    set(state: PermissionState): void {
      this.state = state;
      this.dispatchEvent(new Event('change'));
    }
  }

  function browser(permissions: Record<string, Permission>): void {
    const query = ({ name }: { name: string }) =>
      permissions[name] ? Promise.resolve(permissions[name]) : Promise.reject(new TypeError());
    Object.defineProperty(navigator, 'permissions', { configurable: true, value: { query } });
  }

  test.each(['local-network', 'local-network-access'])('%s: refused, and allowed again', async (name) => {
    const permission = new Permission('denied');
    browser({ [name]: permission });
    const page = await TestPage.open();
    await page.inviting();
    expect(warnings()).toEqual([texts.localNetworkRefused]);
    expect(hasButton('Copy diagnostics')).toBe(true);
    permission.set('granted');
    await page.settled();
    expect(warnings()).toEqual([]);
    permission.set('denied');
    await page.settled();
    expect(warnings()).toEqual([texts.localNetworkRefused]);
  });

  test('is told to the joiner, too', async () => {
    browser({ 'local-network': new Permission('denied') });
    const page = await TestPage.open();
    await page.replying();
    expect(warnings()).toEqual([texts.localNetworkRefused]);
  });

  test.each([
    ['asked for later', { 'local-network': new Permission('prompt') }],
    ['unknown', {}],
  ])('nothing is said where it is %s', async (_name, permissions) => {
    browser(permissions);
    const page = await TestPage.open();
    await page.inviting();
    expect(warnings()).toEqual([]);
  });

  test('nor on plain http, where everything is called denied', async () => {
    vi.stubGlobal('isSecureContext', false);
    browser({ 'local-network': new Permission('denied') });
    const page = await TestPage.open();
    await page.inviting();
    expect(warnings()).toEqual([]);
  });
});
