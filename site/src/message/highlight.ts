import type { Piece } from './grammars.ts';
import { turn } from './turns.ts';

/** The languages there are grammars for, by all the names that people write behind a fence. */
const names: Record<string, string> = {
  bash: 'bash sh shell zsh console',
  c: 'c h',
  cpp: 'cpp c++ cc cxx hpp',
  css: 'css',
  diff: 'diff patch',
  go: 'go golang',
  java: 'java',
  javascript: 'javascript js jsx mjs cjs',
  json: 'json jsonc json5',
  python: 'python py',
  rust: 'rust rs',
  sql: 'sql',
  typescript: 'typescript ts tsx mts cts',
  xml: 'xml html xhtml svg svelte vue',
  yaml: 'yaml yml',
};

const grammars = new Map(
  Object.entries(names).flatMap(([grammar, all]) => all.split(' ').map((name) => [name, grammar] as const)),
);

/**
 * Longer code, or code with a longer line, stays plain: the time that some grammars take grows with the square of it,
 * and colours are not worth a page that stands still.
 */
const longest = 5_000;
const longestLine = 400;

/**
 * Finds out what is what in a piece of code, or nothing where the language isn't known. The grammars are loaded when
 * they are first wanted; if that fails, code stays plain.
 */
export async function highlight(code: string, language: string): Promise<Piece[] | undefined> {
  const grammar = grammars.get(/^[^\s{,]*/.exec(language)?.[0].toLowerCase() ?? '');
  if (grammar === undefined || code.length > longest) return undefined;
  if (code.split('\n').some((line) => line.length > longestLine)) return undefined;
  try {
    const { pieces } = await import('./grammars.ts');
    // One block at a time, and the page goes on between two: a peer may send twenty in a second.
    await turn();
    return pieces(code, grammar);
  } catch {
    return undefined;
  }
}
