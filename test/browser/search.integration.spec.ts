import type { Page } from '@playwright/test';
import { firefox, launchFirefox, noFirefox } from './firefox.ts';
import { expect, test as base } from './fixtures.ts';
import { texts } from './texts.ts';
import { Watch } from './watch.ts';

/* The search in the history of the open chat, filled by the fake engine. Nothing here is pressed by a mouse. */

interface Driven {
  engine: { tell: (event: { type: 'message'; id: number; text: string }) => void };
  painted?: number;
  shown?: boolean;
}

const test = base.extend<{ chat: (screen: string) => Promise<Page> }>({
  chat: async ({ browser, fake, viewport }, use) => {
    const context = await browser.newContext({ viewport });
    const watch = new Watch();
    await watch.context(context);
    await use(async (screen) => {
      const page = await context.newPage();
      await page.goto(`${fake.url}?${screen}`);
      await page.waitForFunction(
        () =>
          ((globalThis as unknown as Driven).painted ?? (globalThis as unknown as Driven).shown) !==
          undefined,
      );
      return page;
    });
    await context.close();
    expect.soft(watch.complaints, 'complaints of the page').toEqual([]);
  },
});

const log = (page: Page) => page.getByRole('log', { name: texts.messages });
const field = (page: Page) => page.getByRole('textbox', { name: texts.search.field });
const told = (page: Page) => page.getByRole('search').getByRole('status');
const hear = (page: Page, text: string) =>
  page.evaluate(
    (text) => (globalThis as unknown as Driven).engine.tell({ type: 'message', id: 0, text }),
    text,
  );

/** What is highlighted, and where the current one is: in sight, in the box and not under anything. */
const marks = (page: Page) =>
  log(page).evaluate((box) => {
    const of = (name: string) =>
      [...(CSS.highlights.get(name) ?? [])].map((range) => (range as Range).toString());
    const [range] = [...(CSS.highlights.get('tincan-current') ?? [])] as Range[];
    const [frame, place] = [box.getBoundingClientRect(), range?.getBoundingClientRect()];
    const inSight = place !== undefined && place.top >= frame.top && place.bottom <= frame.bottom;
    const row = range?.startContainer.parentElement?.closest('.message');
    return {
      current: of('tincan-current'),
      others: of('tincan-found'),
      inSight,
      row: row?.querySelector('.text')?.textContent ?? '',
    };
  });

const stored = (page: Page) =>
  page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]));

/** Waits until the current match is this text, in a message that begins so, and in sight. */
async function showsMatch(page: Page, text: string, row: string): Promise<void> {
  await expect
    .poll(async () => {
      const { current, inSight, row } = await marks(page);
      return { current, inSight, row };
    })
    .toEqual({ current: [text], inSight: true, row: expect.stringMatching(row) });
}

test('ten thousand messages: the newest first, older by keys, and the history stays there', async ({
  chat,
}) => {
  const page = await chat('10000');
  const { keyboard } = page;
  const composer = page.getByRole('textbox', { name: texts.message });
  await composer.focus();
  await keyboard.press('Control+f');
  await expect(field(page)).toBeFocused();

  await keyboard.type('MESSAGE 12', { delay: 5 });
  // 12, 120 to 129, 1200 to 1299.
  await expect(told(page)).toContainText('1 of 111');
  await showsMatch(page, 'Message 12', '^Message 1299\\.');
  for (const key of ['Enter', 'F3', 'ArrowUp']) await keyboard.press(key);
  await expect(told(page)).toContainText('4 of 111');
  await showsMatch(page, 'Message 12', '^Message 1296\\.');
  for (const key of ['Shift+Enter', 'Shift+F3', 'ArrowDown', 'ArrowDown']) await keyboard.press(key);
  // Before the first comes the last.
  await expect(told(page)).toContainText('111 of 111');
  await showsMatch(page, 'Message 12', '^Message 12\\.');
  const top = await log(page).evaluate((box) => box.scrollTop);

  await keyboard.press('Escape');
  await expect(page.getByRole('search')).toHaveCount(0);
  await expect(composer).toBeFocused();
  await expect.poll(() => log(page).evaluate((box) => box.scrollTop)).toBeGreaterThan(top - 60);
  expect(await log(page).evaluate((box) => box.scrollTop)).toBeLessThan(top + 60);
  expect(await page.evaluate(() => CSS.highlights.size)).toBe(0);
});

test('what comes while one searches is counted, and the match stays', async ({ chat }) => {
  const page = await chat('3000');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('Message 2999.');
  await showsMatch(page, 'Message 2999.', '^Message 2999');
  for (let i = 0; i < 40; i++) await hear(page, `It was message 2999. I say so, ${i}`);
  await expect(told(page)).toContainText('41 of 41');
  await showsMatch(page, 'Message 2999.', '^Message 2999');
  await page.keyboard.press('F3');
  await showsMatch(page, 'message 2999.', 'I say so, 39$');
});

