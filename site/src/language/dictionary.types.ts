import { dictionary, type Checked } from './dictionary.ts';
import { en } from './en.ts';
import type { LanguageTag } from './plurals.ts';
import { spoken } from './sentences.ts';
import type { SafetyName } from './words.ts';

/*
 * What must not compile: nothing runs this file, and `npm run check` fails where one of these is not an error any more.
 */

const source = {
  read: true,
  plain: 'Close',
  host: 'No reply has come to {host} yet.',
  two: 'Waits for {lasting}, until {until}.',
  files: { one: '{count} file of {name}', other: '{count} files of {name}' },
  steps: ['Open it', 'Write to {host}'],
  group: { title: 'Gone', text: 'It left {host}.' },
} as const;

declare function small<Tag extends LanguageTag, const Own>(
  tag: Tag,
  own: Own & Checked<typeof source, Tag, Own>,
): void;

const german = {
  read: false,
  plain: 'Schließen',
  host: 'Bei {host} ist noch keine Antwort.',
  two: 'Bis {until} ({lasting}).',
  files: { one: 'eine Datei von {name}', other: '{count} Dateien von {name}' },
  steps: ['Öffnen', '{host} schreiben'],
  group: { title: 'Weg', text: 'Nicht mehr bei {host}.' },
} as const;
const [polish, japanese, arabic] = [
  { one: '{name}: {count}', few: '{name}: {count}', many: '{name}: {count}', other: '{name}: {count}' },
  { other: '{name}: {count}' },
  {
    zero: '{name}',
    one: '{name}',
    two: '{name}',
    few: '{count} {name}',
    many: '{count} {name}',
    other: '{count} {name}',
  },
] as const;

small('de', german);
small('pl', { ...german, files: polish });
small('ja', { ...german, files: japanese });
small('ar', { ...german, files: arabic });

// @ts-expect-error a sentence is missing
small('de', { ...german, plain: undefined });
// @ts-expect-error a sentence is no sentence
small('de', { ...german, plain: 7 });
// @ts-expect-error there is no such sentence
small('de', { ...german, plane: 'Flugzeug' });
// @ts-expect-error a group lacks a sentence
small('de', { ...german, group: { title: 'Weg' } });
// @ts-expect-error a group has one too many
small('de', { ...german, group: { ...german.group, more: 'Mehr' } });
// @ts-expect-error a name in braces is missing
small('de', { ...german, host: 'Noch keine Antwort.' });
// @ts-expect-error one of two is missing
small('de', { ...german, two: 'Bis {until}.' });
// @ts-expect-error a name in braces that English does not have
small('de', { ...german, plain: '{host} schließen' });
// @ts-expect-error a name in braces that is misspelt
small('de', { ...german, host: 'Bei {hots} ist noch keine Antwort.' });
// @ts-expect-error in a group, the same
small('de', { ...german, group: { title: 'Weg', text: 'Nicht mehr da.' } });
// @ts-expect-error a row is too short
small('de', { ...german, steps: ['Öffnen'] });
// @ts-expect-error a sentence of a row lacks its name
small('de', { ...german, steps: ['Öffnen', 'Schreiben'] });
// @ts-expect-error where English counts, a single sentence is not enough
small('de', { ...german, files: '{count} Dateien von {name}' });
// @ts-expect-error a plural form is missing
small('pl', { ...german, files: { one: polish.one, few: polish.few, other: polish.other } });
// @ts-expect-error all but one are missing
small('de', { ...german, files: japanese });
// @ts-expect-error a plural form that the language does not have
small('ja', { ...german, files: german.files });
// @ts-expect-error a form for one that leaves out another name
small('de', { ...german, files: { ...german.files, one: 'eine Datei' } });
// @ts-expect-error a form for many that does not say how many
small('de', { ...german, files: { ...german.files, other: 'Dateien von {name}' } });
// @ts-expect-error a language that the page does not know
small('tlh', german);

type Words = Record<SafetyName, string>;
declare const safetyWords: Words;
dictionary('en', { ...en, safetyWords });
// @ts-expect-error the whole of English lacks the safety words
dictionary('en', en);
// @ts-expect-error none of its sentences
dictionary('de', { safetyWords });
// @ts-expect-error a safety word is missing
dictionary('en', { ...en, safetyWords: { dog: 'Hund' } });

// What the page says is typed by the names in braces.
const texts = spoken(en, 'en');
texts.asksStun({ stun: ['stun.example:3478'] });
texts.helps({ count: 2 });
// @ts-expect-error a text is no function
texts.newChat({});
// @ts-expect-error a sentence with a name in braces is no text
texts.newChat = texts.asksMailbox;
// @ts-expect-error nothing is given
texts.asksMailbox();
// @ts-expect-error another name
texts.asksMailbox({ host: 'box.example' });
// @ts-expect-error a list is wanted
texts.asksStun({ stun: 'stun.example:3478' });
// @ts-expect-error a number is wanted
texts.helps({ count: '2' });
// @ts-expect-error how many there are decides about the form, even where it is not said
texts.asksRelay({ relays: ['relay.example:3478'] });
