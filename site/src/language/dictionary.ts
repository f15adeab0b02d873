import type { en } from './en.ts';
import type { Names } from './parameters.ts';
import type { Category, LanguageTag } from './plurals.ts';
import type { Plural, Source } from './source.ts';
import type { SafetyName } from './words.ts';

/* How the compiler holds a dictionary in another language against the English one. */

/** What the compiler shows in the place of a sentence that is wrong. */
interface Wrong<Why extends string> {
  readonly wrong: Why;
}

/** A form with this name says how many there are by itself, so it may leave out the number. */
type Exact = 'zero' | 'one' | 'two';

/** `Own` if it has the names of the English sentence, and no others; `Free` are those that it may have or not. */
type CheckedText<English extends string, Own, Free extends string = never> = [Own] extends [never]
  ? string
  : Own extends string
    ? [Exclude<Names<English>, Names<Own> | Free>] extends [never]
      ? [Exclude<Names<Own>, Names<English> | Free>] extends [never]
        ? Own
        : Wrong<`English has no {${Exclude<Names<Own>, Names<English> | Free>}} here`>
      : Wrong<`{${Exclude<Names<English>, Names<Own> | Free>}} is missing`>
    : string;

type At<Own, Name> = Name extends keyof Own ? Own[Name] : never;

/** Every form that the language has, and no other. */
type CheckedPlural<English extends Plural, Tag extends LanguageTag, Own> = {
  readonly [Each in Category<Tag>]: CheckedText<
    English['other'],
    At<Own, Each>,
    Each extends Exact ? 'count' : Exclude<'count', Names<English['other']>>
  >;
} & { readonly [Each in Exclude<keyof Own, Category<Tag>>]: Wrong<'the language has no such plural form'> };

/** What a dictionary in the language has to be, for one that looks like `Own`. */
export type Checked<English, Tag extends LanguageTag, Own> = English extends boolean
  ? boolean
  : English extends string
    ? CheckedText<English, Own>
    : English extends Plural
      ? CheckedPlural<English, Tag, Own>
      : English extends readonly string[]
        ? { readonly [Each in keyof English]: Checked<English[Each], Tag, At<Own, Each>> }
        : { readonly [Each in keyof English]: Checked<English[Each], Tag, At<Own, Each>> } & {
            readonly [Each in Exclude<keyof Own, keyof English>]: Wrong<'English has no such sentence'>;
          };

/** What a language has to say: the sentences of English, and a name for each safety word. */
export type Whole = typeof en & { readonly safetyWords: Readonly<Record<SafetyName, string>> };

/** A dictionary in the language: what is missing, too much or without its names in braces doesn't compile. */
export function dictionary<Tag extends LanguageTag, const Own>(
  _tag: Tag,
  own: Own & Checked<Whole, Tag, Own>,
): Source {
  return own as unknown as Source;
}
