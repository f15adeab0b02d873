import { readLanguages } from '../life/browser.ts';
import { dateFormat } from './intl.ts';
import { english } from './english.ts';
import type { Source } from './source.ts';
import type { LanguageTag } from './plurals.ts';
import { spoken, type Texts } from './sentences.ts';
import { directionOf, tagOf } from './tags.ts';

interface Language {
  /** The name of the language in the language itself. */
  name: string;
  /** English is always there; the others come when they are chosen. */
  load?: () => Promise<{ default: Source }>;
}

/** The languages by their tags (BCP 47). For another one it takes a line here, and its file. */
export const languages = {
  ar: { name: 'العربية', load: () => import('./ar.ts') },
  bg: { name: 'Български', load: () => import('./bg.ts') },
  ca: { name: 'Català', load: () => import('./ca.ts') },
  cs: { name: 'Čeština', load: () => import('./cs.ts') },
  da: { name: 'Dansk', load: () => import('./da.ts') },
  de: { name: 'Deutsch', load: () => import('./de.ts') },
  el: { name: 'Ελληνικά', load: () => import('./el.ts') },
  en: { name: 'English' },
  es: { name: 'Español', load: () => import('./es.ts') },
  et: { name: 'Eesti', load: () => import('./et.ts') },
  fa: { name: 'فارسی', load: () => import('./fa.ts') },
  fi: { name: 'Suomi', load: () => import('./fi.ts') },
  fr: { name: 'Français', load: () => import('./fr.ts') },
  he: { name: 'עברית', load: () => import('./he.ts') },
  hi: { name: 'हिन्दी', load: () => import('./hi.ts') },
  hr: { name: 'Hrvatski', load: () => import('./hr.ts') },
  hu: { name: 'Magyar', load: () => import('./hu.ts') },
  id: { name: 'Bahasa Indonesia', load: () => import('./id.ts') },
  it: { name: 'Italiano', load: () => import('./it.ts') },
  ja: { name: '日本語', load: () => import('./ja.ts') },
  ko: { name: '한국어', load: () => import('./ko.ts') },
  nb: { name: 'Norsk bokmål', load: () => import('./nb.ts') },
  nl: { name: 'Nederlands', load: () => import('./nl.ts') },
  pl: { name: 'Polski', load: () => import('./pl.ts') },
  'pt-BR': { name: 'Português (Brasil)', load: () => import('./pt-BR.ts') },
  ro: { name: 'Română', load: () => import('./ro.ts') },
  ru: { name: 'Русский', load: () => import('./ru.ts') },
  sk: { name: 'Slovenčina', load: () => import('./sk.ts') },
  sv: { name: 'Svenska', load: () => import('./sv.ts') },
  th: { name: 'ไทย', load: () => import('./th.ts') },
  tr: { name: 'Türkçe', load: () => import('./tr.ts') },
  uk: { name: 'Українська', load: () => import('./uk.ts') },
  vi: { name: 'Tiếng Việt', load: () => import('./vi.ts') },
  'zh-Hans': { name: '简体中文', load: () => import('./zh-Hans.ts') },
  'zh-Hant': { name: '繁體中文', load: () => import('./zh-Hant.ts') },
} satisfies Partial<Record<LanguageTag, Language>>;

export type Tag = keyof typeof languages;

let tag = $state<Tag>('en');
let dictionary = $state.raw<Texts>(english);
let asked = 0;

/** The sentences in the language in use. Where the page shows one, it changes with the language. */
export const texts: Texts = new Proxy(english, {
  get: (_, key) => Reflect.get(dictionary, key) as unknown,
});

/** The language in use. */
export function inUse(): Tag {
  return tag;
}

/**
 * Speaks this language from now on. Says false where another one was wanted meanwhile; one that can't be loaded
 * rejects, and changes nothing.
 */
export async function speak(wanted: Tag): Promise<boolean> {
  asked += 1;
  const mine = asked;
  const loaded = await textsIn(wanted);
  if (mine !== asked) return false;
  use(wanted, loaded);
  return true;
}

/** The sentences in a language. */
export async function textsIn(wanted: Tag): Promise<Texts> {
  const { load }: Language = languages[wanted];
  return load ? spoken((await load()).default, wanted) : english;
}

/** Shows these sentences from now on, as those of the language. */
export function use(wanted: Tag, texts: Texts): void {
  dictionary = texts;
  tag = wanted;
  document.documentElement.lang = wanted;
  document.documentElement.dir = directionOf(wanted);
}

/**
 * Times and days in the language in use, as they are written in the country that the browser names for it. To make a
 * formatter costs more than all the rest of a message, so there is one of each.
 */
const formats = $derived.by(() => {
  const locales = [...readLanguages().filter((each) => tagOf(each) === tag), tag, undefined];
  return {
    time: dateFormat(locales, { hour: 'numeric', minute: '2-digit' }, [11, 16]),
    moment: dateFormat(locales, { dateStyle: 'medium', timeStyle: 'medium' }, [0, 19]),
    day: dateFormat(locales, { dateStyle: 'full' }, [0, 10]),
  };
});

/** A time as people write it: the hour and minute, all of it, or its day. */
export function written(as: 'time' | 'moment' | 'day', at: number): string {
  return formats[as](at);
}

/** The first of the browser's languages that is one of the page's. */
export function preferred(wanted: readonly string[]): Tag {
  return wanted.map(tagOf).find(isTag) ?? 'en';
}

export function isTag(text: unknown): text is Tag {
  return typeof text === 'string' && Object.hasOwn(languages, text);
}
