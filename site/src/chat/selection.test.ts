import { cleanup, render } from '@testing-library/svelte';
import { afterEach, describe, expect, test, vi } from 'vitest';
import Log from './Log.svelte';
import * as markdown from '../message/markdown.ts';
import * as language from '../language/language.svelte.ts';
import * as runs from '../message/runs.ts';
import { copied } from './selection.ts';
import type { ChatMessage } from './entry.svelte.ts';
import { turn } from '../message/turns.ts';

afterEach(async () => {
  vi.restoreAllMocks();
  cleanup();
  await turn();
});

function messagesOf(...texts: string[]): ChatMessage[] {
  return texts.map((text, index) => ({
    key: `m${index}`,
    from: index % 2 === 0 ? 'them' : 'you',
    text,
    at: index,
    state: index % 2 === 0 ? 'received' : 'delivered',
  }));
}

const log = () => document.querySelector<HTMLElement>('.log') as HTMLElement;

/** The text node that holds these words, and where in it. */
function find(words: string, after = false): [Node, number] {
  const leaves = document.createTreeWalker(log(), NodeFilter.SHOW_TEXT);
  for (let node = leaves.nextNode(); node; node = leaves.nextNode()) {
    const at = node.textContent?.indexOf(words) ?? -1;
    if (at >= 0 && node.parentElement?.closest('.text')) return [node, after ? at + words.length : at];
  }
  throw new Error(`not shown: ${words}`);
}

/** Selects from the first of these words to the end of the last, and copies. */
function copy(messages: readonly ChatMessage[], from: string, to = from): string | undefined {
  const selection = getSelection() as Selection;
  selection.setBaseAndExtent(...find(from), ...find(to, true));
  return copied(selection, log(), messages);
}

function copyAll(messages: readonly ChatMessage[]): string | undefined {
  const selection = getSelection() as Selection;
  selection.selectAllChildren(document.body);
  return copied(selection, log(), messages);
}

describe('copying a part of the history', () => {
  test.each([
    ['a part of a line', 'some words here', 'words', 'words', 'words'],
    ['several lines', 'one\ntwo\n\nthree', 'ne', 'thr', 'ne\ntwo\n\nthr'],
    ['spaces', 'a   b', 'a', 'b', 'a   b'],
    ['emphasis', 'a **b** *c* d', 'a', 'd', 'a b c d'],
    ['part of emphasis', 'a **bold**', 'ol', 'ol', 'ol'],
    ['numbers', '3. October, then\n24. 12. at six', 'October', 'six', '3. October, then\n24. 12. at six'],
    ['brackets', '1) a1\n2) b2', 'a1', 'b2', '1) a1\n2) b2'],
    ['minus', '- a1\n- b2', 'a1', 'b2', '- a1\n- b2'],
    ['plus', '+ a1\n+ b2', 'a1', 'b2', '+ a1\n+ b2'],
    ['an item begun in the middle', '3. October\n4. May', 'ober', 'May', 'ober\n4. May'],
    ['a word of one item', '3. October\n4. May', 'Oct', 'Oct', 'Oct'],
    ['lists in each other', '- a1\n  1. b2\n  2. c3\n- d4', 'a1', 'd4', '- a1\n  1. b2\n  2. c3\n- d4'],
    ['a quote and an answer', '> quoted\n> more\n\nanswer', 'quoted', 'answer', '> quoted\n> more\n\nanswer'],
    ['a word of a quote', '> quoted words', 'words', 'words', 'words'],
    ['code', 'x\n\n```js\nlet a;\n  b();\n```\ny', 'x', 'y', 'x\n\nlet a;\n  b();\n\ny'],
    ['a table', '|a1|b2|\n|-|-|\n|c3|d4|', 'a1', 'd4', 'a1\tb2\nc3\td4'],
    ['runs that were cut', `a${'\u{1F3FB}'.repeat(40)}z`, 'a', 'z', `a${'\u{1F3FB}'.repeat(40)}z`],
    ['a link', 'see [the news](https://a.b/) now', 'see', 'now', 'see the news now'],
    ['headings', '# Title\n\ntext\n\n### *More*', 'Title', 'More', '# Title\n\ntext\n\n### More'],
    ['a word of a heading', '# A Title', 'Title', 'Title', 'Title'],
    ['a heading begun in the middle', '# Title\ntext', 'tle', 'text', 'tle\n\ntext'],
    ['tasks', '- [ ] a1\n- [x] b2\n- c3', 'a1', 'c3', '- [ ] a1\n- [x] b2\n- c3'],
    ['numbered tasks', '1. [X] a1\n2. b2', 'a1', 'b2', '1. [X] a1\n2. b2'],
    ['an address without its scheme', 'see www.example.com now', 'see', 'now', 'see www.example.com now'],
    ['every line as it is seen', 'a\u2028b', 'a', 'b', 'a\nb'],
  ])('%s', (_name, text, from, to, expected) => {
    const messages = messagesOf(text);
    render(Log, { messages });
    expect(copy(messages, from, to)).toBe(expected);
  });

  test('several messages have their authors, and neither times nor words of buttons', () => {
    const messages = messagesOf('first *one*', '- a1\n- b2', 'last one');
    render(Log, { messages });
    expect(copy(messages, 'first', 'last one')).toBe(
      'Them: first *one*\nYou: - a1\n    - b2\nThem: last one',
    );
    expect(copy(messages, 'one', 'last')).toBe('Them: one\nYou: - a1\n    - b2\nThem: last');
    expect(copyAll(messages)).toBe('Them: first *one*\nYou: - a1\n    - b2\nThem: last one');
  });

  test.each(['\n', '\r', '\r\n', '\u2028', '\u0085'])('no message can pose as another: %j', (end) => {
    const messages = messagesOf(`hi${end}You: I owe you`, 'no');
    render(Log, { messages });
    expect(copyAll(messages)).toBe('Them: hi\n    You: I owe you\nYou: no');
  });

  test('a folded message that is selected whole is copied whole', () => {
    const long = 'words '.repeat(2_000);
    for (const messages of [messagesOf(long), messagesOf('before', long, 'after')]) {
      render(Log, { messages });
      expect(copyAll(messages)).toContain(long);
      cleanup();
    }
  });

  test('rows that are out of sight are copied, too', () => {
    const messages = messagesOf(...Array.from({ length: 30 }, (_, i) => `message ${i}.`));
    render(Log, { messages });
    log()
      .querySelectorAll('li')
      .forEach((row, index) => {
        if (index > 5 && index < 25) row.remove();
      });
    const text = copy(messages, 'message 1.', 'message 28.') ?? '';
    expect(text.split('\n')).toHaveLength(28);
    expect(text).toContain('Them: message 14.');
  });

  test('what is no message is left to the browser', () => {
    const messages = messagesOf('hello');
    const { container } = render(Log, { messages });
    const selection = getSelection() as Selection;
    const time = container.querySelector('.message time');
    if (time) selection.selectAllChildren(time);
    expect(selection.toString().trim()).not.toBe('');
    expect(copied(selection, log(), messages)).toBeUndefined();
    selection.removeAllRanges();
    expect(copied(selection, log(), messages)).toBeUndefined();
  });

  test('the event carries it', () => {
    const messages = messagesOf('one', 'two');
    render(Log, { messages });
    (getSelection() as Selection).selectAllChildren(document.body);
    const event = new Event('copy', { bubbles: true, cancelable: true });
    const setData = vi.fn();
    Object.assign(event, { clipboardData: { setData } });
    document.body.dispatchEvent(event);
    expect(setData.mock.calls).toEqual([['text/plain', 'Them: one\nYou: two']]);
    expect(event.defaultPrevented).toBe(true);
  });
});

