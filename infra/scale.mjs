// What a number of chats a day asks of AWS and costs there: the tables of SCALE.md.
//
//   node infra/scale.mjs [--write | --check]
//
// Alone it prints them from the page that is built; --write puts them into SCALE.md. --check
// reckons again from the sizes in SCALE.md, wants its tables to be the same to the letter, and
// wants those sizes to be within a tenth of the built page's, or three files.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// List prices of us-east-1 in dollars, as known on 28 November 2026, without free tiers. Each
// list is of [how many at this price, price]; the last goes on.
const prices = {
  api: [[300e6, 1.0 / 1e6], [Infinity, 0.9 / 1e6]],
  edgeRequest: [[Infinity, 1.0 / 1e6]],
  edgeGB: [[10_000, 0.085], [40_000, 0.08], [100_000, 0.06], [350_000, 0.04], [Infinity, 0.03]],
  lambda: [[Infinity, 0.2 / 1e6]],
  lambdaGBs: [[Infinity, 0.0000133334]], // arm64
  write: [[Infinity, 0.625 / 1e6]],
  logGB: [[Infinity, 0.5]],
  s3Get: [[Infinity, 0.4 / 1e6]],
};
const cost = (steps, amount) => {
  let sum = 0;
  for (const [size, price] of steps) {
    const part = Math.min(size, amount);
    sum += part * price;
    amount -= part;
  }
  return sum;
};

// What is supposed, not measured.
const supposed = {
  chats: 1e6, // a day
  days: 30.4, // a month
  peak: 3, // the busiest hour, of the mean
  seconds: 0.01, // of the function for one request
  memoryGB: 0.128,
  answer: 500, // bytes of one answer of the mailbox with its headers
  logLine: 130, // bytes, with what CloudWatch adds
  opens: 2, // of the page for a chat
  first: 0.1, // of these, by who has not this version yet
};
// The limits of an account, until AWS raises them, and of what cannot be raised.
const limits = { api: 10_000, copies: 1000, perCopy: 10, newTable: 4000, partition: 1000 };

/** When a mailbox is asked, in seconds of the link's age: read where the engine has it. */
function schedule() {
  const timing = readFileSync(here('../internal/chat/timing.go'), 'utf8');
  const first = /first: \[\]time\.Duration\{([^}]*)\}/.exec(timing)[1].match(/\d+(?= \* time\.Second)/g).map(Number);
  const [, often, until, less, over] =
    /often: (\d+) \* time\.Second, until: (\d+) \* time\.Minute, less: (\d+) \* time\.Second, over: (\d+) \* time\.Minute/.exec(timing).map(Number);
  return { first, often, until: until * 60, less, over: over * 60 };
}
const { first, often, until, less, over } = schedule();
/** Takes until a reply that comes at this age is found: it is seen by the first one after it. */
function takes(age) {
  let n = 0;
  for (let at = 0; at < age && at < over; n += 1) {
    at = first.find((each) => each > at) ?? at + (at < until ? often : less);
  }
  return n;
}

const kinds = [
  { name: 'quick', reply: 30, watched: 0 },
  { name: 'usual', reply: 120, watched: 300 },
  { name: 'long', reply: 300, watched: 1500 },
];
const requests = ({ reply, watched }) => 2 + takes(reply) + watched / less;

/** What a visitor is sent who comes for the first time, and again. */
function measure(packEngine) {
  const dist = here('../site/dist');
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  // CloudFront packs as it sends, which is somewhere near brotli's fifth step; what is uploaded packed is at its eleventh.
  const packed = (file) => {
    const bytes = readFileSync(file);
    if (/\.(png|woff2)$/.test(file)) return bytes.length;
    const quality = extname(file) === '.wasm' ? 11 : 5;
    return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }).length;
  };
  const total = (some, size) => some.reduce((all, file) => all + size(file), 0);
  const round = (n) => Number(n.toPrecision(2));
  const engine = files.filter((file) => extname(file) === '.wasm');
  return {
    files: files.length,
    page: files.filter((file) => !file.startsWith(join(dist, 'assets'))).length,
    engineRaw: round(total(engine, (file) => readFileSync(file).length)),
    // Packing it takes ten seconds.
    ...(packEngine && { engineBytes: round(total(engine, packed)) }),
    restBytes: round(total(files.filter((file) => !engine.includes(file)), packed)),
    againBytes: round(packed(join(dist, 'sw.js'))),
  };
}

