import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Locator, Page } from '@playwright/test';
import arabic from '../../site/src/language/ar.ts';
import { english } from '../../site/src/language/english.ts';
import spanish from '../../site/src/language/es.ts';
import { spoken } from '../../site/src/language/sentences.ts';
import { expect, test } from './fixtures.ts';
import { Watch } from './watch.ts';

/* The page as one has it in the hand, filled by the fake engine. */

interface Driven {
  engine: { tell: (event: unknown) => void };
}

async function phone(browser: Browser, url: string, locale = 'en-GB', width = 390): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 844 },
    hasTouch: true,
    isMobile: true,
    locale,
  });
  await new Watch().context(context);
  const page = await context.newPage();
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto(url);
  await page.waitForFunction(() => 'shown' in globalThis);
  return page;
}

const hear = (page: Page, text: string) =>
  page.evaluate((text) => {
    (globalThis as unknown as Driven).engine.tell({ type: 'message', id: 0, text });
  }, text);

const opacity = (element: Locator) => element.evaluate((node) => getComputedStyle(node).opacity);

for (const [locale, texts] of [
  ['en-GB', english],
  ['es', spoken(spanish, 'es')],
  ['ar', spoken(arabic, 'ar')],
] as const) {
  for (const width of [360, 390]) {
    test(`${locale}, ${width} px: the head of the chat has two lines, whichever way it goes`, async ({
      browser,
      fake,
    }) => {
      const page = await phone(browser, `${fake.url}?chat`, locale, width);
      for (const path of ['direct', 'relay'] as const) {
        await page.evaluate((path) => {
          (globalThis as unknown as Driven).engine.tell({ type: 'path', path });
        }, path);
        const status = page.locator('header .status');
        await expect(status).toHaveText(texts.statusesShort[path]);
        const lines = await status.evaluate(
          (node) => node.clientHeight / parseFloat(getComputedStyle(node).lineHeight),
        );
        expect(Math.round(lines), `${path}: ${texts.statusesShort[path]}`).toBe(1);
      }
      await page.context().close();
    });
  }
}

test('a message shows its copy button once it is tapped, and keys reach it all the same', async ({
  browser,
  fake,
}) => {
  const page = await phone(browser, `${fake.url}?chat`);
  const messages = page.locator('.message');
  const [one, other] = [messages.nth(-1), messages.nth(-2)];
  const copy = (message: Locator) => message.locator('.side');
  expect(await opacity(copy(one))).toBe('0');
  expect(await opacity(copy(other))).toBe('0');
  await one.locator('.text').tap();
  expect(await opacity(copy(one))).toBe('1');
  await other.locator('.text').tap();
  await expect.poll(() => opacity(copy(one))).toBe('0');
  expect(await opacity(copy(other))).toBe('1');
  await page.locator('header').tap({ position: { x: 5, y: 5 } });
  await expect.poll(() => opacity(copy(other))).toBe('0');
  // A screen reader finds them by name; the keyboard shows the one it is at.
  expect(
    await page.getByRole('log').getByRole('button', { name: english.copyMessage }).count(),
  ).toBeGreaterThan(1);
  await one.getByRole('button', { name: english.copyMessage }).focus();
  await expect.poll(() => opacity(copy(one))).toBe('1');
  await page.context().close();
});

test('only the last bubble of what was written in one go has a corner', async ({ browser, fake }) => {
  const page = await phone(browser, `${fake.url}?chat`);
  await page.evaluate(() => {
    const { engine } = globalThis as unknown as Driven;
    for (const text of ['one', 'two', 'three']) engine.tell({ type: 'message', id: 0, text });
  });
  const corners = await page.locator('.message').evaluateAll((all) =>
    all.slice(-3).map((message) => {
      const style = getComputedStyle(message.querySelector('.text') ?? message);
      return [
        style.borderTopLeftRadius,
        style.borderTopRightRadius,
        style.borderBottomRightRadius,
        style.borderBottomLeftRadius,
      ].map(parseFloat);
    }),
  );
  expect(corners).toEqual([
    [20, 20, 20, 20],
    [20, 20, 20, 20],
    [20, 20, 20, 5],
  ]);
  await page.context().close();
});

