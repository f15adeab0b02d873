import type { Page } from '@playwright/test';
import { texts } from './texts.ts';
import { expect, test } from './fixtures.ts';
import { screens, show } from './looks.ts';
import { Watch } from './watch.ts';

/* Windows in which there is little room: the history is what it belongs to, and dialogs begin at their top. */

/** The smallest is looked through every day. */
const sizes = [
  { name: 'a low window', width: 640, height: 180, slow: true },
  { name: 'a watch-sized window', width: 320, height: 256, slow: true },
  { name: '1280 × 720 at 400 %', width: 320, height: 180 },
  { name: 'a phone on its side with its keyboard up', width: 740, height: 200, slow: true },
  { name: 'a phone on its side', width: 844, height: 390, slow: true },
  { name: 'a small phone with its keyboard up', width: 360, height: 300, slow: true },
];

/** Where the parts of the page are, in pixels of the window; what isn't there is undefined. */
function measured(page: Page) {
  return page.evaluate(() => {
    const box = (element: Element | null | undefined) => {
      if (!element) return undefined;
      const { top, bottom, left, right } = element.getBoundingClientRect();
      return { top, bottom, left, right };
    };
    const dialog = document.querySelector('dialog[open]');
    const active = document.activeElement === document.body ? null : document.activeElement;
    return {
      window: { width: innerWidth, height: innerHeight },
      page: { width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight },
      log: box(document.querySelector('[role=log]')),
      header: box(document.querySelector('.chat > header')),
      footer: box(document.querySelector('.chat > footer')),
      composer: box(document.querySelector('.chat footer form textarea')),
      heading: box(document.querySelector('.chat footer h2')),
      dialog: box(dialog),
      title: box(dialog?.querySelector('h2')),
      scrolled: dialog?.scrollTop,
      active: box(active),
    };
  });
}

for (const size of sizes) {
  const title = `${size.name}: the history is seen, and dialogs begin at their top`;
  test(title, size.slow ? { tag: '@slow' } : {}, async ({ browser, fake }, info) => {
    test.skip(
      !!size.slow && process.env['TINCAN_SLOW'] !== '1',
      'takes a minute: make slow, or TINCAN_SLOW=1',
    );
    const watch = new Watch();
    const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce', timezoneId: 'UTC' });
    await watch.context(context);
    const page = await context.newPage();
    page.on('dialog', (dialog) => void dialog.accept());
    let [chats, dialogs] = [0, 0];
    for (const screen of screens) {
      await show(page, fake, screen);
      const found = await measured(page);
      const { log, header, footer, composer, heading, dialog, title, active } = found;
      const told = `${screen.name} ${JSON.stringify(found)}`;
      expect.soft(found.page.width, told).toBeLessThanOrEqual(size.width);
      if (log && header && footer) {
        chats++;
        expect.soft(found.page.height, told).toBeLessThanOrEqual(size.height + 1);
        expect.soft(header.top, told).toBeGreaterThanOrEqual(0);
        expect.soft(footer.bottom, told).toBeLessThanOrEqual(size.height + 1);
        // Two lines of text at least; one beside a notice, what is done about a lost connection, or what stands below
        // an ended chat.
        const beside = [
          'notice',
          'absent',
          'lost',
          'trying',
          'asking',
          'paused',
          'repair',
          'repair-back',
          'reloaded',
          'tray',
          'recorder',
          'replying',
          'editing',
          'timer',
        ];
        const searched = screen.name.startsWith('search');
        const least = searched || beside.includes(screen.at) || heading ? 24 : 64;
        expect
          .soft(Math.min(log.bottom, size.height) - Math.max(log.top, 0), told)
          .toBeGreaterThanOrEqual(least);
        if (composer) {
          expect.soft(composer.bottom, told).toBeLessThanOrEqual(size.height + 1);
          expect.soft(composer.bottom - composer.top, told).toBeGreaterThanOrEqual(32);
        }
        if (heading) expect.soft(heading.top, told).toBeLessThan(size.height - 16);
      }
      if (dialog && title) {
        dialogs++;
        expect.soft(dialog.top, told).toBeGreaterThanOrEqual(0);
        expect.soft(dialog.bottom, told).toBeLessThanOrEqual(size.height + 1);
        expect.soft(title.top, told).toBeGreaterThanOrEqual(dialog.top);
        expect.soft(title.bottom, told).toBeLessThanOrEqual(dialog.bottom);
        expect.soft(found.scrolled, told).toBe(0);
        expect
          .soft(active && active.top >= dialog.top - 1 && active.bottom <= dialog.bottom + 1, told)
          .toBe(true);
        // The end of it is reached by keyboard, and seen then.
        const last = page.locator('dialog[open] :is(button, a, input, textarea, select):enabled').last();
        // What the camera says may come later, and moves what is below it.
        await expect(async () => {
          await last.evaluate((element: HTMLElement) => (element.blur(), element.focus()));
          const box = await last.boundingBox();
          expect(
            box && box.y + box.height > 0 && box.y <= size.height - 16,
            `${told} ${JSON.stringify(box)}`,
          ).toBe(true);
        }).toPass({ timeout: 5_000 });
      }
      if (process.env['TINCAN_SCREENSHOTS'] === '1') {
        await page.screenshot({ path: info.outputPath(`${screen.name}.png`) });
      }
    }
    expect(chats).toBeGreaterThan(12);
    expect(dialogs).toBeGreaterThan(6);
    expect.soft(watch.complaints, 'complaints of the page').toEqual([]);
    await context.close();
  });
}

test('in a low window a chat is usable by keyboard from end to end', async ({ browser, fake }) => {
  const page = await browser.newPage({ viewport: { width: 320, height: 180 } });
  await show(page, fake, { name: 'chat', at: 'chat' });
  const composer = page.getByRole('textbox', { name: texts.message });
  await composer.fill('one\ntwo\nthree\nfour\nfive\nsix');
  const log = await page.getByRole('log').boundingBox();
  const box = await composer.boundingBox();
  expect(log?.height).toBeGreaterThanOrEqual(40);
  expect((box?.y ?? 0) + (box?.height ?? 999)).toBeLessThanOrEqual(181);
  // Every stop of the keyboard is inside of the window when it has the focus.
  for (let stop = 0; stop < 12; stop++) {
    await page.keyboard.press('Shift+Tab');
    const focused = await page.evaluate(() => {
      const { top, bottom } = document.activeElement?.getBoundingClientRect() ?? { top: 0, bottom: 0 };
      return { top, bottom, name: document.activeElement?.outerHTML.slice(0, 80) };
    });
    expect(focused.bottom, focused.name).toBeGreaterThan(0);
    expect(focused.top, focused.name).toBeLessThan(180);
  }
  await page.context().close();
});
