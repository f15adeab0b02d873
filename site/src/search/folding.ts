/*
 * What counts as the same in a search. A text is folded character by character, and so is what is searched for:
 *
 *   case, width, form   Ａ ａ A a; ﬁ fi; ² 2          NFKD and lower case; ß is ss, æ ae, ø o
 *   accents, harakat    é e; كِتَاب كتاب; שָׁלוֹם שלום    marks are dropped, except where they are letters of their script
 *   Arabic              أ إ آ ٱ ا; ة ه; ى ی ي; ک ك; ٣ 3; the tatweel is dropped
 *   quotes, dashes      ‘ ’ '; “ ” « » "; – — -
 *   space               any run of it is one space
 *   what shows nothing  soft hyphens, joiners and their like are dropped
 *
 * Where a folded text is to be found in the one that is shown, `places` says for each unit of it which characters of
 * the shown text it stands for.
 */

/** A folded text, and where each of its units comes from: from `starts[i]` up to `ends[i]` of the text before. */
export interface Folded {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

const twins: readonly [to: string, from: string][] = [
  ["'", '‘’‚‛′´ʼ'],
  ['"', '“”„‟″«»'],
  ['-', '‐‑‒–—―−'],
  ['ss', 'ßẞ'],
  ['ae', 'æÆ'],
  ['oe', 'œŒ'],
  ['o', 'øØ'],
  ['l', 'łŁ'],
  ['d', 'đĐ'],
  ['i', 'ı'],
  ['σ', 'ς'],
  ['ا', 'ٱٲٳٵ'],
  ['ه', 'ةۀ'],
  ['ي', 'ىی'],
  ['ك', 'ک'],
  ...Array.from(
    { length: 10 },
    (_, digit) =>
      [String(digit), String.fromCharCode(0x660 + digit, 0x6f0 + digit)] satisfies [string, string],
  ),
];
const twin = new Map(twins.flatMap(([to, from]) => [...from].map((character) => [character, to] as const)));

/**
 * Shows nothing, or is a mark on a letter in a script that can do without. In others, as in those of India, marks are
 * vowels; and the two of Japanese make another letter.
 */
const dropped =
  /[\p{DI}\u0640]|(?=\p{M})(?![\u3099\u309A])[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;
/** A few characters stand for a whole sentence. They stay, or a text could become many times as long as it was. */
const mostOfOne = 4;

const known = new Map<string, string>();
/** How many are remembered: more than a conversation has in use. */
const mostKnown = 5_000;

/** What one character is folded to: `\n` where that is space, which becomes a single space with what is beside it. */
function one(character: string): string {
  const before = known.get(character);
  if (before !== undefined) return before;
  const parts = [...apart(character)]
    .filter((part) => !dropped.test(part))
    .map((part) => twin.get(part) ?? (/\s/.test(part) ? '\n' : part))
    .join('');
  // A mark that stands alone comes apart into a space and the mark.
  const found = parts.length > 1 ? parts.replaceAll('\n', '') : parts;
  if (known.size >= mostKnown) known.clear();
  known.set(character, found);
  return found;
}

function apart(character: string): string {
  const same = twin.get(character);
  if (same !== undefined) return same;
  // Half of a pair is not the half of somebody's emoji.
  if (/\p{Cs}/u.test(character)) return '\uFFFD';
  const parts = character.normalize('NFKD').toLowerCase();
  return parts.length > mostOfOne ? character : parts;
}

const plain = /^[\0-\x7F]*$/;

/** The same as `known`, for what most texts are written with: by its code, which is several times as fast. */
const common: (string | undefined)[] = Array.from({ length: 0x3000 });

/** The text as it is searched. */
export function fold(text: string): string {
  if (plain.test(text)) return text.toLowerCase().replace(/\s+/g, ' ');
  let folded = '';
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < common.length) folded += common[unit] ??= one(text.charAt(i));
    else {
      const character = String.fromCodePoint(text.codePointAt(i) ?? 0);
      folded += one(character);
      i += character.length - 1;
    }
  }
  return folded.replace(/\n+/g, ' ');
}

/** The same, with the place of everything in it. */
export function places(text: string): Folded {
  let folded = '';
  const [starts, ends]: [number[], number[]] = [[], []];
  let at = 0;
  for (const character of text) {
    const next = at + character.length;
    const units = one(character);
    const more = units === '\n' && folded.endsWith(' ');
    // What is dropped belongs to what stands before it, as a mark to its letter; and so does further space.
    if ((units === '' || more) && folded !== '') ends[ends.length - 1] = next;
    else {
      for (let i = 0; i < units.length; i++) {
        starts.push(at);
        ends.push(next);
      }
      folded += units === '\n' ? ' ' : units;
    }
    at = next;
  }
  return { text: folded, starts, ends };
}

/** Where a folded text has what is searched for, from its start on; none overlaps another. */
export function* occurrences(folded: string, wanted: string): Generator<number> {
  if (wanted === '') return;
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + wanted.length)) yield at;
}
