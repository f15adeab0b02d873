import { cleanup, fireEvent, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ChatMessage } from './entry.svelte.ts';
import { maxBytes } from './Composer.svelte';
import { english as texts } from '../language/english.ts';
import { written } from '../language/language.svelte.ts';
import { showChat } from '../../test/conversation.svelte.ts';
import { digits, words } from '../../test/fake-engine.ts';

afterEach(cleanup);

let count = 0;

function message(from: 'you' | 'them', text: string, more: Partial<ChatMessage> = {}): ChatMessage {
  count += 1;
  const state = from === 'you' ? 'delivered' : 'received';
  return { key: `k${count}`, from, text, at: Date.UTC(2026, 0, 2, 3, 4, 5), state, ...more };
}

const base = { messages: [] as ChatMessage[], status: 'direct', words, digits, send: vi.fn() } as const;

/** The messages among the rows of the history. */
function shown() {
  return within(log())
    .getAllByRole('listitem')
    .filter((row) => row.querySelector('.message'));
}

function log() {
  return screen.getByRole('log', { name: 'Messages' });
}

describe('the history', () => {
  test('tells the two apart by label, with the time of each message', () => {
    showChat({ ...base, messages: [message('you', 'ping'), message('them', 'pong')] });
    const [mine, theirs] = shown();
    expect(mine?.textContent).toContain('You');
    expect(mine?.textContent).toContain('ping');
    expect(theirs?.textContent).toContain('Them');
    expect(theirs?.textContent).toContain('pong');
    expect(mine?.querySelector('time')?.dateTime).toBe('2026-01-02T03:04:05.000Z');
    expect(mine?.querySelector('.mine')).not.toBeNull();
    expect(theirs?.querySelector('.mine')).toBeNull();
  });

  test('shows markup of the other person as the text it is', () => {
    const text = '<img src=x onerror="alert(1)"><b>bold</b>\n  next';
    showChat({ ...base, messages: [message('them', text)] });
    expect(log().querySelector('img, b')).toBeNull();
    expect(log().querySelector('.text')?.textContent).toBe(text);
  });

  test.each([
    ['sending', 'Sending'],
    ['sent', 'Sent'],
    ['held', 'Waiting'],
    ['delivered', 'Delivered'],
  ] as const)('says in words that a message is %s', (state, words) => {
    showChat({ ...base, messages: [message('you', 'x', { state })] });
    expect(within(log()).getByText(words)).toBeTruthy();
  });

  test('a failed message says why and can be sent again', async () => {
    const failed = message('you', 'x', { state: 'failed', code: 'too-many-waiting' });
    const retry = vi.fn();
    showChat({ ...base, messages: [failed], retry });
    expect(within(log()).getByText(/^Not delivered\. Too many/)).toBeTruthy();
    await userEvent.click(within(log()).getByRole('button', { name: 'Send again' }));
    expect(retry).toHaveBeenCalledWith(failed.key);
  });
});

describe('the announcer', () => {
  test('reads each new message of the other person once, and none of ours', async () => {
    const view = showChat(base);
    const mine = message('you', 'my words');
    const theirs = message('them', 'their words');
    await view.rerender({ messages: [mine, theirs] });
    const announcer = document.querySelector('[aria-live="polite"].visually-hidden');
    expect(announcer?.textContent).toBe('Them: their words');
    expect(log().getAttribute('aria-live')).toBe('off');
  });
});

describe('a connection that is lost for long', () => {
  const since = new Date(2026, 0, 2, 18, 22).getTime();

  test('says since when and what can be done, is read out once, and goes', async () => {
    const onnewlink = vi.fn();
    const lost = { ...base, status: 'lost', messages: [message('them', 'x')], onnewlink } as const;
    const view = showChat(lost);
    expect(screen.queryByRole('region', { name: texts.absentTitle })).toBeNull();
    await view.rerender({ outage: { apart: 'lost', absentSince: since } });
    const card = within(screen.getByRole('region', { name: texts.absentTitle }));
    expect(card.getByText(/^Nothing has come from them since 6:22\sPM\. /)).toBeTruthy();
    const announcer = document.querySelector('[aria-live="polite"].visually-hidden');
    expect(announcer?.textContent).toBe(texts.absent({ since: written('time', since) }));
    await view.rerender({
      typing: true,
      messages: [...lost.messages, message('you', 'y', { state: 'held' })],
    });
    expect(announcer?.children).toHaveLength(1);
    expect(screen.getByRole('textbox', { name: 'Message' })).toBeTruthy();
    await userEvent.click(card.getByRole('button', { name: 'New link' }));
    expect(onnewlink).toHaveBeenCalledTimes(1);
    const saving = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
    Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined });
    await userEvent.click(card.getByRole('button', { name: 'Save as text' }));
    expect(saving).toHaveBeenCalledTimes(1);
    saving.mockRestore();
    await view.rerender({ outage: {}, status: 'direct' });
    expect(screen.queryByRole('region', { name: texts.absentTitle })).toBeNull();
    expect(announcer?.textContent).toBe('');
    await view.rerender({ outage: { apart: 'lost', absentSince: since + 3_600_000 }, status: 'lost' });
    expect(announcer?.children).toHaveLength(1);
  });

  test('nothing to save where nothing was said', () => {
    showChat({ ...base, status: 'lost', outage: { apart: 'lost', absentSince: since } });
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save as text' }).disabled).toBe(true);
  });
});

