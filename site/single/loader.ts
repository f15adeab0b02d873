import { decompress } from 'lzma1';
import { read } from './coding.ts';
import type { TincanFile } from './file.ts';

/*
 * The second script of the single file. What the page is made of lies in the document as compressed blocks. The page
 * itself is one script and one style, which run because the document's own policy has their hashes.
 */

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScript: (code: string) => string },
  ): { createScript: (code: string) => string };
}

const file = globalThis.tincanFile;
const whole = new Promise<void>((resolve) => {
  addEventListener('DOMContentLoaded', () => resolve());
});

file.block = async (name) => {
  let block = document.getElementById(name);
  // One that nothing stands behind may have come in part.
  if (!block?.nextSibling) {
    await whole;
    block = document.getElementById(name);
  }
  if (!block) throw new Error(`the file ends before its ${name}`);
  const bytes = decompress(read(block.textContent));
  block.remove();
  return bytes;
};

/** The elements that the page runs by. */
const mine = new WeakSet<Element>();

/** Said in English alone: the other languages lie in the file. */
function tell(sentence: string): void {
  document.body.textContent = sentence;
}

async function start(block: NonNullable<TincanFile['block']>): Promise<void> {
  const { style, script } = JSON.parse(new TextDecoder().decode(await block('page'))) as Record<
    string,
    string
  >;
  const sheet = document.createElement('style');
  sheet.textContent = style ?? '';
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const trusts = trustedTypes?.createPolicy('tincan-single', { createScript: (code) => code });
  const code = document.createElement('script');
  code.type = 'module';
  code.textContent = trusts?.createScript(script ?? '') ?? script ?? '';
  mine.add(sheet).add(code);
  document.head.append(sheet, code);
}

const broken =
  'tincan could not start: this file is not whole, or this browser is too old. Get it again, or update.';

// A page that is not the one of the hashes does not run, and nothing else says so. What an extension puts in and the
// policy refuses is no fault of the file.
addEventListener('securitypolicyviolation', ({ target, effectiveDirective }) => {
  if (!/^(script|style)-src/.test(effectiveDirective)) return;
  if (target instanceof Element && !mine.has(target)) return;
  if (document.getElementById('app')?.childElementCount === 0) tell(broken);
});

// A policy in a document cannot forbid others to show it inside of theirs, where presses could be taken for others.
if (top !== self) tell('tincan does not run inside another page. Open the file itself.');
else start(file.block).catch(() => tell(broken));
