import { cleanup, screen, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Network } from '../../../wasm/engine.d.ts';
import { NetworkChoice } from './network.svelte.ts';
import { english as texts } from '../language/english.ts';
import { button, field, TestPage } from '../../test/page.ts';

const key = 'tincan-network';
const turn = { url: 'turn:relay.example:3478', username: 'ana', credential: 'top secret' };
const named: Network = { mode: 'all', stun: ['stun.example:3478', 'stun2.example:3478'], turn: [] };

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  localStorage.clear();
});

function choice(defaults: Network = named): NetworkChoice {
  const made = new NetworkChoice();
  made.offer(defaults);
  return made;
}

describe('NetworkChoice', () => {
  test('follows the page until something is chosen', () => {
    expect(choice().network).toEqual(named);
    expect(choice({ mode: 'all', stun: [], turn: [turn] }).network.turn).toEqual([turn]);
  });

  test('a choice holds no more than its mode may ask', () => {
    const made = choice({ ...named, turn: [turn] });
    made.choose({ mode: 'local', stun: ['a:1'] });
    expect(made.network).toEqual({ mode: 'local', stun: [], turn: [] });
    made.choose({ mode: 'relay', stun: ['a:1'] });
    expect(made.network).toEqual({ mode: 'relay', stun: [], turn: [turn] });
    made.choose({ mode: 'all', stun: [] });
    expect(made.network).toEqual({ mode: 'all', stun: [], turn: [turn] });
  });

  test('is remembered on this device, but for the password', () => {
    choice().choose({ mode: 'relay', stun: ['a:1'], turn });
    expect(localStorage.getItem(key)).not.toContain('secret');
    expect(localStorage).toHaveLength(1);
    const again = choice();
    expect(again.choice).toEqual({ mode: 'relay', stun: ['a:1'], turn: { ...turn, credential: '' } });
    expect(again.locked).toBe('relay.example:3478');
  });

  test('a remembered relay without its password never becomes another way', () => {
    choice().choose({ mode: 'relay', turn });
    const page = choice({ ...named, turn: [{ ...turn, url: 'turn:other.example:1' }] });
    expect(page.network).toEqual({ mode: 'relay', stun: [], turn: [] });
  });

  test('the page’s defaults leave nothing behind', () => {
    choice().choose({ mode: 'local' });
    choice().choose({ mode: 'all' });
    expect(localStorage).toHaveLength(0);
  });

  test.each([
    ['no JSON', '{'],
    ['another type', '7'],
    ['null', 'null'],
    ['an unknown mode', '{"mode":"tor"}'],
    ['far too much', JSON.stringify({ mode: 'local', stun: 'x'.repeat(20_000) })],
  ])('%s counts as never chosen', (_name, stored) => {
    localStorage.setItem(key, stored);
    expect(choice().network).toEqual(named);
  });

  test.each([
    ['STUN servers', { mode: 'all', stun: ['a:1', 'b'] }, named],
    ['too many STUN servers', { mode: 'all', stun: Array.from({ length: 17 }, () => 'a:1') }, named],
    ['a relay', { mode: 'relay', turn: { url: 'x', username: 'u' } }, { mode: 'relay', stun: [], turn: [] }],
    ['a user name', { mode: 'all', turn: { url: 'turn:r:1', username: 7 } }, named],
  ])('a part that is wrong counts as never chosen, and the mode stays: %s', (_name, stored, network) => {
    localStorage.setItem(key, JSON.stringify(stored));
    expect(choice().network).toEqual(network);
  });

  test('a password that somebody stored is not taken', () => {
    localStorage.setItem(key, JSON.stringify({ mode: 'all', turn }));
    expect(choice().choice.turn?.credential).toBe('');
  });

  test('storage that throws is survived', () => {
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new DOMException('', 'SecurityError');
    });
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('', 'QuotaExceededError');
    });
    const made = choice();
    expect(made.network).toEqual(named);
    made.choose({ mode: 'local' });
    expect(made.network.mode).toBe('local');
  });
});

