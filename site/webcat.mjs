// Writes what WEBCAT needs to know of the built page (https://docs.webcat.tech): its configuration, and the manifest
// that it would make of that, unsigned.
//
//   node site/webcat.mjs site/dist bin/webcat ORIGIN
//
// The form is the one that webcat-cli writes: each file but the wasm by its path, which begins with a slash, and the
// wasm apart; SHA-256 as base64url. Files whose name begins with a dot are left out, as webcat-cli does, and so is
// config.json, which is not of the build. Nothing is signed here, and there is no time in it.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const [dist, out, app] = process.argv.slice(2);
if (app === undefined) {
  process.stderr.write('webcat: say where the source of the page is: make webcat APP=https://…\n');
  process.exit(2);
}

const digest = (name) =>
  createHash('sha256')
    .update(readFileSync(join(dist, name)))
    .digest('base64url');
const names = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(dist, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .filter((name) => !name.split('/').some((part) => part.startsWith('.')))
  .sort();
if (!names.includes('index.html')) {
  process.stderr.write(`webcat: ${dist} has no index.html: run make build\n`);
  process.exit(1);
}
const wasm = names.filter((name) => name.endsWith('.wasm'));
const { version } = JSON.parse(readFileSync(join(dist, '.well-known/tincan.json'), 'utf8'));
const { all } = JSON.parse(readFileSync(new URL('headers.json', import.meta.url), 'utf8'));
const config = { app, version, default_csp: all['Content-Security-Policy'] };
// tincan has no page for a name that is not there, and WEBCAT wants one to be named.
const pages = { default_index: 'index.html', default_fallback: '/index.html' };
const files = Object.fromEntries(
  names.filter((name) => !wasm.includes(name)).map((name) => [`/${name}`, digest(name)]),
);

mkdirSync(out, { recursive: true });
const write = (name, content) => writeFileSync(join(out, name), `${JSON.stringify(content, null, 2)}\n`);
write('webcat.config.json', { ...config, ...pages, wasm: [], extra_csp: {} });
write('manifest_unsigned.json', {
  manifest: { ...config, files, ...pages, wasm: wasm.map(digest).sort(), extra_csp: {} },
});
process.stdout.write(`${names.length} files, ${wasm.length} of them wasm: ${out}/manifest_unsigned.json\n`);
