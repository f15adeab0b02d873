import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { english as texts } from '../language/english.ts';
import { Tray } from '../files/tray.svelte.ts';
import { quietTalk, showChat } from '../../test/conversation.svelte.ts';
import { FakeMicrophone } from '../../test/fake-microphone.ts';
import { FakeSound } from '../../test/fake-sound.ts';
import Writing from './Writing.svelte';

let microphone: FakeMicrophone;
const conversation = {
  tray: new Tray(),
  talk: quietTalk,
  draft: '',
  write: vi.fn(),
  writes: vi.fn(),
  send: vi.fn<(text: string) => void>(),
  sendAttached: vi.fn<(text: string) => Promise<void>>().mockResolvedValue(undefined),
  sendFile: vi.fn<(file: File, seconds?: number) => void>(),
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  new FakeSound();
  microphone = new FakeMicrophone();
  conversation.tray = new Tray();
  vi.clearAllMocks();
  render(Writing, { conversation, sendWith: 'enter', tellsTyping: false });
});
afterEach(() => {
  cleanup();
  microphone.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** So many seconds pass, and what was begun by then comes to its end. */
async function pass(seconds: number) {
  vi.advanceTimersByTime(seconds * 1000);
  for (let i = 0; i < 8; i++) await tick();
}

const button = (name: string) => screen.getByRole('button', { name });
const pointer = (name: string) => new MouseEvent(name, { bubbles: true, cancelable: true, button: 0 });

test('a text goes by itself, and with what is in the tray where something is', async () => {
  cleanup();
  const { tray, send, sendAttached } = conversation;
  showChat({ tray, send, sendAttached });
  const field = screen.getByRole('textbox', { name: texts.message });
  await fireEvent.input(field, { target: { value: 'words' } });
  await fireEvent.click(button(texts.send));
  expect(send).toHaveBeenCalledWith('words');
  tray.add([new File(['x'], 'x.txt')]);
  await tick();
  await fireEvent.input(field, { target: { value: 'more' } });
  await fireEvent.click(button(texts.send));
  expect(sendAttached.mock.calls[0]?.[0]).toBe('more');
  expect(send).toHaveBeenCalledOnce();
});

test('the button that is held records for as long as that, and the field comes back with the focus', async () => {
  await fireEvent(button(texts.voice.message), pointer('pointerdown'));
  await pass(0);
  await pass(2);
  expect(screen.queryByRole('textbox', { name: texts.message })).toBeNull();
  // By then the button is gone, so that it is let go anywhere.
  await fireEvent(window, pointer('pointerup'));
  await pass(0);
  expect(button(texts.voice.play), 'it is heard before it goes').toBeTruthy();
  await fireEvent.click(button(texts.send));
  await pass(0);
  const [[file, seconds] = []] = conversation.sendFile.mock.calls;
  expect(file?.name).toMatch(/^voice\./);
  expect(seconds).toBeGreaterThan(1);
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: texts.message }));
});

test('the click of the finger that pressed it is swallowed, for something else stands there by then', async () => {
  const pressed = button(texts.voice.message);
  await fireEvent(pressed, pointer('pointerdown'));
  const ends = new Event('touchend', { cancelable: true });
  pressed.dispatchEvent(ends);
  expect(ends.defaultPrevented).toBe(true);
});
