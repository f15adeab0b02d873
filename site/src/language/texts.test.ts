import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Entry, Source } from './source.ts';
import { en } from './en.ts';
import { languages, type Tag } from './language.svelte.ts';
import { kinds, type Parameter } from './parameters.ts';
import { categories, type LanguageTag } from './plurals.ts';
import { spoken } from './sentences.ts';
import { directionOf } from './tags.ts';

/*
 * Every language of the table is held against English here. A new one needs nothing in this file, except for what it
 * has in common with English (`same`).
 */

const sources = await Promise.all(
  (Object.entries(languages) as [Tag, { load?: () => Promise<{ default: Source }> }][]).map(
    async ([tag, { load }]): Promise<[Tag, Source]> => [tag, load ? (await load()).default : en],
  ),
);

/** Sentences that are the same in many languages: names, keys as they are printed, and what everybody calls so. */
const common = /^(name|keys\.\w+|unreadTitle|chatTitle|fileKinds\.video|themes\.system|againMessages)$/;

/** What else is the same in a language as in English. */
const same: Partial<Record<LanguageTag, string[]>> = {
  ca: ['fileKinds.document'],
  cs: ['fileKinds.program'],
  da: ['fileKinds.program', 'send'],
  de: ['code'],
  fr: [
    'code',
    'fileKinds.archive',
    'fileKinds.document',
    'lasting.minutes',
    'message',
    'messages',
    'timer.times.short',
    'voice.pause',
    'voice.position',
  ],
  hr: ['fileKinds.program'],
  hu: ['fileKinds.program'],
  id: ['fileKinds.program'],
  it: ['fileKinds.file', 'fileText', 'turnPassword'],
  nb: ['fileKinds.program', 'send'],
  nl: ['code', 'fileKinds.document'],
  pl: ['fileKinds.program'],
  ro: ['fileKinds.document', 'fileKinds.program'],
  sk: ['fileKinds.program'],
  sv: ['fileKinds.program'],
  tr: ['fileKinds.program'],
};

/** The marks that a language puts around the name of a button. */
const quotes: Record<LanguageTag, string[]> = {
  ...{ ar: ['«»'], bg: ['„“'], ca: ['«»'], cs: ['„“'], da: ['“”', '»«'], de: ['„“'], el: ['«»'], en: ['“”'] },
  ...{ es: ['«»'], et: ['„“'], fa: ['«»'], fi: ['””'], fr: ['«»'], he: ['””', '״״'], hi: ['“”'] },
  ...{ hr: ['„“', '„”'], hu: ['„”'], id: ['“”'], it: ['«»', '“”'], ja: ['「」'], ko: ['‘’', '“”'] },
  ...{ nb: ['«»'], nl: ['‘’', '“”'], pl: ['„”'], 'pt-BR': ['“”'], ro: ['„”'], ru: ['«»'], sk: ['„“'] },
  ...{ sv: ['””'], th: ['“”'], tr: ['“”'], uk: ['«»'], vi: ['“”'], 'zh-Hans': ['“”'], 'zh-Hant': ['「」'] },
};

/** The letters of a language that isn't written in Latin ones. */
const scripts: Partial<Record<LanguageTag, RegExp>> = {
  ...{ ar: /\p{Script=Arabic}/u, fa: /\p{Script=Arabic}/u, he: /\p{Script=Hebrew}/u },
  ...{ bg: /\p{Script=Cyrillic}/u, ru: /\p{Script=Cyrillic}/u, uk: /\p{Script=Cyrillic}/u },
  ...{ el: /\p{Script=Greek}/u, hi: /\p{Script=Devanagari}/u, th: /\p{Script=Thai}/u },
  ...{ ko: /\p{Script=Hangul}/u, ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u },
  ...{ 'zh-Hans': /\p{Script=Han}/u, 'zh-Hant': /\p{Script=Han}/u },
};

/** How a sentence may end where the English one ends so. */
const marks: Record<string, RegExp> = {
  '.': /[.。।]$/,
  '?': /[?？؟;]$/,
  ':': /[:：]$/,
  '…': /…$/,
};