test('no keys are offered, Wipe stands apart, and Settings open without a ring', async ({
  browser,
  fake,
}) => {
  const page = await phone(browser, `${fake.url}?chat`);
  await page.getByRole('button', { name: english.more }).tap();
  const item = (name: string) => page.locator('.menu li').filter({ hasText: name });
  await expect(item(english.shortcuts)).toHaveCount(0);
  await expect(page.locator('.menu kbd:visible')).toHaveCount(0);
  const [leave, wipe] = [
    await item(english.leave).boundingBox(),
    await item(english.wipe).getByRole('button').boundingBox(),
  ];
  expect((wipe?.y ?? 0) - ((leave?.y ?? 0) + (leave?.height ?? 0))).toBeGreaterThanOrEqual(16);
  const sizes = await page
    .locator('.menu li')
    .evaluateAll((all) => all.map((one) => getComputedStyle(one).fontSize));
  expect(new Set(sizes).size, 'sizes of the names').toBe(1);
  await item(english.settings).tap();
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('h2');
  expect(
    await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle),
  ).toBe('none');
  await page.context().close();
});

test('the numbers of the safety words run the way the words do', async ({ browser, fake }) => {
  for (const [locale, leftward] of [
    ['en-GB', false],
    ['ar', true],
  ] as const) {
    const page = await phone(browser, `${fake.url}?chat`, locale);
    await page.locator('header .who + button').tap();
    for (const each of ['dialog li', 'dialog bdi']) {
      const [first, second] = await page
        .locator(each)
        .evaluateAll((all) => all.slice(0, 2).map((one) => one.getBoundingClientRect().x));
      expect((second ?? 0) < (first ?? 0), `${locale}: ${each}`).toBe(leftward);
    }
    await page.context().close();
  }
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`headings, tasks and addresses shut nobody out, ${colorScheme}`, async ({ browser, fake }) => {
    const page = await phone(browser, `${fake.url}?chat`);
    await page.emulateMedia({ colorScheme });
    await hear(
      page,
      '### Deep first\n\n# Title of *it*\n\ntext\n\n###### Six\n\n- [ ] open\n- [x] done\n  - [ ] inner\n\n1. [x] first\n2. second\n\nSee www.example.com.',
    );
    const message = page.locator('.message').last();
    await expect(message.getByRole('heading')).toHaveText(['Deep first', 'Title of it', 'Six']);
    await expect(message.getByRole('link')).toHaveText('www.example.com');
    await expect(message.getByRole('img', { name: english.taskDone })).toHaveCount(2);
    // Each text begins where those of its list without a box do.
    const starts = await message
      .locator('ul > li > p')
      .evaluateAll((all) => all.slice(0, 2).map((one) => one.getBoundingClientRect().x));
    expect(starts[0]).toBe(starts[1]);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual(
      [],
    );
    await message.getByRole('link').tap();
    await expect(page.getByRole('dialog', { name: english.linkTitle })).toContainText('www.example.com');
    await page.context().close();
  });
}

/** A finger on the message, which then moves by so many pixels to the side, and lifts when `lifts` says so. */
async function finger(page: Page, on: Locator, aside: number, lifts: () => Promise<unknown>): Promise<void> {
  const box = await on.boundingBox();
  if (!box) throw new Error('the message is not in sight');
  const [x, y] = [box.x + 20, box.y + box.height / 2];
  const session = await page.context().newCDPSession(page);
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
  for (let moved = 0; moved !== aside; moved += Math.sign(aside) * 10) {
    const touchPoints = [{ x: x + moved + Math.sign(aside) * 10, y }];
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints });
  }
  await lifts();
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await session.detach();
}

test('a finger that rests on a message opens what can be done with it, which stays when it lifts', async ({
  browser,
  fake,
}) => {
  const page = await phone(browser, `${fake.url}?talk`);
  const dialog = page.getByRole('dialog', { name: english.talk.menu });
  const message = page.locator('.message').last().locator('.bubble');
  await finger(page, message, 0, () => dialog.waitFor());
  // A browser may say that what lies there now was clicked, though nobody has pressed it.
  await dialog.dispatchEvent('click');
  await dialog.getByRole('button', { name: '😂' }).tap();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText(english.talk.reactionYou({ emoji: '😂' }))).toBeAttached();
  // Beside it is the way out.
  await finger(page, message, 0, () => dialog.waitFor());
  await page.touchscreen.tap(195, 60);
  await expect(dialog).toHaveCount(0);
  await page.context().close();
});

for (const locale of ['en-GB', 'ar'])
  test(`${locale}: a finger that moves a message far enough aside replies to it, either way`, async ({
    browser,
    fake,
  }) => {
    const page = await phone(browser, `${fake.url}?talk`, locale);
    const message = page.locator('.message').last().locator('.bubble');
    for (const [aside, replies] of [
      [40, 0],
      [90, 1],
      [-40, 0],
      [-90, 1],
    ] as const) {
      await finger(page, message, aside, () => Promise.resolve());
      await expect(page.locator('.doing')).toHaveCount(replies);
      if (replies) await page.locator('footer textarea').press('Escape');
      await expect(page.locator('.doing')).toHaveCount(0);
    }
    await page.context().close();
  });
