import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { plainName } from './chromium.ts';
import { expect, test } from './fixtures.ts';
import { texts } from './texts.ts';

/* What Settings shows of the page itself: which build it is, and how to check that. */

const manifest = readFileSync(new URL('../../site/dist/.well-known/tincan.json', import.meta.url));
const build = createHash('sha256').update(manifest).digest('hex');
const { version } = JSON.parse(manifest.toString()) as { version: string };

for (const [where, host] of [
  ['on this computer', '127.0.0.1'],
  ['on plain http, where the browser has no hash,', plainName],
] as const) {
  test(`${where} Settings tells the build, by the keyboard and at 320 pixels`, async ({
    person,
    watch,
    serve,
  }) => {
    const { page } = await person();
    const url = serve.here.replace('127.0.0.1', host);
    watch.served([url]);
    await page.setViewportSize({ width: 320, height: 568 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(url);
    await expect(page.getByRole('button', { name: texts.newChat })).toBeEnabled();
    await page.getByRole('button', { name: texts.settings }).click();
    await page.getByText(texts.build, { exact: true }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByText(build)).toBeVisible();
    await expect(page.getByText(texts.buildIs({ version }))).toBeVisible();
    await expect(page.getByLabel(texts.buildCheck)).toHaveValue(`tincan verify ${url}`);
    expect(
      await page.evaluate(() => {
        const dialog = document.querySelector('dialog');
        return dialog && dialog.scrollWidth <= dialog.clientWidth;
      }),
    ).toBe(true);
    await page.getByRole('button', { name: texts.copyUnsent }).click();
    await expect(page.getByText(texts.copied)).toBeVisible();
  });
}