/** Sentences that name a button, a choice or a key, and which one. */
const named: [sentence: string, name: string][] = [
  ['errors.second-reply', 'verify'],
  ['errors.stun-silent', 'network'],
  ['errors.symmetric', 'network'],
  ['errors.symmetric-pair', 'network'],
  ['errors.no-relay', 'network'],
  ['errors.no-relay', 'modes.relay'],
  ['errors.relay-silent', 'network'],
  ['endings.unreachable.text', 'network'],
  ['helps', 'network'],
  ['helpsRelay', 'network'],
  ['relayMissing', 'modes.relay'],
  ['relayLocked', 'network'],
  ['mailboxLocal', 'modes.local'],
  ['turnForRelay', 'modes.relay'],
  ['stepJoin', 'joinChat'],
  ['joinSteps.0', 'joinChat'],
  ['joinStepsByItself.0', 'joinChat'],
  ['settingsKept', 'wipe'],
  ['shortcutWipe', 'wipe'],
  ['shortcutLatest', 'latest'],
  ['sendWays.enter', 'keys.enter'],
  ['sendWays.enter', 'keys.shift'],
  ['sendWays.ctrl', 'keys.enter'],
  ['sendWays.ctrl', 'keys.ctrl'],
  ['pressToCopy', 'keys.ctrl'],
];

/** Every sentence of a dictionary by its place; a form of one that counts has its category behind a bar. */
function leaves(entry: Entry, place = ''): [place: string, sentence: string][] {
  if (typeof entry === 'boolean') return [];
  if (typeof entry === 'string') return [[place, entry]];
  const join = 'other' in entry ? '|' : '.';
  return Object.entries(entry as Record<string, Entry>).flatMap(([name, value]) =>
    leaves(value, place ? `${place}${join}${name}` : name),
  );
}

/** The place without its category. */
const whole = (place: string) => place.replace(/\|.*/, '');

const english = new Map(leaves(en).map(([place, sentence]) => [whole(place), sentence]));
const contract = readFileSync('src/language/words.ts', 'utf8');
const table = readFileSync('../internal/seal/sas.go', 'utf8').replace(/.*\nvar words =/s, '');
const safetyNames = [...table.matchAll(/\{"[^"]+", "([^"]+)"\}/g)].map(([, name]) => name ?? '');

/** An apostrophe is no quotation mark, and a placeholder no text. */
const plain = (sentence: string) =>
  sentence.replaceAll(/(?<=[\p{L}\p{N}}])’(?=\p{L})/gu, '').replaceAll(/\{\w+\}/g, 'X');

/** What stands in quotation marks, in order; fails where they don't come in pairs of the language. */
function quoted(tag: LanguageTag, sentence: string): string[] {
  const found: string[] = [];
  let rest = sentence.replaceAll(/(?<=[\p{L}\p{N}}])’(?=\p{L})/gu, '');
  for (;;) {
    const at = rest.search(/[“”„‘’‚«»‹›「」『』״]/);
    if (at < 0) return found;
    const pair = quotes[tag].find((each) => rest[at] === each[0]);
    const end = pair ? rest.indexOf(pair[1] ?? '', at + 1) : -1;
    expect(end, `quotation marks of ${tag}: ${sentence}`).toBeGreaterThan(at);
    // French sets them off with blanks that don't break.
    found.push(rest.slice(at + 1, end).replaceAll(/^[\u00a0\u202f]|[\u00a0\u202f]$/g, ''));
    rest = rest.slice(end + 1);
  }
}

/** Something to give for each parameter, and how it is shown. */
function sample(tag: Tag, name: string): { given: unknown; shown: string[] } {
  const apart = (text: string) => (directionOf(tag) === 'rtl' ? `\u2068${text}\u2069` : text);
  const host = `${name}.example.org:3478`;
  const number = (value: number) => new Intl.NumberFormat(tag).format(value);
  switch (Object.hasOwn(kinds, name) ? kinds[name as Parameter] : 'text') {
    case 'number':
      return { given: 1234, shown: [number(1234)] };
    case 'list':
      return { given: [host, '192.0.2.1:3478'], shown: [apart(host), apart('192.0.2.1:3478')] };
    case 'size':
      return { given: 123e6, shown: [number(123)] };
    case 'lasting':
      return { given: 47 * 60, shown: [number(47)] };
    case 'ours':
      return { given: `as written: ${name}`, shown: [`as written: ${name}`] };
    default:
      return { given: host, shown: [apart(host)] };
  }
}

test('the plural categories are those of Intl', () => {
  for (const [tag, own] of Object.entries(categories)) {
    const { locale, pluralCategories } = new Intl.PluralRules(tag).resolvedOptions();
    // Intl names some by their language alone, as pt for pt-BR; one that it doesn't know would be another.
    expect(tag.split('-')[0]).toBe(locale.split('-')[0]);
    expect(own.toSorted(), tag).toEqual(pluralCategories.toSorted());
  }
});

test('the safety words of the engine are those that languages translate', () => {
  expect(safetyNames).toHaveLength(64);
  const union = [...contract.matchAll(/\| '([^']+)'/g)].map(([, name]) => name);
  expect(union.toSorted()).toEqual(safetyNames.toSorted());
});

