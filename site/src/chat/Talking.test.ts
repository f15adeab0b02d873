import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeEngine } from '../../test/fake-engine.ts';
import { english as texts } from '../language/english.ts';
import { moveByArrows } from './arrows.ts';
import Chat from './Chat.svelte';
import { Conversation } from './conversation.svelte.ts';
import { touch } from './touch.ts';
import { transcript } from './transcript.ts';

let engine: FakeEngine;
let conversation: Conversation;
let view: ReturnType<typeof render<typeof Chat>>;

beforeEach(async () => {
  engine = new FakeEngine();
  let opened: Conversation | undefined;
  const chat = await engine.create({ mode: 'all', stun: [], turn: [] }, false, (event) => {
    const listener = { onmessage: () => undefined, ontrouble: () => undefined };
    if (event.type === 'open') opened = new Conversation(chat, event, listener);
    else opened?.apply(event);
  });
  engine.open();
  if (!opened) throw new Error('no chat has opened');
  conversation = opened;
  engine.tell({ type: 'can', files: true, talk: true });
  engine.tell({ type: 'message', id: 1, text: 'theirs' });
  conversation.send('mine');
  await new Promise((resolve) => setTimeout(resolve));
  view = render(Chat, { conversation });
});
afterEach(cleanup);

const message = (text: string) => screen.getByRole('article', { name: new RegExp(`(^| )${text}( |$)`) });
const dialog = () => screen.findByRole('dialog', { name: texts.talk.menu });
/** What is loaded when it is first wanted has come, and would be shown. */
const loaded = async () => {
  await import('./doing.ts');
  await new Promise((resolve) => setTimeout(resolve));
};
const closed = () => waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());

async function open(text: string): Promise<HTMLElement> {
  await fireEvent.keyDown(message(text), { key: 'Enter' });
  return dialog();
}

describe('what can be done with a message', () => {
  test('is for each what it allows', async () => {
    const names = (inside: HTMLElement) =>
      within(within(inside).getByRole('list'))
        .getAllByRole('button')
        .map(({ textContent }) => textContent.trim());
    const { reply, edit, unsend, selectText } = texts.talk;
    expect(names(await open('theirs'))).toEqual([reply, texts.copyMessage, selectText]);
    await fireEvent(await dialog(), new Event('cancel', { cancelable: true }));
    await closed();
    expect(names(await open('mine'))).toEqual([reply, edit, texts.copyMessage, selectText, unsend]);
  });

  test('stays for a click that nothing has pressed, and goes by a press beside it', async () => {
    const inside = await open('theirs');
    await fireEvent.click(inside);
    await fireEvent.pointerDown(within(inside).getByRole('button', { name: '👍' }));
    expect(screen.queryByRole('dialog')).toBe(inside);
    await fireEvent.pointerDown(inside);
    await closed();
  });

  test('an Enter that is held opens nothing and presses nothing', async () => {
    await fireEvent.keyDown(message('theirs'), { key: 'Enter', repeat: true });
    await loaded();
    expect(screen.queryByRole('dialog')).toBeNull();
    const inside = await open('theirs');
    const button = within(inside).getByRole('button', { name: '👍' });
    expect(await fireEvent.keyDown(button, { key: 'Enter', repeat: true })).toBe(false);
    expect(await fireEvent.keyDown(button, { key: 'Enter' })).toBe(true);
  });

  test('goes with a message that is taken back meanwhile, and follows one that is edited', async () => {
    const inside = await open('theirs');
    engine.tell({ type: 'talk', id: 2, kind: 'edit', about: { ours: false, id: 1 }, text: 'better' });
    await tick();
    await userEvent.click(within(inside).getByRole('button', { name: texts.talk.reply }));
    expect(conversation.talk.doing?.message.text).toBe('better');
    await open('better');
    engine.tell({ type: 'talk', id: 3, kind: 'unsend', about: { ours: false, id: 1 } });
    await closed();
    const gone = message(texts.talk.unsentThem);
    await fireEvent.keyDown(gone, { key: 'Enter' });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    gone.dispatchEvent(new PointerEvent('pointerdown', { pointerType: 'touch', isPrimary: true }));
    vi.advanceTimersByTime(600);
    vi.useRealTimers();
    await loaded();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test.each(['ltr', 'rtl'])('arrows to the side go with a text that runs %s', async (direction) => {
    const inside = await open('theirs');
    inside.style.direction = direction;
    const emoji = within(inside).getByRole('button', { name: '👍' });
    emoji.focus();
    await fireEvent.keyDown(emoji, { key: 'ArrowRight' });
    const all = within(inside).getAllByRole('button');
    expect(document.activeElement).toBe(all.at(direction === 'ltr' ? 1 : -1));
  });
});

test('the up arrow edits the last message only while nothing is written', async () => {
  const field = screen.getByRole('textbox', { name: texts.message });
  await userEvent.type(field, 'a{ArrowUp}');
  expect(conversation.talk.doing).toBeUndefined();
  await userEvent.clear(field);
  await userEvent.type(field, '{ArrowUp}');
  expect(conversation.draft).toBe('mine');
  await userEvent.type(field, '{Escape}');
  expect([conversation.talk.doing, conversation.draft]).toEqual([undefined, '']);
});

test('who proposes a time is not asked to agree to it', async () => {
  conversation.talk.wish(300);
  await tick();
  expect(screen.getByText(texts.timer.youWant({ time: texts.timer.times.short }))).toBeTruthy();
  expect(screen.queryByRole('button', { name: texts.timer.agree })).toBeNull();
  conversation.talk.wish(0);
  engine.tell({ type: 'talk', id: 2, kind: 'timer', seconds: 300 });
  await tick();
  await userEvent.click(screen.getByRole('button', { name: texts.timer.agree }));
  expect(conversation.talk.lasting).toBe(300);
});

test('who does not show any more that they are here is away', async () => {
  expect(engine.signs).toEqual([]);
  await view.rerender({ conversation, tellsPresence: true });
  await view.rerender({ conversation, tellsPresence: false });
  expect(engine.signs).toEqual(['here', 'away']);
});

test('that it was seen stands below a message', async () => {
  expect(message('mine').textContent).not.toContain(texts.presence.seen);
  engine.tell({ type: 'read', id: 1 });
  await tick();
  expect(message('mine').textContent).toContain(texts.presence.seen);
});

test('what the other person does is told, and forgotten with the history', async () => {
  engine.tell({ type: 'talk', id: 2, kind: 'reaction', about: { ours: true, id: 1 }, text: '🎉' });
  await tick();
  const said = `${texts.talk.reactionThem({ emoji: '🎉' })}, mine`;
  expect(screen.getByText(said)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: texts.more }));
  await userEvent.click(screen.getByRole('button', { name: texts.clearHistory }));
  await userEvent.click(screen.getByRole('button', { name: texts.clear }));
  expect(screen.queryByText(said)).toBeNull();
});

