import { readdirSync } from 'node:fs';
import { expect, test } from './fixtures.ts';
import { screens, show, wide } from './looks.ts';

/* Every language on every screen, on the smallest one: nothing sticks out, and no button is cut. */

const folder = new URL('../../site/src/language/', import.meta.url);
const tags = readdirSync(folder)
  .filter((name) => /^[a-z]{2}(-\w+)?\.ts$/.test(name))
  .map((name) => name.slice(0, -'.ts'.length))
  .sort();
/** From right to left. */
const everyDay = ['ar'];

test('all languages are there', () => {
  expect(tags.length).toBeGreaterThanOrEqual(30);
});

for (const tag of tags) {
  const slow = !everyDay.includes(tag);
  test(
    `${tag}: every screen has room for it at 320 pixels`,
    slow ? { tag: '@slow' } : {},
    async ({ browser, fake }) => {
      test.skip(
        slow && process.env['TINCAN_SLOW'] !== '1',
        'half a minute each: make slow, or TINCAN_SLOW=1',
      );
      const context = await browser.newContext({ viewport: { width: 320, height: 568 }, locale: tag });
      const page = await context.newPage();
      page.on('dialog', (dialog) => void dialog.accept());
      for (const screen of screens) {
        await show(page, fake, screen);
        expect.soft(await page.evaluate(() => document.documentElement.lang), screen.name).toBe(tag);
        expect.soft(await wide(page), `${tag}, ${screen.name}`).toEqual([]);
        const cut = await page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>('button, h1, h2, label, legend')]
            .filter(
              (box) =>
                box.offsetParent &&
                box.scrollWidth > box.clientWidth + 1 &&
                getComputedStyle(box).display !== 'inline',
            )
            .filter((box) => !box.closest('.visually-hidden, .quote'))
            .map((box) => box.textContent.trim().slice(0, 60)),
        );
        expect.soft(cut, `${tag}, ${screen.name}: cut`).toEqual([]);
      }
      await context.close();
    },
  );
}
