// @vitest-environment node
import { expect, test } from 'vitest';
import { en } from '../src/language/en.ts';
import { spoken } from '../src/language/sentences.ts';
import type { Entry } from '../src/language/source.ts';
import { long } from './fake-long.ts';

function leaves(entry: Entry): string[] {
  if (typeof entry === 'string') return [entry];
  return typeof entry === 'object' ? Object.values(entry as Record<string, Entry>).flatMap(leaves) : [];
}

test('every sentence of xx-long is marked, longer, and has the names in braces', () => {
  const [plain, stretched] = [leaves(en), leaves(long(en) as Entry)];
  expect(stretched).toHaveLength(plain.length);
  for (const [i, sentence] of stretched.entries()) {
    const english = plain[i] ?? '';
    expect(sentence).toMatch(/^⟦.*⟧$/);
    expect(sentence.length).toBeGreaterThanOrEqual(english.length * 1.35);
    expect(sentence.match(/\{\w+\}/g)).toEqual(english.match(/\{\w+\}/g));
  }
});

test('the page speaks it as any other', () => {
  const texts = spoken(long(en), 'en');
  expect(texts.newChat).toBe('⟦Ñéw çhåţ lore⟧');
  expect(texts.newMessages({ count: 1234 })).toMatch(/^⟦1,234 ñéw méššåğéš .*⟧$/);
});
