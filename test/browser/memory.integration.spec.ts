import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { greet, meet } from './person.ts';

/**
 * Keeps the engine's memory within reach and every random value that was drawn: all secrets of a chat are among
 * them, or follow from them.
 */
async function record(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const g = globalThis as unknown as { drawn: Uint8Array[]; engineMemory?: WebAssembly.Memory };
    g.drawn = [];
    const draw = crypto.getRandomValues.bind(crypto);
    crypto.getRandomValues = <T extends ArrayBufferView>(array: T): T => {
      const out = draw(array as never) as T;
      const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength).slice();
      if (bytes.length >= 16 && bytes.length <= 64) g.drawn.push(bytes);
      return out;
    };
    const start = WebAssembly.instantiate as (
      ...args: [WebAssembly.Module, WebAssembly.Imports]
    ) => Promise<WebAssembly.Instance>;
    const kept: typeof start = async (...args) => {
      const instance = await start(...args);
      g.engineMemory = instance.exports['mem'] as WebAssembly.Memory;
      return instance;
    };
    WebAssembly.instantiate = kept as typeof WebAssembly.instantiate;
  });
}

/** How often each recorded value stands in the engine's memory. */
const copies = (page: Page) =>
  page.evaluate(() => {
    const g = globalThis as unknown as { drawn: Uint8Array[]; engineMemory: WebAssembly.Memory };
    const memory = new Uint8Array(g.engineMemory.buffer);
    const found = g.drawn.map((value) => ({ bytes: value.length, copies: 0 }));
    for (let at = 0; at < memory.length - 16; at++) {
      for (const [i, value] of g.drawn.entries()) {
        if (memory[at] !== value[0] || memory[at + 1] !== value[1] || memory[at + 2] !== value[2]) continue;
        let n = 3;
        while (n < value.length && memory[at + n] === value[n]) n++;
        const entry = found[i];
        if (n === value.length && entry) entry.copies += 1;
      }
    }
    return found;
  });

test('what is left of the secrets in the memory of the engine is counted', async ({ person, serve }) => {
  test.slow();
  const [inviter, joiner] = [await person(), await person()];
  await record(inviter.page);
  await record(joiner.page);
  await inviter.open(serve.here);
  await meet(inviter, joiner);
  await greet(inviter, joiner);
  const whileOpen = [await copies(inviter.page), await copies(joiner.page)] as const;
  await inviter.leave();
  await inviter.ended('closed');
  await joiner.ended('left');
  for (const [who, one, open] of [
    ['inviter', inviter, whileOpen[0]],
    ['joiner', joiner, whileOpen[1]],
  ] as const) {
    const after = await copies(one.page);
    const count = (list: { copies: number }[]) => list.reduce((sum, { copies }) => sum + copies, 0);
    console.log(
      `${who}: ${open.length} random secrets of ${open.map(({ bytes }) => bytes).join(', ')} bytes;` +
        ` copies in the engine's memory: ${open.map(({ copies }) => copies).join(', ')} while open,` +
        ` ${after.map(({ copies }) => copies).join(', ')} after the end`,
    );
    expect(open.length, 'the secrets were seen being drawn').toBeGreaterThanOrEqual(3);
    expect(count(open), 'the scan finds what is there').toBeGreaterThan(0);
    // Go's X25519, Ed25519 and ML-KEM copy what they are given, and nothing can reach those copies: SECURITY.md
    // says so. What the engine owns is zero (TestUnitWiped), so fewer are left than there were.
    expect(count(after), 'the engine wipes its own').toBeLessThan(count(open));
  }
});