test('what is found is what is read: through Markdown, folded messages, code and file names', async ({
  chat,
}) => {
  const page = await chat('empty');
  await hear(page, 'first **the bold** end, and `code()` in *Málaga*');
  await hear(page, `${'A long one. '.repeat(600)} and the needle at last`);
  await hear(page, `\`\`\`go\n${'x'.repeat(300)} far(away)\n\`\`\``);
  await hear(page, 'قال مُحَمَّدٌ: أهلًا، ١٢٣');
  const find = async (text: string) => {
    await field(page).fill(text);
    await expect(told(page)).toContainText('1 of 1');
  };
  await page.keyboard.press('Control+f');
  await find('FIRST THE BOLD END');
  await showsMatch(page, 'first the bold end', '^first');
  await find('code() in malaga');
  await showsMatch(page, 'code() in Málaga', '^first');
  await find('needle at');
  await showsMatch(page, 'needle at', '^A long one');
  await find('far(away)');
  await showsMatch(page, 'far(away)', 'far');
  const side = await log(page)
    .locator('pre')
    .evaluate((pre) => pre.scrollLeft);
  expect(side).toBeGreaterThan(100);
  await find('محمد: اهلا، 123');
  await showsMatch(page, 'مُحَمَّدٌ: أهلًا، ١٢٣', 'قال');
  // No signs, and nothing that the page itself says.
  for (const text of ['**', '`', texts.today, texts.them]) {
    await field(page).fill(text);
    await expect(told(page)).toHaveText(texts.search.none);
    expect((await marks(page)).current).toEqual([]);
  }
});

test('the name of a file is found', async ({ chat }) => {
  const page = await chat('files');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('second draft');
  await showsMatch(page, 'second draft', 'Notes on the harbour');
});

test('pressed again in the field, the key is the browser’s own; elsewhere it leads back there', async ({
  chat,
}) => {
  const page = await chat('chat');
  await page.evaluate(() => {
    const scope = globalThis as unknown as { prevented: boolean[] };
    scope.prevented = [];
    addEventListener('keydown', (event) => {
      if (event.key === 'f') scope.prevented.push(event.defaultPrevented);
    });
  });
  await page.keyboard.press('Control+f');
  await expect(field(page)).toBeFocused();
  await page.keyboard.press('Control+f');
  await page.getByRole('textbox', { name: texts.message }).focus();
  await page.keyboard.press('Control+f');
  await expect(field(page)).toBeFocused();
  expect(await page.evaluate(() => (globalThis as unknown as { prevented: boolean[] }).prevented)).toEqual([
    true,
    false,
    true,
  ]);
});

test('by the menu alone, and all is forgotten with the history', async ({ chat }) => {
  const page = await chat('chat');
  const before = await stored(page);
  const menu = page.getByRole('button', { name: texts.more });
  await menu.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: texts.search.open, exact: true }).press('Enter');
  await expect(field(page)).toBeFocused();
  await page.keyboard.type('the');
  await expect(told(page)).toContainText(' of ');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: texts.search.older })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu).toBeFocused();

  await page.keyboard.press('Control+f');
  await expect(field(page)).toHaveValue('');
  await page.keyboard.type('the');
  await expect.poll(() => page.evaluate(() => CSS.highlights.size)).toBe(2);
  await menu.press('Enter');
  await page.getByRole('button', { name: texts.clearHistory }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: texts.clear, exact: true }).press('Enter');
  await expect(page.getByRole('search')).toHaveCount(0);
  expect(await page.evaluate(() => CSS.highlights.size)).toBe(0);
  expect(await stored(page)).toBe(before);
});

test('Firefox finds and marks the same among ten thousand messages', async ({ fake }) => {
  test.skip(firefox === undefined, noFirefox);
  const browser = await launchFirefox();
  try {
    const page = await browser.newPage();
    await page.goto(`${fake.url}?10000`);
    await page.waitForFunction(() => (globalThis as unknown as Driven).painted !== undefined);
    await page.keyboard.down('Control');
    await page.keyboard.press('f');
    await page.keyboard.up('Control');
    await page.waitForSelector('.search input:focus');
    await page.keyboard.type('MESSAGE 12');
    const state = () =>
      page.evaluate(() => {
        const [range] = [...(CSS.highlights.get('tincan-current') ?? [])] as Range[];
        const [box, place] = [document.querySelector('.log'), range?.getBoundingClientRect()];
        const frame = box?.getBoundingClientRect();
        const inSight = frame && place && place.top >= frame.top && place.bottom <= frame.bottom;
        const row = range?.startContainer.parentElement?.closest('.text')?.textContent.slice(0, 13);
        const told = document.querySelector('.search [role=status] span')?.textContent;
        return { told, text: range?.toString(), row, inSight };
      });
    const first = { told: '1 of 111', text: 'Message 12', row: 'Message 1299.', inSight: true };
    await expect.poll(state).toEqual(first);
    await page.keyboard.down('Shift');
    await page.keyboard.press('F3');
    await page.keyboard.up('Shift');
    await expect.poll(state).toMatchObject({ told: '111 of 111', text: 'Message 12', inSight: true });
    await page.keyboard.press('F3');
    await expect.poll(state).toEqual(first);
  } finally {
    await browser.close();
  }
});
