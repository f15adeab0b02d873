import { ifAllowed } from '../life/browser.ts';
import { inUse } from '../language/language.svelte.ts';

/** A length of time as players show it, such as 1:05, in the digits of the language in use. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${digits(Math.floor(whole / 60), 1)}:${digits(whole % 60, 2)}`;
}

function digits(count: number, least: number): string {
  const plain = String(count).padStart(least, '0');
  return ifAllowed(
    () => count.toLocaleString(inUse(), { minimumIntegerDigits: least, useGrouping: false }),
    plain,
  );
}
