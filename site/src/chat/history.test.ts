import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Announcer } from './announcer.svelte.ts';
import type { ChatMessage } from './entry.svelte.ts';
import { History } from './history.svelte.ts';
import { Transfer } from '../files/transfer.svelte.ts';
import { Unread } from './unread.svelte.ts';

function states(history: History): string[] {
  return history.messages.map(({ state }) => state);
}

describe('what becomes of a message', () => {
  test('sending, sent, delivered', () => {
    const history = new History();
    const { ref } = history.write('x');
    expect(states(history)).toEqual(['sending']);
    history.sent(ref, 7);
    expect(states(history)).toEqual(['sent']);
    history.delivered(7);
    expect(states(history)).toEqual(['delivered']);
    history.failed(ref, 'ended');
    expect(states(history)).toEqual(['delivered']);
  });

  test('delivered before it was told which one that is', () => {
    const history = new History();
    const { ref } = history.write('x');
    history.delivered(7);
    history.sent(ref, 7);
    expect(states(history)).toEqual(['delivered']);
  });

  test('what a lost connection holds up says so until it has arrived', () => {
    const history = new History();
    const [before, sending, during] = ['before', 'sending', 'during'].map((text) => history.write(text).ref);
    history.sent(before ?? '', 1);
    history.lost(true);
    expect(states(history)).toEqual(['held', 'sending', 'sending']);
    history.sent(sending ?? '', 2);
    history.sent(during ?? '', 3);
    expect(states(history)).toEqual(['held', 'held', 'held']);
    history.delivered(1);
    history.lost(false);
    expect(states(history)).toEqual(['delivered', 'held', 'held']);
    history.delivered(2);
    const { ref } = history.write('after');
    history.sent(ref, 4);
    expect(states(history)).toEqual(['delivered', 'delivered', 'held', 'sent']);
    history.ended();
    expect(states(history)).toEqual(['delivered', 'delivered', 'failed', 'failed']);
  });

  test('a new chat begins with a connection', () => {
    const history = new History();
    history.lost(true);
    history.forget();
    const { ref } = history.write('x');
    history.sent(ref, 1);
    expect(states(history)).toEqual(['sent']);
  });

  test('failed before its id came, it stays failed', () => {
    const history = new History();
    const { ref } = history.write('x');
    history.failed(ref, 'ended');
    history.sent(ref, 7);
    expect(states(history)).toEqual(['failed']);
  });

  test('a cleared history stays empty, whatever comes of what was on its way', () => {
    const history = new History();
    const refs = ['a', 'b', 'c'].map((text) => history.write(text).ref);
    history.sent(refs[0] ?? '', 1);
    history.clear();
    history.sent(refs[1] ?? '', 2);
    history.delivered(1);
    history.delivered(2);
    history.failed(refs[2] ?? '', 'ended');
    expect(history.messages).toEqual([]);
    const { ref } = history.write('d');
    history.sent(ref, 4);
    history.delivered(4);
    expect(states(history)).toEqual(['delivered']);
  });

  test('ids of a chat that is gone mean nothing in the next', () => {
    const history = new History();
    history.sent(history.write('a').ref, 1);
    history.forget();
    history.write('b');
    history.forget();
    history.delivered(1);
    history.sent(history.write('c').ref, 1);
    expect(states(history)).toEqual(['sent']);
  });
});

test('each version of the list is an array of its own, of the same messages', () => {
  const history = new History();
  history.receive('a', 1);
  const before = history.messages;
  history.receive('b', 2);
  expect(before).toHaveLength(1);
  expect(history.messages).not.toBe(before);
  expect(history.messages[0]).toBe(before[0]);
});

describe('unread', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('the divider stands at the first that came unread, and is counted on', () => {
    const unread = new Unread();
    unread.arrived('a', true, true);
    expect(unread.first).toBeUndefined();
    unread.arrived('b', false, false);
    unread.arrived('c', false, false);
    expect([unread.first, unread.count]).toEqual(['b', 2]);
  });

  test('in a hidden page at its end nothing lies below, but it is new', () => {
    const unread = new Unread();
    unread.arrived('a', true, false);
    expect([unread.first, unread.count]).toEqual(['a', 0]);
  });

  test('read, it stays for a while, and goes with what comes after that', () => {
    const unread = new Unread();
    unread.arrived('a', false, false);
    unread.read();
    expect([unread.first, unread.count]).toEqual(['a', 0]);
    unread.arrived('b', true, true);
    expect(unread.first).toBe('a');
    vi.advanceTimersByTime(10_000);
    unread.arrived('c', true, true);
    expect(unread.first).toBeUndefined();
  });

  test('read, it moves to the next that comes unread', () => {
    const unread = new Unread();
    unread.arrived('a', false, false);
    unread.read();
    unread.arrived('b', false, false);
    expect([unread.first, unread.count]).toEqual(['b', 1]);
  });

  test('writing oneself takes it away', () => {
    const unread = new Unread();
    unread.arrived('a', false, false);
    unread.clear();
    expect([unread.first, unread.count]).toEqual([undefined, 0]);
  });
});

describe('the announcer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const message = (text: string): ChatMessage => ({
    key: text,
    from: 'them',
    text,
    at: 0,
    state: 'received',
  });
  const said = ({ lines }: Announcer) => lines.map(({ text }) => text);

  test('five in a second are read out', () => {
    const announcer = new Announcer();
    for (const text of ['1', '2', '3', '4', '5']) announcer.arrived(message(text));
    vi.advanceTimersByTime(5000);
    expect(said(announcer)).toEqual(['1', '2', '3', '4', '5'].map((text) => `Them: ${text}`));
  });

  test('of a flood it is told how many came, each second until it is over', () => {
    const announcer = new Announcer();
    for (let i = 0; i < 12; i++) announcer.arrived(message(`${i}`));
    vi.advanceTimersByTime(1000);
    expect(said(announcer).at(-1)).toBe('12 new messages');
    for (let i = 0; i < 3; i++) announcer.arrived(message(`more ${i}`));
    expect(said(announcer).at(-1)).toBe('12 new messages');
    vi.advanceTimersByTime(1000);
    expect(said(announcer).at(-1)).toBe('3 new messages');
    vi.advanceTimersByTime(1000);
    announcer.arrived(message('and calm again'));
    expect(said(announcer).at(-1)).toBe('Them: and calm again');
  });
});

test('a file whose message has become too old is told of, so that nothing of it stays', () => {
  const dropped: Transfer[] = [];
  const history = new History((file) => dropped.push(file));
  const file = new Transfer(false, { name: 'a.zip', kind: '', size: 1, voice: false });
  history.receive('File: a.zip', 1, file);
  expect(dropped).toEqual([]);
  history.receive('x'.repeat(5_000_000), 2);
  expect(dropped).toEqual([file]);
});
