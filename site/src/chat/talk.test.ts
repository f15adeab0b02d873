import { render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, test, vi } from 'vitest';
import type { Said } from '../../../wasm/engine.d.ts';
import { english as texts } from '../language/english.ts';
import { FakeEngine } from '../../test/fake-engine.ts';
import Chat from './Chat.svelte';
import { Conversation } from './conversation.svelte.ts';

async function open() {
  const engine = new FakeEngine();
  const ontrouble = vi.fn();
  let conversation: Conversation | undefined;
  const chat = await engine.create({ mode: 'all', stun: [], turn: [] }, false, (event) => {
    if (event.type === 'open')
      conversation = new Conversation(chat, event, { onmessage: () => undefined, ontrouble });
    else conversation?.apply(event);
  });
  engine.open();
  if (!conversation) throw new Error('no chat has opened');
  engine.tell({ type: 'can', files: true, talk: true });
  return { engine, conversation, ontrouble, talk: conversation.talk };
}

/** What was sent arrives. */
const settled = () => new Promise((resolve) => setTimeout(resolve));
const mine = (id: number): Said => ({ ours: true, id });
const theirs = (id: number): Said => ({ ours: false, id });

async function both() {
  const all = await open();
  all.engine.tell({ type: 'message', id: 1, text: 'theirs' });
  all.conversation.send('mine');
  await settled();
  all.engine.calls.length = 0;
  const [first, second] = all.conversation.messages;
  if (!first || !second) throw new Error('two were said');
  return { ...all, first, second };
}

test('a text in place of theirs is shown there, and nothing but that changes', async () => {
  const { engine, conversation } = await both();
  const [before, other] = conversation.messages;
  engine.tell({ type: 'talk', id: 2, kind: 'edit', about: theirs(1), text: 'better' });
  const [after, same] = conversation.messages;
  expect(after).toMatchObject({
    key: before?.key,
    text: 'better',
    now: 'edited',
    at: before?.at,
    from: 'them',
  });
  expect(after).not.toBe(before);
  expect(same).toBe(other);
});

test('what either answers names a message, and one that is gone is told to be', async () => {
  const { engine, conversation, talk, first, second } = await both();
  engine.tell({ type: 'message', id: 2, text: 'an answer', about: mine(1) });
  engine.tell({ type: 'message', id: 3, text: 'to what is not here', about: mine(99) });
  talk.begin('reply', first);
  conversation.send('my answer');
  await settled();
  expect(engine.calls).toEqual(['talk answer their 1 my answer']);
  expect(talk.doing).toBeUndefined();
  const [, , answer, lost, own] = conversation.messages;
  expect(answer && talk.answered(answer)).toBe(second);
  expect(lost?.answers).toBe('');
  expect(lost && talk.answered(lost)).toBeUndefined();
  expect(own && talk.answered(own)).toBe(first);
  expect(own?.state).toBe('delivered');
  conversation.clear();
  expect(answer && talk.answered(answer)).toBeUndefined();
});

test('an edit takes the place of the text, and what was being written comes back', async () => {
  const { engine, conversation, talk, second } = await both();
  conversation.write('a draft');
  expect(talk.last).toBe(second);
  talk.begin('edit', second);
  expect(conversation.draft).toBe('mine');
  talk.cancel();
  expect(conversation.draft).toBe('a draft');
  talk.begin('edit', second);
  conversation.write('');
  conversation.send('mine, mended');
  expect(conversation.draft).toBe('a draft');
  expect(conversation.messages[1]).toMatchObject({ text: 'mine, mended', now: 'edited', state: 'delivered' });
  await settled();
  expect(engine.calls).toEqual(['talk edit own 1 mine, mended']);
});

test('an edit that changes nothing is not told', async () => {
  const { engine, conversation, talk, second } = await both();
  talk.begin('edit', second);
  conversation.send('mine');
  expect(engine.calls).toEqual([]);
  expect(conversation.messages[1]).toBe(second);
});