test('the pairs of sentences and buttons are about sentences that there are', () => {
  for (const [sentence, name] of named) {
    expect(english.get(sentence), sentence).toBeDefined();
    expect(english.get(sentence), sentence).toContain(english.get(name));
  }
});

describe.each(sources)('%s', (tag, source) => {
  const all = leaves(source as Entry);
  const own = new Map(all);
  const sentences = all.filter(([place]) => !place.startsWith('safetyWords.'));
  const texts = spoken(source, tag);

  test('has the sentences of English, in the same order', () => {
    const places = (entries: readonly [string, string][]) => [
      ...new Set(entries.map(([place]) => whole(place))),
    ];
    expect(places(sentences)).toEqual(places(leaves(en)));
  });

  test('leaves nothing in English', () => {
    if (tag === 'en') return;
    const also = same[tag as LanguageTag] ?? [];
    const left = new Set(
      sentences
        .filter(([place, sentence]) => english.get(whole(place)) === sentence)
        .map(([place]) => whole(place))
        .filter((place) => !common.test(place)),
    );
    expect([...left].sort()).toEqual(also.toSorted());
  });

  test('is written in its own letters', () => {
    const script = scripts[tag];
    for (const [place, sentence] of sentences) {
      const text = sentence.replaceAll(/\{\w+\}/g, '');
      if (!script || place === 'name' || place.startsWith('keys.') || !/\p{L}/u.test(text)) continue;
      expect(text, place).toMatch(script);
      // A letter of another alphabet that only looks right.
      expect(text, place).not.toMatch(/\p{Script=Cyrillic}[a-z]|[a-z]\p{Script=Cyrillic}/iu);
      expect(text, place).not.toMatch(/\p{Script=Greek}[a-z]|[a-z]\p{Script=Greek}/iu);
    }
  });

  test('every safety word is told apart', () => {
    const words = safetyNames.map(texts.safetyWord);
    expect(new Set(words).size).toBe(64);
    for (const word of words) expect(word).toMatch(/^\S+( \S+)*$/);
    expect(words.filter((word, i) => word === safetyNames[i]).length).toBeLessThanOrEqual(
      tag === 'en' ? 64 : 16,
    );
    expect(texts.safetyWord('toString')).toBe('toString');
  });

  test('no two errors say the same, and no two endings', () => {
    for (const group of [source.errors, source.mailbox]) {
      const values = Object.values(group);
      expect(new Set(values).size).toBe(values.length);
    }
  });

  test('ends each sentence as English does', () => {
    for (const [place, sentence] of sentences) {
      const ends = marks[(english.get(whole(place)) ?? '').slice(-1)];
      const text = sentence.replace(/[)）»”“」\u2069]+$/, '');
      if (!ends) expect(text, place).not.toMatch(/[.。।…:：]$/);
      // Thai has neither a full stop nor a question mark.
      else if (tag !== ('th' as string) || ends === marks['…'] || ends === marks[':'])
        expect(text, place).toMatch(ends);
    }
  });

  test('has no blanks too many, no straight quotes, and pairs of all that comes in pairs', () => {
    for (const [place, sentence] of all) {
      const text = plain(sentence);
      expect(text, place).toBe(text.trim());
      expect(text, place).not.toMatch(/^$|\s\s|["'`]|\.\.\./);
      // U+2028 and other characters that nobody sees; a blank that doesn't break and the isolates are wanted.
      expect(text, place).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u200b\u202a-\u202e\ufeff\ufffd]/u);
      quoted(tag, sentence);
      for (const [open = '', close = ''] of ['()', '（）', '[]', '\u2068\u2069', '{}']) {
        expect(sentence.split(open).length, `${open}${close} in ${place}`).toBe(sentence.split(close).length);
      }
    }
  });

  test('puts only names of its own and what is given in quotation marks', () => {
    const names = new Set(all.map(([, sentence]) => sentence));
    for (const [place, sentence] of all)
      for (const name of quoted(tag, sentence))
        if (!/^\{\w+\}$/.test(name)) expect([...names], place).toContain(name);
  });

  test.each(named)('%s says %s as the button does', (place, name) => {
    const button = own.get(name) ?? '';
    for (const [at, sentence] of all.filter(([each]) => whole(each) === place))
      expect(sentence, at).toContain(button);
  });

  test('says what it was given, and leaves no name in braces', () => {
    const places = [...new Set(sentences.map(([place]) => whole(place)))];
    for (const place of places) {
      const says = place
        .split('.')
        .reduce((group: unknown, name) => (group as Record<string, unknown>)[name], texts);
      const forms = sentences.filter(([each]) => whole(each) === place).map(([, sentence]) => sentence);
      const last = forms.at(-1) ?? '';
      const names = [...new Set([...last.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''))];
      if (names.length === 0 && forms.length === 1) {
        expect(says, place).toBe(last);
        continue;
      }
      const samples = Object.fromEntries(names.map((name) => [name, sample(tag, name)]));
      const given = Object.fromEntries(names.map((name) => [name, samples[name]?.given]));
      const text = (says as (given: unknown) => string)({ count: 1234, ...given });
      expect(text, place).not.toMatch(/[{}]|undefined|null|\[object|NaN/);
      for (const name of names)
        for (const shown of samples[name]?.shown ?? []) expect(text, place).toContain(shown);
    }
  });

  test('leaves out a number only in a form that is for that number alone', () => {
    const rules = new Intl.PluralRules(tag);
    const numbers = Array.from({ length: 300 }, (_, i) => i + 1);
    for (const [place, sentence] of sentences) {
      const category = place.split('|')[1];
      if (!category || sentence.includes('{count}') || !english.get(whole(place))?.includes('{count}'))
        continue;
      const counted = numbers.filter((each) => rules.select(each) === category);
      expect(counted.length, place).toBeLessThanOrEqual(1);
    }
  });
});

