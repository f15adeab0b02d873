import type { ErrorCode, MailboxState, Reason } from '../../../wasm/engine.d.ts';
import type { SafetyName } from './words.ts';

/* What a dictionary is made of. */

/** A sentence that counts something, by plural categories; what it counts is its parameter `count`. */
export type Plural = { readonly other: string } & { readonly [Each in Intl.LDMLPluralRule]?: string };

/** A sentence, sentences in a row, or a group of them by their names. No group has one that is called `other`. */
export type Entry = string | boolean | Plural | readonly string[] | { readonly [name: string]: Entry };

/** How something ended: what happened, and what can be done. */
export type Ending = { readonly title: string; readonly text: string };

/** A dictionary as the page reads it: sentences by their places, and one for all that the engine can say. */
export interface Source {
  /** Whether somebody has read all of it who grew up with the language. */
  readonly nativeReader: boolean;
  readonly errors: Readonly<Record<ErrorCode, string>>;
  readonly endings: Readonly<Record<Reason, Ending>>;
  readonly mailbox: Readonly<Record<MailboxState, string>>;
  readonly lasting: { readonly seconds: Plural; readonly minutes: Plural };
  /** English has none, since the engine knows the words by their English names. */
  readonly safetyWords?: Readonly<Record<SafetyName, string>>;
  readonly [name: string]: Entry | undefined;
}