test.each(['edit', 'unsend', 'react'] as const)(
  '%s that the engine refuses is undone, and told',
  async (what) => {
    const { engine, conversation, talk, ontrouble, second } = await both();
    engine.fails.talk = 'no-message';
    if (what === 'edit') talk.edit(second, 'other');
    else if (what === 'unsend') talk.unsend(second);
    else talk.react(second, '👍');
    await settled();
    expect(conversation.messages[1]).toMatchObject({ text: 'mine', now: undefined });
    expect(conversation.messages[1]?.reactions?.you ?? '').toBe('');
    expect(ontrouble).toHaveBeenCalledExactlyOnceWith('no-message');
  },
);

test('what fails later is undone as well, but not with the end of the chat', async () => {
  const { engine, conversation, talk, ontrouble, second } = await both();
  talk.edit(second, 'other');
  engine.tell({ type: 'failed', ref: 't1', id: 2, code: 'no-message' });
  expect(conversation.messages[1]?.text).toBe('mine');
  talk.edit(second, 'another');
  engine.tell({ type: 'failed', ref: 't2', id: 3, code: 'ended' });
  expect(conversation.messages[1]?.text).toBe('another');
  expect(ontrouble).toHaveBeenCalledExactlyOnceWith('no-message');
});

test('a message that was taken back leaves a trace without a text, at either person', async () => {
  const { engine, conversation, talk, first, second } = await both();
  talk.unsend(second);
  engine.tell({ type: 'talk', id: 2, kind: 'unsend', about: theirs(1) });
  expect(conversation.messages.map(({ text, now }) => [text, now])).toEqual([
    ['', 'gone'],
    ['', 'gone'],
  ]);
  expect(engine.calls).toEqual(['talk unsend own 1']);
  expect(talk.told).not.toBe('');
  for (const message of conversation.messages) expect(talk.allows(message)).toBe(false);
  talk.unsend(first); // not one's own
  expect(engine.calls).toHaveLength(2);
});

test('one emoji each, and the same once more takes it back', async () => {
  const { engine, talk, first } = await both();
  talk.react(first, '👍');
  talk.react(first, '❤️');
  engine.tell({ type: 'talk', id: 2, kind: 'reaction', about: theirs(1), text: '🎉' });
  expect(first.reactions).toEqual({ you: '❤️', them: '🎉' });
  talk.react(first, '❤️');
  engine.tell({ type: 'talk', id: 3, kind: 'reaction', about: theirs(1), text: '' });
  expect(first.reactions).toEqual({ you: '', them: '' });
  expect(engine.calls).toEqual([
    'talk reaction their 1 👍',
    'talk reaction their 1 ❤️',
    'talk reaction their 1',
  ]);
});

test('who cannot talk is told nothing, and what a reloaded page has lost is named no more', async () => {
  const { engine, conversation, talk, first, second } = await both();
  engine.tell({ type: 'can', files: true, talk: false });
  for (const message of [first, second]) expect(talk.allows(message)).toBe(false);
  engine.tell({ type: 'can', files: true, talk: true });
  expect([talk.allows(first), talk.edits(first), talk.edits(second)]).toEqual([true, false, true]);
  engine.delivers = false;
  conversation.send('under way');
  await settled();
  engine.back();
  const last = conversation.messages.at(-1);
  expect([first, second].map((message) => talk.allows(message))).toEqual([false, false]);
  expect(last && talk.allows(last)).toBe(true);
  engine.tell({ type: 'talk', id: 9, kind: 'edit', about: theirs(1), text: 'of before' });
  expect(conversation.messages[0]).toBe(first);
  engine.tell({ type: 'closed', reason: 'left' });
  expect(last && talk.allows(last)).toBe(false);
});

