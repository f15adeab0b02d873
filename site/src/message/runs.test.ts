import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, describe, expect, test, vi } from 'vitest';
import CodeBlock from './CodeBlock.svelte';
import { fold } from './fold.ts';
import { parse } from './markdown.ts';
import Markdown from './Markdown.svelte';
import Message from '../chat/Message.svelte';
import { cutBefore, cutRuns, joinRuns } from './runs.ts';
import { english as texts } from '../language/english.ts';
import { mayRead, turn } from './turns.ts';
import Twenty from './Twenty.test.svelte';

afterEach(async () => {
  cleanup();
  await turn();
});

/** The longest run of marks, skin tones and what shows nothing that is laid out in one. */
function longestRun(text: string): number {
  const runs = text
    .split('\u200C\u200B\u200C')
    .flatMap((part) => part.match(/[\p{M}\p{Emoji_Modifier}\p{DI}]+/gu) ?? []);
  return Math.max(0, ...runs.map((run) => [...run].length));
}

describe('runs', () => {
  const costly = {
    'skin tones': `e${'\u{1F3FB}'.repeat(1000)}`,
    'skin tones of all kinds': `e${'\u{1F3FB}\u{1F3FC}\u{1F3FD}'.repeat(300)}`,
    accents: `e${'\u0301'.repeat(1000)}`,
    'accents and skin tones': `e${'\u0301\u{1F3FB}'.repeat(500)}`,
    'points of Hebrew': `א${'\u05B0'.repeat(1000)}`,
    'marks of Arabic': `ب${'\u064B'.repeat(1000)}`,
    'enclosing marks': `1${'\u20E3'.repeat(1000)}`,
    'variation selectors': `e${'\uFE0F'.repeat(1000)}`,
    'skin tones and tags': `e${'\u{1F3FB}\u{E007F}\uFE0E'.repeat(300)}`,
    'skin tones and soft hyphens': `e${'\u{1F3FB}\u00AD'.repeat(500)}`,
    'accents and joiners of graphemes': `e${'\u0301\u034F'.repeat(500)}`,
    'accents and marks of direction': `e${'\u0301\u200E'.repeat(500)}`,
    'viramas and vowels': `क${'\u094D\u093F'.repeat(500)}`,
  };

  test.each(Object.entries(costly))('of %s are cut, and can be joined again', (_name, text) => {
    expect(longestRun(text)).toBeGreaterThan(500);
    expect(longestRun(cutRuns(text))).toBeLessThanOrEqual(16);
    expect(joinRuns(cutRuns(text))).toBe(text);
  });

  test.each([
    ['tatweel', 'ـ'.repeat(1000)],
    ['N’Ko with marks', '\u07CA\u07EB'.repeat(500)],
    ['Thai without a space', 'ก\u0E49\u0E34'.repeat(400)],
    ['Khmer', '\u1780\u17D2\u1780'.repeat(400)],
    ['Myanmar', '\u1000\u1039\u1000'.repeat(400)],
    ['Adlam', '\u{1E900}\u{1E944}'.repeat(500)],
  ])('%s is cut after some letters', (_name, text) => {
    expect(cutRuns(text).split('\u200C\u200B\u200C').length).toBeGreaterThanOrEqual(5);
    expect(joinRuns(cutRuns(text))).toBe(text);
  });

  test.each([
    'plain',
    'w'.repeat(60_000),
    '漢'.repeat(20_000),
    '가'.repeat(20_000),
    '😀'.repeat(10_000),
    '👍🏽'.repeat(1000),
    '👩‍❤️‍💋‍👨 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣',
    'Việt Nam, e\u0301\u0323',
    'ที่นี่เป็นภาษาไทย '.repeat(100),
    'السلام عليكم ورحمة الله '.repeat(100),
    'הַשָּׁמַיִם וְאֵת הָאָרֶץ '.repeat(100),
    'བོད་སྐད་ '.repeat(100),
    'न्नि क्षि '.repeat(100),
  ])('what people write stays as it is: %#', (text) => {
    expect(cutRuns(text)).toBe(text);
  });

  test('no element joins what is before it', () => {
    const marks = '\u{1F3FB}'.repeat(16);
    for (const text of [`e~~${marks}~~`, `e**${marks}**`, `e*~~${marks}~~*`, `e\`${marks}\``]) {
      const container = render(Markdown, { text: text.repeat(20) }).container;
      expect(container.querySelectorAll('del, strong, em, code').length).toBeGreaterThan(0);
      expect(longestRun(container.textContent)).toBeLessThanOrEqual(16);
      cleanup();
    }
    expect(cutBefore('plain')).toBe('plain');
  });

  test('wherever a text of a peer stands, it is cut', () => {
    const marks = '\u{1F3FB}'.repeat(200);
    const all = [
      () =>
        render(Markdown, {
          text: `- a${marks}\n- b\n\n> c${marks}\n\n|d${marks}|\n|-|\n|e${marks}|\n\n\`f${marks}\``,
        }),
      () => render(Markdown, { text: `\`\`\`js${marks}\nlet g = '${marks}'\n\`\`\`` }),
      () => render(Markdown, { text: `[h${marks}](https://a.b/) https://a.b/${marks}` }),
      () => render(Markdown, { text: `x${marks}` }),
      () => render(CodeBlock, { text: `i${marks}`, language: `j${marks}` }),
    ];
    for (const show of all) {
      show();
      expect(document.body.textContent).toContain('\u{1F3FB}');
      expect(longestRun(document.body.textContent)).toBeLessThanOrEqual(16);
      cleanup();
    }
  });
});

