import { copyFile, rm } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { arabic, looks, narrow, screens, show, wide, type Look } from './looks.ts';
import { Watch } from './watch.ts';

/* Every screen as people meet it, filled by the fake engine. */

/** A page in this look, at the same time of the same day. */
async function open(
  browser: Browser,
  { viewport, colorScheme, locale }: Look,
  watch = new Watch(),
): Promise<Page> {
  const context = await browser.newContext({
    viewport,
    colorScheme,
    locale,
    timezoneId: 'UTC',
  });
  await watch.context(context);
  const page = await context.newPage();
  // What asks before a chat is left: the next screen is to come.
  page.on('dialog', (dialog) => void dialog.accept());
  await page.clock.setFixedTime(new Date('2026-11-26T14:03:00Z'));
  return page;
}

/** Both colours, a wide window and the narrowest are looked through every day; from right to left `languages` does that. */
const everyDay = ['desktop-light', narrow.name];

for (const look of [...looks, arabic, narrow]) {
  const slow = !everyDay.includes(look.name);
  const title = `${look.name}: nothing shuts anybody out, and nothing sticks out`;
  test(title, slow ? { tag: '@slow' } : {}, async ({ browser, fake }) => {
    test.skip(slow && process.env['TINCAN_SLOW'] !== '1', 'takes a minute: make slow, or TINCAN_SLOW=1');
    const watch = new Watch();
    const page = await open(browser, look, watch);
    let [checks, violated] = [0, 0];
    for (const screen of screens) {
      await show(page, fake, screen);
      // Without a page of its own for putting together what frames say: there are none.
      const { violations, passes } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      checks += passes.length;
      violated += violations.length;
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      expect.soft(told, screen.name).toEqual([]);
      expect.soft(await wide(page), screen.name).toEqual([]);
    }
    await page.context().close();
    expect.soft(watch.complaints, 'complaints of the page').toEqual([]);
    console.log(`axe, ${look.name}: ${screens.length} screens, ${checks} rules passed, ${violated} violated`);
  });
}

/** In the repository; the rest is made anew by whoever wants to look at it. */
const kept = [
  'home-phone-light',
  'invite-phone-light',
  'join-phone-light',
  'reply-phone-light',
  'verify-phone-dark',
  'chat-desktop-light',
  'chat-phone-dark',
  'chat-phone-arabic',
  'chat-files-desktop-dark',
  'chat-pictures-phone-light',
];

test('pictures of every screen, for people @screenshots', async ({ browser, fake }) => {
  test.skip(process.env['TINCAN_SCREENSHOTS'] !== '1', 'writes bin/screenshots: make screenshots');
  test.setTimeout(1_200_000);
  const folder = new URL('../../bin/screenshots/', import.meta.url).pathname;
  await rm(folder, { recursive: true, force: true });
  for (const look of [...looks, arabic]) {
    const page = await open(browser, look);
    const enough = look.name === 'phone-light' || look.name === 'desktop-dark';
    for (const screen of screens.filter(({ variant }) => enough || !variant)) {
      await show(page, fake, screen);
      await page.screenshot({ path: `${folder}${screen.name}-${look.name}.png`, caret: 'hide' });
    }
    await page.context().close();
  }
  const site = new URL('../../site/screenshots/', import.meta.url).pathname;
  for (const name of kept) await copyFile(`${folder}${name}.png`, `${site}${name}.png`);
});