test('messages disappear once both want it, after the longer time, and those of before stay', async () => {
  vi.useFakeTimers();
  try {
    const { engine, conversation, talk } = await open();
    conversation.send('before');
    talk.wish(300);
    expect(talk.lasting).toBe(0);
    engine.tell({ type: 'talk', id: 1, kind: 'timer', seconds: 3_600 });
    expect(talk.lasting).toBe(3_600);
    conversation.send('goes');
    await vi.advanceTimersByTimeAsync(60_000);
    engine.tell({ type: 'message', id: 2, text: 'goes later' });
    await vi.advanceTimersByTimeAsync(3_539_000);
    expect(conversation.messages).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(conversation.messages.map(({ text }) => text)).toEqual(['before', 'goes later']);
    talk.wish(0);
    expect(talk.lasting).toBe(0);
    conversation.send('stays');
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(conversation.messages.map(({ text }) => text)).toEqual(['before', 'stays']);
    expect(engine.calls.filter((call) => call.startsWith('talk'))).toEqual([
      'talk timer 300',
      'talk timer 0',
    ]);
  } finally {
    vi.useRealTimers();
  }
});

test('what was seen is told of the newest of theirs, and shown of all up to it', async () => {
  const { engine, conversation, talk } = await both();
  conversation.send('second');
  await settled();
  engine.tell({ type: 'read', id: 1 });
  expect(conversation.messages.map(({ seen }) => seen)).toEqual([false, true, false]);
  engine.tell({ type: 'read', id: 2 });
  expect(conversation.messages.map(({ seen }) => seen)).toEqual([false, true, true]);
  talk.saw(conversation.messages);
  talk.shows(true);
  expect(engine.signs).toEqual(['read 1', 'here']);
  expect(conversation.here).toBeUndefined();
  engine.tell({ type: 'presence', here: false });
  expect(conversation.here).toBe(false);
  engine.tell({ type: 'state', state: 'lost' });
  expect(conversation.here).toBeUndefined();
});

test('an own message may be named from when the engine has it, and an edit of it meanwhile is its own', async () => {
  const { engine, conversation, talk } = await open();
  engine.delivers = false;
  conversation.send('a');
  const [early] = conversation.messages;
  expect(early && talk.allows(early)).toBe(false);
  await settled();
  expect(early && talk.allows(early)).toBe(true);
  if (early) talk.edit(early, 'b');
  engine.tell({ type: 'delivered', id: 1 });
  expect(conversation.messages[0]).toMatchObject({ text: 'b', state: 'delivered' });
});

