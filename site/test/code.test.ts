import { readFileSync } from 'node:fs';
import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import CodeBlock from '../src/CodeBlock.svelte';
import { highlight } from '../src/highlight.ts';
import LinkDialog, { otherHost } from '../src/LinkDialog.svelte';
import Markdown from '../src/Markdown.svelte';
import Message from '../src/Message.svelte';
import { english as texts } from '../src/texts.ts';

afterEach(() => {
  cleanup();
  Reflect.deleteProperty(navigator, 'clipboard');
  Reflect.deleteProperty(document, 'execCommand');
});

/** A page on plain http: there is only the old way to copy, which `result` says to have worked or not. */
function plainHttp(result: boolean): string[] {
  const copied: string[] = [];
  Reflect.deleteProperty(navigator, 'clipboard');
  const execCommand = vi.fn(() => {
    const field = document.activeElement as HTMLTextAreaElement;
    copied.push(field.value.slice(field.selectionStart, field.selectionEnd));
    return result;
  });
  Object.defineProperty(document, 'execCommand', { configurable: true, value: execCommand });
  return copied;
}

const code = () => document.querySelector('pre')?.textContent;

describe('a code block', () => {
  test('says its language and shows the code as typed', () => {
    render(CodeBlock, { text: '  a\n\n\tb ', language: 'my "lang"' });
    expect(screen.getByText('my "lang"')).toBeTruthy();
    expect(code()).toBe('  a\n\n\tb ');
  });

  test('has colours in a known language, of our own classes and with nothing lost', async () => {
    const text = '// note\nconst a: string = `x${1}`;\n<b onclick="x">';
    render(CodeBlock, { text, language: 'ts' });
    await waitFor(() => expect(document.querySelector('pre .keyword')?.textContent).toBe('const'), {
      timeout: 10_000,
    });
    expect(document.querySelector('pre .comment')?.textContent).toBe('// note');
    expect(code()).toBe(text);
    for (const element of document.querySelectorAll('pre *')) {
      expect(['code', 'span']).toContain(element.localName);
      expect(element.className).not.toMatch(/hljs|_/);
    }
  });

  test('shows what turns text around, and copies it as it was', async () => {
    const copied = plainHttp(true);
    const text = 'if (a\u202e // \u2066) {}';
    render(CodeBlock, { text, language: 'js' });
    expect(code()).toBe('if (a[U+202E] // [U+2066]) {}');
    await userEvent.click(screen.getByRole('button', { name: 'Copy code' }));
    expect(copied).toEqual([text]);
  });

  test.each([
    ['of an unknown language', 'a', 'brainfuck'],
    ['without one', 'a', ''],
    ['with the name of a method for one', 'a', 'constructor'],
    ['that is too long', 'let a;\n'.repeat(1_000), 'js'],
    ['with a line that is too long', 'let a;'.padEnd(401), 'js'],
  ])('%s is plain', async (_name, text, language) => {
    expect(await highlight(text, language)).toBeUndefined();
  });
});

test('colours of code can be read, on light and dark', () => {
  const css = readFileSync('src/tokens.css', 'utf8');
  const luminance = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const c = parseInt(hex.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const both = [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)];
  for (const look of [2, 3]) {
    const colours = new Map(both.map((found) => [found[1] ?? '', found[look] ?? '']));
    const back = luminance(colours.get('code-back') ?? '');
    const fronts = [...colours].filter(([name]) => /^code-(?!back)|^(text|muted|bad|good)$/.test(name));
    expect(fronts.length).toBe(10);
    for (const [name, hex] of fronts) {
      const [dim = 0, bright = 0] = [back, luminance(hex)].sort((a, b) => a - b);
      expect((bright + 0.05) / (dim + 0.05), name).toBeGreaterThanOrEqual(4.5);
    }
  }
});

