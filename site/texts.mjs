// The sentences of a language for a translator, as gettext PO, and back:
//   node site/texts.mjs de [FOLDER]         writes FOLDER/de.po, without a translation where there is none yet
//   node site/texts.mjs de --from FILE.po   writes site/src/language/de.ts, or says what is missing or wrong
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';
import ts from 'typescript';

const folder = fileURLToPath(new URL('src/language/', import.meta.url));
export const fileOf = (tag) => join(folder, `${tag}.ts`);

const parse = (name) =>
  ts.createSourceFile(name, readFileSync(join(folder, name), 'utf8'), ts.ScriptTarget.Latest, true);

/** The first node below this one that is as wanted. */
function find(node, wanted) {
  return wanted(node) ? node : ts.forEachChild(node, (child) => find(child, wanted));
}

/** The object of a file as a value; `told` gets the comment above each place. */
function valueOf(node, told, place = '') {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword)
    return node.kind === ts.SyntaxKind.TrueKeyword;
  if (ts.isArrayLiteralExpression(node))
    return node.elements.map((each, i) => valueOf(each, told, `${place}.${i}`));
  if (!ts.isObjectLiteralExpression(node))
    throw new Error(`${place} is neither a sentence nor a group: ${node.getText()}`);
  return Object.fromEntries(
    node.properties.map((each) => {
      const at = place ? `${place}.${each.name.text}` : each.name.text;
      const [comment] =
        ts.getLeadingCommentRanges(each.getSourceFile().text, each.getFullStart())?.slice(-1) ?? [];
      if (comment && told)
        told.set(
          at,
          each
            .getSourceFile()
            .text.slice(comment.pos, comment.end)
            .replaceAll(/^\/\*+\s*|\s*\*\/$|\n\s*\*/g, '')
            .trim(),
        );
      return [each.name.text, valueOf(each.initializer, told, at)];
    }),
  );
}

/** What a language has in its file. */
function read(tag, told) {
  return valueOf(find(parse(`${tag}.ts`), ts.isObjectLiteralExpression), told);
}

/** English with its safety words, which the engine knows by their English names, and the comments in it. */
function readEnglish() {
  const told = new Map();
  const sentences = read('en', told);
  delete sentences.nativeReader;
  const words = find(parse('words.ts'), ts.isUnionTypeNode).types.map(({ literal }) => literal.text);
  told.set('safetyWords', 'The names of pictures that two people compare aloud: short, and each another.');
  return {
    english: { ...sentences, safetyWords: Object.fromEntries(words.map((word) => [word, word])) },
    told,
  };
}

const isPlural = (value) => typeof value === 'object' && 'other' in value;

/** The plural categories of a language, in the order in which they are written. */
const categoriesOf = (tag) => {
  const { pluralCategories } = new Intl.PluralRules(tag).resolvedOptions();
  return ['zero', 'one', 'two', 'few', 'many', 'other'].filter((each) => pluralCategories.includes(each));
};

/** Every sentence of a language: its place, English, and its own where it has one. */
function entries(tag, english, own, place = '') {
  if (typeof english === 'string') return [{ place, english, own: typeof own === 'string' ? own : '' }];
  if (isPlural(english))
    return categoriesOf(tag).map((each) => ({
      place: `${place}|${each}`,
      english: each === 'one' ? english.one : english.other,
      own: own?.[each] ?? '',
      counts: english.other,
    }));
  return Object.entries(english).flatMap(([name, value]) =>
    entries(tag, value, own?.[name], place ? `${place}.${name}` : name),
  );
}

const quote = (text) =>
  `"${text.replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
const unquote = (text) =>
  text.replaceAll(/\\(.)/g, (_, sign) => (sign === 'n' ? '\n' : sign === 't' ? '\t' : sign));

/** A language for a translator. */
export function exported(tag) {
  const { english, told } = readEnglish();
  const own = existsSync(fileOf(tag)) ? read(tag) : undefined;
  const head = [
    `Language: ${tag}`,
    'Content-Type: text/plain; charset=UTF-8',
    'Content-Transfer-Encoding: 8bit',
    `X-Native-Reader: ${own?.nativeReader ? 'yes' : 'no'}`,
  ];
  const written = [`msgid ""\nmsgstr ""\n${head.map((line) => quote(`${line}\n`)).join('\n')}\n`];
  const explained = new Set();
  for (const each of entries(tag, english, own)) {
    const lines = [];
    // What is said of a group stands above its first sentence.
    const groups = each.place.split(/[.|]/).map((_, i, parts) => parts.slice(0, i + 1).join('.'));
    for (const group of groups.filter((group) => told.has(group) && !explained.has(group))) {
      explained.add(group);
      lines.push(`#. ${told.get(group)}`);
    }
    lines.push(`msgctxt ${quote(each.place)}`, `msgid ${quote(each.english)}`, `msgstr ${quote(each.own)}`);
    written.push(`${lines.join('\n')}\n`);
  }
  return written.join('\n');
}

