/*
 * What stands in a sentence for its names in braces. Most are texts from elsewhere, such as the name of a host or of
 * a file; these are not.
 */

/** What each kind is given as. */
export interface Kinds {
  /** Written with the digits and the grouping of the language. */
  number: number;
  /** Names, joined as the language joins them. */
  list: readonly string[];
  /** A number of bytes. */
  size: number;
  /** A length of time in seconds, told by the sentences `lasting` of the language. */
  lasting: number;
  /** What the page has written in the language already, such as a time of day: it goes in as it is. */
  ours: string;
}

export const kinds = {
  count: 'number',
  sent: 'number',
  position: 'number',
  parts: 'number',
  stun: 'list',
  relays: 'list',
  size: 'size',
  room: 'size',
  done: 'size',
  whole: 'size',
  rate: 'size',
  lasting: 'lasting',
  left: 'lasting',
  since: 'ours',
  until: 'ours',
  time: 'ours',
  gone: 'ours',
  length: 'ours',
  messages: 'ours',
  title: 'ours',
  why: 'ours',
} as const satisfies Record<string, keyof Kinds>;

export type Parameter = keyof typeof kinds;

/** The names in braces of a sentence. */
export type Names<Sentence extends string> = Sentence extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** What a sentence with these names is given. */
export type Given<Name extends string> = {
  readonly [Each in Name]: Each extends Parameter ? Kinds[(typeof kinds)[Each]] : string;
};
