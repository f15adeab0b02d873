import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import Player from './Player.svelte';
import { FakeSound } from '../../test/fake-sound.ts';

let sound: FakeSound;

beforeEach(() => {
  sound = new FakeSound();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function shown(props: { seconds?: number; name?: string } = {}) {
  const { name = 'Voice message', ...rest } = props;
  const player = render(Player, { src: 'blob:one', name, ...rest });
  const group = screen.getByRole('group', { name });
  const audio = group.querySelector('audio') as HTMLAudioElement;
  const slider = group.querySelector('input') as HTMLInputElement;
  const button = group.querySelector('button') as HTMLButtonElement;
  const loaded = async () => {
    sound.load(audio);
    // What measures it goes on by itself.
    for (let i = 0; i < 5; i++) await tick();
  };
  return { ...player, group, audio, slider, button, loaded };
}

const said = (slider: HTMLElement) => slider.getAttribute('aria-valuetext');

test('it plays and pauses, and never by itself', async () => {
  const { audio, button, slider, loaded } = await shown();
  await loaded();
  expect(audio.paused).toBe(true);
  expect(button.getAttribute('aria-label')).toBe('Play');
  expect(screen.getByRole('slider', { name: 'Position' })).toBe(slider);
  expect(said(slider)).toBe('0:00 of 1:05');

  await fireEvent.click(button);
  expect(audio.paused).toBe(false);
  expect(button.getAttribute('aria-label')).toBe('Pause');
  sound.reach(audio, 7.9);
  await tick();
  expect(said(slider)).toBe('0:07 of 1:05');
  expect(slider.valueAsNumber).toBeCloseTo(7.9);

  await fireEvent.click(button);
  expect(audio.paused).toBe(true);
  expect(button.getAttribute('aria-label')).toBe('Play');
});

test('it goes where it is wanted', async () => {
  const { audio, slider, loaded } = await shown();
  await loaded();
  await fireEvent.input(slider, { target: { value: '40' } });
  expect(audio.currentTime).toBe(40);
  expect(said(slider)).toBe('0:40 of 1:05');
});

test('at its end it is ready to begin again', async () => {
  const { audio, button, slider, loaded } = await shown();
  await loaded();
  await fireEvent.click(button);
  sound.finish(audio);
  await tick();
  expect(button.getAttribute('aria-label')).toBe('Play');
  expect(said(slider)).toBe('0:00 of 1:05');
});

test('only one plays at a time', async () => {
  const one = await shown({ name: 'One' });
  const two = await shown({ name: 'Two' });
  await fireEvent.click(one.button);
  await fireEvent.click(two.button);
  expect([one.audio.paused, two.audio.paused]).toEqual([true, false]);
  expect(one.button.getAttribute('aria-label')).toBe('Play');
  await fireEvent.click(one.button);
  expect([one.audio.paused, two.audio.paused]).toEqual([false, true]);
});

test('one that goes is not heard any more', async () => {
  const { audio, button, unmount } = await shown();
  await fireEvent.click(button);
  unmount();
  expect(audio.paused).toBe(true);
});

test('where the file does not say how long it is, its end is looked for once, and nothing jumps', async () => {
  sound.length = Infinity;
  sound.really = 12;
  const { audio, slider, loaded } = await shown();
  await loaded();
  expect(sound.measured).toBe(1);
  expect(audio.currentTime).toBe(0);
  expect(said(slider)).toBe('0:00 of 0:12');
});

test('until it is known, what was said of it counts', async () => {
  const { slider, loaded } = await shown({ seconds: 30 });
  expect(said(slider)).toBe('0:00 of 0:30');
  expect(slider.disabled).toBe(false);
  await loaded();
  expect(said(slider)).toBe('0:00 of 1:05');
});

test('of what nobody knows the end, it is what was heard', async () => {
  const { audio, slider } = await shown();
  expect(slider.disabled).toBe(true);
  sound.reach(audio, 4);
  await tick();
  expect(said(slider)).toBe('0:04 of 0:04');
});

test('what can’t be played says so', async () => {
  const { audio, group } = await shown();
  await fireEvent.error(audio);
  expect(screen.getByRole('alert').textContent).toContain('This browser cannot play this recording.');
  expect(group.querySelector('button, input')).toBeNull();
});

test('another one in its place begins anew', async () => {
  const { audio, slider, button, loaded, rerender } = await shown();
  await loaded();
  await fireEvent.click(button);
  sound.reach(audio, 20);
  await rerender({ src: 'blob:two' });
  await fireEvent(audio, new Event('emptied'));
  expect(button.getAttribute('aria-label')).toBe('Play');
  expect(said(slider)).toBe('0:00 of 0:00');
  sound.length = 5;
  await loaded();
  expect(said(slider)).toBe('0:00 of 0:05');
});
