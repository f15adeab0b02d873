// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { fold, occurrences, places } from './folding.ts';

describe('the same in a search', () => {
  test.each([
    ['case', 'HeLLo', 'hello'],
    ['accents', 'ÉCOLE à Málaga', 'ecole a malaga'],
    ['accents that are characters of their own', 'e\u0301cole', 'école'],
    ['letters that are others without a mark', 'Søren Łódź Đà Æther cœur', 'soren lodz da aether coeur'],
    ['ß and ss', 'STRASSE Straße GROẞ', 'straße strasse gross'],
    ['a Turkish i', 'İSTANBUL ısı', 'istanbul isi'],
    ['a sigma at the end', 'ΟΔΥΣΣΕΥΣ', 'οδυσσεύς'],
    ['full-width and half-width', 'ＡＢＣ１２３　ｶ', 'abc123 カ'],
    ['ligatures and signs', 'ﬁve ² ™ …', 'five 2 tm ...'],
    ['alefs', 'أحمد إلى آمن ٱسم', 'احمد الى امن اسم'],
    ['teh marbuta and heh', 'مدرسة', 'مدرسه'],
    ['alef maksura and yeh', 'على', 'علي'],
    ['yeh and kaf of Persian', 'کتابی', 'كتابي'],
    ['hamza on its letter', 'مسؤول رئيس', 'مسوول رييس'],
    ['harakat', 'مُحَمَّدٌ', 'محمد'],
    ['tatweel', 'كـــتاب', 'كتاب'],
    ['Arabic digits, of both kinds', '٠١٢٣٤٥٦٧٨٩ ۴۵۶', '0123456789 456'],
    ['Arabic shapes', 'ﻻ ﷲ', 'لا الله'],
    ['points of Hebrew', 'שָׁלוֹם', 'שלום'],
    ['quotes', '“it’s” „so“ «da»', '"it\'s" "so" "da"'],
    ['dashes', 'a – b — c − d', 'a - b - c - d'],
    ['spaces', 'a \n\t\u00a0 b', 'a b'],
    ['what shows nothing', 'so\u00adft\u200b \u2066word\u2069 ❤\ufe0f', 'soft word ❤'],
  ])('%s', (_, text, same) => {
    expect(fold(text)).toBe(fold(same));
    expect(fold(text)).not.toBe('');
  });

  test.each([
    ['vowels of India', 'की', 'का'],
    ['vowels of Thai', 'รัก', 'รก'],
    ['letters of Japanese', 'が', 'か'],
    ['another letter', 'word', 'wort'],
    ['half an emoji', '\uD83D', '😀'],
  ])('but not %s', (_, text, other) => {
    expect([...occurrences(fold(other), fold(text))]).toEqual([]);
  });

  test('a character that stands for a sentence stays: no text becomes more than four times as long', () => {
    expect(fold('ﷺ')).toBe('ﷺ');
    for (let code = 1; code < 0x110000; code += 1) {
      const character = String.fromCodePoint(code);
      if (character.normalize('NFKD').toLowerCase() === character) continue;
      const folded = fold(character);
      if (folded.length > 4 * character.length || fold(folded) !== folded)
        throw new Error(`U+${code.toString(16)} becomes ${JSON.stringify(folded)}`);
    }
  });
});

describe('the place of what is found', () => {
  const found = (text: string, wanted: string) => {
    const { text: folded, starts, ends } = places(text);
    const query = fold(wanted);
    return [...occurrences(folded, query)].map((at) => text.slice(starts[at], ends[at + query.length - 1]));
  };

  test.each([
    ['in the middle', 'one two three', 'TWO', ['two']],
    ['twice, and not across itself', 'aaaaa', 'aa', ['aa', 'aa']],
    ['with its accents', 'un cafe\u0301 noir', 'cafe', ['cafe\u0301']],
    ['with its harakat', 'قال مُحَمَّدٌ لنا', 'محمد', ['مُحَمَّدٌ']],
    ['across a character that becomes two', 'Die Straße.', 'strasse', ['Straße']],
    ['behind emoji', '👍🏽😀 word', 'word', ['word']],
    ['across spaces', 'a  \n b', 'a b', ['a  \n b']],
    ['across what shows nothing', 'so\u00adft', 'soft', ['so\u00adft']],
    ['of a part of a ligature: all of it', 'oﬃce', 'ff', ['ﬃ']],
    ['with a space at its end', 'go on', 'go ', ['go ']],
  ])('%s', (_, text, wanted, all) => {
    expect(found(text, wanted)).toEqual(all);
  });

  test.each([
    ['nothing', ''],
    ['half of a pair', '\uD83D'],
    ['the other half', '\uDE00'],
    ['a very long one', 'ab'.repeat(50_000)],
    ['only marks', '\u0301\u064e\u0651'],
    ['only what shows nothing', '\u200b\u00ad\u2066'],
    ['a run of marks', `z${'\u0301'.repeat(10_000)}`],
    ['signs of patterns', '.*+?^${}()|[]\\'],
  ])('is found in itself and nowhere else: %s', (_, hostile) => {
    const text = `before ${hostile} behind`;
    const query = fold(hostile);
    expect(places(text).text).toBe(fold(text));
    const all = [...occurrences(places(text).text, query)];
    expect(all.length).toBe(query === '' ? 0 : 1);
    if (query !== '') expect(found(text, hostile)).toEqual([hostile]);
    expect(found('ordinary text 😀', hostile)).toEqual([]);
  });

  test('is known for every unit, and goes forward, whatever the text', () => {
    const alphabet = [...'aß ﬃ\n\u0301\u064eأ\u00ad“゛が한\uD83D😀\u3000İ´¨\u200c\u200b'];
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    for (let i = 0; i < 2_000; i++) {
      const text = Array.from({ length: random(12) }, () => alphabet[random(alphabet.length)]).join('');
      const { text: folded, starts, ends } = places(text);
      expect(folded).toBe(fold(text));
      expect([starts.length, ends.length]).toEqual([folded.length, folded.length]);
      starts.forEach((start, at) => {
        const end = ends[at] ?? 0;
        const forward = start >= (starts[at - 1] ?? 0) && end >= (ends[at - 1] ?? 0);
        const inside = start < end && end <= text.length;
        if (!forward || !inside || !fold(text.slice(start, end)).includes(folded[at] ?? '?'))
          throw new Error(`${JSON.stringify(text)}: ${start} to ${end} for ${at}`);
      });
    }
  });
});
