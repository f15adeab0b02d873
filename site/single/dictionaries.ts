import type { Entry, Source } from '../src/language/source.ts';

/*
 * All dictionaries in one text. Each is its sentences in a row, beside the form that they have in it: thirty-four times
 * the same names would be a quarter of what is left of them when all is compressed.
 */

type Leaf = string | boolean;
/** A dictionary with 0 in the place of each sentence. */
type Form = 0 | readonly Form[] | { readonly [name: string]: Form };
type Packed = Record<string, { form: Form; leaves: Leaf[] }>;

/** The dictionaries, by their tags, as one text. */
export function packed(dictionaries: Readonly<Record<string, Source>>): string {
  const all: Packed = {};
  for (const [tag, dictionary] of Object.entries(dictionaries)) {
    const leaves: Leaf[] = [];
    all[tag] = { form: formOf(dictionary as Entry, leaves), leaves };
  }
  return JSON.stringify(all);
}

function formOf(entry: Entry, leaves: Leaf[]): Form {
  if (typeof entry === 'string' || typeof entry === 'boolean') {
    leaves.push(entry);
    return 0;
  }
  if (Array.isArray(entry)) return entry.map((each: Entry) => formOf(each, leaves));
  return Object.fromEntries(Object.entries(entry).map(([name, each]) => [name, formOf(each, leaves)]));
}

/** The dictionary of this tag out of such a text. */
export function unpacked(text: string, tag: string): Source {
  const dictionary = (JSON.parse(text) as Packed)[tag];
  if (!dictionary) throw new Error(`no dictionary is called ${tag}`);
  let next = 0;
  const filled = (form: Form): Entry => {
    if (form === 0) return dictionary.leaves[next++] ?? '';
    if (Array.isArray(form)) return (form as readonly Form[]).map(filled) as Entry;
    return Object.fromEntries(Object.entries(form).map(([name, each]) => [name, filled(each)]));
  };
  return filled(dictionary.form) as unknown as Source;
}