test('a shorter time counts from when it is agreed to', async () => {
  vi.useFakeTimers();
  try {
    const { engine, conversation, talk } = await open();
    talk.wish(86_400);
    engine.tell({ type: 'talk', id: 1, kind: 'timer', seconds: 86_400 });
    conversation.send('a day');
    talk.wish(300);
    engine.tell({ type: 'talk', id: 2, kind: 'timer', seconds: 300 });
    conversation.send('five minutes');
    await vi.advanceTimersByTimeAsync(301_000);
    expect(conversation.messages.map(({ text }) => text)).toEqual(['a day']);
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(conversation.messages).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

test('edits of the other person fill no memory', async () => {
  const { engine, conversation } = await open();
  for (let id = 1; id <= 200; id++) engine.tell({ type: 'message', id, text: '.' });
  for (let id = 1; id <= 200; id++)
    engine.tell({ type: 'talk', id: 200 + id, kind: 'edit', about: theirs(id), text: 'x'.repeat(65_536) });
  const length = conversation.messages.reduce((sum, { text }) => sum + text.length, 0);
  expect(length).toBeLessThanOrEqual(4 << 20);
  expect(conversation.trimmed).toBe(true);
});

test('of several edits that fail, the first text comes back, and nothing that was written is lost', async () => {
  const { engine, conversation, talk } = await both();
  engine.delivers = false;
  for (const text of ['B', 'C']) talk.edit(conversation.messages[1] ?? never(), text);
  await settled();
  engine.tell({ type: 'failed', ref: 't1', id: 2, code: 'no-message' });
  expect(conversation.messages[1]?.text).toBe('C');
  engine.tell({ type: 'failed', ref: 't2', id: 3, code: 'no-message' });
  expect(conversation.messages[1]).toMatchObject({ text: 'mine', now: undefined });
  expect(conversation.draft).toBe('C');
});

test.each([
  ['the history is cleared', (all: Awaited<ReturnType<typeof both>>) => all.conversation.clear(), ''],
  [
    'the other page is reloaded',
    ({ engine }: Awaited<ReturnType<typeof both>>) => engine.back(),
    'a draft\nbetter',
  ],
  [
    'the chat ends',
    ({ engine }: Awaited<ReturnType<typeof both>>) => engine.tell({ type: 'closed', reason: 'left' }),
    'a draft\nbetter',
  ],
])('what is being edited when %s is not lost with it', async (_, happens, draft) => {
  const all = await both();
  all.conversation.write('a draft');
  all.talk.begin('edit', all.second);
  all.conversation.write('better');
  happens(all);
  expect(all.talk.doing).toBeUndefined();
  expect(all.conversation.draft).toBe(draft || 'a draft');
});

test('a text that waits for its pictures is for what it was for when it was sent', async () => {
  const { engine, conversation, talk, first, second } = await both();
  conversation.tray.add([new File(['a'], 'a.txt')]);
  talk.begin('reply', first);
  const sent = conversation.sendAttached(
    'an answer',
    () => Promise.resolve(undefined),
    () => Promise.resolve(undefined),
  );
  talk.begin('edit', second);
  await sent;
  await settled();
  expect(engine.calls).toContain('talk answer their 1 an answer');
  expect(talk.doing?.message).toBe(second);
});

test('the bytes of a file that was taken back are let go', async () => {
  const { engine, conversation, talk } = await open();
  const forgotten = vi.spyOn(conversation.files, 'forget');
  conversation.sendFile(new File(['abc'], 'a.txt'));
  await settled();
  talk.unsend(conversation.messages[0] ?? never());
  await settled();
  expect(forgotten).toHaveBeenCalledTimes(1);
  engine.tell({ type: 'file', id: 1, name: 'b.txt', kind: '', size: 1, voice: false });
  engine.tell({ type: 'talk', id: 2, kind: 'unsend', about: theirs(1) });
  expect(forgotten).toHaveBeenCalledTimes(2);
  expect(conversation.messages.map(({ now, file }) => [now, file])).toEqual([
    ['gone', undefined],
    ['gone', undefined],
  ]);
});

test('what has failed is no more to be edited than what the engine does not know', async () => {
  const { engine, conversation, talk } = await open();
  engine.fails.send = 'too-many-waiting';
  conversation.send('failed');
  await settled();
  const [failed] = conversation.messages;
  expect(failed?.state).toBe('failed');
  expect(failed && talk.allows(failed)).toBe(false);
  expect(talk.last).toBeUndefined();
});

test('an answer to what is gone by then is a message of its own', async () => {
  const { engine, conversation, talk, first } = await both();
  talk.begin('reply', first);
  engine.tell({ type: 'talk', id: 2, kind: 'unsend', about: theirs(1) });
  expect(talk.doing).toBeUndefined();
  conversation.send('an answer');
  await settled();
  expect(engine.calls).toEqual(['send an answer']);
  expect(conversation.messages.at(-1)?.answers).toBeUndefined();
});

test('a message that failed after it was known is not to be edited', async () => {
  const { engine, conversation, talk, second } = await both();
  engine.delivers = false;
  conversation.send('lost');
  await settled();
  const lost = conversation.messages.at(-1) ?? never();
  expect(talk.edits(lost)).toBe(true);
  engine.tell({ type: 'failed', ref: lost.key, id: 2, code: 'ended' });
  expect(lost.state).toBe('failed');
  expect(talk.allows(lost)).toBe(false);
  expect(talk.last).toBe(second);
});

test('files are answered and taken back, and never edited', async () => {
  const { conversation, talk } = await open();
  conversation.sendFile(new File(['abc'], 'a.txt'));
  await settled();
  const [file] = conversation.messages;
  expect(file && [talk.allows(file), talk.edits(file)]).toEqual([true, false]);
});

test('a time that was wanted is wanted still of a page that is back, and that it was over is told', async () => {
  const { engine, talk } = await open();
  talk.wish(3_600);
  engine.tell({ type: 'talk', id: 1, kind: 'timer', seconds: 300 });
  expect(talk.lasting).toBe(3_600);
  engine.back();
  expect([talk.lasting, talk.wishes]).toEqual([0, { mine: 3_600, theirs: 0 }]);
  expect(engine.calls.filter((call) => call.startsWith('talk'))).toEqual([
    'talk timer 3600',
    'talk timer 3600',
  ]);
  expect(talk.told.text).toBe(texts.timer.ended);
});

test('what has arrived is not undone by what fails later', async () => {
  const { engine, conversation, talk } = await both();
  talk.edit(conversation.messages[1] ?? never(), 'B');
  await settled();
  engine.delivers = false;
  talk.edit(conversation.messages[1] ?? never(), 'C');
  await settled();
  engine.tell({ type: 'failed', ref: 't1', id: 2, code: 'no-message' });
  expect(conversation.messages[1]?.text).toBe('C');
  engine.tell({ type: 'failed', ref: 't2', id: 3, code: 'no-message' });
  expect(conversation.messages[1]?.text).toBe('B');
});

test('what is taken back before it has gone does not fail with the chat', async () => {
  const { engine, conversation, talk } = await open();
  engine.delivers = false;
  conversation.send('a');
  await settled();
  vi.spyOn(engine.chat, 'talk').mockResolvedValue(0);
  talk.unsend(conversation.messages[0] ?? never());
  await settled();
  engine.tell({ type: 'closed', reason: 'left' });
  expect(conversation.messages[0]).toMatchObject({ now: 'gone', state: 'received' });
});

test('a message that is sent once more has the name of that alone', async () => {
  const { engine, conversation, talk } = await open();
  engine.delivers = false;
  conversation.send('a');
  await settled();
  const [{ key } = never()] = conversation.messages;
  engine.tell({ type: 'failed', ref: key, id: 1, code: 'internal' });
  conversation.retry(key);
  await settled();
  engine.tell({ type: 'talk', id: 1, kind: 'reaction', about: mine(1), text: '👍' });
  expect(conversation.messages[0]?.reactions).toBeUndefined();
  engine.tell({ type: 'talk', id: 2, kind: 'reaction', about: mine(2), text: '👍' });
  expect(conversation.messages[0]?.reactions).toEqual({ them: '👍' });
  expect(talk.allows(conversation.messages[0] ?? never())).toBe(true);
});

test('an own message has its button as soon as it can be named, and as long', async () => {
  const { engine, conversation } = await open();
  const view = render(Chat, { conversation });
  conversation.send('a');
  await tick();
  expect(screen.queryByRole('button', { name: texts.talk.menu })).toBeNull();
  await settled();
  await tick();
  expect(screen.getByRole('button', { name: texts.talk.menu })).toBeTruthy();
  engine.back();
  await tick();
  expect(screen.queryByRole('button', { name: texts.talk.menu })).toBeNull();
  view.unmount();
});

test('what was seen counts also where the last of it was no message', async () => {
  const { engine, conversation, talk, second } = await both();
  talk.react(second, '👍');
  await settled();
  engine.tell({ type: 'read', id: 2 });
  expect(conversation.messages.map(({ seen }) => seen)).toEqual([false, true]);
});

test('what is to disappear, or was taken back, is not offered again to a page that has lost it', async () => {
  const { engine, conversation, talk, second } = await both();
  talk.unsend(second);
  talk.wish(300);
  engine.tell({ type: 'talk', id: 2, kind: 'timer', seconds: 300 });
  engine.tell({ type: 'message', id: 3, text: 'goes' });
  engine.back();
  await settled();
  expect(conversation.reloads.again?.count).toBe(1);
  await conversation.reloads.again?.send();
  await settled();
  const said = engine.calls.filter((call) => call.startsWith('send')).join();
  expect(said).toContain('theirs');
  expect(said).not.toMatch(/goes|mine/);
});

function never(): never {
  throw new Error('there is a message');
}
