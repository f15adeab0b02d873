import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { arabic } from './ar.ts';
import { spanish } from './es.ts';
import { english, type Texts } from './en.ts';

const contract = readFileSync('../wasm/engine.d.ts', 'utf8').replace(/\/\*\*.*?\*\//gs, '');
const source = readFileSync('src/language/words.ts', 'utf8');
const table = readFileSync('../internal/seal/sas.go', 'utf8').replace(/.*\nvar words =/s, '');

/** The members of a union of strings. */
function union(name: string, declarations: string): string[] {
  const declared = new RegExp(`type ${name} =([^;]*);`).exec(declarations)?.[1] ?? '';
  return [...declared.matchAll(/'([^']+)'/g)].map(([, member]) => member ?? '').sort();
}

const safetyNames = [...table.matchAll(/\{"[^"]+", "([^"]+)"\}/g)].map(([, name]) => name ?? '');

type Sentence = string | ((...given: never[]) => string);

/** Every sentence of a dictionary by its place in it. */
function leaves(texts: object, above = ''): [place: string, sentence: Sentence][] {
  return Object.entries(texts).flatMap(([name, value]: [string, Sentence | object]) =>
    typeof value === 'object' ? leaves(value, `${above}${name}.`) : [[above + name, value] as const],
  ) as [string, Sentence][];
}

interface Sample {
  given: unknown[];
  /** What the sentence has to say of it. */
  holds: (string | number)[];
}

const host = 'box.example.org';
const stun = ['stun.example.org:3478', '192.0.2.1:3478'];
const relays = ['turn.example.org:3478', '[2001:db8::1]:3478'];
const until = '13:47';
/** With one relay and with several a sentence may be another. */
const relayed: Sample[] = [relays, relays.slice(1)].map((some) => ({ given: [some], holds: some }));
const hosts: Sample[] = [true, false].map((inviter) => ({ given: [host, inviter], holds: [host] }));

/** What each sentence that is a function may be given. */
const samples: Record<string, Sample[]> = {
  asksStun: [{ given: [stun], holds: stun }],
  asksRelay: relayed,
  asksMailbox: [{ given: [host], holds: [host] }],
  tellsRelay: relayed,
  tellsRelayAndMailbox: relayed.map(({ given, holds }) => ({
    given: [...given, host],
    holds: [...holds, host],
  })),
  helps: [
    { given: [1], holds: [] },
    { given: [2], holds: [2] },
  ],
  relayLocked: [{ given: [host], holds: [host] }],
  joinTextMailbox: [{ given: [host], holds: [host] }],
  joinByHandAbout: [{ given: [host], holds: [host] }],
  mailboxSees: [{ given: [host], holds: [host] }],
  ...Object.fromEntries(Object.keys(english.mailbox).map((state) => [`mailbox.${state}`, hosts])),
  turnHint: [
    { given: [[]], holds: [] },
    { given: [relays], holds: relays },
  ],
  notStun: [{ given: ['???'], holds: ['???', 'stun.example.org:3478'] }],
  tooManyStun: [{ given: [16], holds: [16] }],
  notTurn: [{ given: ['???'], holds: ['???', '?transport=tcp'] }],
  credentialTooLong: [{ given: [256], holds: [256] }],
  returnByItself: [{ given: [host], holds: [host] }],
  returnedHere: [
    { given: [1], holds: [] },
    { given: [3], holds: [3] },
  ],
  againText: [
    { given: [1, 2], holds: [1, 2] },
    { given: [12, 3], holds: [12, 3] },
  ],
  againDone: [{ given: [2, 3], holds: [2, 3] }],
  againUntil: [{ given: [until], holds: [until] }],
  absent: [{ given: [until], holds: [until] }],
  waitingUntil: [{ given: [300, until], holds: [5, until] }],
  replyWaitingUntil: [{ given: [300, until], holds: [5, until] }],
  oldWarning: [{ given: [300], holds: [5] }],
  lateReply: [{ given: [30], holds: [30] }],
  renewed: [{ given: [300], holds: [5] }],
  failed: [
    { given: [undefined], holds: [] },
    { given: ['not-open'], holds: [] },
  ],
  'voice.playedOf': [{ given: [until, until], holds: [until] }],
  latestUnread: [{ given: [12], holds: [12] }],
  unread: [{ given: [12], holds: [12] }],
  linkOther: [{ given: [host], holds: [host] }],
  newMessages: [{ given: [12], holds: [12] }],
  savedFrom: [{ given: ['2026-11-26'], holds: ['2026-11-26'] }],
  tooLong: [{ given: [12_345], holds: [12_345] }],
  languageBrowser: [{ given: ['Esperanto'], holds: ['Esperanto'] }],
  roomLeft: [{ given: [5_000], holds: [5_000] }],
  unreadTitle: [{ given: [3, 'tincan'], holds: [3, 'tincan'] }],
  removeFile: [{ given: ['a.zip'], holds: ['a.zip'] }],
  size: [
    { given: [0], holds: [0] },
    { given: [999], holds: [999] },
    { given: [3_400_000], holds: [] },
    { given: [256 * 2 ** 20], holds: [268] },
  ],
  fileText: [{ given: ['a.zip', '3 MB'], holds: ['a.zip', '3 MB'] }],
  showLarge: [{ given: ['a.png'], holds: ['a.png'] }],
  fileMoves: [{ given: ['a.zip'], holds: ['a.zip'] }],
  fileProgress: [
    { given: [11_000_000, 22_000_000, 0, 0], holds: [11, 22] },
    { given: [11_000_000, 22_000_000, 33_000_000, 44], holds: [11, 22, 33, 44] },
  ],
  fileRoom: [{ given: [256 * 2 ** 20], holds: [268] }],
  fileTooLarge: [{ given: [256 * 2 ** 20], holds: [268] }],
  safetyWord: safetyNames.map((name) => ({ given: [name], holds: [] })),
};

function say(sentence: Sentence, { given }: Sample): string {
  return typeof sentence === 'string' ? sentence : sentence(...(given as never[]));
}

const once: Sample[] = [{ given: [], holds: [] }];

/** Everything a language says, for every sample. */
function said(texts: Texts): { place: string; text: string; sample: Sample }[] {
  return leaves(texts).flatMap(([place, sentence]) =>
    (typeof sentence === 'string' ? once : (samples[place] ?? [])).map((sample) => ({
      place,
      sample,
      text: say(sentence, sample),
    })),
  );
}

/** Without the marks that set Latin text apart in an Arabic sentence. */
function plain(text: string): string {
  return text.replaceAll(/[\u2068\u2069]/g, '');
}

describe.each([
  ['English', english],
  ['Spanish', spanish],
  ['Arabic', arabic],
])('%s', (_, texts) => {
  test.each([
    ['ErrorCode', texts.errors],
    ['Reason', texts.endings],
    ['MailboxState', texts.mailbox],
  ])('every %s of the engine has its sentence', (name, sentences) => {
    expect(union(name, contract).length).toBeGreaterThan(5);
    expect(Object.keys(sentences).sort()).toEqual(union(name, contract));
  });

  test('no two errors say the same, and each is a sentence', () => {
    const sentences = Object.values(texts.errors);
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) expect(sentence).toMatch(/^[\p{Lu}\p{Lo}«].*\.$/u);
  });

  test('every ending says what happened and what to do', () => {
    for (const { title, text } of [
      ...Object.values(texts.endings),
      ...Object.values(texts.troubles),
      ...Object.values(texts.away),
    ]) {
      expect(title).not.toBe('');
      expect(text).toMatch(/\.$/);
    }
  });

  test('every safety word of the engine is told apart', () => {
    const words = safetyNames.map(texts.safetyWord);
    expect(new Set(words).size).toBe(64);
    expect(texts.safetyWord('toString')).toBe('toString');
  });

  test('nothing in sight carries blanks too many, or a letter of something else', () => {
    for (const { place, text } of said(texts)) {
      expect(text, place).toBe(text.trim());
      expect(text, place).not.toMatch(/^$|\s\s|undefined|null|\[object|NaN|'|\.\.\./);
    }
  });
});

test('the safety words of the engine are those that languages translate', () => {
  expect(safetyNames).toHaveLength(64);
  expect(union('SafetyName', source)).toEqual(safetyNames.toSorted());
});

test('every sentence that is a function has its samples', () => {
  const functions = leaves(english).filter(([, sentence]) => typeof sentence === 'function');
  expect(functions.map(([place]) => place).sort()).toEqual(Object.keys(samples).sort());
});

describe.each([
  [
    'Spanish',
    'es',
    spanish,
    // The same word in both.
    ['name', 'chatTitle', 'keys.enter', 'keys.ctrl', 'size', 'keys.esc', 'unreadTitle'],
  ],
  [
    'Arabic',
    'ar',
    arabic,
    // As they are printed on the keys.
    ['name', 'keys.enter', 'keys.shift', 'keys.ctrl', 'keys.esc', 'keys.end'],
  ],
] as const)('%s beside English', (_, tag, texts, same) => {
  const own = new Map(leaves(texts));

  test('has the same sentences, in the same order and of the same kinds', () => {
    const kinds = (all: Texts) =>
      leaves(all).map(([place, sentence]) => [
        place,
        typeof sentence === 'string' ? 'string' : sentence.length,
      ]);
    expect(kinds(texts)).toEqual(kinds(english));
  });

  test('leaves nothing in English', () => {
    const left = said(english)
      .filter(({ place, sample, text }) => say(own.get(place) ?? '', sample) === text)
      .map(({ place }) => place)
      .filter((place) => place !== 'safetyWord');
    const number = (3).toLocaleString(tag) === '3';
    const also = tag === 'ar' && number ? ['unreadTitle'] : [];
    expect([...new Set(left)].sort()).toEqual([...same, ...also].sort());
  });

  test('leaves no safety word in English but those that are the same in both', () => {
    const left = safetyNames.filter((name) => texts.safetyWord(name) === name);
    expect(left).toEqual(tag === 'es' ? ['panda', 'cactus', 'pizza', 'robot'] : []);
  });

  test('says what it was given', () => {
    for (const { place, text, sample } of said(texts)) {
      for (const value of sample.holds) {
        const apart = tag === 'ar' && place !== 'unreadTitle' && value !== until;
        const name = apart ? `\u2068${value}\u2069` : value;
        const shown = typeof value === 'number' ? value.toLocaleString(tag) : name;
        expect(text, place).toContain(shown);
      }
    }
  });

  test('names buttons and choices as they are named', () => {
    const strings = [...own.values()].filter((sentence) => typeof sentence === 'string');
    let quoted = 0;
    for (const { place, text, sample } of said(texts)) {
      for (const [, name = ''] of plain(text).matchAll(/«([^»]*)»/g)) {
        quoted += 1;
        expect([...strings, ...sample.given], place).toContain(name);
      }
    }
    expect(quoted).toBeGreaterThan(12);
  });

  test('names a button where English does', () => {
    const title = (all: Texts, name: string) => String(new Map(leaves(all)).get(name));
    const sentences: [place: string, name: string][] = [
      ['errors.second-reply', 'verify'],
      ['errors.stun-silent', 'network'],
      ['errors.symmetric', 'network'],
      ['errors.symmetric-pair', 'network'],
      ['errors.no-relay', 'network'],
      ['errors.no-relay', 'modes.relay'],
      ['errors.relay-silent', 'network'],
      ['endings.unreachable.text', 'network'],
      ['relayMissing', 'modes.relay'],
      ['relayLocked', 'network'],
      ['mailboxLocal', 'modes.local'],
      ['turnForRelay', 'modes.relay'],
    ];
    for (const [place, name] of sentences) {
      const [sample = { given: [], holds: [] }] = samples[place] ?? once;
      expect(say(new Map(leaves(english)).get(place) ?? '', sample)).toContain(title(english, name));
      expect(say(own.get(place) ?? '', sample), place).toContain(`«${title(texts, name)}»`);
    }
    expect(texts.shortcutWipe.startsWith(`${texts.wipe}:`)).toBe(true);
    expect(texts.shortcutLatest).toBe(texts.latest);
    expect(texts.clearHistory.startsWith(texts.clear)).toBe(true);
    for (const key of [texts.keys.enter, texts.keys.shift]) expect(texts.sendWays.enter).toContain(key);
    for (const key of [texts.keys.enter, texts.keys.ctrl]) expect(texts.sendWays.ctrl).toContain(key);
    expect(texts.pressToCopy).toContain(`${texts.keys.ctrl}+C`);
  });
});

test('Spanish is set as Spanish is', () => {
  for (const { place, text } of said(spanish)) {
    const own = text.replaceAll('???', '').replaceAll('?transport=tcp', '');
    expect(own, place).not.toMatch(/["“”‘’]/);
    expect(own.match(/\?/g)?.length, place).toBe(own.match(/¿/g)?.length);
    expect(own.match(/!/g)?.length, place).toBe(own.match(/¡/g)?.length);
  }
});

test.each([
  [1, '1 segundo', '1 nuevo', '1 carácter'],
  [2, '2 segundos', '2 nuevos', '2 caracteres'],
  [11, '11 segundos', '11 nuevos', '11 caracteres'],
])('Spanish counts %d', (count, time, messages, letters) => {
  expect(spanish.lateReply(count)).toContain(`${time} `);
  expect(spanish.unread(count)).toBe(messages);
  expect(spanish.roomLeft(count)).toContain(`${letters} `);
});

test('Spanish hours have their article', () => {
  for (const time of ['1:05', '01:05', '1:05 p. m.'])
    expect(spanish.absent(time)).toContain(`desde la ${time}.`);
  for (const time of ['13:05', '10:05', '11:05 p. m.', '2:01', '0:05', '21:05'])
    expect(spanish.absent(time)).toContain(`desde las ${time}.`);
});

test.each([
  [1, 'ثانية واحدة', 'دقيقة واحدة', 'رسالة جديدة', 'حرف واحد', 'بايت واحد'],
  [2, 'ثانيتين', 'دقيقتين', 'رسالتان جديدتان', 'حرفين', 'بايتين'],
  [3, '# ثوانٍ', '# دقائق', '# رسائل جديدة', '# أحرف', '# بايتات'],
  [11, '# ثانية', '# دقيقة', '# رسالة جديدة', '# حرفًا', '# بايتًا'],
  [100, undefined, '# دقيقة', '# رسالة جديدة', '# حرف', '# بايت'],
])('Arabic counts %d', (count, seconds, minutes, messages, letters, bytes) => {
  const shown = (form: string) => form.replace('#', count.toLocaleString('ar'));
  // From 90 seconds on a length of time is told in minutes.
  if (seconds !== undefined) expect(arabic.oldWarning(count)).toContain(`قبل ${shown(seconds)}:`);
  if (count > 1) expect(arabic.oldWarning(count * 60)).toContain(`قبل ${shown(minutes)}:`);
  else expect(arabic.oldWarning(100)).toContain(`قبل ${shown(minutes)}:`);
  expect(arabic.unread(count)).toBe(shown(messages));
  expect(arabic.latestUnread(count)).toMatch(new RegExp(`، ${shown(messages)}$`));
  expect(arabic.roomLeft(count)).toContain(`${shown(letters)}.`);
  expect(arabic.tooLong(count)).toContain(`${shown(bytes)}.`);
});

test('Arabic is set as Arabic is, and sets apart what would scramble', () => {
  for (const { place, text } of said(arabic)) {
    if (place === 'unreadTitle') continue;
    expect(text.match(/\u2068/g)?.length, place).toBe(text.match(/\u2069/g)?.length);
    const own = text.replaceAll(/\u2068[^\u2069]*\u2069/g, '');
    expect(own, place).not.toMatch(/[?;"“”‘’]|,(?!\d)/);
    // Latin words and keys may stand alone: two with a stop between them may not.
    expect(own, place).not.toMatch(/[a-z][.:/@=]+[a-z\d]/i);
    if (!place.startsWith('keys.') && place !== 'name') expect(own, place).toMatch(/\p{Script=Arabic}/u);
  }
});
