// The one table of make bench, from what the benches have recorded:
//   node test/bench/table.mjs ROWS.jsonl BENCHMARKS.md
// Prints it as aligned text, and writes it into BENCHMARKS.md between its markers, with the machine, the date, the commit and
// the load. A row that was not recorded is said, and makes it fail: a table that loses rows silently is read as whole.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { installed } from '../browser/browsers.mjs';

// Key, what it is, its unit, what is better, the peer, and how many digits stand after the point. An opening is told as the
// milliseconds that it takes more: beside the few of a bare one on one machine a ratio would say nothing.
const sections = {
  'An invite, characters that a link may have': [
    ['invite-sdp-compact', 'code', '', 'less', 'sdp-compact 0.0.8', 0],
    ['invite-deflate', 'code', '', 'less', 'deflate 9, base64url', 0],
    ['invite-lz-string', 'code', '', 'less', 'lz-string 1.5.0', 0],
    ['invite-raw', 'code', '', 'less', 'SDP in base64url', 0],
  ],
  'Two pages in one Chromium': [
    ['chromium-trip', 'round trip of 100 bytes, median', 'ms', 'less', 'raw data channel', 2],
    ['chromium-message', 'processor per 100-byte message, both pages', 'ms', 'less', 'raw data channel', 2],
    ['chromium-bulk', '16,000-byte messages, processor per MB', 'ms', 'less', 'raw data channel', 1],
    ['chromium-file', 'a file onto the disk, processor per MB', 'ms', 'less', 'raw data channel, counted', 1],
    ['chromium-file-rate', 'a file onto the disk', 'MB/s', 'more', 'raw data channel, counted', 1],
  ],
  'Two terminals in one process': [
    ['native-trip', 'round trip of 100 bytes', 'ms', 'less', 'bare channel of pion', 3],
    ['native-message', 'processor per 100-byte message, both ends', 'ms', 'less', 'bare channel of pion', 3],
    ['native-bulk', '16,000-byte messages, processor per MB', 'ms', 'less', 'bare channel of pion', 1],
    ['native-bulk-rate', '16,000-byte messages', 'MB/s', 'more', 'bare channel of pion', 1],
    ['native-file', 'a file, processor per MB', 'ms', 'less', 'bare channel of pion', 1],
    ['native-file-rate', 'a file', 'MB/s', 'more', 'bare channel of pion', 1],
  ],
  'Start, opening, weight': [
    ['open', 'from the reply to an open chat', 'ms', 'more-ms', 'bare RTCPeerConnection', 0],
    ['engine-start', 'engine, from compiled to ready', 'ms', 'less', 'empty Go program', 0],
    ['engine-weight', 'engine, brotli', 'bytes', 'less', 'empty Go program', 0],
    [
      'page-weight',
      'scripts and styles before the engine, brotli',
      'bytes',
      'less',
      'Svelte page of one button',
      0,
    ],
  ],
  'Memory and long histories': [
    ['memory-idle', 'an idle chat in a blank page', 'MiB', 'less', 'raw data channel', 1],
    ['memory-10000', '10,000 messages on the page', 'MiB', 'less', 'plain list', 1],
    ['paint-10000', '10,000 messages, first paint', 'ms', 'less', 'plain list', 0],
    ['search', '10,000 messages searched', 'ms', 'less', 'toLowerCase, includes', 2],
  ],
  'The mailbox, on one core': [
    ['mailbox', 'put, take and drop, processor', 'µs', 'less', 'bare net/http, same bodies', 1],
  ],
};

const [rowsFile, documentFile] = process.argv.slice(2);
const found = new Map();
for (const line of readFileSync(rowsFile, 'utf8').split('\n').filter(Boolean)) {
  const { key, ours, peer } = JSON.parse(line);
  found.set(key, { ours, peer });
}

const missing = [];
const known = Object.values(sections).flat();
const shown = (n, digits) =>
  n.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const cellsOf = ([key, what, unit, better, peer, digits]) => {
  const row = found.get(key);
  if (!row || !(row.ours > 0) || !(row.peer > 0)) {
    missing.push(key);
    return [what, unit, '', '', '', peer];
  }
  const ratio =
    better === 'more-ms'
      ? `+${shown(row.ours - row.peer, digits)} ms ↓`
      : `${shown(row.ours / row.peer, 2)} ${better === 'less' ? '↓' : '↑'}`;
  return [what, unit, shown(row.ours, digits), shown(row.peer, digits), ratio, peer];
};
const head = ['', 'unit', 'tincan', 'peer', 'ratio', 'peer is'];
const all = Object.entries(sections).map(([title, rows]) => [title, rows.map(cellsOf)]);

const widths = head.map((cell, i) =>
  Math.max(cell.length, ...all.flatMap(([, rows]) => rows.map((row) => row[i].length))),
);
const line = (cells) =>
  cells
    .map((cell, i) => (i >= 2 && i <= 4 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
    .join('  ')
    .trimEnd();
console.log(`\n${line(head)}`);
for (const [title, rows] of all) console.log([`\n${title}`, ...rows.map(line)].join('\n'));
console.log('\nratio: tincan / peer, or tincan - peer where it has a plus; ↓ less is better, ↑ more is');

const markdown = [
  `| | unit | tincan | peer | ratio | peer is |`,
  `|---|---|--:|--:|--:|---|`,
  ...all.flatMap(([title, rows]) => [
    `| **${title}** | | | | | |`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ]),
].join('\n');

const run = (...command) =>
  execFileSync(command[0], command.slice(1), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
const about = [
  `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  `commit ${run('git', 'rev-parse', '--short', 'HEAD')}${run('git', 'status', '--porcelain') === '' ? '' : ' with changes'}`,
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
  run('go', 'version').replace('go version ', ''),
  `Node ${process.version}`,
  run(installed('chromium') ?? 'chromium', '--version'),
  `load average ${process.env.TINCAN_BENCH_LOAD ?? '?'} at the beginning, ${loadavg()
    .map((n) => n.toFixed(1))
    .join(' ')} at the end`,
].join('; ');

for (const key of found.keys())
  if (!known.some(([each]) => each === key)) missing.push(`${key}, which the table does not know`);
if (missing.length > 0) {
  console.error(`table: not recorded: ${missing.join('; ')}; ${documentFile} stays as it is`);
  process.exit(1);
}
const document = readFileSync(documentFile, 'utf8');
const [begin, end] = ['<!-- make bench writes from here -->\n', '<!-- to here -->'];
if (!document.includes(begin) || !document.includes(end))
  throw new Error(`${documentFile} has lost its markers`);
writeFileSync(
  documentFile,
  `${document.slice(0, document.indexOf(begin) + begin.length)}${about}.\n\n${markdown}\n${document.slice(document.indexOf(end))}`,
);