test('of what was taken back a transcript has the trace', () => {
  const [, mine] = conversation.messages;
  if (mine) conversation.talk.unsend(mine);
  const text = transcript(conversation.messages, false);
  expect(text).toContain(texts.talk.unsentYou);
  expect(text).not.toContain('mine');
});

describe('fingers', () => {
  let node: HTMLElement;
  const done: string[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    done.length = 0;
    node = document.body.appendChild(document.createElement('div'));
    node.innerHTML = '<p>text</p><input type="range"><a href="#a">link</a><dialog></dialog>';
    touch(() => ({ onlong: () => done.push('long'), onaside: () => done.push('aside') }))(node);
  });
  afterEach(() => {
    node.remove();
    vi.useRealTimers();
  });

  function finger(on: string, moves: [x: number, y: number][], rest = 0, pointerType = 'touch') {
    const target = node.querySelector(on) ?? node;
    const told = (type: string, x: number, y: number) =>
      target.dispatchEvent(
        new PointerEvent(type, { bubbles: true, clientX: x, clientY: y, pointerType, isPrimary: true }),
      );
    told('pointerdown', 0, 0);
    for (const [x, y] of moves) told('pointermove', x, y);
    vi.advanceTimersByTime(rest);
    const [x, y] = moves.at(-1) ?? [0, 0];
    told('pointerup', x, y);
  }

  test.each([
    ['a tap', 'p', [], 100, []],
    ['one that rests', 'p', [], 600, ['long']],
    ['one that rests, and trembles', 'p', [[3, 4]], 600, ['long']],
    ['one that rests on a link', 'a', [], 600, []],
    [
      'one that moves far aside',
      'p',
      [
        [30, 2],
        [70, 5],
      ],
      0,
      ['aside'],
    ],
    ['one that moves the other way', 'p', [[-70, 5]], 0, ['aside']],
    [
      'one that moves aside and comes back',
      'p',
      [
        [70, 0],
        [20, 0],
      ],
      0,
      [],
    ],
    [
      'one that scrolls',
      'p',
      [
        [5, 30],
        [80, 90],
      ],
      600,
      [],
    ],
    ['one on a slider', 'input', [[90, 0]], 600, []],
    ['one on what lies over the page', 'dialog', [[90, 0]], 600, []],
  ] as [string, string, [number, number][], number, string[]][])('%s', (_, on, moves, rest, want) => {
    finger(on, moves, rest);
    expect(done).toEqual(want);
    expect(node.style.translate).toBe('');
  });

  test('a mouse does none of it', () => {
    finger('p', [[90, 0]], 600, 'mouse');
    expect(done).toEqual([]);
  });
});

test('arrows in what lies over a message move nothing below it', () => {
  const box = document.body.appendChild(document.createElement('div'));
  const row = '<div class="message" tabindex="-1"><dialog open><button>a</button></dialog></div>';
  box.innerHTML = row + row;
  box.addEventListener('keydown', (event) => moveByArrows(event, box));
  const event = new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true });
  box.querySelector('button')?.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(false);
  box.remove();
});
