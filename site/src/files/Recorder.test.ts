import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { began } from './playing.ts';
import Recorder from './Recorder.svelte';
import { longest } from './recording.svelte.ts';
import { english as texts } from '../language/english.ts';
import { FakeMicrophone } from '../../test/fake-microphone.ts';
import { FakeSound } from '../../test/fake-sound.ts';

let microphone: FakeMicrophone;
const [onsend, onclose] = [vi.fn(), vi.fn()];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  microphone = new FakeMicrophone();
  new FakeSound();
  onsend.mockClear();
  onclose.mockClear();
});
afterEach(() => {
  cleanup();
  microphone.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** What was begun by now comes to its end. */
async function settle() {
  for (let i = 0; i < 8; i++) await tick();
}

async function shown(held = false) {
  const recorder = render(Recorder, { held, onsend, onclose });
  await settle();
  return recorder;
}

async function pass(seconds: number) {
  vi.advanceTimersByTime(seconds * 1000);
  await settle();
}

async function press(name: string) {
  await fireEvent.click(screen.getByRole('button', { name }));
  await settle();
}

async function escape() {
  await fireEvent.keyDown(screen.getByRole('group', { name: 'Voice message' }), { key: 'Escape' });
  await settle();
}

const names = () =>
  screen.queryAllByRole('button').map((each) => each.getAttribute('aria-label') ?? each.textContent);
const told = () => screen.getByRole('status').textContent.trim();
const shows = (time: string) => expect(screen.getByText(time)).toBeTruthy();

test('it records when it appears, and has the focus on no button', async () => {
  let answer: () => void = () => undefined;
  microphone.asking = new Promise((resolve) => (answer = resolve));
  await shown();
  expect(microphone.asked).toHaveLength(1);
  expect(told()).toBe('Waiting for the microphone…');
  expect(names()).toEqual(['Discard']);
  expect(document.activeElement).toBe(screen.getByRole('group', { name: 'Voice message' }));
  answer();
  await settle();
  expect(told()).toBe('Recording');
  expect(names()).toEqual(['Discard', 'Pause', 'Stop and listen', 'Send']);
  await pass(65);
  shows('1:05');
  expect(told()).toBe('Recording');
});

test('what plays falls silent', async () => {
  const other = document.createElement('audio');
  await other.play();
  began(other);
  await shown();
  expect(other.paused).toBe(true);
});

test('the meter follows', async () => {
  const { container } = await shown();
  microphone.loud = 0.1;
  await pass(0.1);
  expect(container.querySelectorAll('.lit')).toHaveLength(8);
});

test('pause and go on are one button', async () => {
  await shown();
  const button = screen.getByRole('button', { name: 'Pause' });
  button.focus();
  await pass(3);
  await press('Pause');
  expect(told()).toBe('Paused');
  await pass(30);
  shows('0:03');
  expect(document.activeElement).toBe(button);
  await press('Go on');
  await pass(2.1);
  shows('0:05');
});

test('it is sent straight away, once', async () => {
  await shown();
  await pass(4);
  const button = screen.getByRole('button', { name: 'Send' });
  await Promise.all([fireEvent.click(button), fireEvent.click(button)]);
  await settle();
  expect(onsend).toHaveBeenCalledOnce();
  expect(onsend.mock.calls[0]?.[0]).toMatchObject({ kind: 'audio/webm' });
  expect(onclose).not.toHaveBeenCalled();
  expect(microphone.off).toBe(true);
});

test('it is listened to, then sent', async () => {
  await shown();
  await pass(4);
  screen.getByRole('button', { name: 'Stop and listen' }).focus();
  await press('Stop and listen');
  expect(microphone.off).toBe(true);
  expect(told()).toBe('Recorded. Listen to it, or send it.');
  expect(names()).toEqual(['Discard', 'Play', 'Send']);
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Play' }));
  expect(document.querySelector('audio')?.paused).toBe(true);
  expect(screen.getByRole('slider').getAttribute('aria-valuetext')).toBe('0:00 of 0:04');
  await press('Send');
  expect(onsend).toHaveBeenCalledOnce();
});

test('at its limit it ends by itself and says so', async () => {
  await shown();
  await pass(longest + 1);
  expect(screen.getByRole('alert').textContent).toBe(texts.voice.cuts.length);
  expect(names()).toEqual(['Discard', 'Play', 'Send']);
});

describe('discarding', () => {
  test.each([
    ['by the button', () => press('Discard')],
    ['by Escape', escape],
  ])('up to five seconds are gone at once %s', async (_name, discard) => {
    await shown();
    await pass(4.5);
    await discard();
    expect(onclose).toHaveBeenCalledOnce();
    expect(microphone.off).toBe(true);
  });

  test.each([
    ['by the button', () => press('Discard')],
    ['by Escape', escape],
  ])('more is asked about, and stands still meanwhile %s', async (_name, discard) => {
    await shown();
    await pass(6);
    await discard();
    expect(onclose).not.toHaveBeenCalled();
    expect(screen.getByRole('dialog', { name: 'Discard this voice message?' })).toBeTruthy();
    await pass(20);
    await press('Keep it');
    expect(screen.queryByRole('dialog')).toBeNull();
    await pass(1.1);
    shows('0:07');
    await discard();
    await fireEvent.click(screen.getAllByRole('button', { name: 'Discard' }).at(-1) as HTMLElement);
    expect(onclose).toHaveBeenCalledOnce();
    expect(microphone.off).toBe(true);
  });

  test('what was paused stays so when it is kept', async () => {
    await shown();
    await pass(6);
    await press('Pause');
    await escape();
    await press('Keep it');
    expect(told()).toBe('Paused');
  });

  test('Escape while the browser asks', async () => {
    microphone.asking = new Promise(() => undefined);
    await shown();
    await escape();
    expect(onclose).toHaveBeenCalledOnce();
  });

  test('when it goes from the page the microphone is off', async () => {
    const { unmount } = await shown();
    await pass(20);
    unmount();
    await settle();
    expect(microphone.off).toBe(true);
    expect([onsend, onclose].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  });
});

describe('holding', () => {
  test('let go after a second, it is there to be listened to', async () => {
    const { rerender } = await shown(true);
    await pass(1.5);
    await rerender({ held: false });
    await settle();
    expect(names()).toEqual(['Discard', 'Play', 'Send']);
    expect(onsend).not.toHaveBeenCalled();
  });

  test('let go before, it goes on', async () => {
    const { rerender } = await shown(true);
    await pass(0.8);
    await rerender({ held: false });
    await pass(10);
    expect(told()).toBe('Recording');
  });

  test('let go for the question of the browser, it goes on', async () => {
    let answer: () => void = () => undefined;
    microphone.asking = new Promise((resolve) => (answer = resolve));
    const { rerender } = await shown(true);
    await pass(3);
    await rerender({ held: false });
    answer();
    await settle();
    expect(told()).toBe('Recording');
  });
});

test.each([
  ['NotAllowedError', texts.voice.troubles.refused],
  ['NotFoundError', texts.voice.troubles.absent],
  ['NotReadableError', texts.voice.troubles.busy],
])('%s is told, and there is a way out', async (name, sentence) => {
  microphone.refuses = name;
  await shown();
  expect(screen.getByRole('alert').textContent.trim()).toBe(sentence);
  expect(names()).toEqual(['Close']);
  await press('Close');
  expect(onclose).toHaveBeenCalledOnce();
});

test('on plain http it says why', async () => {
  microphone.remove();
  vi.stubGlobal('isSecureContext', false);
  await shown();
  expect(screen.getByRole('alert').textContent.trim()).toBe(texts.voice.troubles.insecure);
  await escape();
  expect(onclose).toHaveBeenCalledOnce();
});