describe('a lost connection', () => {
  const lost = { ...base, status: 'lost' } as const;
  const repair = { link: 'https://chat.example/#oMine', qr: 'HTTPS://CHAT.EXAMPLE/#OMINE', goodFor: 0 };
  const lines = () => [...document.querySelectorAll('header [role="status"], header p[aria-live="polite"]')];
  const quietly = () => lines().map((line) => line.textContent.trim());

  test.each([
    ['lost', 'Messages wait and are sent when it is back.', false],
    ['trying', 'Trying to reach the other person again…', false],
    ['asking', 'Asking the mailbox…', false],
    ['paused', 'Paused. Press to look again.', true],
  ] as const)(
    '%s: it says so in lines that a screen reader reads, and in no dialog',
    async (apart, says, presses) => {
      const lookAgain = vi.fn();
      const view = showChat(base);
      const before = lines();
      expect(quietly()).toEqual(['Connected directly', '']);
      await view.rerender({ ...lost, outage: { apart, lookAgain } });
      expect(quietly()).toEqual(['Connection lost', says]);
      expect(lines()).toEqual(before);
      expect(screen.queryByRole('dialog')).toBeNull();
      expect(screen.getByRole('textbox', { name: 'Message' })).toBeTruthy();
      const button = screen.queryByRole('button', { name: 'Look again' });
      expect(button !== null).toBe(presses);
      if (button) await userEvent.click(button);
      expect(lookAgain).toHaveBeenCalledTimes(presses ? 1 : 0);
      await view.rerender({ ...base, outage: {} });
      expect(quietly()).toEqual(['Connected directly', '']);
      expect(screen.queryByRole('button', { name: 'Look again' })).toBeNull();
    },
  );

  test('the string between the two cans hangs slack', async () => {
    const string = () => document.querySelector('header .mark .string')?.getAttribute('d');
    const view = showChat(base);
    const tight = string();
    await view.rerender({ ...lost, outage: { apart: 'trying' } });
    expect(string()).not.toBe(tight);
    await view.rerender({ ...base, outage: {} });
    expect(string()).toBe(tight);
  });

  test('a link is offered when it is time, shown with what it is for, and taken away', async () => {
    const makeRepair = vi.fn(() => Promise.resolve());
    const closeRepair = vi.fn();
    const verbs = { makeRepair, closeRepair };
    const view = showChat({ ...lost, outage: { apart: 'trying', ...verbs } });
    expect(screen.queryByRole('button', { name: texts.repair })).toBeNull();
    await view.rerender({ outage: { apart: 'trying', byHand: true, ...verbs } });
    await userEvent.click(screen.getByRole('button', { name: texts.repair }));
    expect(makeRepair).toHaveBeenCalledTimes(1);

    const since = new Date(2026, 0, 2, 18, 22).getTime();
    const shown = {
      apart: 'asking',
      byHand: true,
      absentSince: since,
      repair: { ...repair, answers: false },
    } as const;
    await view.rerender({ outage: { ...shown, ...verbs } });
    const panel = screen.getByRole('region', { name: texts.repairLabel });
    expect(document.activeElement).toBe(panel);
    expect(within(panel).getByText(texts.repairText)).toBeTruthy();
    expect(within(panel).getByRole<HTMLTextAreaElement>('textbox').value).toBe(repair.link);
    expect(within(panel).getByRole('button', { name: 'Copy link' })).toBeTruthy();
    expect(within(panel).getByRole('img', { name: texts.repairQr })).toBeTruthy();
    expect(screen.queryByRole('button', { name: texts.repair })).toBeNull();
    expect(screen.queryByRole('region', { name: texts.absentTitle })).toBeNull();
    expect(screen.getByRole('textbox', { name: 'Message' })).toBeTruthy();
    await userEvent.click(within(panel).getByRole('button', { name: 'Close' }));
    expect(closeRepair).toHaveBeenCalledTimes(1);

    // By itself it goes when the chat goes on, and leaves the focus where one writes.
    await view.rerender({ ...base, outage: verbs });
    expect(screen.queryByRole('region', { name: texts.repairLabel })).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message' }));
  });

  test('one that has to be sent back is read out, and takes the focus from nobody', async () => {
    const view = showChat({ ...lost, outage: { apart: 'trying' } });
    const field = screen.getByRole('textbox', { name: 'Message' });
    field.focus();
    await view.rerender({ outage: { apart: 'trying', repair: { ...repair, answers: true } } });
    const panel = within(screen.getByRole('region', { name: texts.repairLabel }));
    expect(panel.getByText(texts.repairAnswers)).toBeTruthy();
    expect(document.activeElement).toBe(field);
    const announcer = document.querySelector('[aria-live="polite"].visually-hidden');
    expect(announcer?.textContent).toBe(texts.repairAnswers);
  });
});

