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

/** The hour and minute, as in the first of the locales that the browser takes. */
export function clockTime(at: Date, ...locales: (string | undefined)[]): string {
  return dateFormat(locales, { hour: 'numeric', minute: '2-digit' }, [11, 16])(at.getTime());
}

function digits(at: number): string {
  const here = new Date(at);
  return new Date(at - here.getTimezoneOffset() * 60_000).toISOString().replace('T', ' ');
}
