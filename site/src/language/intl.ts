import { ifAllowed } from '../life/browser.ts';

/** Writes a moment, in milliseconds since 1970, for people. */
export type Format = (at: number) => string;

/**
 * Writes dates as the first of the locales does that the browser takes. Systems name locales in ways that Intl
 * refuses (`es-ES@euro`, `C`, `en_US.UTF-8`), and a message must not be lost for the time beside it: with none of
 * them it is written in digits, as `plain` cuts them out of `2026-11-27 14:03:09`.
 */
export function dateFormat(
  locales: readonly (string | undefined)[],
  options: Intl.DateTimeFormatOptions,
  plain: readonly [from: number, to: number],
): Format {
  for (const locale of locales) {
    try {
      const made = new Intl.DateTimeFormat(locale, options);
      made.format(0);
      return (at) => made.format(at);
    } catch {
      // The next one.
    }
  }
  return (at) => digits(at).slice(...plain);
}

function digits(at: number): string {
  const here = new Date(at);
  return new Date(at - here.getTimezoneOffset() * 60_000).toISOString().replace('T', ' ');
}

/** What `make` gives, made when it is first asked for; nothing where the browser refuses it. */
function once<Made>(make: () => Made): () => Made | undefined {
  let made: { it: Made | undefined } | undefined;
  return () => (made ??= { it: ifAllowed<Made | undefined>(make, undefined) }).it;
}

/** Joins names as this language does. Browsers that know no lists put commas between them. */
export function listIn(locale: string): (names: readonly string[]) => string {
  const format = once(() => new Intl.ListFormat(locale));
  return (names) => ifAllowed(() => format()?.format(names), names.join(', '));
}

/** Writes a number with the digits and the grouping of this language. */
export function numberIn(locale: string): (value: number) => string {
  const format = once(() => new Intl.NumberFormat(locale));
  return (value) => ifAllowed(() => format()?.format(value), String(value));
}

/** The plural category of a number. Browsers that know none have `other` for every number. */
export function categoryIn(locale: string): (count: number) => Intl.LDMLPluralRule {
  const rules = once(() => new Intl.PluralRules(locale));
  return (count) => ifAllowed(() => rules()?.select(count), 'other');
}

const sizes = [
  { from: 1e9, unit: 'gigabyte', short: 'GB' },
  { from: 1e6, unit: 'megabyte', short: 'MB' },
  { from: 1e3, unit: 'kilobyte', short: 'kB' },
  { from: 1, unit: 'byte', short: 'B' },
] as const;

/** Tells a number of bytes in this language, as in `3.4 MB`, by powers of 1000, as systems write it now. */
export function sizeIn(locale: string): (bytes: number) => string {
  const made = new Map<string, () => Intl.NumberFormat | undefined>();
  return (bytes) => {
    const { from, unit, short } = sizes.find((each) => bytes >= each.from) ?? sizes[3];
    const count = bytes / from;
    const maximumFractionDigits = from > 1 && count < 10 ? 1 : 0;
    const unitDisplay = from > 1 ? 'short' : 'long';
    const options = { style: 'unit', unit, unitDisplay, maximumFractionDigits } as const;
    const key = `${unit} ${maximumFractionDigits}`;
    const format = made.get(key) ?? once(() => new Intl.NumberFormat(locale, options));
    made.set(key, format);
    const plain = `${count.toFixed(maximumFractionDigits)} ${short}`;
    return ifAllowed(() => format()?.format(count), plain);
  };
}

/** A length of time as people tell it: to the second while it is short, then in whole minutes that have passed. */
export function inUnits(seconds: number): { count: number; unit: 'second' | 'minute' } {
  return seconds < 90
    ? { count: Math.round(seconds), unit: 'second' }
    : { count: Math.floor(seconds / 60), unit: 'minute' };
}