describe('the composer', () => {
  function composer() {
    return screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' });
  }

  test('Enter sends, empties the field and keeps the focus', async () => {
    const send = vi.fn();
    showChat({ ...base, send });
    await userEvent.type(composer(), 'hello{Enter}');
    expect(send.mock.calls).toEqual([['hello']]);
    expect(composer().value).toBe('');
    expect(document.activeElement).toBe(composer());
  });

  test('Shift+Enter breaks the line', async () => {
    const send = vi.fn();
    showChat({ ...base, send });
    await userEvent.type(composer(), 'one{Shift>}{Enter}{/Shift}two');
    expect(send).not.toHaveBeenCalled();
    expect(composer().value).toBe('one\ntwo');
  });

  test.each([
    ['isComposing', { key: 'Enter', isComposing: true }],
    ['key code 229', { key: 'Enter', keyCode: 229 }],
  ])('Enter that chooses a candidate of an input method does not send: %s', async (_name, init) => {
    const send = vi.fn();
    showChat({ ...base, send });
    await userEvent.type(composer(), 'に');
    await fireEvent.keyDown(composer(), init);
    expect(send).not.toHaveBeenCalled();
    await fireEvent.keyDown(composer(), { key: 'Enter' });
    expect(send).toHaveBeenCalledWith('に');
  });

  test('Send sends, and can do so only when there is something', async () => {
    const send = vi.fn();
    showChat({ ...base, send });
    const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Send' });
    expect(button.disabled).toBe(true);
    await userEvent.type(composer(), '  \n ');
    expect(button.disabled).toBe(true);
    await userEvent.type(composer(), 'x');
    await userEvent.click(button);
    expect(send.mock.calls).toEqual([['  \n x']]);
  });

  test.each([
    ['ASCII', 'a', maxBytes],
    ['two bytes each', 'é', maxBytes / 2],
    ['four bytes each', '🙂', maxBytes / 4],
  ])('the limit is told in bytes before sending, and the text kept: %s', async (_name, letter, fits) => {
    const send = vi.fn();
    showChat({ ...base, send });
    await fireEvent.input(composer(), { target: { value: letter.repeat(fits) } });
    expect(screen.queryByRole('alert')).toBeNull();
    const long = `${letter.repeat(fits)}!`;
    await fireEvent.input(composer(), { target: { value: long } });
    expect(screen.getByRole('alert').textContent).toBe(texts.tooLong({ count: 1 }));
    await fireEvent.keyDown(composer(), { key: 'Enter' });
    expect(send).not.toHaveBeenCalled();
    expect(composer().value).toBe(long);
  });
});

