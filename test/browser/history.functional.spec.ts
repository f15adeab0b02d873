import type { Page } from '@playwright/test';
import { expect, test as base } from './fixtures.ts';
import { Watch } from './watch.ts';

/* The history of the open chat, filled by the fake engine: a real one would need minutes for ten thousand messages. */

interface Driven {
  engine: {
    tell: (event: { type: 'message'; id: number; text: string }) => void;
  };
  chat: {
    conversation: { clear: () => void; messages: readonly unknown[] };
  };
  painted?: number;
}

const test = base.extend<{ chat: (screen: string) => Promise<Page> }>({
  chat: async ({ browser, fake, viewport }, use) => {
    const context = await browser.newContext({ viewport });
    const watch = new Watch();
    await watch.context(context);
    await use(async (screen) => {
      const page = await context.newPage();
      await page.goto(`${fake.url}?${screen}`);
      await page.waitForFunction(() => (globalThis as unknown as Driven).painted !== undefined, undefined, {
        timeout: 90_000, // with all of ten thousand on the page
      });
      return page;
    });
    await context.close();
    expect.soft(watch.complaints, 'complaints of the page').toEqual([]);
  },
});

const log = (page: Page) => page.getByRole('log', { name: 'Messages' });
const latest = (page: Page) => page.getByRole('button', { name: /^Jump to latest/ });
const rest = (page: Page) =>
  log(page).evaluate((box) => Math.max(0, box.scrollHeight - box.clientHeight - box.scrollTop));
const hear = (page: Page, text: string) =>
  page.evaluate(
    (text) =>
      (globalThis as unknown as Driven).engine.tell({
        type: 'message',
        id: 0,
        text,
      }),
    text,
  );

/** Text of the first row that is wholly in sight, and where its top is. */
const reading = (page: Page) =>
  log(page).evaluate((box) => {
    const top = box.getBoundingClientRect().top;
    for (const row of box.querySelectorAll('li')) {
      const place = row.getBoundingClientRect().top - top;
      const text = row.querySelector('.text')?.textContent;
      if (place >= 0 && text && getComputedStyle(row).visibility !== 'hidden') return { text, place };
    }
    return { text: '', place: 0 };
  });

/** Scrolls up by the wheel until it is at rest. */
async function wheel(page: Page, by: number): Promise<void> {
  await log(page).hover();
  const top = () => log(page).evaluate((box) => box.scrollTop);
  const before = await top();
  await page.mouse.wheel(0, by);
  await expect.poll(top).not.toBe(before); // a busy browser is late to begin
  await settled(page);
}

