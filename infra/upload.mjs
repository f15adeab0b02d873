// Uploads the built page and its config.json with the aws command.
//
//   node infra/upload.mjs [--dry-run] site/dist cdk.out
//
// The second folder is what the CDK left behind: config.json, and outputs.json,
// which names the bucket. --dry-run prints the commands and asks nobody.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join, relative, sep } from 'node:path';
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
const hashed = (key) => key.startsWith('assets/');
const last = ['config.json', 'index.html', 'sw.js'];
const order = [...keys.filter(hashed), ...keys.filter((key) => !hashed(key) && !last.includes(key)), ...last];

for (const key of order) {
  let file = key === 'config.json' ? join(assembly, key) : join(dist, key);
  const options = ['--content-type', types[extname(key)], '--cache-control', hashed(key) ? cache.assets : cache.page];
  if (extname(key) === '.wasm') {
    // CloudFront compresses as it sends, less well, and nothing above 10 MB.
    const packed = join(assembly, 'packed');
    mkdirSync(packed, { recursive: true });
    const small = brotliCompressSync(readFileSync(file));
    file = join(packed, basename(key));
    writeFileSync(file, small);
    options.push('--content-encoding', 'br');
  }
  const command = ['s3', 'cp', file, `s3://${bucket}/${key}`, ...options, '--no-progress'];
  if (dryRun) {
    console.log(['aws', ...command].map((word) => (/^[\w./:=-]+$/.test(word) ? word : `'${word}'`)).join(' '));
    continue;
  }
  const { status, error } = spawnSync('aws', command, { stdio: 'inherit' });
  if (status !== 0) fail(`aws could not upload ${key}${error ? `: ${error.message}` : ''}`);
}