describe('a long message', () => {
  const message = (text: string) => ({ key: 'k', from: 'them', text, at: 0, state: 'received' }) as const;
  const lines = Array.from({ length: 15_000 }, (_, i) => `${i}`)
    .join('\n')
    .slice(0, 65_536);
  const bullets = Array.from({ length: 400 }, (_, i) => `- ${i}`).join('\n');
  const quoted = Array.from({ length: 400 }, (_, i) => `> ${i}`).join('\n');
  const rows = `|a|b|\n|-|-|\n${'|c|d|\n'.repeat(300)}`;
  const code = `\`\`\`\n${'let a;\n'.repeat(300)}\`\`\``;
  const button = (name: string) => screen.queryByRole('button', { name });

  test.each([
    ['one word', 'w'.repeat(65_536)],
    ['words', 'words '.repeat(10_900)],
    ['numbers', lines],
    ['empty lines', '\n'.repeat(60_000)],
    ['a list', bullets],
    ['a quote', quoted],
    ['a table', rows],
    ['code', code],
    ['pictures', '😀'.repeat(16_000)],
  ])('is folded, with all of it at hand: %s', async (_name, text) => {
    const { container } = render(Message, { message: message(text) });
    const whole = container.querySelector('.text')?.textContent.length ?? 0;
    const seen = container.querySelector('.head')?.textContent ?? '';
    expect(seen.length).toBeLessThanOrEqual(3_100);
    expect(seen.split('\n').length).toBeLessThanOrEqual(70);
    expect(seen).not.toMatch(/[\uD800-\uDBFF]$/);
    expect(container.querySelector('.rest')?.getAttribute('hidden')).toBe('until-found');
    const show = button(texts.showAll);
    expect(show?.getAttribute('aria-expanded')).toBe('false');
    if (show) await fireEvent.click(show);
    expect(container.querySelector('.rest')).toBeNull();
    const all = container.querySelector('.text')?.textContent.length ?? 0;
    expect(Math.abs(all - whole)).toBeLessThan(2_000); // what stands between list items and cells
    expect(all).toBeGreaterThan(seen.length);
    const less = button(texts.showLess);
    expect(less?.getAttribute('aria-expanded')).toBe('true');
    if (less) await fireEvent.click(less);
    expect(container.querySelector('.head')?.textContent).toBe(seen);
  });

  test('of words shows its start exactly, and the rest where the browser searches', () => {
    const { container } = render(Message, { message: message(lines) });
    const text = container.querySelector('.text');
    const seen =
      (text?.querySelector('.head')?.textContent ?? '') + (text?.querySelector('.rest')?.textContent ?? '');
    expect(seen).toBe(lines);
  });

  test('that comes back into sight is as it was left', async () => {
    const one = message('words '.repeat(2_000));
    const { unmount } = render(Message, { message: one });
    await fireEvent.click(screen.getByRole('button', { name: texts.showAll }));
    unmount();
    render(Message, { message: one });
    expect(button(texts.showLess)).toBeTruthy();
    cleanup();
    render(Message, { message: { ...one } });
    expect(button(texts.showAll)).toBeTruthy();
  });

  test('that the browser’s search finds something in is unfolded', async () => {
    const { container } = render(Message, { message: message('words '.repeat(2_000)) });
    await fireEvent(
      container.querySelector('.rest') ?? container,
      new Event('beforematch', { bubbles: true }),
    );
    expect(button(texts.showLess)).toBeTruthy();
  });

  test('on paper is whole', () => {
    const { container } = render(Message, { message: message(lines), printed: true });
    expect(container.querySelector('.text')?.textContent).toBe(lines);
    expect(button(texts.showAll)).toBeNull();
  });

  test.each(['', 'short', 'w'.repeat(5_000), 'a\n'.repeat(90), '- a\n'.repeat(90)])(
    'is none where it is short: %#',
    (text) => {
      expect(fold(parse(text))).toBeUndefined();
    },
  );

  test('code that is cut is copied whole', () => {
    const [block] = fold(parse(code))?.head ?? [];
    expect(block).toMatchObject({ type: 'code', whole: 'let a;\n'.repeat(300).trimEnd() });
  });
});

describe('turns', () => {
  test('come one at a time, in order', async () => {
    const order: number[] = [];
    const tasks = [1, 2, 3].map((n) => turn().then(() => order.push(n)));
    await tasks[0];
    expect(order).toEqual([1]);
    await Promise.all(tasks);
    expect(order).toEqual([1, 2, 3]);
  });

  test('of so much in a row only the first is read at once', async () => {
    expect([mayRead(10_000), mayRead(10_000), mayRead(1)]).toEqual([true, true, false]);
    await turn();
    expect([mayRead(30_000), mayRead(1)]).toEqual([true, false]);
  });

  test('twenty messages that cost much are shown as typed at first, and read one by one', async () => {
    const text = '*a* '.repeat(10).padEnd(4_000, 'words ');
    const { container } = render(Twenty, { text });
    const read = () =>
      [...container.querySelectorAll('.one')].filter((one) => one.querySelector('em')).length;
    expect(read()).toBe(5);
    expect(container.querySelectorAll('.one')[10]?.querySelector('p')?.textContent.slice(0, 8)).toBe(
      '*a* *a* ',
    );
    await vi.waitFor(() => expect(read()).toBe(20));
  });
});
