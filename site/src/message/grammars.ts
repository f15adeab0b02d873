import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';

/** A run of code, and what it is: one of the few kinds that have a colour. */
export interface Piece {
  kind: Kind | undefined;
  text: string;
}

export type Kind = 'keyword' | 'string' | 'number' | 'comment' | 'title' | 'name' | 'added' | 'removed';

/* Loaded by highlight.ts, and only when code in one of these languages is shown. */

const lowlight = createLowlight({
  bash,
  c,
  cpp,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
});

/** The classes that have a colour. What isn't named here has none, so no class of a grammar reaches the page. */
const kinds: Partial<Record<string, Kind>> = {
  'hljs-keyword': 'keyword',
  'hljs-built_in': 'keyword',
  'hljs-literal': 'keyword',
  'hljs-selector-tag': 'keyword',
  'hljs-type': 'name',
  'hljs-attr': 'name',
  'hljs-attribute': 'name',
  'hljs-property': 'name',
  'hljs-variable': 'name',
  'hljs-template-variable': 'name',
  'hljs-selector-class': 'name',
  'hljs-selector-id': 'name',
  'hljs-selector-attr': 'name',
  'hljs-selector-pseudo': 'name',
  'hljs-string': 'string',
  'hljs-regexp': 'string',
  'hljs-char': 'string',
  'hljs-number': 'number',
  'hljs-symbol': 'number',
  'hljs-comment': 'comment',
  'hljs-doctag': 'comment',
  'hljs-title': 'title',
  'hljs-name': 'title',
  'hljs-meta': 'title',
  'hljs-addition': 'added',
  'hljs-deletion': 'removed',
};

const mostPieces = 2_000;

type Nodes = ReturnType<typeof lowlight.highlight>['children'];

/** The runs of a piece of code, each with its kind; undefined where there would be too many elements. */
export function pieces(code: string, grammar: string): Piece[] | undefined {
  const all: Piece[] = [];
  const add = (nodes: Nodes, around: Kind | undefined) => {
    for (const node of nodes) {
      if (node.type === 'text') {
        const last = all.at(-1);
        if (last?.kind === around && last) last.text += node.value;
        else all.push({ kind: around, text: node.value });
      } else if (node.type === 'element') {
        const classes = node.properties['className'];
        const [first] = Array.isArray(classes) ? classes : [];
        add(node.children, kinds[String(first)] ?? around);
      }
    }
  };
  add(lowlight.highlight(grammar, code).children, undefined);
  return all.length > mostPieces ? undefined : all;
}
