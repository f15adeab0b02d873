import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { largest, longest, Recording } from './recording.svelte.ts';
import { FakeMicrophone } from '../../test/fake-microphone.ts';
import { recorded } from '../../test/mp4.ts';

let microphone: FakeMicrophone;
let recording: Recording;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  microphone = new FakeMicrophone();
  recording = new Recording();
});
afterEach(() => {
  microphone.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (seconds: number) => vi.advanceTimersByTime(seconds * 1000);

test('the microphone is asked for at the beginning, not before, and once', async () => {
  expect(microphone.asked).toEqual([]);
  expect(recording.state).toBe('asking');
  const begun = recording.begin();
  await Promise.all([begun, recording.begin()]);
  expect(microphone.asked).toEqual([{ audio: true }]);
  expect(recording.state).toBe('recording');
});

test('what was said comes out, without the pauses', async () => {
  await recording.begin();
  microphone.recorder.hand(1000);
  pass(3);
  recording.pause();
  expect([recording.state, microphone.recorder.state]).toEqual(['paused', 'paused']);
  pass(60);
  expect(recording.seconds).toBeCloseTo(3);
  recording.resume();
  expect([recording.state, microphone.recorder.state]).toEqual(['recording', 'recording']);
  pass(1.5);
  const voice = await recording.end();
  expect(voice?.seconds).toBeCloseTo(4.5);
  expect(voice?.blob.size).toBe(1100);
  expect([voice?.kind, voice?.blob.type]).toEqual(['audio/webm', 'audio/webm']);
  expect([recording.state, recording.cut, microphone.off]).toEqual(['ended', undefined, true]);
  expect(recording.voice).toBe(voice);
  expect(await recording.end()).toBe(voice);
});

test('nothing goes on after the end', async () => {
  await recording.begin();
  const ended = recording.end();
  recording.pause();
  recording.resume();
  await ended;
  recording.pause();
  recording.resume();
  await recording.begin();
  pass(10);
  expect([recording.state, recording.seconds]).toEqual(['ended', 0]);
  expect(microphone.asked).toHaveLength(1);
});

test('the meter shows how loud it is, and nothing in a pause', async () => {
  await recording.begin();
  microphone.loud = 1;
  pass(0.1);
  expect(recording.level).toBe(1);
  microphone.loud = 0.1; // 20 of 60 decibels below
  pass(0.1);
  expect(recording.level).toBeCloseTo(2 / 3);
  microphone.loud = 0.0001;
  pass(0.1);
  expect(recording.level).toBe(0);
  microphone.loud = 1;
  pass(0.1);
  recording.pause();
  expect(recording.level).toBe(0);
});

test('without a meter it records all the same', async () => {
  vi.stubGlobal('AudioContext', undefined);
  await recording.begin();
  pass(2);
  expect([recording.state, recording.level]).toEqual(['recording', 0]);
  expect((await recording.end())?.seconds).toBeCloseTo(2);
});

test.each([
  [
    ['audio/mp4;codecs=mp4a.40.2', 'audio/mp4', 'audio/webm;codecs=opus'],
    'audio/mp4;codecs=mp4a.40.2',
    'audio/mp4',
  ],
  [['audio/mp4', 'audio/webm;codecs=opus'], 'audio/mp4', 'audio/mp4'],
  [['audio/webm;codecs=opus', 'audio/ogg;codecs=opus'], 'audio/ogg;codecs=opus', 'audio/ogg'],
  [[], undefined, 'audio/x-own'],
])('of %j the best is recorded', async (kinds, chosen, kind) => {
  microphone.kinds = kinds;
  await recording.begin();
  expect(microphone.recorder.options.mimeType).toBe(chosen);
  expect((await recording.end())?.kind).toBe(kind);
});

test('an MP4 in pieces says how long it is', async () => {
  microphone.kinds = ['audio/mp4'];
  await recording.begin();
  microphone.recorder.hand(recorded({ length: 1041 }));
  pass(4);
  const voice = await recording.end();
  const bytes = new Uint8Array((await voice?.blob.arrayBuffer()) ?? new ArrayBuffer());
  const same = recorded({ length: 4 * 48_000 });
  expect(bytes.slice(0, same.length)).toEqual(same);
  expect(voice?.blob.size).toBe(same.length + 100);
});

describe('limits', () => {
  test('the longest', async () => {
    await recording.begin();
    microphone.recorder.hand(1000);
    pass(longest - 1);
    expect(recording.state).toBe('recording');
    pass(1.1);
    const voice = await recording.end();
    expect([recording.state, recording.cut]).toEqual(['ended', 'length']);
    expect(voice?.seconds).toBeCloseTo(longest, 0);
    expect(microphone.off).toBe(true);
  });

  test('the largest', async () => {
    await recording.begin();
    pass(1);
    const tenth = Math.floor(largest / 10);
    for (let i = 0; i < 9; i++) microphone.recorder.hand(tenth);
    expect(microphone.recorder.state).toBe('recording');
    microphone.recorder.hand(tenth - 100_000);
    expect(microphone.recorder.state).toBe('inactive');
    const voice = await recording.end();
    expect([recording.state, recording.cut]).toEqual(['ended', 'size']);
    expect(voice?.blob.size).toBeLessThanOrEqual(largest);
    expect(microphone.off).toBe(true);
  });

  test('a long pause is none', async () => {
    await recording.begin();
    recording.pause();
    pass(2 * longest);
    expect(recording.state).toBe('paused');
  });
});

describe('a microphone that goes away', () => {
  test.each([
    ['told by its track', () => microphone.unplug()],
    ['told by the recorder alone', () => microphone.recorder.stop()],
  ])('%s', async (_name, go) => {
    await recording.begin();
    pass(7);
    go();
    const voice = await recording.end();
    expect([recording.state, recording.cut]).toEqual(['ended', 'lost']);
    expect(voice?.seconds).toBeCloseTo(7);
    expect(microphone.off).toBe(true);
  });
});

describe('failures', () => {
  test.each([
    ['NotAllowedError', 'refused'],
    ['SecurityError', 'refused'],
    ['NotFoundError', 'absent'],
    ['OverconstrainedError', 'absent'],
    ['NotReadableError', 'busy'],
    ['AbortError', 'busy'],
  ])('%s', async (name, trouble) => {
    microphone.refuses = name;
    await recording.begin();
    expect([recording.state, recording.trouble]).toEqual(['failed', trouble]);
    expect(await recording.end()).toBeUndefined();
  });

  test('plain http', async () => {
    microphone.remove();
    vi.stubGlobal('isSecureContext', false);
    await recording.begin();
    expect([recording.state, recording.trouble]).toEqual(['failed', 'insecure']);
  });

  test('a browser without a microphone for pages', async () => {
    microphone.remove();
    await recording.begin();
    expect(recording.trouble).toBe('unsupported');
  });

  test('a browser without a recorder asks for no microphone', async () => {
    vi.stubGlobal('MediaRecorder', undefined);
    await recording.begin();
    expect([recording.trouble, microphone.asked]).toEqual(['unsupported', []]);
  });

  test('a recorder that can’t be made', async () => {
    microphone.breaks = true;
    await recording.begin();
    expect([recording.state, recording.trouble]).toEqual(['failed', 'unsupported']);
    expect(microphone.tracks).toHaveLength(1);
    expect(microphone.off).toBe(true);
  });

  test('nothing heard', async () => {
    await recording.begin();
    microphone.recorder.rest = 0;
    expect(await recording.end()).toBeUndefined();
    expect([recording.state, recording.trouble, microphone.off]).toEqual(['failed', 'nothing', true]);
  });
});

describe('discarded', () => {
  test.each([
    ['while it records', () => undefined],
    ['in a pause', () => recording.pause()],
    ['while it ends', () => void recording.end()],
    ['at the end', () => recording.end()],
  ])('%s', async (_name, before) => {
    await recording.begin();
    microphone.recorder.hand(1000);
    await before();
    recording.discard();
    expect(microphone.off).toBe(true);
    await Promise.resolve();
    expect([recording.state, recording.voice]).toEqual(['ended', undefined]);
  });

  test('while the browser asks', async () => {
    let answer: () => void = () => undefined;
    microphone.asking = new Promise((resolve) => (answer = resolve));
    const begun = recording.begin();
    recording.discard();
    answer();
    await begun;
    expect(microphone.tracks).toHaveLength(1);
    expect([recording.state, microphone.off, microphone.recorders]).toEqual(['ended', true, []]);
  });

  test('before it begins: nothing is asked', async () => {
    recording.discard();
    await recording.begin();
    expect(microphone.asked).toEqual([]);
  });

  test('ended while the browser asks: nothing was recorded', async () => {
    microphone.asking = new Promise(() => undefined);
    void recording.begin();
    expect(await recording.end()).toBeUndefined();
  });

  test('a failure stays one', async () => {
    microphone.refuses = 'NotAllowedError';
    await recording.begin();
    recording.discard();
    expect([recording.state, recording.trouble]).toEqual(['failed', 'refused']);
  });
});
