import { expect, test } from 'vitest';
import { categories } from './plurals.ts';
import { directionOf, tagOf } from './tags.ts';

test.each([
  ['de', 'de'],
  ['de-CH', 'de'],
  ['de_AT.UTF-8', 'de'],
  ['EN-us', 'en'],
  ['es@euro', 'es'],
  ['pt', 'pt-BR'],
  ['pt-PT', 'pt-BR'],
  ['pt-BR', 'pt-BR'],
  ['zh', 'zh-Hans'],
  ['zh-CN', 'zh-Hans'],
  ['zh-SG', 'zh-Hans'],
  ['zh-Hans-HK', 'zh-Hans'],
  ['zh-TW', 'zh-Hant'],
  ['zh_HK.UTF-8', 'zh-Hant'],
  ['zh-MO', 'zh-Hant'],
  ['zh-Hant', 'zh-Hant'],
  ['zh-Hant-CN', 'zh-Hant'],
  ['no', 'nb'],
  ['nn-NO', 'nb'],
  ['nb-NO', 'nb'],
  ['iw', 'he'],
  ['iw-IL', 'he'],
  ['in-ID', 'id'],
  ['toString', 'tostring'],
  ['constructor', 'constructor'],
  ['', ''],
])('%s is the page’s %s', (language, tag) => {
  expect(tagOf(language)).toBe(tag);
});

test('each language has its own tag', () => {
  for (const tag of Object.keys(categories)) expect(tagOf(tag)).toBe(tag);
});

test('three are read from the right', () => {
  expect(Object.keys(categories).filter((tag) => directionOf(tag) === 'rtl')).toEqual(['ar', 'fa', 'he']);
});
