import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { texts } from '../src/texts.ts';

const contract = readFileSync('../wasm/engine.d.ts', 'utf8').replace(/\/\*\*.*?\*\//gs, '');

/** The members of a union of strings in the contract. */
function union(name: string): string[] {
  const declared = new RegExp(`type ${name} =([^;]*);`).exec(contract)?.[1] ?? '';
  return [...declared.matchAll(/'([^']+)'/g)].map(([, member]) => member ?? '').sort();
}

test.each([
  ['ErrorCode', texts.errors],
  ['Reason', texts.endings],
  ['MailboxState', texts.mailbox],
])('every %s of the engine has its sentence', (name, sentences) => {
  expect(union(name).length).toBeGreaterThan(5);
  expect(Object.keys(sentences).sort()).toEqual(union(name));
});

test('no two errors say the same, and each is a sentence', () => {
  const sentences = Object.values(texts.errors);
  expect(new Set(sentences).size).toBe(sentences.length);
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
});

test('every ending says what happened and what to do', () => {
  for (const { title, text } of [...Object.values(texts.endings), ...Object.values(texts.troubles)]) {
    expect(title).not.toBe('');
    expect(text).toMatch(/\.$/);
  }
});