describe('status and verifying', () => {
  test.each(Object.entries(texts.statuses))('%s', (status, sentence) => {
    showChat({ ...base, status: status as keyof typeof texts.statuses });
    expect(screen.getByRole('status').textContent.trim()).toBe(sentence);
  });

  test('says that the chat is not verified until it is', async () => {
    const view = showChat(base);
    expect(screen.getByText('Not verified')).toBeTruthy();
    await view.rerender({ verified: true });
    expect(screen.queryByText('Not verified')).toBeNull();
    expect(document.querySelector('.trust')?.textContent).toContain('Verified');
    await userEvent.click(screen.getByRole('button', { name: 'Verified' }));
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual(
      words.map(({ emoji, name }) => emoji + name),
    );
    expect(screen.queryByRole('button', { name: 'They match' })).toBeNull();
  });

  test.each([
    ['They match', undefined, true],
    ['They differ', texts.differSure, false],
  ])('Verify shows words and digits; %s', async (button, sure, match) => {
    const verify = vi.fn();
    showChat({ ...base, verify });
    await userEvent.click(screen.getByRole('button', { name: 'Verify' }));
    const dialog = screen.getByRole('dialog', { name: texts.verifyTitle });
    expect(
      within(dialog)
        .getAllByRole('listitem')
        .map((item) => item.textContent),
    ).toEqual(words.map(({ emoji, name }) => emoji + name));
    for (const group of digits) expect(dialog.textContent).toContain(group);
    await userEvent.click(within(dialog).getByRole('button', { name: button }));
    if (sure !== undefined) {
      expect(verify).not.toHaveBeenCalled();
      const question = screen.getByRole('dialog', { name: texts.differTitle });
      await userEvent.click(within(question).getByRole('button', { name: texts.compareAgain }));
      expect(screen.getByRole('dialog', { name: texts.verifyTitle })).toBeTruthy();
      await userEvent.click(screen.getByRole('button', { name: button }));
      await userEvent.click(screen.getByRole('button', { name: sure }));
    }
    expect(verify.mock.calls).toEqual([[match]]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('Escape closes the words without a verdict', async () => {
    const verify = vi.fn();
    showChat({ ...base, verify });
    await userEvent.click(screen.getByRole('button', { name: 'Verify' }));
    await fireEvent(screen.getByRole('dialog'), new Event('cancel', { cancelable: true }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(verify).not.toHaveBeenCalled();
  });

  test('without words there is nothing to verify', () => {
    showChat({ ...base, words: [] });
    expect(screen.queryByRole('button', { name: 'Verify' })).toBeNull();
  });
});

test('Leave leaves', async () => {
  const onleave = vi.fn();
  showChat({ ...base, onleave });
  await userEvent.click(screen.getByRole('button', { name: 'Leave' }));
  expect(onleave).toHaveBeenCalledTimes(1);
});

test('an ended chat keeps its history and offers a new one instead of the composer', async () => {
  const onnewchat = vi.fn();
  const failed = message('you', 'unheard', { state: 'failed', code: 'ended' });
  const view = showChat({ ...base, messages: [failed], onnewchat, retry: vi.fn() });
  await view.rerender({ status: 'left', reason: 'left' });
  expect(screen.getByText('unheard')).toBeTruthy();
  expect(screen.getByRole('heading', { name: 'The other person left' })).toBe(document.activeElement);
  expect(screen.queryByRole('textbox')).toBeNull();
  for (const name of ['Leave', 'Verify', 'Send again'])
    expect(screen.queryByRole('button', { name })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'New chat' }));
  expect(onnewchat).toHaveBeenCalledTimes(1);
});

describe('the announcer in a long chat', () => {
  const announced = () =>
    [...document.querySelectorAll('[aria-live="polite"].visually-hidden p')].map(
      ({ textContent }) => textContent,
    );

  test('what comes under an open dialog is told when that is closed', async () => {
    vi.useFakeTimers();
    const view = showChat(base);
    await fireEvent.click(screen.getByRole('button', { name: 'Verify' }));
    await view.rerender({ messages: [message('them', 'unheard'), message('them', 'as well')] });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(announced()).toEqual([]);
    await fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(announced()).toEqual(['2 new messages']);
    vi.useRealTimers();
  });

  test('somebody who writes more than a voice can read is told as a number', async () => {
    vi.useFakeTimers();
    const view = showChat(base);
    const messages: ChatMessage[] = [];
    for (let second = 0; second < 20; second++) {
      for (let i = 0; i < 4; i++) messages.push(message('them', 'x'.repeat(400)));
      await view.rerender({ messages: [...messages] });
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const said = announced().join('');
    expect(said).toMatch(/new messages/);
    expect(said.length).toBeLessThan(2_000);
    vi.useRealTimers();
  });

  test('reads nothing again: not when the list changes its kind, is trimmed, cleared or made anew', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => message('them', `old ${i}`));
    const view = showChat({ ...base, messages: many });
    const news = message('them', 'the first new one');
    await view.rerender({ messages: [...many, news] });
    expect(within(log()).queryAllByRole('listitem').length).toBeLessThan(1000);
    await view.rerender({ messages: [...many.slice(10), news], trimmed: true });
    await view.rerender({ messages: [...many.slice(10), news].map((each) => ({ ...each })) });
    await view.rerender({ messages: [], trimmed: false });
    expect(announced()).toEqual(['Them: the first new one']);
    await view.rerender({ messages: [message('them', 'after the clearing')] });
    expect(announced()).toEqual(['Them: the first new one', 'Them: after the clearing']);
  }, 60_000);
});

test('few messages of very many elements are not all on the page', async () => {
  const table = `|a|b|\n|-|-|\n${'|||\n'.repeat(450)}`;
  const view = showChat(base);
  const messages = Array.from({ length: 60 }, () => message('them', table));
  await view.rerender({ messages });
  expect(log().querySelectorAll('*').length).toBeLessThan(30_000);
});

test('the history is one stop of the keyboard, and arrows lead from message to message', async () => {
  showChat({ ...base, messages: [message('them', 'a'), message('you', 'b'), message('them', 'c')] });
  const all = screen.getAllByRole('article');
  for (const inside of log().querySelectorAll<HTMLElement>('button, [tabindex]'))
    expect(inside.tabIndex).toBe(-1);
  log().focus();
  await userEvent.keyboard('{ArrowUp}');
  expect(document.activeElement).toBe(all[2]);
  await userEvent.keyboard('{ArrowUp}{ArrowUp}{ArrowUp}');
  expect(document.activeElement).toBe(all[0]);
  await userEvent.keyboard('{ArrowDown}');
  expect(document.activeElement).toBe(all[1]);
  expect(
    all[1]
      ?.getAttribute('aria-labelledby')
      ?.split(' ')
      .map((id) => document.getElementById(id)?.textContent.trim()),
  ).toEqual([texts.you, 'b', expect.stringContaining(texts.delivered) as string]);
});

test('what comes while the page is hidden from the start is below the divider', async () => {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  const view = showChat(base);
  await view.rerender({ messages: [message('them', 'unseen')] });
  expect(within(log()).getByText(texts.newDivider)).toBeTruthy();
});

test('days, groups, and the divider above what came unseen', async () => {
  const mine = message('you', 'one');
  const view = showChat({ ...base, messages: [mine, message('you', 'two')] });
  const authors = () =>
    [...log().querySelectorAll('.author:not(.visually-hidden)')].map((e) => e.textContent);
  expect(authors()).toEqual(['You']);
  expect(log().querySelectorAll('.meta:not(.visually-hidden)')).toHaveLength(1);
  expect(log().querySelectorAll('.day time')).toHaveLength(1);
  const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  await fireEvent(document, new Event('visibilitychange'));
  await view.rerender({ messages: [mine, message('them', 'unseen')] });
  expect(within(log()).getByText(texts.newDivider)).toBeTruthy();
  visibility.mockReturnValue('visible');
  await fireEvent(document, new Event('visibilitychange'));
  expect(within(log()).getByText(texts.newDivider)).toBeTruthy();
  await view.rerender({ messages: [mine, message('you', 'an answer')] });
  expect(within(log()).queryByText(texts.newDivider)).toBeNull();
});

describe('away from the end', () => {
  /** jsdom has no layout: a history of 1000 pixels in a box of 400. */
  function scrollable() {
    let top = 600;
    Object.defineProperties(log(), {
      scrollHeight: { value: 1000 },
      clientHeight: { value: 400 },
      scrollTop: { get: () => top, set: (value: number) => (top = Math.min(value, 600)) },
    });
    return async (to: number) => {
      top = to;
      await fireEvent.scroll(log());
      // Until the new size has settled: a scroll before that may be its doing.
      for (let i = 0; i < 5; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
    };
  }

  test('unread messages are counted, and reading them at the end clears the count', async () => {
    const view = showChat(base);
    const scroll = scrollable();
    await scroll(600);
    await scroll(450);
    expect(screen.queryByRole('button', { name: /^Jump/ })).toBeNull();
    const messages = [message('them', 'a'), message('them', 'b')];
    await view.rerender({ messages });
    expect(screen.getByRole('button', { name: 'Jump to latest, 2 new' })).toBeTruthy();
    expect(log().scrollTop).toBe(450);
    await scroll(600);
    await scroll(450);
    expect(screen.queryByRole('button', { name: /^Jump/ })).toBeNull();
  });

  test('far up the way back is offered, and taken by pressing it', async () => {
    showChat(base);
    const scroll = scrollable();
    await scroll(600);
    await scroll(100);
    await userEvent.click(screen.getByRole('button', { name: 'Jump to latest' }));
    expect(log().scrollTop).toBe(600);
    expect(screen.queryByRole('button', { name: /^Jump/ })).toBeNull();
  });

  test('a message of one’s own jumps to the end', async () => {
    const view = showChat(base);
    const scroll = scrollable();
    await scroll(600);
    await scroll(100);
    await view.rerender({ messages: [message('you', 'mine')] });
    expect(log().scrollTop).toBe(600);
  });
});