/** The entries of a PO file. */
function parsed(po) {
  const found = [];
  let entry;
  let field;
  for (const line of po.split(/\r?\n/)) {
    const [, name, text] = /^(?:(msgctxt|msgid|msgstr)\s+)?"((?:\\.|[^"\\])*)"\s*$/.exec(line) ?? [];
    if (/^\s*$|^#~/.test(line)) entry = undefined;
    else if (!entry) found.push((entry = { msgctxt: '', msgid: '', msgstr: '', fuzzy: false }));
    if (/^#,.*\bfuzzy\b/.test(line) && entry) entry.fuzzy = true;
    if (/^\s*$|^#/.test(line)) continue;
    if (text === undefined || !entry) throw new Error(`This line is none of a PO file: ${line}`);
    field = name ?? field;
    entry[field] += unquote(text);
  }
  return found.filter(({ msgid, msgstr }) => msgid !== '' || msgstr !== '');
}

const names = (sentence) => new Set([...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));

/** What is wrong with a sentence of a translator; nothing where it is all right. */
function fault({ place, english, counts }, found) {
  if (!found || found.msgstr.trim() === '') return `${place} has no translation.`;
  if (found.msgid !== english)
    return `${place} translates “${found.msgid}”, but English says “${english}” now.`;
  if (found.fuzzy) return `${place} is marked as fuzzy: somebody has to look at it.`;
  const [wanted, given] = [names(counts ?? english), names(found.msgstr)];
  // The form for a single number may leave it out, and any form may say it.
  const optional = counts && (!wanted.has('count') || /\|(zero|one|two)$/.test(place)) ? ['count'] : [];
  const missing = [...wanted].filter((name) => !given.has(name) && !optional.includes(name));
  const unknown = [...given].filter((name) => !wanted.has(name) && !optional.includes(name));
  if (missing.length > 0) return `${place} lacks {${missing.join('}, {')}}.`;
  if (unknown.length > 0) return `${place} has {${unknown.join('}, {')}}, which English does not have.`;
  return undefined;
}

/** A sentence as it is written in a file: what nobody sees is written by its number. */
const literal = (text) =>
  `'${text
    .replaceAll(/[\\']/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll(
      /[\u00a0\u200b-\u200f\u2028-\u202f\u2060-\u206f]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )}'`;

function written(value, own, place = '') {
  if (typeof value === 'string') return literal(own.get(place));
  if (Array.isArray(value))
    return `[${value.map((each, i) => written(each, own, `${place}.${i}`)).join(', ')}]`;
  if (isPlural(value)) {
    const forms = [...own].filter(([at]) => at.startsWith(`${place}|`));
    return `{ ${forms.map(([at, text]) => `${at.slice(place.length + 1)}: ${literal(text)}`).join(', ')} }`;
  }
  const members = Object.entries(value).map(
    ([name, each]) => `'${name}': ${written(each, own, place ? `${place}.${name}` : name)},\n`,
  );
  return `{\n${members.join('')}}`;
}

/** The file of a language, of what a translator has written; throws a sentence for each that is missing or wrong. */
export async function imported(tag, po) {
  const { english } = readEnglish();
  const found = new Map();
  const faults = [];
  for (const entry of parsed(po)) {
    if (found.has(entry.msgctxt)) faults.push(`${entry.msgctxt} is there twice.`);
    found.set(entry.msgctxt, entry);
  }
  const head = found.get('')?.msgstr ?? '';
  const language = /^Language: *(.*)$/m.exec(head)?.[1];
  if (language !== tag)
    faults.push(`The file is in the language “${language ?? ''}” by its own account, and not in “${tag}”.`);
  found.delete('');
  const all = entries(tag, english);
  for (const each of all) faults.push(fault(each, found.get(each.place)));
  const places = new Set(all.map(({ place }) => place));
  for (const place of found.keys()) if (!places.has(place)) faults.push(`English has no ${place}.`);
  const told = faults.filter((each) => each !== undefined);
  if (told.length > 0) throw new Error(told.join('\n'));
  const own = new Map(all.map(({ place }) => [place, found.get(place).msgstr]));
  const native = /^X-Native-Reader: *yes$/m.test(head);
  const body = written(english, own).replace('{\n', `{\nnativeReader: ${native},\n`);
  const source = `import { dictionary } from './dictionary.ts';\n\nexport default dictionary('${tag}', ${body});\n`;
  // Without the plugin for Svelte, which is looked for where make was called.
  const form = { ...(await prettier.resolveConfig(fileOf(tag))), plugins: [], filepath: fileOf(tag) };
  return prettier.format(source, form);
}

async function main([tag = '', how = 'bin', from]) {
  const known = valueOf(find(parse('plurals.ts'), ts.isObjectLiteralExpression));
  if (!Object.hasOwn(known, tag) || tag === 'en')
    throw new Error(
      `“${tag}” is no language to translate into. There are: ${Object.keys(known)
        .filter((each) => each !== 'en')
        .join(', ')}.`,
    );
  if (how === '--from') {
    writeFileSync(fileOf(tag), await imported(tag, readFileSync(from, 'utf8')));
    return fileOf(tag);
  }
  mkdirSync(how, { recursive: true });
  writeFileSync(join(how, `${tag}.po`), exported(tag));
  return join(how, `${tag}.po`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(`${await main(process.argv.slice(2))}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
