// Searches all that the tests printed for what nobody may read there:
//   node test/seen.mjs SEEN OUTPUT…
// SEEN has a line of hexadecimal for each slot, claim and reply that the tests saw on its way to a mailbox.
import { readFileSync } from 'node:fs';

const [seenFile, ...outputFiles] = process.argv.slice(2);
const output = outputFiles.map((file) => readFileSync(file, 'utf8')).join('\n');
const seen = [...new Set(readFileSync(seenFile, 'utf8').split('\n'))].filter((line) => line !== '');

/** The first eight bytes of a value as people and programs write bytes. */
const forms = (hex) => {
  const bytes = Buffer.from(hex, 'hex');
  return [
    hex.slice(0, 16),
    bytes.toString('base64').slice(0, 10),
    bytes.toString('base64url').slice(0, 10),
    [...bytes.subarray(0, 8)].join(' '),
  ];
};

/** How many of the values can be read in a text. */
function found(values, text) {
  const owner = new Map(values.flatMap((hex) => forms(hex).map((form) => [form, hex])));
  const hits = new Set();
  const look = (form) => owner.has(form) && hits.add(owner.get(form));
  for (let i = 0; i < text.length; i++) {
    look(text.slice(i, i + 10));
    look(text.slice(i, i + 16).toLowerCase());
  }
  for (const [list] of text.matchAll(/\d{1,3}(?:[ ,]+\d{1,3}){7,}/g)) {
    const numbers = list.split(/[ ,]+/);
    for (let i = 0; i + 8 <= numbers.length; i++) look(numbers.slice(i, i + 8).join(' '));
  }
  return hits.size;
}

// Nor may any program under test tell who came; the scripts of test/cli, which Go prints, name a port that is none.
const address =
  /(?<![\d.])(?:127|10|172|192|169|198|203)(?:\.\d{1,3}){3}:\d{2,5}|\[(?:::1|fe80:[0-9a-f:]+)\]:\d+/g;

const failures = [];
if (seen.length === 0)
  failures.push('the tests saw no slot, claim or reply: this search has nothing to look for');
const control = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
const bytes = Buffer.from(control, 'hex');
for (const text of [
  `id=${control}.`,
  `[${[...bytes].join(' ')}]`,
  [...bytes].join(', '),
  `"${bytes.toString('base64')}"`,
]) {
  if (found([control], text) !== 1) failures.push('this search does not find what is there');
}
const hits = found(seen, output);
if (hits > 0) failures.push(`${hits} slots, claims or replies can be read in the output`);
const addresses = [...new Set(output.match(address) ?? [])].filter(
  (each) => Number(/\d+$/.exec(each)) <= 65_535,
);
if (addresses.length > 0) failures.push(`addresses can be read in the output: ${addresses.length}`);

console.log(
  `searched ${output.length} characters of output: ${hits} of ${seen.length} slots, claims and replies, ${addresses.length} addresses`,
);
for (const failure of failures) console.error(`FAIL ${failure}`);
process.exit(failures.length > 0 ? 1 : 0);
