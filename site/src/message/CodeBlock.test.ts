import { readFileSync } from 'node:fs';
import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import CodeBlock from './CodeBlock.svelte';
import { highlight } from './highlight.ts';
import LinkDialog from './LinkDialog.svelte';
import { otherHost } from './links.ts';
import Markdown from './Markdown.svelte';
import Message from '../chat/Message.svelte';
import { english as texts } from '../language/english.ts';

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
  const css = readFileSync('src/look/tokens.css', 'utf8');
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

  /** Spellings of bank.example that a person reads as it, and text that is none. */
  const seen = (host: string) => [host, `https://${host}/login`, `Your bank: ${host}`, `(${host})`];
  test.each([
    ...[
      '\uFE0F',
      '\uFE00',
      '\u034F',
      '\u180B',
      '\u17B4',
      '\u00AD',
      '\u200B',
      '\u200C',
      '\u200D',
      '\u2060',
      '\u2063',
      '\u3164',
      '\uFEFF',
      '\u{E0061}',
      '\u{E0100}',
      '\u115F',
      '\u0489',
    ].map((unseen) => `ba${unseen}nk.example`),
    ...[
      '\uA4F8',
      '\u06D4',
      '\u1427',
      '\u30FB',
      '\u2219',
      '\u22C5',
      '\u2024',
      '\u3002',
      '\uFF0E',
      '\uFF61',
      '\uFF65',
      '\u00B7',
      '\u2022',
      '\u2027',
      '\u0701',
      '\u0660',
      '\u06F0',
      '\uFE52',
      '\u02D9',
      '\uA78F',
      '\u16EB',
      '\u318D',
      '\u2E33',
      '\u{10101}',
    ].map((dot) => `bank${dot}example`),
    '\uFF42\uFF41\uFF4E\uFF4B.example',
    '\u{1D41B}ank.example',
    'BANK.EXAMPLE',
    'bank.example.',
    'www.bank.example',
    'bank.example:443',
  ])('warns of bank.example, however it is written: %j', (host) => {
    for (const text of seen(host)) {
      expect(otherHost(text, new URL('https://a.bc/')), text).toBeDefined();
      expect(otherHost(text, new URL('https://bank.example/')), text).toBeUndefined();
    }
  });

  test.each([
    ['http://[2001:db8::1]/', '[2001:db8::1]'],
    ['[2001:db8::1]', '[2001:db8::1]'],
    ['[::1]', '[::1]'],
    ['https://[::ffff:192.0.2.1]:8443/', '[::ffff:192.0.2.1]:8443'],
    ['localhost', 'localhost'],
    ['http://localhost:8080/', 'localhost:8080'],
    ['LocalHost', 'LocalHost'],
    ['http://router/', 'router'],
    ['https://2130706433/', '2130706433'],
    ['http://0x7f.1/', '0x7f.1'],
    ['b\u0430nk.example', 'b\u0430nk.example'],
    ['bank.example\u2215login', 'bank.example'],
    ['bank.example\u2044login', 'bank.example'],
    ['a.bc.bank.example', 'a.bc.bank.example'],
    ['a.bc@bank.example', 'bank.example'],
    ['a.bc https://bank.example', 'bank.example'],
    ['my localhosts and a router', undefined],
    ['a list [1:2] of it', undefined],
    ['the time: 12:30', undefined],
    ['1.5 or 2/3', undefined],
    ['https://a.bc/?to=https://bank.example/', undefined],
    ['a.bc/bank.example', undefined],
    ['A.BC', undefined],
    ['a.bc:443', undefined],
  ])('reads %j as %j', (text, other) => {
    expect(otherHost(text, new URL('https://a.bc/'))).toBe(other);
  });

  test('an address by number, or by a name of this network, is itself', () => {
    for (const href of [
      'http://[2001:db8::1]/',
      'http://localhost/',
      'http://router/',
      'http://192.0.2.1/',
      'http://a_b.cd/',
    ])
      for (const text of [href, new URL(href).host])
        expect(otherHost(text, new URL(href)), text).toBeUndefined();
  });

  test('looks at no more of a text than anybody reads', () => {
    expect(otherHost(`${'words '.repeat(60)} bank.example`, new URL('https://a.bc/'))).toBeUndefined();
    const long = 'a.'.repeat(4_500);
    const start = process.cpuUsage();
    for (let n = 0; n < 20; n++) otherHost(long, new URL('https://a.bc/'));
    const cost = process.cpuUsage(start).user;
    const short = process.cpuUsage();
    for (let n = 0; n < 20; n++) otherHost(long.slice(0, 300), new URL('https://a.bc/'));
    expect(cost).toBeLessThan(10 * process.cpuUsage(short).user + 50_000);
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
    expect(screen.queryByRole('alert')?.textContent).toBe(other && texts.linkOther({ host: other }));
  });
});
