import { expect } from '@playwright/test';
import type { Person } from './person.ts';
import type { Terminal } from './programs.ts';

const strange = [
  'Grüße aus Köln, ça va? Ελληνικά, русский',
  'العربية ו-עברית in one line',
  '日本語と한국어と中文、𠮷野家',
  '👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 👍🏽 e\u0301 (combining)',
  'two\nlines, and\n\na blank one',
  '  spaces   before, between and after  ',
  '<img src=x onerror="alert(1)"><b>not markup</b> &amp; {@html}',
  'zero\u200bwidth, no\u00a0break, \u202eturned\u202c, tab\there',
];

/** What one side sends: short ones, unicode of all kinds, and some of 16 KB; each says its number. */
function sample(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const text = `${name} ${i}`;
    if (i % 50 === 10) return `${text} ${'0123456789abcdef'.repeat(1024)}`.slice(0, 16_384);
    if (i % 50 === 35) return `${text} ${'ü€𐍈'.repeat(1820)}`; // 9 bytes each: 16 KB of UTF-8
    return i % 5 === 0 ? `${text} ${strange[(i / 5) % strange.length]}` : text;
  });
}

/** Everything that one person sees: their own texts delivered, the other's in order, none lost, none twice. */
async function expectHistory(
  person: Person,
  mine: readonly string[],
  theirs: readonly string[],
): Promise<void> {
  const all = mine.length + theirs.length;
  await expect
    .poll(
      async () =>
        (await person.history()).filter(({ state }) => state !== 'Sending' && state !== 'Sent').length,
      {
        timeout: 60_000,
      },
    )
    .toBe(all);
  const history = await person.history();
  const yours = history.filter(({ who }) => who === 'You');
  expect(yours.map(({ text }) => text)).toEqual(mine);
  expect(yours.filter(({ state }) => state !== 'Delivered')).toEqual([]);
  expect(history.filter(({ who }) => who === 'Them').map(({ text }) => text)).toEqual(theirs);
}

/** Both say all of their texts at the same time; `count` of them each: fifty have every kind of text. */
export async function talk(a: Person, b: Person, count = 50): Promise<void> {
  const [fromA, fromB] = [sample('a', count), sample('b', count)];
  await Promise.all([sayAll(a, fromA), sayAll(b, fromB)]);
  await Promise.all([expectHistory(a, fromA, fromB), expectHistory(b, fromB, fromA)]);
}

/** The same between a page and a terminal. */
export async function talkWithTerminal(person: Person, terminal: Terminal, count = 50): Promise<void> {
  const [mine, theirs] = [sample('page', count), sample('terminal', count)];
  theirs.forEach((text, i) => terminal.do({ do: 'send', ref: `t${i}`, text }));
  await sayAll(person, mine);
  await expectHistory(person, mine, theirs);

  expect(await terminal.messages(count)).toEqual(mine);
  const delivered = await terminal.delivered(count);
  const sent = terminal.events.filter(({ event }) => event === 'sent');
  expect(sent.map(({ ref }) => ref)).toEqual(theirs.map((_, i) => `t${i}`));
  expect(delivered).toEqual(sent.map(({ id }) => id));
  expect(terminal.events.filter(({ event }) => event === 'failed' || event === 'error')).toEqual([]);
}

async function sayAll(person: Person, texts: readonly string[]): Promise<void> {
  const { keyboard } = person.page;
  await person.composer.focus(); // once: the focus stays there from message to message
  for (const text of texts) {
    await keyboard.insertText(text);
    await keyboard.press('Enter');
  }
}
