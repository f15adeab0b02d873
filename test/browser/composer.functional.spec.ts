import { texts } from './texts.ts';
import { expect, test } from './fixtures.ts';
import { meet, type Person } from './person.ts';

async function chatting(person: () => Promise<Person>, url: string): Promise<[Person, Person]> {
  const [ana, ben] = [await person(), await person()];
  await ana.open(url);
  await meet(ana, ben);
  return [ana, ben];
}

test('Enter sends, Shift+Enter breaks the line, the button sends', async ({ person, serve }) => {
  const [ana, ben] = await chatting(person, serve.here);
  const { keyboard } = ana.page;
  await ana.composer.focus();
  await keyboard.type('one');
  await keyboard.press('Shift+Enter');
  await keyboard.type('two');
  await expect(ana.composer).toHaveValue('one\ntwo');
  expect(await ana.history()).toEqual([]);
  await keyboard.press('Enter');
  await expect(ana.composer).toHaveValue('');
  await keyboard.press('Enter'); // nothing to send
  await keyboard.type('   ');
  await keyboard.press('Enter');
  await expect(ana.button('Send')).toBeDisabled();
  await ana.composer.fill('three');
  await ana.button('Send').click();
  await expect(ana.composer).toBeFocused();
  await ben.hears('three');
  expect((await ben.history()).map(({ text }) => text)).toEqual(['one\ntwo', 'three']);
});

test('Enter that belongs to an input method does not send', async ({ person, serve }) => {
  const [ana, ben] = await chatting(person, serve.here);
  const client = await ana.page.context().newCDPSession(ana.page);
  const compose = (text: string) =>
    client.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  await ana.composer.focus();
  await compose('にほ');
  await compose('にほん');
  await expect(ana.composer).toHaveValue('にほん');
  // As Chromium tells the key that chooses a candidate: by a code of its own…
  await client.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    key: 'Process',
    code: 'Enter',
    windowsVirtualKeyCode: 229,
  });
  // … as Safari does, after the composition has ended, with the old code only; and as Firefox does, with the flag.
  for (const init of [{ keyCode: 229 }, { keyCode: 13, isComposing: true }]) {
    const prevented = await ana.composer.evaluate(
      (field, more) =>
        !field.dispatchEvent(
          new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...more }),
        ),
      init,
    );
    expect(prevented).toBe(false);
  }
  await client.send('Input.insertText', { text: '日本' });
  await expect(ana.composer).toHaveValue('日本');
  expect(await ana.history()).toEqual([]);
  await ana.page.keyboard.press('Enter');
  await ben.hears('日本');
});

test('the history follows what is new, unless one has scrolled up', async ({ person, serve }) => {
  const [ana, ben] = await chatting(person, serve.here);
  const rest = () =>
    ben.log.evaluate((box) => Math.round(box.scrollHeight - box.clientHeight - box.scrollTop));
  for (let i = 0; i < 40; i++) await ana.say(`line ${i}`);
  await ben.hears('line 39');
  await expect.poll(rest).toBeLessThanOrEqual(1);

  await ben.log.hover();
  await ben.page.mouse.wheel(0, -600);
  await expect.poll(rest).toBeGreaterThan(300);
  const latest = ben.page.getByRole('button', { name: /^Jump to latest/ });
  await expect(latest).toBeVisible();
  const top = await ben.log.evaluate((box) => box.scrollTop);
  await ana.say('while you read');
  await ana.say('and another');
  await expect(latest).toHaveAccessibleName('Jump to latest, 2 new');
  expect(await ben.log.evaluate((box) => box.scrollTop)).toBe(top);

  await latest.click();
  await expect.poll(rest).toBeLessThanOrEqual(1);
  await expect(latest).toBeHidden();
  await ana.say('follows again');
  await ben.hears('follows again');
  await expect.poll(rest).toBeLessThanOrEqual(1);

  // One's own message is always shown.
  await ben.page.mouse.wheel(0, -600);
  await expect(latest).toBeVisible();
  await ben.say('mine');
  await expect.poll(rest).toBeLessThanOrEqual(1);
});

test('however long the history, the page itself does not scroll and the composer stays in sight', async ({
  person,
  serve,
}) => {
  const [ana, ben] = await chatting(person, serve.here);
  for (let i = 0; i < 30; i++) await ana.say(`line ${i}`);
  for (const { page, log, composer } of [ana, ben]) {
    await expect(log.getByText('line 29')).toBeVisible();
    await composer.hover();
    await page.mouse.wheel(0, 2_000);
    const { height, visible } = await page.evaluate(() => ({
      height: document.documentElement.scrollHeight,
      visible: innerHeight,
    }));
    expect(height, 'height of the page').toBeLessThanOrEqual(visible);
    await expect(composer).toBeInViewport({ ratio: 1 });
  }
});

test('a message longer than 64 KiB is told before it is sent, and kept; one of exactly that goes', async ({
  person,
  serve,
}) => {
  const [ana, ben] = await chatting(person, serve.here);
  const longest = 'ü'.repeat(32_768);
  await ana.composer.fill(`${longest}!`);
  await expect(ana.alert).toHaveText(texts.tooLong({ count: 1 }));
  await expect(ana.button('Send')).toBeDisabled();
  await ana.composer.press('Enter');
  await expect(ana.composer).toHaveValue(`${longest}!`);
  await ana.say(longest);
  await expect.poll(async () => (await ben.history()).map(({ text }) => text === longest)).toEqual([true]);
  await expect.poll(async () => (await ana.history()).map(({ state }) => state)).toEqual(['Delivered']);
});