const money = (n) => `$${Math.round(n).toLocaleString('en-US')}`;
const count = (n) => n.toLocaleString('en-US', { maximumFractionDigits: 1 });
const nice = (n) => {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(n)) - 1);
  return Math.ceil(n / step - 1e-9) * step;
};
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** What so many requests to the mailbox in a month cost. */
function monthly(month) {
  const s = supposed;
  return {
    api: cost(prices.api, month),
    edge: cost(prices.edgeRequest, month) + cost(prices.edgeGB, (month * s.answer) / 1e9),
    lambda: cost(prices.lambda, month) + cost(prices.lambdaGBs, month * s.seconds * s.memoryGB),
    write: cost(prices.write, month),
    log: cost(prices.logGB, (month * s.logLine) / 1e9),
  };
}
const sum = (parts) => Object.values(parts).reduce((a, b) => a + b);

function mailbox() {
  const s = supposed;
  const cols = kinds.map((kind) => {
    const n = requests(kind);
    const month = n * s.chats * s.days;
    const peak = ((n * s.chats) / 86_400) * s.peak;
    const parts = monthly(month);
    return { kind, n, peak, parts, sum: sum(parts) };
  });
  const row = (name, cell) => [name, ...cols.map(cell)];
  const percent = (part) => `${count(part * 100)} %`;
  return table(
    ['a million chats a day that use the mailbox', ...cols.map(({ kind }) => kind.name)],
    [
      row('the reply comes after, s', ({ kind }) => kind.reply),
      row('then a second one is looked for, s', ({ kind }) => kind.watched),
      row('*takes* until the reply', ({ kind }) => takes(kind.reply)),
      row(`*takes* after it, one in ${less} s`, ({ kind }) => kind.watched / less),
      row('**requests**, with *put* and *drop*', ({ n }) => `**${n}**`),
      row('a day, millions', ({ n }) => count((n * s.chats) / 1e6)),
      row('a second, mean', ({ n }) => count(Math.round((n * s.chats) / 86_400))),
      row(`a second, in the busiest hour (${s.peak} times as many)`, ({ peak }) => count(Math.round(peak))),
      row(`of the API's ${count(limits.api)} a second`, ({ peak }) => percent(peak / limits.api)),
      row(`copies of the function, by time (${s.seconds * 1000} ms each)`, ({ peak }) => Math.ceil(peak * s.seconds)),
      row(`copies, by Lambda's ${limits.perCopy} a second for each`, ({ peak }) => Math.ceil(peak / limits.perCopy)),
      row(`of a new table's ${count(limits.newTable)} writes a second`, ({ peak }) => percent(peak / limits.newTable)),
      row('**dollars a month:** HTTP API', ({ parts }) => money(parts.api)),
      row(`CloudFront: requests, and ${s.answer} bytes each`, ({ parts }) => money(parts.edge)),
      row('Lambda: requests and time', ({ parts }) => money(parts.lambda)),
      row('DynamoDB: one write each', ({ parts }) => money(parts.write)),
      row(`CloudWatch: a line of ${s.logLine} bytes each`, ({ parts }) => money(parts.log)),
      row('**together**', ({ sum }) => `**${money(sum)}**`),
      row('for a million chats', ({ sum }) => money(sum / s.days)),
    ],
  );
}

