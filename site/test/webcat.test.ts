// @vitest-environment node
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the manifest for WEBCAT has each file of the build, the wasm apart, and the policy that is served', () => {
  const out = mkdtempSync(join(tmpdir(), 'tincan-webcat-'));
  try {
    const run = () => execFileSync('node', ['webcat.mjs', 'dist', out, 'https://example.org/tincan']);
    run();
    const text = readFileSync(join(out, 'manifest_unsigned.json'), 'utf8');
    const { manifest } = JSON.parse(text) as {
      manifest: {
        default_csp: string;
        files: Record<string, string>;
        wasm: string[];
        default_fallback: string;
      };
    };
    const { files } = JSON.parse(readFileSync('dist/.well-known/tincan.json', 'utf8')) as {
      files: Record<string, string>;
    };
    const names = Object.keys(files);
    const wasm = names.filter((name) => name.endsWith('.wasm'));
    expect(wasm).toHaveLength(1);
    expect(Object.keys(manifest.files)).toEqual(
      names.filter((name) => !wasm.includes(name)).map((name) => `/${name}`),
    );
    const digest = (name: string) =>
      createHash('sha256')
        .update(readFileSync(`dist/${name}`))
        .digest('base64url');
    for (const [name, hash] of Object.entries(manifest.files)) expect(hash, name).toBe(digest(name.slice(1)));
    expect(manifest.wasm).toEqual(wasm.map(digest));
    expect(manifest.files[manifest.default_fallback]).toBeTruthy();
    const { all } = JSON.parse(readFileSync('headers.json', 'utf8')) as { all: Record<string, string> };
    expect(manifest.default_csp).toBe(all['Content-Security-Policy']);
    // What WEBCAT asks of a policy: one, without a comma, and nothing of scripts that is not in the manifest.
    expect(manifest.default_csp).toMatch(/^default-src 'none';/);
    expect(manifest.default_csp).not.toContain(',');
    expect(/script-src ([^;]+)/.exec(manifest.default_csp)?.[1]).toBe("'self' 'wasm-unsafe-eval'");
    expect(/worker-src ([^;]+)/.exec(manifest.default_csp)?.[1]).toBe("'self'");
    run();
    expect(readFileSync(join(out, 'manifest_unsigned.json'), 'utf8')).toBe(text);
  } finally {
    rmSync(out, { recursive: true });
  }
});
