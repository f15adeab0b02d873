import { readFile } from 'node:fs/promises';
import { texts } from './texts.ts';
import { expect, test } from './fixtures.ts';
import { meet, type Person } from './person.ts';

async function choose(who: Person, name: string): Promise<void> {
  await who.button(texts.more).click();
  await who.button(name).click();
}

test('Save as text gives all that was said, and Clear history empties this page only', async ({
  person,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  await ana.say('first line\nsecond line');
  await ben.hears('first line\nsecond line');
  await ben.say('*as* typed');
  await expect(ana.log.getByText('typed')).toBeVisible();
  await expect(ana.log.getByText(texts.delivered)).toBeAttached();

  const downloading = ana.page.waitForEvent('download');
  await choose(ana, texts.saveText);
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^tincan-\d{4}-\d\d-\d\d\.txt$/);
  const file = await readFile(await download.path(), 'utf8');
  const lines = file.split('\n').map((line) => line.replace(/^\[\d{4}-\d\d-\d\d \d\d:\d\d\]/, '[then]'));
  expect(lines.slice(2)).toEqual([
    '[then] You: first line',
    '    second line',
    '[then] Them: *as* typed',
    '',
  ]);

  await choose(ana, texts.clearHistory);
  await ana.page.getByRole('dialog').getByRole('button', { name: texts.clear, exact: true }).click();
  await expect(ana.log.getByText('typed')).toHaveCount(0);
  await expect(ben.log.getByText('first line')).toBeVisible();
  await ana.say('still here');
  await ben.hears('still here');
});

test('that one is writing is told only by who switched it on, and goes with the message', async ({
  person,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  const writing = (who: Person) => who.page.getByText(texts.typing, { exact: true });

  await choose(ben, texts.settings);
  const settings = ben.page.getByRole('dialog', { name: texts.settings });
  await expect(settings.getByRole('switch', { name: texts.tellTyping })).not.toBeChecked();
  await settings.getByRole('switch', { name: texts.tellTyping }).check();
  await settings.getByRole('button', { name: texts.done }).click();

  await ben.composer.pressSequentially('I wr');
  await expect(writing(ana)).toBeVisible();
  await ana.composer.pressSequentially('I do not tell');
  await ben.composer.press('Enter');
  await ana.hears('I wr');
  await expect(writing(ana)).toBeHidden();
  await expect(writing(ben)).toBeHidden();
});

test('a language that is chosen in the chat changes it at once, and its messages stay', async ({
  person,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  await ben.say('hello');
  await ana.hears('hello');
  await choose(ana, texts.settings);
  await ana.page.getByRole('combobox', { name: texts.language }).selectOption('العربية');
  await expect(ana.page.locator('html')).toHaveAttribute('dir', 'rtl');
  await ana.page.keyboard.press('Escape');
  await expect(ana.page.getByRole('log').getByText('hello')).toBeVisible();
  await expect(ana.page.getByRole('log', { name: 'Messages' })).toHaveCount(0);
  // And the next page speaks it from the start.
  await ana.page.keyboard.press('Escape');
  const again = await person(ana.page.context());
  await again.open(serve.here);
  await expect(again.page.locator('html')).toHaveAttribute('lang', 'ar');
  await expect(again.page.getByRole('heading', { name: 'tincan' })).toBeVisible();
});