describe('what throws in showing one message', () => {
  const all = () => [...document.querySelectorAll('.message .text')].map(({ textContent }) => textContent);
  const bad = 'the *bad* one';

  test('in reading it leaves it as it was typed, and the others as they are', () => {
    const parse = markdown.parse;
    vi.spyOn(markdown, 'parse').mockImplementation((text) => {
      if (text === bad) throw new Error('no');
      return parse(text);
    });
    render(Log, { messages: messagesOf('*before*', bad, '*after*') });
    expect(all()).toEqual(['before', bad, 'after']);
    expect(document.querySelectorAll('em')).toHaveLength(2);
  });

  test('in bounding it leaves its text', () => {
    const cutRuns = runs.cutRuns;
    vi.spyOn(runs, 'cutRuns').mockImplementation((text) => {
      if (text.includes('bad')) throw new Error('no');
      return cutRuns(text);
    });
    render(Log, { messages: messagesOf('before', 'the bad one', 'after') });
    expect(all()).toEqual(['before', 'the bad one', 'after']);
  });

  test('in writing its time leaves it without', () => {
    vi.spyOn(language, 'written').mockImplementation((as, at) => {
      if (at === 1 && as !== 'day') throw new RangeError('no');
      return 'now';
    });
    render(Log, { messages: messagesOf('before', 'hers', 'after') });
    expect(all()).toEqual(['before', 'hers', 'after']);
    expect(document.querySelectorAll('.message time')).toHaveLength(2);
  });

  test('in writing every time leaves all of them', () => {
    vi.spyOn(language, 'written').mockImplementation(() => {
      throw new RangeError('no');
    });
    render(Log, { messages: messagesOf('before', 'hers', 'after') });
    expect(all()).toEqual(['before', 'hers', 'after']);
  });

  test('in telling of it shows it, and those that come after', async () => {
    const onadded = vi.fn((message: ChatMessage) => {
      if (message.text === bad) throw new Error('no');
    });
    const messages = messagesOf('before', bad, 'after');
    const { rerender } = render(Log, { messages: messages.slice(0, 1), onadded });
    await rerender({ messages });
    expect(all()).toEqual(['before', 'the bad one', 'after']);
    expect(onadded).toHaveBeenCalledTimes(2);
  });

  test('later, when it comes to be read, changes nothing', async () => {
    const parse = markdown.parse;
    const texts = ['*a* '.padEnd(9_000), '*b* '.padEnd(9_000), '*c* '.padEnd(9_000)];
    vi.spyOn(markdown, 'parse').mockImplementation((text) => {
      if (text === texts[2]) throw new Error('no');
      return parse(text);
    });
    render(Log, { messages: messagesOf(...texts) });
    await turn();
    await turn();
    expect(all().map((text) => text?.slice(0, 2))).toEqual(['a ', 'b ', '*c']);
  });
});
