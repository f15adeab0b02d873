// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { languages } from '../src/language/language.svelte.ts';
import { categories } from '../src/language/plurals.ts';
import { exported, fileOf, imported } from '../texts.mjs';

const translated = Object.keys(languages).filter((tag) => tag !== 'en');

test.each(translated)('%s comes back from a translator as it went', async (tag) => {
  expect(await imported(tag, exported(tag))).toBe(readFileSync(fileOf(tag), 'utf8'));
});

test.each(['ar', 'de', 'ja', 'pl', 'zh-Hant'] as const)('%s is asked for each of its plural forms', (tag) => {
  const forms = exported(tag).matchAll(/^msgctxt "unread\|(\w+)"\nmsgid "\{count\} new"\nmsgstr "/gm);
  expect([...forms].map(([, form]) => form)).toEqual(categories[tag]);
});

test('a translator reads what stands above a sentence in English, once', () => {
  const about = '#. Lengths of time, as they stand in the place of `{lasting}` and `{left}`.\n';
  expect(exported('es').split(about)).toHaveLength(2);
  expect(exported('es')).toContain(`${about}msgctxt "lasting.seconds|one"\n`);
});

test('lines that a program has broken are joined, and its own remarks are left out', async () => {
  const po = exported('es')
    .replace('msgstr "Un chat privado para dos."', 'msgstr ""\n"Un chat "\n"privado para dos."')
    .replace('msgctxt "tagline"', '# a remark\n#: somewhere\nmsgctxt "tagline"');
  expect(await imported('es', `${po}\n#~ msgid "gone"\n#~ msgstr "ido"\n`)).toBe(
    readFileSync(fileOf('es'), 'utf8'),
  );
});

test('that somebody has read it is kept', async () => {
  const po = exported('es').replace('X-Native-Reader: no', 'X-Native-Reader: yes');
  expect(await imported('es', po)).toContain('  nativeReader: true,\n');
});

describe('what is wrong is said', () => {
  const cases: [name: string, found: string, put: string, said: string][] = [
    ['nothing', 'msgstr "Chat nuevo"', 'msgstr ""', 'newChat has no translation.'],
    [
      'an entry that is gone',
      'msgctxt "newChat"\nmsgid "New chat"\nmsgstr "Chat nuevo"\n',
      '',
      'newChat has no translation.',
    ],
    [
      'English that has changed',
      'msgid "New chat"',
      'msgid "Begin"',
      'newChat translates “Begin”, but English says “New chat” now.',
    ],
    [
      'a doubt',
      'msgctxt "newChat"',
      '#, fuzzy\nmsgctxt "newChat"',
      'newChat is marked as fuzzy: somebody has to look at it.',
    ],
    [
      'a name that is missing',
      'msgstr "La respuesta pasa por {mailbox}."',
      'msgstr "Pasa."',
      'asksMailbox lacks {mailbox}.',
    ],
    [
      'a name that is none',
      'msgstr "Chat nuevo"',
      'msgstr "Chat {host}"',
      'newChat has {host}, which English does not have.',
    ],
    [
      'a form for many without its number',
      'msgstr "{count} mensajes nuevos"',
      'msgstr "mensajes nuevos"',
      'newMessages|other lacks {count}.',
    ],
    [
      'a place that is none',
      'msgctxt "newChat"',
      'msgctxt "oldChat"',
      'newChat has no translation.\nEnglish has no oldChat.',
    ],
    ['one of two', 'msgctxt "tagline"', 'msgctxt "name"', 'name is there twice.\n'],
    [
      'another language',
      'Language: es',
      'Language: fr',
      'The file is in the language “fr” by its own account, and not in “es”.',
    ],
    ['no PO file', 'msgctxt "newChat"', 'newChat', 'This line is none of a PO file: newChat'],
  ];
  test.each(cases)('%s', async (_name, found, put, said) => {
    const po = exported('es');
    expect(po).toContain(found);
    await expect(
      imported(
        'es',
        po.replace(found, () => put),
      ),
    ).rejects.toThrow(said);
  });

  test('the form for one alone may leave out its number', async () => {
    const po = exported('es').replace('msgstr "{count} mensaje nuevo"', 'msgstr "un mensaje nuevo"');
    expect(await imported('es', po)).toContain("one: 'un mensaje nuevo'");
  });
});