describe('the Network dialog', () => {
  function radio(name: string): HTMLInputElement {
    return screen.getByRole('radio', { name });
  }

  function password(): HTMLElement {
    return screen.getByLabelText('Password');
  }

  async function opened(network: Network = named): Promise<TestPage> {
    const page = await TestPage.open(network);
    await page.press('Network');
    return page;
  }

  function described(element: HTMLElement): string {
    return (element.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(' ');
  }

  test('names what each way asks', async () => {
    await opened({ ...named, turn: [turn] });
    expect(screen.getByRole('dialog', { name: 'Network' })).toBeTruthy();
    expect(screen.getByRole('group', { name: texts.networkLegend })).toBeTruthy();
    expect(radio('Any way that works').checked).toBe(true);
    expect(described(radio('Any way that works'))).toContain('stun.example:3478 and stun2.example:3478');
    expect(described(radio('Any way that works'))).toContain('relay.example:3478');
    expect(described(radio('Local network only'))).toBe(texts.localOnly);
    expect(described(radio('Relay only'))).toContain('told to relay.example:3478 only');
    expect(screen.queryByText(/top secret/)).toBeNull();
  });

  test('Relay only waits for a TURN server, and says so', async () => {
    const page = await opened();
    expect(radio('Relay only').disabled).toBe(true);
    expect(screen.getByText(texts.relayNeedsTurn)).toBeTruthy();
    await page.user.type(field('TURN server'), 'relay.example:3478');
    expect(radio('Relay only').disabled).toBe(false);
    await page.user.click(radio('Relay only'));
    await page.press('Save');
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.turnIncomplete);
    await page.user.type(field('User name'), 'ana');
    await page.user.type(password(), 'top secret');
    await page.press('Save');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.getByText(texts.helpsRelay)).toBeTruthy();

    await page.press('New chat');
    expect(page.engine.networks).toEqual([{ mode: 'relay', stun: [], turn: [turn] }]);
    expect(screen.getByText(texts.revealsRelay)).toBeTruthy();
    expect(screen.queryByText(texts.reveals)).toBeNull();
  });

  test('a remembered relay is never given up for another way: New chat says what is missing', async () => {
    choice().choose({ mode: 'relay', turn });
    const page = await TestPage.open(named);
    expect(screen.getByText(texts.relayMissing)).toBeTruthy();
    expect(screen.getByText(texts.relayLocked({ relay: 'relay.example:3478' }))).toBeTruthy();
    await page.press('New chat');
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.errors['no-relay']);
    expect(page.engine.networks).toEqual([{ mode: 'relay', stun: [], turn: [] }]);

    await page.press('Network');
    expect(field('TURN server').value).toBe(turn.url);
    expect(field('User name').value).toBe('ana');
    await page.user.type(password(), 'again');
    await page.press('Save');
    await page.press('New chat');
    expect(page.engine.networks.at(-1)?.turn).toEqual([{ ...turn, credential: 'again' }]);
  });

  test('Relay only that lost its relay is not saved', async () => {
    choice().choose({ mode: 'relay', turn });
    const page = await opened();
    await page.user.clear(field('TURN server'));
    await page.press('Save');
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.turnForRelay);
  });

  test('Local network only asks nobody', async () => {
    const page = await opened();
    await page.user.click(radio('Local network only'));
    await page.press('Save');
    expect(screen.getByText(texts.asksNobody)).toBeTruthy();
    await page.press('New chat');
    expect(page.engine.networks).toEqual([{ mode: 'local', stun: [], turn: [] }]);
  });

  test('STUN servers are edited one a line; a wrong one is named and nothing is lost', async () => {
    const page = await opened();
    const stun = field('STUN servers');
    expect(stun.value).toBe('stun.example:3478\nstun2.example:3478');
    await page.user.clear(stun);
    await page.user.type(stun, 'mine.example:1{Enter}yours');
    await page.press('Save');
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.notStun({ line: 'yours' }));
    expect(stun.getAttribute('aria-invalid')).toBe('true');
    expect(described(stun)).toContain(texts.notStun({ line: 'yours' }));
    await page.user.type(stun, ':2');
    await page.press('Save');
    expect(screen.getByText(texts.helps({ count: 2 }))).toBeTruthy();
    await page.press('Network');
    expect(described(radio('Any way that works'))).toContain('asks mine.example:1 and yours:2.');
  });

  test('an unchanged list goes on following the page', async () => {
    const page = await opened();
    await page.user.click(radio('Local network only'));
    await page.press('Save');
    expect(JSON.parse(localStorage.getItem(key) ?? '')).toEqual({ mode: 'local' });
  });

  test('Cancel changes nothing; the page’s defaults come back', async () => {
    const page = await opened();
    await page.user.click(radio('Local network only'));
    await page.press('Cancel');
    expect(page.chat.network.network).toEqual(named);
    page.chat.network.choose({ mode: 'local', stun: ['a:1'], turn });
    await page.press('Network');
    expect(radio('Local network only').checked).toBe(true);
    await page.press(texts.networkDefaults);
    expect(radio('Any way that works').checked).toBe(true);
    expect(field('STUN servers').value).toBe('stun.example:3478\nstun2.example:3478');
    expect(field('TURN server').value).toBe('');
    expect(page.chat.network.network).toEqual(named);
    expect(localStorage).toHaveLength(0);
  });

  test('is there before anything is revealed by joining, too', async () => {
    const page = await TestPage.open(named);
    await page.chat.finder.open('#iInvite');
    await page.settled();
    expect(screen.getByText(texts.joinText)).toBeTruthy();
    expect(screen.getByText(texts.helps({ count: 2 }))).toBeTruthy();
    await page.press('Network');
    await page.user.type(field('TURN server'), 'turn:relay.example:3478');
    await page.user.type(field('User name'), 'ana');
    await page.user.type(password(), 'top secret');
    await page.user.click(radio('Relay only'));
    await page.press('Save');
    expect(screen.getByText(texts.joinTextRelay)).toBeTruthy();
    expect(page.engine.networks).toEqual([]);
    await page.press('Join chat');
    expect(page.engine.networks).toEqual([{ mode: 'relay', stun: [], turn: [turn] }]);
  });

  test('is not there once a link is out', async () => {
    const page = await TestPage.open(named);
    await page.inviting();
    expect(screen.queryByRole('button', { name: 'Network' })).toBeNull();
  });

  test('copies the diagnostics of what was tried last: nothing, a chat that was left, one that was never made', async () => {
    const page = await opened();
    const copied = async () => {
      await page.user.click(button('Copy diagnostics'));
      await page.settled();
      return navigator.clipboard.readText();
    };
    expect(await copied()).toBe(texts.nothingTried);
    await page.press('Cancel');
    await page.inviting();
    await page.press('Cancel');
    await page.press('Network');
    expect(await copied()).toBe(page.engine.found);
    await page.press('Cancel');
    page.engine.fails.create = 'no-addresses';
    page.engine.found = 'candidates: none';
    await page.press('New chat');
    page.engine.found = 'of another one';
    await page.press('Network');
    expect(await copied()).toBe('candidates: none');
  });

  test('shows the diagnostics, which can be copied by hand', async () => {
    const page = await TestPage.open(named);
    await page.inviting();
    await page.press('Cancel');
    await page.press('Network');
    await page.user.click(button('Copy diagnostics'));
    await page.settled();
    expect(await navigator.clipboard.readText()).toBe(page.engine.found);
    expect(within(screen.getByRole('dialog')).getByText('Copied')).toBeTruthy();
    expect(field('Diagnostics').value).toBe(page.engine.found);
  });
});
