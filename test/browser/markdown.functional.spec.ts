import { texts } from './texts.ts';
import { hasNetwork, onlyLoopback, plainName } from './chromium.ts';
import { expect, test } from './fixtures.ts';
import { meet, type Person } from './person.ts';

const everything = `A *paragraph* with **strong** ~~gone~~ \`code\`
on two lines.

> a quote

- a bullet
  3. a number
- another

[the news](https://news.example/today?x#y) and http://b\u00fccher.example/

| left | right |
| :--- | ----: |
| 1    | 2     |

\`\`\`js
const answer = 42;
\`\`\`
# no heading, <b>no tag</b>, ![no picture](http://x.example/y.png)`;

/** What the clipboard holds, as a person would find out: by pasting. */
async function pasted(person: Person): Promise<string> {
  await person.composer.fill('');
  await person.composer.focus();
  await person.page.keyboard.press('Control+V');
  return person.composer.inputValue();
}

test('Markdown arrives as elements, and a link asks first', async ({ person, watch, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  const grammars = () => watch.requests.filter((request) => /\/assets\/grammars-[\w-]+\.js$/.test(request));
  await ana.say('hello');
  await ben.hears('hello');
  expect(grammars(), 'before there is code').toEqual([]);

  await ana.say(everything);
  await expect(ben.log.getByText('no heading', { exact: false })).toBeVisible();
  for (const element of [
    'em',
    'strong',
    'del',
    'blockquote p',
    'ul > li',
    'ol > li',
    'th',
    'td',
    'pre code',
  ]) {
    await expect(ben.log.locator(element).first(), element).toBeVisible();
  }
  await expect(ben.log.locator('h1, h2, b, img, script, iframe, [style]')).toHaveCount(0);

  // Colours come from the page's own origin: watch fails the test for any other, and for any violation.
  await expect(ben.log.locator('pre .keyword')).toHaveText('const');
  expect(grammars().length).toBeGreaterThan(0);

  const link = ben.log.getByRole('link', { name: 'the news' });
  const dialog = ben.page.getByRole('dialog', { name: texts.linkTitle });
  for (const button of ['left', 'middle'] as const) {
    await link.click({ button });
    await expect(dialog.getByText('news.example', { exact: true })).toBeVisible();
    await expect(dialog.getByRole('textbox', { name: texts.linkAddress })).toHaveValue(
      'https://news.example/today?x#y',
    );
    await expect(dialog.getByRole('link', { name: texts.openLink })).not.toBeFocused();
    await dialog.getByRole('button', { name: texts.cancel }).click();
    await expect(dialog).toBeHidden();
  }
  await link.focus();
  await ben.page.keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  await ben.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(link).toBeFocused();
  await ben.log.getByRole('link', { name: 'http://b\u00fccher.example/' }).click();
  await expect(dialog.getByText('xn--bcher-kva.example', { exact: true })).toBeVisible();
  expect(ben.page.context().pages(), 'nothing was opened').toHaveLength(1);
  expect(watch.requests.filter((request) => request.includes('example'))).toEqual([]);
});

test('Open link opens a tab that knows nothing of the chat', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  const target = serve.here;
  await ana.say(target);
  await ben.log.getByRole('link', { name: target }).click();
  const opened = ben.page.context().waitForEvent('page');
  await ben.page.getByRole('link', { name: texts.openLink }).click();
  const tab = await opened;
  await tab.waitForURL(target);
  expect(await tab.evaluate(() => [globalThis.opener === null, document.referrer])).toEqual([true, '']);
  await expect(ben.page.getByRole('dialog')).toBeHidden();
});

test('on plain http under a name code and messages are copied', async ({ person, watch, serveAll }) => {
  test.skip(!hasNetwork, onlyLoopback);
  const url = `http://${plainName}:${new URL(serveAll.here).port}/`;
  watch.served([url]);
  const [ana, ben] = [await person(), await person()];
  await ana.open(url);
  expect(await ana.page.evaluate(() => isSecureContext || 'clipboard' in navigator)).toBe(false);
  await meet(ana, ben);
  await ben.say(everything);
  await ana.log.getByRole('button', { name: texts.copyCode }).click();
  await expect(ana.page.getByText(texts.copied, { exact: true })).toBeVisible();
  expect(await pasted(ana)).toBe('const answer = 42;');
  await ana.log.getByText('no heading').hover();
  await ana.log.getByRole('button', { name: texts.copyMessage }).click();
  expect(await pasted(ana)).toBe(everything);
});

test('wide code and tables scroll by themselves, and the keyboard reaches them', async ({
  person,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  const cells = 'a_rather_long_word | '.repeat(12);
  await ana.say(
    `\`\`\`\n${'wide '.repeat(80)}\n\`\`\`\n| ${cells}\n|${'---|'.repeat(12)}\n| ${cells}\n\n\`\`\`\nshort\n\`\`\``,
  );
  await expect(ben.log.locator('pre')).toHaveCount(2);
  await expect(ben.log.locator('pre').first()).toHaveAttribute('tabindex', '0');
  await expect(ben.log.locator('pre').last()).not.toHaveAttribute('tabindex');
  await expect(ben.log.locator('.table')).toHaveAttribute('tabindex', '0');
  expect(await ben.log.evaluate((log) => log.scrollWidth - log.clientWidth)).toBeLessThanOrEqual(0);
});
