import type { en } from './en.ts';
import { categoryIn, inUnits, listIn, numberIn, sizeIn } from './intl.ts';
import type { Entry, Plural, Source } from './source.ts';
import { kinds, type Given, type Kinds, type Names, type Parameter } from './parameters.ts';
import { directionOf } from './tags.ts';

/** What the page calls: a text, or a function of what the sentence has in braces. */
export type Spoken<Of> = Of extends boolean
  ? boolean
  : Of extends string
    ? [Names<Of>] extends [never]
      ? string
      : (given: Given<Names<Of>>) => string
    : Of extends Plural
      ? (given: Given<Names<Of['other']> | 'count'>) => string
      : { readonly [Each in keyof Of]: Spoken<Of[Each]> };

/** Every sentence of the page in one language. */
export type Texts = Spoken<typeof en> & {
  /** A number of bytes, as in `3.4 MB`. */
  size: (bytes: number) => string;
  /** A safety word, which the engine knows by its English name. */
  safetyWord: (name: string) => string;
};

type Values = Readonly<Record<string, unknown>>;

/** Makes of a dictionary what the page calls. */
export function spoken(dictionary: Source, tag: string): Texts {
  // As English is written here: without a comma before the last of a list.
  const locale = tag === 'en' ? 'en-GB' : tag;
  const list = listIn(locale);
  const size = sizeIn(locale);
  const category = categoryIn(locale);
  /** What runs from left to right inside a line that doesn't: set apart, or its dots and colons would be scrambled. */
  const apart = directionOf(tag) === 'rtl' ? (text: string) => `\u2068${text}\u2069` : (text: string) => text;

  const writers: { [Kind in keyof Kinds]: (value: Kinds[Kind]) => string } = {
    number: numberIn(locale),
    list: (names) => list(names.map(apart)),
    size: (bytes) => apart(size(bytes)),
    lasting: (seconds) => {
      const { count, unit } = inUnits(seconds);
      return filled(form(dictionary.lasting[`${unit}s`], count), { count });
    },
    ours: (text) => text,
  };

  function write(name: string, value: unknown): string {
    if (!Object.hasOwn(kinds, name)) return apart(String(value));
    return (writers[kinds[name as Parameter]] as (value: unknown) => string)(value);
  }

  function filled(sentence: string, values: Values): string {
    return sentence.replace(/\{(\w+)\}/g, (_, name: string) => write(name, values[name]));
  }

  function form(forms: Plural, count: number): string {
    return forms[category(count)] ?? forms.other;
  }

  function speak(entry: Entry): unknown {
    if (typeof entry === 'boolean') return entry;
    if (typeof entry === 'string')
      return entry.includes('{') ? (values: Values) => filled(entry, values) : entry;
    if (isPlural(entry))
      return (values: Values & { count: number }) => filled(form(entry, values.count), values);
    if (Array.isArray(entry)) return entry.map(speak);
    return Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, speak(value)]));
  }

  const words: Readonly<Record<string, string>> = dictionary.safetyWords ?? {};
  return {
    ...(speak(dictionary as Entry) as Spoken<typeof en>),
    size,
    safetyWord: (name) => (Object.hasOwn(words, name) ? (words[name] ?? name) : name),
  };
}

function isPlural(entry: Exclude<Entry, string | boolean>): entry is Plural {
  return 'other' in entry;
}
