import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { meet } from './person.ts';
import { hostileStrings } from './strings.ts';

const slow = process.env['TINCAN_SLOW'] === '1';

/** Every kind of element on the page. */
const elements = (page: Page) =>
  page.evaluate(() => [...new Set([...document.querySelectorAll('*')].map((e) => e.localName))].sort());

const pwned = (page: Page) => page.evaluate(() => (globalThis as { pwnedBy?: number }).pwnedBy ?? 0);

async function trap(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const g = globalThis as { pwnedBy?: number; pwned?: () => void };
    g.pwned = () => (g.pwnedBy = (g.pwnedBy ?? 0) + 1);
  });
  page.on('dialog', (dialog) => void dialog.accept());
}

test('what a peer writes is shown as text and makes no element', async ({ person, serve }) => {
  test.slow();
  const strings = hostileStrings();
  expect(strings.length).toBeGreaterThanOrEqual(300);
  const [inviter, joiner] = [await person(), await person()];
  await trap(inviter.page);
  await inviter.open(serve.here);
  await meet(inviter, joiner);
  await joiner.say('an `ordinary` message\nof two lines');
  await inviter.hears('an ordinary message of two lines');
  const before = await elements(inviter.page);
  await joiner.composer.focus();
  for (const text of strings) {
    await joiner.page.keyboard.insertText(text);
    await joiner.page.keyboard.press('Enter');
  }
  await joiner.say('that was all');
  await inviter.hears('that was all');
  const shown = (await inviter.history()).map(({ text }) => text);
  // One of them is code between backticks, which is Markdown.
  expect(shown.slice(1, -1)).toEqual(strings.map((text) => text.replace(/^`(.*)`$/, '$1')));
  expect(await elements(inviter.page)).toEqual(before);
  expect(await pwned(inviter.page)).toBe(0);
  await expect(inviter.status).toHaveCount(1);
  console.log(`${strings.length} hostile strings as messages: 0 elements, 0 scripts, 0 violations`);
});

test('what a link or a paste holds makes no element @slow', async ({ person, serve }) => {
  test.slow();
  const visitor = await person();
  await trap(visitor.page);
  await visitor.open(serve.here);
  await visitor.paste('hello');
  await expect(visitor.alert).toBeVisible();
  const before = await elements(visitor.page);
  // make slow tries them all; every day it is each third.
  const strings = hostileStrings().filter((_, i) => slow || i % 3 === 0);
  for (const text of strings) {
    await visitor.paste(text);
    await expect(visitor.alert).toBeVisible();
    await visitor.page.evaluate((fragment) => {
      location.hash = fragment;
    }, text);
    await expect(visitor.alert).toBeVisible();
  }
  expect(await elements(visitor.page)).toEqual(before);
  expect(await pwned(visitor.page)).toBe(0);
  console.log(
    `${strings.length} hostile strings pasted and as fragments: 0 elements, 0 scripts, 0 violations`,
  );
});

// make slow sends 100 MiB; every day it is enough to send more than is kept.
const mebibytes = slow ? 100 : 12;

test('a peer that floods the page with messages does not fill its memory @slow', async ({
  person,
  serve,
  terminal,
}) => {
  test.slow();
  const victim = await person();
  await victim.open(serve.here);
  const flooder = terminal('join', '--loopback', '-');
  flooder.type(await victim.newChat());
  await victim.connect(await flooder.link('reply'));
  await victim.connected();
  const session = await victim.page.context().newCDPSession(victim.page);
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  };
  const before = await heap();
  const text = 'x'.repeat(65_536);
  const count = (mebibytes << 20) / text.length;
  await flooder.event('open');
  const said = flooder.events.length;
  for (let n = 1; n <= count; n++) {
    flooder.do({ do: 'send', ref: String(n), text });
    if (n % 32 === 0) await flooder.lines(said + 2 * n); // sent and delivered
  }
  await expect(victim.page.getByText('Older messages were dropped')).toBeVisible();
  expect((await victim.history()).length).toBeLessThanOrEqual(64);
  const grown = (await heap()) - before;
  console.log(`${mebibytes} MiB of messages: the heap of the page grew by ${grown >> 10} KiB`);
  expect(grown).toBeLessThan(8 << 20);
});
