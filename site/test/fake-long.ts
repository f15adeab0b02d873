import type { Entry, Source } from '../src/language/source.ts';

const accented: Readonly<Record<string, string>> = {
  ...{
    a: 'å',
    c: 'ç',
    d: 'ð',
    e: 'é',
    g: 'ğ',
    i: 'î',
    l: 'ł',
    n: 'ñ',
    o: 'ö',
    r: 'ř',
    s: 'š',
    t: 'ţ',
    u: 'û',
  },
  ...{
    y: 'ý',
    z: 'ž',
    A: 'Å',
    C: 'Ç',
    D: 'Ð',
    E: 'É',
    I: 'Î',
    N: 'Ñ',
    O: 'Ö',
    S: 'Š',
    T: 'Ţ',
    U: 'Û',
    Y: 'Ý',
  },
};

const filling =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et ';

/** A sentence with accents, in brackets, and longer by two fifths: text that isn't translated has none of them. */
function stretched(sentence: string): string {
  const text = sentence.replaceAll(/\{\w+\}|[a-z]/gi, (each) => accented[each] ?? each);
  const more = Math.ceil(sentence.length * 0.4);
  return `⟦${text} ${filling
    .repeat(Math.ceil(more / filling.length))
    .slice(0, more)
    .trim()}⟧`;
}

function each(entry: Entry): Entry {
  if (typeof entry === 'boolean') return entry;
  if (typeof entry === 'string') return stretched(entry);
  if (Array.isArray(entry)) return entry.map(each) as string[];
  return Object.fromEntries(
    Object.entries(entry as Record<string, Entry>).map(([name, of]) => [name, each(of)]),
  );
}

/** The language xx-long, which nobody speaks: English as long as other languages are, to see what breaks. */
export function long(source: Source): Source {
  return each(source as Entry) as Source;
}