function page(m) {
  const s = supposed;
  // The page, its icon and config.json twice: once by the page, once by the worker that keeps it.
  const firstRequests = m.files + 1 + 3;
  const firstBytes = m.engineBytes + m.restBytes;
  const opens = s.chats * s.days * s.opens;
  const visits = [
    { n: opens * s.first, requests: firstRequests, bytes: firstBytes, s3: m.page },
    { n: opens * (1 - s.first), requests: 2, bytes: m.againBytes + 500, s3: 2 },
  ];
  const every = (of) => visits.reduce((sum, visit) => sum + visit.n * of(visit), 0);
  const parts = {
    bytes: cost(prices.edgeGB, every((v) => v.bytes) / 1e9),
    requests: cost(prices.edgeRequest, every((v) => v.requests)),
    s3: cost(prices.s3Get, every((v) => v.s3)),
  };
  const rows = [
    ['requests of one visit', ...visits.map((v) => v.requests)],
    ['bytes of one visit, packed', ...visits.map((v) => count(v.bytes))],
    ['of these, the engine', count(m.engineBytes), 0],
    ['visits a month, millions', ...visits.map((v) => count(v.n / 1e6))],
    ['bytes a month, TB', ...visits.map((v) => count((v.n * v.bytes) / 1e12))],
    ['read from S3 in one visit, since it is `no-store`', ...visits.map((v) => v.s3)],
  ];
  return [
    table([`${count(s.chats / 1e6)} million chats a day, ${s.opens} pages each`, 'first', 'again'], rows),
    table(
      ['dollars a month', ''],
      [
        ['CloudFront: bytes', money(parts.bytes)],
        ['CloudFront: requests', money(parts.requests)],
        ['S3: reads', money(parts.s3)],
        ['**together**', `**${money(parts.bytes + parts.requests + parts.s3)}**`],
      ],
    ),
  ].join('\n\n');
}

function settings() {
  const rows = [1e3, 1e4, 1e5, 1e6, 5e6].map((chats) => {
    const peak = ((requests(kinds[1]) * chats) / 86_400) * supposed.peak;
    const rate = Math.max(20, nice(peak * 1.2));
    const burst = Math.min(5000, 2 * rate);
    const copies = Math.max(10, nice(rate / limits.perCopy));
    const month = requests(kinds[1]) * chats * supposed.days;
    const all = Math.min(rate, limits.api) * 86_400 * supposed.days;
    return [
      count(chats),
      count(peak),
      rate <= limits.api ? rate : `${limits.api}, AWS permitting more`,
      burst,
      copies <= limits.copies ? copies : `${limits.copies}, AWS permitting`,
      money(sum(monthly(month))),
      money(sum(monthly(all))),
    ];
  });
  return table(
    ['usual chats a day', 'a second, busiest', '`requestRate`', '`requestBurst`', '`reservedConcurrency`', 'dollars a month', 'at most, with a flood all month'],
    rows,
  );
}

const parts = (m) => ({ mailbox: mailbox(), page: page(m), settings: settings() });
const block = (name) => new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`);
const sizes = /<!-- sizes (.*) -->/;

const file = here('SCALE.md');
const mode = process.argv[2];
if (mode === undefined) {
  console.log(Object.values(parts(measure(true))).join('\n\n'));
} else if (mode === '--write') {
  const m = measure(true);
  let text = readFileSync(file, 'utf8').replace(sizes, `<!-- sizes ${JSON.stringify(m)} -->`);
  for (const [name, value] of Object.entries(parts(m))) text = text.replace(block(name), (_, a, b) => `${a}${value}\n${b}`);
  writeFileSync(file, text);
} else if (mode === '--check') {
  const text = readFileSync(file, 'utf8');
  const said = JSON.parse(sizes.exec(text)[1]);
  const wrong = [];
  for (const [name, value] of Object.entries(parts(said))) {
    if (!text.includes(`<!-- ${name} -->\n${value}\n<!-- end -->`)) wrong.push(`the table ${name} is another`);
  }
  for (const [name, value] of Object.entries(measure(false))) {
    if (!(Math.abs(value - said[name]) <= Math.max(value / 10, 3))) wrong.push(`${name} is ${value} of the built page, not ${said[name]}`);
  }
  if (wrong.length > 0) {
    console.error(`SCALE.md: ${wrong.join('; ')}: run node infra/scale.mjs --write, and read its prose again`);
    process.exit(1);
  }
} else {
  console.error('scale: [--write | --check]');
  process.exit(2);
}
