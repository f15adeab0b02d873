import { readLanguages } from '../life/browser.ts';
import { dateFormat } from './intl.ts';
import { english, type Texts } from './en.ts';

interface Language {
  /** The name of the language in the language itself. */
  name: string;
  direction: 'ltr' | 'rtl';
  /** English is always there; the others come when they are chosen. */
  load: () => Promise<Texts>;
}

/** The languages by their tags (BCP 47). For another one it takes a line here, and its file. */
export const languages = {
  en: { name: 'English', direction: 'ltr', load: () => Promise.resolve(english) },
  es: { name: 'Español', direction: 'ltr', load: async () => (await import('./es.ts')).spanish },
  ar: { name: 'العربية', direction: 'rtl', load: async () => (await import('./ar.ts')).arabic },
} satisfies Record<string, Language>;

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
  const { direction, load } = languages[wanted];
  asked += 1;
  const mine = asked;
  const loaded = await load();
  if (mine !== asked) return false;
  dictionary = loaded;
  tag = wanted;
  document.documentElement.lang = wanted;
  document.documentElement.dir = direction;
  return true;
}

/**
 * Times and days in the language in use, as they are written in the country that the browser names for it. To make a
 * formatter costs more than all the rest of a message, so there is one of each.
 */
const formats = $derived.by(() => {
  const locales = [...readLanguages().filter((each) => primary(each) === tag), tag, undefined];
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
  return wanted.map(primary).find(isTag) ?? 'en';
}

function primary(language: string): string {
  // Not only as BCP 47 has it: systems write es_ES.UTF-8 and es@euro, and some browsers hand that on.
  return language.toLowerCase().split(/[-_.@]/)[0] ?? '';
}

export function isTag(text: unknown): text is Tag {
  return typeof text === 'string' && Object.hasOwn(languages, text);
}
