/**
 * The languages that a dictionary can be written for, by their tags (BCP 47), each with its plural categories as Intl
 * has them: a sentence that counts something has one form for each.
 */
export const categories = {
  ar: ['zero', 'one', 'two', 'few', 'many', 'other'],
  bg: ['one', 'other'],
  ca: ['one', 'many', 'other'],
  cs: ['one', 'few', 'many', 'other'],
  da: ['one', 'other'],
  de: ['one', 'other'],
  el: ['one', 'other'],
  en: ['one', 'other'],
  es: ['one', 'many', 'other'],
  et: ['one', 'other'],
  fa: ['one', 'other'],
  fi: ['one', 'other'],
  fr: ['one', 'many', 'other'],
  he: ['one', 'two', 'other'],
  hi: ['one', 'other'],
  hr: ['one', 'few', 'other'],
  hu: ['one', 'other'],
  id: ['other'],
  it: ['one', 'many', 'other'],
  ja: ['other'],
  ko: ['other'],
  nb: ['one', 'other'],
  nl: ['one', 'other'],
  pl: ['one', 'few', 'many', 'other'],
  'pt-BR': ['one', 'many', 'other'],
  ro: ['one', 'few', 'other'],
  ru: ['one', 'few', 'many', 'other'],
  sk: ['one', 'few', 'many', 'other'],
  sv: ['one', 'other'],
  th: ['other'],
  tr: ['one', 'other'],
  uk: ['one', 'few', 'many', 'other'],
  vi: ['other'],
  'zh-Hans': ['other'],
  'zh-Hant': ['other'],
} as const satisfies Record<string, readonly Intl.LDMLPluralRule[]>;

export type LanguageTag = keyof typeof categories;

export type Category<Tag extends LanguageTag> = (typeof categories)[Tag][number];
