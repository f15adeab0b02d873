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

/** Joins names as this language does. Browsers that know no lists put commas between them. */
export function listIn(locale: string): (names: readonly string[]) => string {
  return (names) => ifAllowed(() => new Intl.ListFormat(locale).format(names), names.join(', '));
}

const sizes = [
  { from: 1e9, unit: 'gigabyte', short: 'GB' },
  { from: 1e6, unit: 'megabyte', short: 'MB' },
  { from: 1e3, unit: 'kilobyte', short: 'kB' },
  { from: 1, unit: 'byte', short: 'B' },
] as const;

/** Tells a number of bytes in this language, as in `3.4 MB`, by powers of 1000, as systems write it now. */
export function sizeIn(locale: string): (bytes: number) => string {
  return (bytes) => {
    const { from, unit, short } = sizes.find((each) => bytes >= each.from) ?? sizes[3];
    const count = bytes / from;
    const maximumFractionDigits = from > 1 && count < 10 ? 1 : 0;
    const unitDisplay = from > 1 ? 'short' : 'long';
    const options = { style: 'unit', unit, unitDisplay, maximumFractionDigits } as const;
    const plain = `${count.toFixed(maximumFractionDigits)} ${short}`;
    return ifAllowed(() => new Intl.NumberFormat(locale, options).format(count), plain);
  };
}

/** A length of time as people tell it: to the second while it is short, then in whole minutes that have passed. */
export function inUnits(seconds: number): { count: number; unit: 'second' | 'minute' } {
  return seconds < 90
    ? { count: Math.round(seconds), unit: 'second' }
    : { count: Math.floor(seconds / 60), unit: 'minute' };
}

/** Tells a length of time, in seconds, in words of this language. Browsers that know no units write `s` and `min`. */
export function lastingIn(locale: string): (seconds: number) => string {
  return (seconds) => {
    const { count, unit } = inUnits(seconds);
    const options = { style: 'unit', unit, unitDisplay: 'long' } as const;
    const short = `${count} ${unit === 'second' ? 's' : 'min'}`;
    return ifAllowed(() => new Intl.NumberFormat(locale, options).format(count), short);
  };
}
