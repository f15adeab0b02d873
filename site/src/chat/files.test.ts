import { beforeEach, describe, expect, test } from 'vitest';
import type { ChatEvent } from '../../../wasm/engine.d.ts';
import { chat, chatting, engine } from '../../test/bare-page.ts';
import type { Clean } from '../files/tray.svelte.ts';
import type { Check } from '../files/transfer.svelte.ts';

const none: Check = () => Promise.resolve(undefined);
const clean: Clean = () => Promise.resolve(undefined);
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

const offer: Extract<ChatEvent, { type: 'file' }> = {
  type: 'file',
  id: 3,
  name: 'a.zip',
  kind: 'application/zip',
  size: 1_200_000,
  voice: false,
};

function conversation() {
  if (!chat.conversation) throw new Error('there is no chat');
  return chat.conversation;
}

beforeEach(async () => {
  URL.createObjectURL = () => 'blob:1';
  URL.revokeObjectURL = () => undefined;
  await chatting();
});

describe('a file in the history', () => {
  test('of theirs is a message with a card, whose text tells of it where there is only text', () => {
    let heard = 0;
    chat.listen(() => (heard += 1));
    engine.tell(offer);
    const [message] = conversation().messages;
    expect(message?.from).toBe('them');
    expect(message?.text).toBe('File: a.zip (1.2 MB)');
    expect(message?.file?.state).toBe('offered');
    expect(heard).toBe(1);
  });

  test('of ours is delivered once they know of it, and arrives later', async () => {
    conversation().sendFile(new File(['abc'], 'b.txt', { type: 'text/plain' }));
    await settled();
    const [message] = conversation().messages;
    expect([message?.state, message?.file?.state]).toEqual(['delivered', 'offered']);
    engine.tell({ type: 'progress', ours: true, id: 1, done: 1 });
    expect([message?.file?.state, message?.file?.done]).toEqual(['moving', 1]);
    engine.tell({ type: 'ended', ours: true, id: 1, how: 'whole' });
    expect(message?.file?.state).toBe('whole');
  });

  test('that could not be offered says why, and can be sent again', async () => {
    engine.fails.sendFile = 'too-many-files';
    conversation().sendFile(new File(['abc'], 'b.txt'));
    await settled();
    const [failed] = conversation().messages;
    expect([failed?.state, failed?.code]).toEqual(['failed', 'too-many-files']);
    expect(failed?.file?.over, 'nothing waits for the other person').toBe(true);
    conversation().retry(failed?.key ?? '');
    await settled();
    const [again] = conversation().messages;
    expect([again?.state, again?.file]).toEqual(['delivered', failed?.file]);
  });

  test('that is withdrawn before they know of it is not said to have failed, also when the chat ends', async () => {
    engine.delivers = false;
    conversation().sendFile(new File(['abc'], 'b.txt'));
    await settled();
    const [message] = conversation().messages;
    engine.tell({ type: 'ended', ours: true, id: 1, how: 'withdrawn' });
    engine.tell({ type: 'state', state: 'lost' });
    engine.tell({ type: 'closed', reason: 'left' });
    expect([message?.state, message?.file?.state]).toEqual(['received', 'withdrawn']);
  });

  test('that ended before the engine has told its number is not said to be on its way', async () => {
    engine.delivers = false;
    conversation().sendFile(new File(['abc'], 'b.txt'));
    engine.tell({ type: 'ended', ours: true, id: 1, how: 'refused' });
    await settled();
    const [message] = conversation().messages;
    expect([message?.state, message?.file?.state]).toEqual(['received', 'refused']);
  });

  test('a voice message tells how long it is, and goes as one', async () => {
    conversation().sendFile(new File(['abc'], 'voice.ogg', { type: 'audio/ogg' }), 7);
    await settled();
    const file = conversation().messages[0]?.file;
    expect([file?.about.voice, file?.seconds]).toEqual([true, 7]);
  });
});

test('the files go first, in their order, and then the text', async () => {
  const { tray } = conversation();
  tray.add([new File(['1'], 'one.txt'), new File(['2'], 'two.txt')]);
  await conversation().sendAttached('here they are', clean, none);
  await settled();
  expect(conversation().messages.map(({ text }) => text)).toEqual([
    'File: one.txt (1 byte)',
    'File: two.txt (1 byte)',
    'here they are',
  ]);
  expect(tray.list).toEqual([]);
});

test('Clear history leaves what is not over, and nothing of what is', async () => {
  engine.tell(offer);
  engine.tell({ ...offer, id: 4, name: 'b.zip' });
  engine.tell({ type: 'message', id: 5, text: 'words' });
  engine.tell({ type: 'ended', ours: false, id: 4, how: 'withdrawn' });
  await settled();
  conversation().clear();
  expect(conversation().messages.map(({ file }) => file?.about.name)).toEqual(['a.zip']);
});

test('when the chat ends, what was under way is lost, and the tray is empty', async () => {
  engine.tell(offer);
  conversation().tray.add([new File(['1'], 'one.txt')]);
  engine.tell({ type: 'closed', reason: 'left' });
  await settled();
  expect(conversation().messages[0]?.file?.state).toBe('lost');
  expect(conversation().tray.list).toEqual([]);
});

test('what is in the tray is at stake', () => {
  expect(conversation().atStake).toBe(false);
  conversation().tray.add([new File(['1'], 'one.txt')]);
  expect(conversation().atStake).toBe(true);
});

test('when the other page is back after a reload, ours are offered anew, and no file is said again as a text', async () => {
  conversation().sendFile(new File(['abc'], 'b.txt'));
  conversation().send('words');
  await settled();
  engine.tell({ type: 'progress', ours: true, id: 1, done: 2 });
  engine.back();
  const { messages, reloads } = conversation();
  expect([messages[0]?.file?.state, messages[0]?.file?.done]).toEqual(['offered', 0]);
  expect(reloads.again?.count).toBe(1);
});
