import { readFileSync } from 'node:fs';
import type { Page as FirefoxPage } from 'puppeteer-core';
import type { Page } from '@playwright/test';
import { firefox, launchFirefox, noFirefox } from './firefox.ts';
import { expect, test } from './fixtures.ts';
import { texts } from './texts.ts';

/*
 * Under Integrity-Policy a browser loads no script whose hash is not told beforehand. The other tests of this folder
 * find the page at work under that header; this one that the header is at work, too, and that a script which is
 * not the one of the build is refused.
 */

const { files } = JSON.parse(
  readFileSync(new URL('../../site/dist/.well-known/tincan.json', import.meta.url), 'utf8'),
) as { files: Record<string, string> };
const french = Object.keys(files).find((name) => /^assets\/fr-/.test(name)) ?? '';
if (french === '')
  throw new Error('the build has no script for French, and an import of nothing fails by itself');

/** Asks for a script as nothing in the page does, without its hash. */
const bare = (name: string) =>
  import(new URL(name, location.href).href).then(
    () => 'loaded',
    () => 'refused',
  );
const refused = /integrity|dynamically imported module/i;

test('Chromium: parts that come later come with their hash, and none comes without', async ({
  person,
  watch,
  serve,
}) => {
  const { page } = await person();
  await page.goto(serve.here);
  await speaks(page);
  expect(watch.complaints).toEqual([]);
  expect(await page.evaluate(bare, french)).toBe('refused');
  expect(watch.complaints.splice(0).filter((one) => !refused.test(one))).toEqual([]);
});

/** German, which is loaded only now. */
async function speaks(page: Page): Promise<void> {
  await page.getByRole('button', { name: texts.settings }).click();
  await page.getByLabel(texts.language).selectOption('de');
  await expect(page.getByRole('heading', { name: 'Einstellungen' })).toBeVisible();
}

test('Chromium: a script that is not the one of the build does not run', async ({ person, watch, serve }) => {
  const { page } = await person();
  const url = serve.here;
  await page.route(/\/assets\/de-/, async (route) => {
    const answer = await route.fetch();
    // The browser would keep it for a year, as it does the one of the build.
    const headers = { ...answer.headers(), 'cache-control': 'no-store' };
    await route.fulfill({ response: answer, headers, body: `${await answer.text()}\n` });
  });
  await page.goto(url);
  await page.getByRole('button', { name: texts.settings }).click();
  await page.getByLabel(texts.language).selectOption('de');
  await expect(page.getByText(texts.languageFailed)).toBeVisible();
  expect(watch.complaints.splice(0).some((one) => /integrity/i.test(one))).toBe(true);

  // When the host is itself again, the next try succeeds: nothing of the first is left.
  await page.unroute(/\/assets\/de-/);
  await page.getByLabel(texts.language).selectOption('de');
  await expect(page.getByRole('heading', { name: 'Einstellungen' })).toBeVisible();
});

test('Firefox: parts that come later come with their hash, and none comes without', async ({ serve }) => {
  test.skip(firefox === undefined, noFirefox);
  const url = serve.here;
  const browser = await launchFirefox();
  try {
    const page: FirefoxPage = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(url);
    await page.locator(`::-p-aria(${texts.settings}[role="button"])`).click();
    await page.locator('dialog select').fill('de');
    await page.waitForFunction(() => document.querySelector('dialog h2')?.textContent === 'Einstellungen');
    expect(complaints).toEqual([]);
    expect(await page.evaluate(bare, french)).toBe('refused');
  } finally {
    await browser.close();
  }
});