describe('a message', () => {
  const message = { key: 'k', from: 'them', text: ' **a**\n\n- b ', at: 0, state: 'received' } as const;

  test.each([
    ['on plain http', true, texts.copied],
    ['and says so where that fails', false, texts.copyFailed],
  ])('copies what was typed %s', async (_name, works, says) => {
    const copied = plainHttp(works);
    render(Message, { message });
    const button = screen.getByRole('button', { name: 'Copy message' });
    await userEvent.click(button);
    expect(copied).toEqual([message.text]);
    expect(await screen.findByText(says)).toBeTruthy();
    expect(document.activeElement).toBe(button);
    expect(document.querySelector('textarea')).toBeNull();
  });

  test('copies with the clipboard where there is one', async () => {
    const user = userEvent.setup();
    render(Message, { message });
    await user.click(screen.getByRole('button', { name: 'Copy message' }));
    expect(await navigator.clipboard.readText()).toBe(message.text);
  });
});

describe('a link', () => {
  const text = 'see [the *news*](https://bücher.example/a?b#c)';
  const link = () => screen.getByRole('link', { name: 'the news' });
  const dialog = () => screen.getByRole('dialog', { name: texts.linkTitle });

  test('tells nobody where it is followed from', () => {
    render(Markdown, { text });
    expect(link().getAttribute('rel')).toBe('noopener noreferrer nofollow');
    expect(link().getAttribute('target')).toBe('_blank');
    expect(link().getAttribute('referrerpolicy')).toBe('no-referrer');
  });

  test.each([
    ['a click', () => userEvent.click(link())],
    ['a click of the middle button', () => userEvent.pointer({ keys: '[MouseMiddle]', target: link() })],
    [
      'Enter',
      async () => {
        link().focus();
        await userEvent.keyboard('{Enter}');
      },
    ],
  ])('asks first, with the host: %s', async (_name, press) => {
    const followed = vi.fn();
    document.addEventListener('click', (event) => followed(event.defaultPrevented), { once: true });
    document.addEventListener('auxclick', (event) => followed(event.defaultPrevented), { once: true });
    render(Markdown, { text });
    await press();
    expect(followed.mock.lastCall).toEqual([true]);
    expect(within(dialog()).getByText('xn--bcher-kva.example').localName).toBe('strong');
    expect(within(dialog()).getByRole<HTMLTextAreaElement>('textbox', { name: 'Address' }).value).toBe(
      'https://xn--bcher-kva.example/a?b#c',
    );
    const open = within(dialog()).getByRole('link', { name: 'Open link' });
    expect(open.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    expect(open.hasAttribute('autofocus')).toBe(false);
    await userEvent.click(within(dialog()).getByRole('button', { name: 'Cancel' }));
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('leaves the browser’s menu alone', async () => {
    render(Markdown, { text });
    await userEvent.pointer({ keys: '[MouseRight]', target: link() });
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  test('can be copied instead', async () => {
    const copied = plainHttp(true);
    render(LinkDialog, { href: 'https://a.b/c', shown: 'x', onclose: vi.fn() });
    await userEvent.click(screen.getByRole('button', { name: 'Copy link' }));
    expect(copied).toEqual(['https://a.b/c']);
    expect(await screen.findByText(texts.copied)).toBeTruthy();
  });

  test.each([
    ['the news', undefined],
    ['https://a.b/c.html?d.ef', undefined],
    ['a.bc', undefined],
    ['www.a.bc/x.html', undefined],
    ['https://b.cd/', 'b.cd'],
    ['my bank: bank.example', 'bank.example'],
    ['https://a.bc@b.cd', 'b.cd'],
    ['a.bc.d-e', 'a.bc.d-e'],
    ['https://bank․example', 'bank.example'],
    ['bank。example', 'bank.example'],
    ['bank.\u200Bexample', 'bank.example'],
    ['ba\u00ADnk.example', 'bank.example'],
    ['//bank.example', 'bank.example'],
    ['https:/\u200B/bank.example', 'bank.example'],
    ['192.0.2.1', '192.0.2.1'],
    ['version 3.14 or 1/2', undefined],
  ])('warns of a text that names another host: %s', (shown, other) => {
    const host = shown.includes('a.b/') ? 'a.b' : 'a.bc';
    const url = new URL(`https://${host}/`);
    expect(otherHost(shown, url)).toBe(other);
    render(LinkDialog, { href: url.href, shown, onclose: vi.fn() });
    expect(screen.queryByRole('alert')?.textContent).toBe(other && texts.linkOther(other));
  });
});