/** The box and its content have not moved for five frames. */
async function settled(page: Page): Promise<void> {
  await log(page).evaluate(
    (box) =>
      new Promise<void>((resolve) => {
        let [still, before] = [0, ''];
        const look = () => {
          const now = `${box.scrollTop} ${box.scrollHeight}`;
          still = now === before ? still + 1 : 0;
          before = now;
          if (still === 5) resolve();
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
}

/** What it takes from a message's arrival until it is painted and the end in sight again, in milliseconds. */
const appending = (page: Page, count = 30) =>
  log(page).evaluate(async (box, count) => {
    const { engine } = globalThis as unknown as Driven;
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const began = performance.now();
      engine.tell({ type: 'message', id: 0, text: `One more, ${i}` });
      do await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      while (box.scrollHeight - box.clientHeight - box.scrollTop > 3 && performance.now() - began < 10_000);
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    const rest = box.scrollHeight - box.clientHeight - box.scrollTop;
    return { median: times[count >> 1] ?? NaN, max: times.at(-1) ?? NaN, rest };
  }, count);

const nodes = (page: Page) => page.evaluate(() => document.querySelectorAll('*').length);
const painted = (page: Page) => page.evaluate(() => (globalThis as unknown as Driven).painted ?? NaN);

test('ten thousand messages, beside a list that keeps all of them on the page @slow', async ({ chat }) => {
  test.skip(process.env['TINCAN_SLOW'] !== '1', 'takes a minute: make slow, or TINCAN_SLOW=1');
  test.slow();
  const measure = async (screen: string) => {
    const page = await chat(screen);
    await expect.poll(() => rest(page)).toBeLessThanOrEqual(3);
    const result = {
      paint: await painted(page),
      nodes: await nodes(page),
      append: await appending(page),
    };
    await page.close();
    return result;
  };
  const virtual = await measure('10000');
  const plain = await measure('10000-plain');
  // Each fifth answers another one or has a reaction.
  const talk = await measure('10000-talk');
  for (const [name, { paint, nodes, append }] of Object.entries({
    virtual,
    plain,
    'with talk': talk,
  }))
    console.log(
      `10,000 messages, ${name}: first paint ${paint.toFixed(0)} ms, append ${append.median.toFixed(0)} ms (median), ${append.max.toFixed(0)} ms (max), ${nodes} nodes`,
    );
  const ratio = virtual.append.median / plain.append.median;
  console.log(
    `virtual / plain: first paint ${(virtual.paint / plain.paint).toFixed(3)}, append ${ratio.toFixed(3)}`,
  );
  console.log(
    `with talk / without: first paint ${(talk.paint / virtual.paint).toFixed(2)}, append ${(talk.append.median / virtual.append.median).toFixed(2)}`,
  );
  expect(talk.nodes).toBeLessThan(2000);
  expect(virtual.nodes).toBeLessThan(2000);
  expect(plain.nodes).toBeGreaterThan(30_000);
  expect(virtual.append.rest).toBeLessThanOrEqual(3);
  expect(ratio).toBeLessThan(1);
});

test('what one reads stays where it is while messages come, and the way back counts them', async ({
  chat,
}) => {
  const page = await chat('10000');
  await wheel(page, -3000);
  const before = await reading(page);
  expect(before.text).not.toBe('');
  for (let i = 0; i < 20; i++) await hear(page, `While you read, ${i}`);
  await settled(page);
  const after = await reading(page);
  expect(after.text).toBe(before.text);
  expect(Math.abs(after.place - before.place)).toBeLessThanOrEqual(1);
  await expect(latest(page)).toHaveAccessibleName('Jump to latest, 20 new');
  await latest(page).click();
  await expect.poll(() => rest(page)).toBeLessThanOrEqual(3);
  await expect(latest(page)).toBeHidden();
  await expect(log(page).getByText('While you read, 19')).toBeInViewport();
});

test('the change at a thousand messages does not move what one reads', async ({ chat }) => {
  const page = await chat('995');
  expect(await log(page).getByRole('listitem').count()).toBeGreaterThan(995);
  await wheel(page, -2000);
  const before = await reading(page);
  for (let i = 0; i < 10; i++) await hear(page, `Over the threshold, ${i}`);
  await settled(page);
  expect(await log(page).getByRole('listitem').count()).toBeLessThan(100);
  const after = await reading(page);
  expect(after.text).toBe(before.text);
  expect(Math.abs(after.place - before.place)).toBeLessThanOrEqual(1);
});

test('nor does the end go out of sight there, in any frame', async ({ chat }) => {
  const page = await chat('998');
  const blank = await log(page).evaluate(async (box) => {
    const { engine } = globalThis as unknown as Driven;
    let blank = 0;
    for (let i = 0; i < 6; i++) {
      engine.tell({
        type: 'message',
        id: 0,
        text: `Over the threshold, ${i}`,
      });
      // The frame is painted after its callbacks, so the next task sees what was painted.
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      const shown = [...box.querySelectorAll('li')].filter(
        (row) => getComputedStyle(row).visibility !== 'hidden',
      );
      if (shown.length < 3) blank += 1;
    }
    return blank;
  });
  expect(blank).toBe(0);
  await expect.poll(() => rest(page)).toBeLessThanOrEqual(3);
});

test('messages that are dropped at the start do not move what one reads', async ({ chat }) => {
  test.slow();
  const page = await chat('19990');
  await wheel(page, -3000);
  const before = await reading(page);
  for (let i = 0; i < 6; i++) {
    await page.evaluate(() => {
      const { engine } = globalThis as unknown as Driven;
      for (let n = 0; n < 100; n++) engine.tell({ type: 'message', id: 0, text: `Still more, ${n}` });
    });
    await settled(page);
  }
  expect(await page.evaluate(() => (globalThis as unknown as Driven).chat.conversation.messages.length)).toBe(
    20_000,
  );
  const after = await reading(page);
  expect(after.text).toBe(before.text);
  expect(Math.abs(after.place - before.place)).toBeLessThanOrEqual(1);
});

test('PageUp, PageDown and End scroll the history from the field', async ({ chat }) => {
  const page = await chat('200');
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.focus();
  await expect.poll(() => rest(page)).toBeLessThanOrEqual(3);
  await page.keyboard.press('PageUp');
  await expect.poll(() => rest(page)).toBeGreaterThan(200);
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('End');
  await expect.poll(() => rest(page)).toBeLessThanOrEqual(3);
  await page.keyboard.type('one line');
  await page.keyboard.press('PageUp');
  await expect.poll(() => rest(page)).toBeGreaterThan(200);
  await page.keyboard.press('End'); // to the end of the line: the text is one's own
  expect(await rest(page)).toBeGreaterThan(200);
  await page.keyboard.press('Control+End');
  await expect.poll(() => rest(page)).toBeLessThanOrEqual(3);
  await expect(field).toBeFocused();
});

test('a smaller window, as with a keyboard on the screen, keeps the end in sight', async ({ chat }) => {
  for (const screen of ['200', '2000']) {
    const page = await chat(screen);
    for (const [width, height] of [
      [800, 320],
      [400, 600],
      [800, 600],
    ] as const) {
      await page.setViewportSize({ width, height });
      await settled(page);
      expect(await rest(page), `${screen} messages at ${width} x ${height}`).toBeLessThanOrEqual(3);
    }
    await page.close();
  }
});

test('what has the focus stays on the page when it is scrolled away', async ({ chat }) => {
  const page = await chat('2000');
  await log(page).evaluate((box) => {
    const row = [...box.querySelectorAll('li')].at(-2);
    const button = document.createElement('button'); // as a failed message has
    row?.append(button);
    button.focus();
  });
  await wheel(page, -20_000);
  const top = await log(page).evaluate((box) => box.scrollTop);
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('button');
  await settled(page);
  expect(await log(page).evaluate((box) => box.scrollTop)).toBe(top);
});

test('a link in a list of a message that is scrolled away keeps the focus, too', async ({ chat }) => {
  const page = await chat('2000');
  await hear(page, '- see https://example.test/\n- or not');
  await log(page).getByRole('link').focus();
  await wheel(page, -20_000);
  await settled(page);
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('a');
});

test('clearing empties the history, and the chat goes on', async ({ chat }) => {
  const page = await chat('2000');
  await wheel(page, -5000);
  await page.evaluate(() => (globalThis as unknown as Driven).chat.conversation.clear());
  await expect(log(page).getByRole('listitem')).toHaveCount(0);
  await expect(latest(page)).toBeHidden();
  await hear(page, 'after the clearing');
  await expect(log(page).getByText('after the clearing')).toBeVisible();
  await expect(log(page).getByText('Today')).toBeVisible();
});

/** What the clipboard holds, as a person would find out: by pasting. */
async function pasted(page: Page): Promise<string> {
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.fill('');
  await field.press('Control+V');
  const text = await field.inputValue();
  await field.fill('');
  return text;
}

test('several messages are copied with their authors and their marks, and nothing else', async ({ chat }) => {
  const page = await chat('3');
  await hear(page, '3. October, then\n24. 12. at six');
  await hear(page, '```js\nlet a;\n```');
  await log(page).focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+C');
  const second = 'Message 1. As long as people write. ';
  const third = 'Message 2. As long as people write. As long as people write. ';
  expect(await pasted(page)).toBe(
    [
      'You: Message 0. ',
      `Them: ${second}`,
      `Them: ${third}`,
      'Them: 3. October, then',
      '    24. 12. at six',
      'Them: ```js',
      '    let a;',
      '    ```',
    ].join('\n'),
  );
  // In one message it is what is seen, with the numbers that a browser leaves out.
  await log(page)
    .locator('ol ol')
    .evaluate((list) => getSelection()?.selectAllChildren(list.parentElement ?? list));
  await page.keyboard.press('Control+C');
  expect(await pasted(page)).toBe('3. October, then\n24. 12. at six');
  await log(page)
    .getByText('at six')
    .evaluate((line) => {
      const words = [...line.childNodes].find(({ textContent }) => textContent) ?? line;
      getSelection()?.setBaseAndExtent(words, 4, words, 6);
    });
  await page.keyboard.press('Control+C');
  expect(await pasted(page)).toBe('at');
});

test('a selection keeps where it began when that is scrolled away, and is copied whole', async ({ chat }) => {
  const page = await chat('2000');
  await log(page).evaluate((box) => {
    const last = [...box.querySelectorAll('.text p')].at(-1);
    const words = [...(last?.childNodes ?? [])].find(({ textContent }) => textContent);
    if (words) getSelection()?.setBaseAndExtent(words, 7, words, 0);
  });
  await settled(page); // nobody selects and scrolls in one frame
  await wheel(page, -20_000);
  const first = await log(page).evaluate((box) => {
    const seen = [...box.querySelectorAll('.text p')].find((line) => line.getBoundingClientRect().top > 0);
    const words = [...(seen?.childNodes ?? [])].find(({ textContent }) => textContent);
    if (words) getSelection()?.extend(words, 0);
    return Number(/\d+/.exec(seen?.textContent ?? '')?.[0]);
  });
  expect(1999 - first).toBeGreaterThan(100);
  expect(await log(page).locator('.message').count()).toBeLessThan(100);
  await page.keyboard.press('Control+C');
  const lines = (await pasted(page)).split('\n');
  expect(lines).toHaveLength(2000 - first);
  expect(lines[0]).toMatch(new RegExp(`^(You|Them): Message ${first}\\.`));
  expect(lines.at(-1)).toMatch(/^(You|Them): Message$/);
});

test('printing prints all messages, and nothing to press', async ({ chat }) => {
  const page = await chat('2000');
  await hear(page, 'words '.repeat(2_000));
  await settled(page);
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(globalThis, { seen });
    addEventListener('beforeprint', () => {
      seen.push(document.querySelectorAll('.message').length, document.querySelectorAll('.rest').length);
    });
  });
  await page.pdf();
  expect(await page.evaluate(() => (globalThis as unknown as { seen: number[] }).seen)).toEqual([2001, 0]);
  // And then it is as it was.
  expect(await log(page).locator('.message').count()).toBeLessThan(100);
  await expect.poll(() => rest(page)).toBeLessThanOrEqual(3);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeHidden();
  await expect(page.getByRole('button', { name: 'Leave' })).toBeHidden();
  await expect(log(page).getByRole('button', { name: 'Copy message' }).first()).toBeHidden();
  expect(await log(page).evaluate((box) => getComputedStyle(box).overflowY)).toBe('visible');
  const dark = await page.evaluate(() => getComputedStyle(document.body).color);
  expect(dark).toBe('rgb(35, 33, 30)');
});

test('buttons that copy a message are quiet until they are pointed at or focused', async ({ chat }) => {
  const page = await chat('5');
  const buttons = log(page).locator('.bubble > .side');
  const opacity = (index: number) =>
    buttons.nth(index).evaluate((button) => Number(getComputedStyle(button).opacity));
  await page.getByRole('textbox', { name: 'Message' }).hover();
  for (let index = 0; index < 5; index++) expect(await opacity(index)).toBe(0);
  await log(page).locator('.bubble').nth(2).hover();
  expect(await opacity(2)).toBe(1);
  expect(await opacity(3)).toBe(0);
  await page.getByRole('textbox', { name: 'Message' }).hover();
  await log(page).focus();
  await page.keyboard.press('ArrowUp');
  expect(await opacity(4)).toBe(1);
  await page.keyboard.press('ArrowUp');
  expect([await opacity(3), await opacity(4)]).toEqual([1, 0]);
});

test('a long message is shown whole and folded again without the reader losing the place', async ({
  chat,
}) => {
  for (const screen of ['30', '2000']) {
    const page = await chat(screen);
    await hear(page, Array.from({ length: 400 }, (_, i) => `line ${i}`).join('\n'));
    await settled(page);
    await expect.poll(() => rest(page)).toBeLessThanOrEqual(3);
    const button = page.getByRole('button', { name: 'Show all' });
    await expect(button).toHaveAttribute('aria-expanded', 'false');
    await button.focus();
    await page.keyboard.press('Enter');
    await settled(page);
    const less = page.getByRole('button', { name: 'Show less' });
    await expect(less).toBeFocused();
    expect(await log(page).getByText('line 399').count()).toBe(1);
    await log(page).evaluate((box) => (box.scrollTop = 0));
    await settled(page);
    await latest(page).click();
    await settled(page);
    await expect(less, 'as it was left').toHaveAttribute('aria-expanded', 'true');
    await less.press('Enter');
    await settled(page);
    await expect(button).toBeInViewport();
    await page.close();
  }
});
