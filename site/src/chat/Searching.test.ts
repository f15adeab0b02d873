import { cleanup, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { showChat } from '../../test/conversation.svelte.ts';
import { english as texts } from '../language/english.ts';
import type { ChatMessage } from './entry.svelte.ts';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

let count = 0;

function message(text: string): ChatMessage {
  count += 1;
  return { key: `s${count}`, from: 'them', text, at: Date.UTC(2026, 0, 2, 3, count), state: 'received' };
}

const field = () => screen.findByRole('textbox', { name: texts.search.field });
const told = () => within(screen.getByRole('search')).getByRole('status').textContent.trim();
const rows = () =>
  [...document.querySelectorAll<HTMLElement>('.message')].map(({ dataset }) => dataset['found'] ?? '');

/** Whether the page has kept the key from the browser. */
function press(key: string, more: KeyboardEventInit = {}): boolean {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  (document.activeElement ?? document.body).dispatchEvent(event);
  return event.defaultPrevented;
}

const ctrlF = () => press('f', { ctrlKey: true });

describe('the key that opens it', () => {
  test.each([
    ['Ctrl+F', 'Win32', { key: 'f', ctrlKey: true }, true],
    ['with Caps Lock on', 'Win32', { key: 'F', ctrlKey: true }, true],
    ['where letters are Arabic', 'Linux x86_64', { key: 'ب', code: 'KeyF', ctrlKey: true }, true],
    ['where F is elsewhere', 'Win32', { key: 'u', code: 'KeyF', ctrlKey: true }, false],
    ['⌘F', 'MacIntel', { key: 'f', metaKey: true }, true],
    ['Ctrl+F of a Mac, which moves in a field', 'MacIntel', { key: 'f', ctrlKey: true }, false],
    ['with Shift', 'Win32', { key: 'F', ctrlKey: true, shiftKey: true }, false],
    ['with Alt', 'Win32', { key: 'f', ctrlKey: true, altKey: true }, false],
    ['a mere f', 'Win32', { key: 'f' }, false],
  ])('%s', (_, platform, { key, ...more }, opens) => {
    vi.spyOn(navigator, 'platform', 'get').mockReturnValue(platform);
    showChat({ messages: [message('x')] });
    expect(press(key, more)).toBe(opens);
  });

  test('is the browser’s own where there is nothing to search, and in the field', async () => {
    const view = showChat({ messages: [] });
    expect(ctrlF()).toBe(false);
    await view.rerender({ messages: [message('x')] });
    expect(ctrlF()).toBe(true);
    await waitFor(async () => expect(document.activeElement).toBe(await field()));
    expect(ctrlF()).toBe(false);
    screen.getByRole('textbox', { name: texts.message }).focus();
    expect(ctrlF()).toBe(true);
    expect(document.activeElement).toBe(await field());
  });
});

describe('the search', () => {
  test('counts, steps by its buttons, and marks whole messages where words cannot be', async () => {
    showChat({ messages: [message('one **two**'), message('none'), message('TWO')] });
    ctrlF();
    await userEvent.type(await field(), 'two');
    expect(told()).toMatch(/^1 of 2\s+TWO$/);
    expect(rows()).toEqual(['other', '', 'current']);
    await userEvent.click(screen.getByRole('button', { name: texts.search.older }));
    expect(told()).toMatch(/^2 of 2\s+one two$/);
    expect(rows()).toEqual(['current', '', 'other']);
    await userEvent.click(screen.getByRole('button', { name: texts.search.newer }));
    expect(told()).toMatch(/^1 of 2/);
    await userEvent.type(await field(), 'x');
    expect(told()).toBe(texts.search.none);
    expect(rows()).toEqual(['', '', '']);
  });

  test('goes with Escape, by which the focus goes back, and forgets what was searched', async () => {
    showChat({ messages: [message('word')] });
    const composer = screen.getByRole('textbox', { name: texts.message });
    composer.focus();
    ctrlF();
    await userEvent.type(await field(), 'word');
    expect(rows()).toEqual(['current']);
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('search')).toBeNull();
    expect(document.activeElement).toBe(composer);
    expect(rows()).toEqual(['']);
    ctrlF();
    expect((await field()).getAttribute('value') ?? '').toBe('');
    expect(told()).toBe('');
  });

  test('has what was typed before its field was there, and the composer has not', async () => {
    showChat({ messages: [message('word')] });
    const composer: HTMLTextAreaElement = screen.getByRole('textbox', { name: texts.message });
    composer.focus();
    ctrlF();
    expect(screen.queryByRole('search')).toBeNull();
    for (const key of 'wor') expect(press(key)).toBe(true);
    expect(await field()).toHaveProperty('value', 'wor');
    await waitFor(() => expect(told()).toMatch(/^1 of 1/));
    expect(press('d')).toBe(false);
    expect(composer.value).toBe('');
  });

  test('an input method’s Enter and arrows are its own', async () => {
    showChat({ messages: [message('a'), message('a')] });
    ctrlF();
    await userEvent.type(await field(), 'a');
    for (const key of ['Enter', 'ArrowUp', 'Escape']) press(key, { isComposing: true });
    await Promise.resolve();
    expect(told()).toMatch(/^1 of 2/);
    press('Enter');
    await waitFor(() => expect(told()).toMatch(/^2 of 2/));
  });

  test('is over with the history, and leaves no listener behind with the chat', async () => {
    const view = showChat({ messages: [message('word')] });
    ctrlF();
    await userEvent.type(await field(), 'word');
    await view.rerender({ messages: [] });
    expect(screen.queryByRole('search')).toBeNull();
    await view.rerender({ messages: [message('other')] });
    ctrlF();
    expect(((await field()) as HTMLInputElement).value).toBe('');
    view.unmount();
    expect(press('F3')).toBe(false);
    expect(ctrlF()).toBe(false);
  });

  test('counts what comes meanwhile, and stays at its match', async () => {
    const messages = [message('one'), message('once')];
    const view = showChat({ messages });
    ctrlF();
    await userEvent.type(await field(), 'on');
    press('F3');
    await waitFor(() => expect(told()).toMatch(/^2 of 2\s+one$/));
    await view.rerender({ messages: [...messages, message('on and on')] });
    await waitFor(() => expect(told()).toMatch(/^4 of 4\s+one$/));
  });
});
