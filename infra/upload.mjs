// Uploads the built page and its config.json with the aws command.
//
//   node infra/upload.mjs [--dry-run] site/dist cdk.out
//
// The second folder is what the CDK left behind: config.json, and outputs.json,
// which names the bucket. --dry-run prints the commands and asks nobody. AWS_ENDPOINT_URL
// in the environment names another S3 than Amazon's.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, sep } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

function fail(problem) {
  console.error(`upload: ${problem}`);
  process.exit(1);
}

const dryRun = process.argv[2] === '--dry-run';
const [dist, assembly] = process.argv.slice(dryRun ? 3 : 2);
if (assembly === undefined) fail('say which folders: [--dry-run] site/dist cdk.out');

const { cache } = JSON.parse(readFileSync(new URL('../site/headers.json', import.meta.url), 'utf8'));

function readBucket() {
  try {
    const [outputs] = Object.values(JSON.parse(readFileSync(join(assembly, 'outputs.json'), 'utf8')));
    return outputs.Bucket;
  } catch {
    return undefined;
  }
}
const bucket = readBucket() ?? (dryRun ? 'BUCKET' : fail(`${assembly}/outputs.json names no bucket: run make deploy`));

const keys = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(dist, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .sort();
if (!keys.includes('index.html')) fail(`${dist} has no index.html: run make build`);
const unknown = keys.find((key) => types[extname(key)] === undefined);
if (unknown !== undefined) fail(`${unknown}: say in upload.mjs what type this is`);

// What a file names is there before the file is. Nothing is deleted: pages that
// are open load their assets for as long as they are open.
const last = ['config.json', 'index.html', 'sw.js', '.well-known/tincan.json'];

function upload(what, source, target, options) {
  // The command of Debian 12 knows where another S3 is by this option only.
  if (process.env.AWS_ENDPOINT_URL) options.push('--endpoint-url', process.env.AWS_ENDPOINT_URL);
  const command = ['s3', 'cp', source, target, ...options, '--no-progress'];
  if (dryRun) {
    console.log(['aws', ...command].map((word) => (/^[\w./:=-]+$/.test(word) ? word : `'${word}'`)).join(' '));
    return;
  }
  const { status, error } = spawnSync('aws', command, { stdio: 'inherit' });
  if (status !== 0) fail(`aws could not upload ${what}${error ? `: ${error.message}` : ''}`);
}

const said = (ending, cacheControl) => ['--content-type', types[ending], '--cache-control', cacheControl];

// One command for each kind of file, since each takes the better part of a second to start.
function uploadKinds(kept, pattern, but, cacheControl) {
  for (const ending of [...new Set(kept.map((key) => extname(key)))].sort()) {
    const alike = kept.filter((key) => extname(key) === ending);
    const options = ['--recursive', '--exclude', '*', '--include', pattern + ending];
    for (const other of but) options.push('--exclude', other);
    options.push(...said(ending, cacheControl));
    let folder = dist;
    if (ending === '.wasm') {
      folder = pack(alike);
      options.push('--content-encoding', 'br');
    }
    upload(pattern + ending, folder, `s3://${bucket}`, options);
  }
}

// CloudFront compresses as it sends, less well, and nothing above 10 MB.
function pack(some) {
  const folder = join(assembly, 'packed');
  rmSync(folder, { recursive: true, force: true });
  for (const key of some) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), brotliCompressSync(readFileSync(join(dist, key))));
  }
  return folder;
}

const hashed = (key) => key.startsWith('assets/');
uploadKinds(keys.filter(hashed), 'assets/*', [], cache.assets);
uploadKinds(
  keys.filter((key) => !hashed(key) && !last.includes(key)),
  '*',
  ['assets/*', ...last],
  cache.page,
);
for (const key of last) {
  const file = join(key === 'config.json' ? assembly : dist, key);
  upload(key, file, `s3://${bucket}/${key}`, said(extname(key), cache.page));
}