async function inLanguage(tag: Tag) {
  return spoken(sources.find(([each]) => each === tag)?.[1] ?? en, tag);
}

test('Spanish is set as Spanish is', () => {
  for (const [place, sentence] of leaves(sources.find(([tag]) => tag === 'es')?.[1] as Entry)) {
    const own = sentence.replaceAll('?transport=tcp', '');
    expect(own.match(/\?/g)?.length, place).toBe(own.match(/¿/g)?.length);
    expect(own.match(/!/g)?.length, place).toBe(own.match(/¡/g)?.length);
  }
});

test.each([
  [1, '1 segundo', '1 nuevo', '1 carácter'],
  [2, '2 segundos', '2 nuevos', '2 caracteres'],
  [11, '11 segundos', '11 nuevos', '11 caracteres'],
])('Spanish counts %d', async (count, time, messages, letters) => {
  const spanish = await inLanguage('es');
  expect(spanish.lateReply({ lasting: count })).toContain(`${time} `);
  expect(spanish.unread({ count })).toBe(messages);
  expect(spanish.roomLeft({ count })).toContain(`${letters} `);
});

test.each([
  [1, 'ثانية واحدة', 'دقيقة واحدة', 'رسالة جديدة', 'حرف واحد', 'بايت واحد'],
  [2, 'ثانيتين', 'دقيقتين', 'رسالتان جديدتان', 'حرفين', 'بايتين'],
  [3, '# ثوانٍ', '# دقائق', '# رسائل جديدة', '# أحرف', '# بايتات'],
  [11, '# ثانية', '# دقيقة', '# رسالة جديدة', '# حرفًا', '# بايتًا'],
  [100, undefined, '# دقيقة', '# رسالة جديدة', '# حرف', '# بايت'],
])('Arabic counts %d', async (count, seconds, minutes, messages, letters, bytes) => {
  const arabic = await inLanguage('ar');
  const shown = (form: string) => form.replace('#', new Intl.NumberFormat('ar').format(count));
  // From 90 seconds on a length of time is told in minutes.
  if (seconds !== undefined)
    expect(arabic.oldWarning({ lasting: count })).toContain(`قبل ${shown(seconds)}:`);
  const lasting = count > 1 ? count * 60 : 100;
  expect(arabic.oldWarning({ lasting })).toContain(`قبل ${shown(minutes)}:`);
  expect(arabic.unread({ count })).toBe(shown(messages));
  expect(arabic.latestUnread({ count })).toMatch(new RegExp(`، ${shown(messages)}$`));
  expect(arabic.roomLeft({ count })).toContain(`${shown(letters)}.`);
  expect(arabic.tooLong({ count })).toContain(`${shown(bytes)}.`);
});

describe.each(sources.filter(([tag]) => /^(ar|fa)$/.test(tag)))('%s, in Arabic letters', (_, source) => {
  test('has the marks of the script, and sets apart what would be scrambled', () => {
    for (const [place, sentence] of leaves(source as Entry)) {
      const own = sentence.replaceAll(/\u2068[^\u2069]*\u2069/g, '').replaceAll(/\{\w+\}/g, '');
      expect(own, place).not.toMatch(/[?;]|,(?!\d)/);
      // Latin words and keys may stand alone: two with a stop between them may not.
      expect(own, place).not.toMatch(/[a-z][.:/@=]+[a-z\d]/i);
    }
  });
});
