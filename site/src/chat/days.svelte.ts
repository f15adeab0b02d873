import { texts, written } from '../language/language.svelte.ts';
import { dayOf } from './rows.ts';

/** From the beginning of any day into the middle of the next, also where a day has 23 or 25 hours; in milliseconds. */
const dayAndHalf = 36 * 60 * 60_000;

/** Which day it is. What a day of the history is called depends on that, and changes at midnight. */
export class Today {
  #start = $state(dayOf(Date.now()));

  /** Belongs to a component, in whose script it is made. */
  constructor() {
    $effect(() => {
      const midnight = dayOf(this.#start + dayAndHalf);
      const timer = setTimeout(() => this.look(), midnight - Date.now() + 1000);
      return () => clearTimeout(timer);
    });
  }

  /** Looks at the clock. The device may have slept over midnight, and the timer with it. */
  look(): void {
    this.#start = dayOf(Date.now());
  }

  /** What people call the day on which `at` is. */
  nameOf(at: number): string {
    const day = dayOf(at);
    if (day === this.#start) return texts.today;
    return day === dayOf(this.#start - 1) ? texts.yesterday : written('day', at);
  }
}
