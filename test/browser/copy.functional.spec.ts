import { texts } from './texts.ts';
import { hasNetwork, onlyLoopback, plainName } from './chromium.ts';
import { expect, test } from './fixtures.ts';
import type { Person } from './person.ts';

/** What the clipboard holds, as a person would find out: by pasting. */
async function pasted(person: Person): Promise<string> {
  const field = person.field('Reply');
  await field.fill('');
  await field.focus();
  await person.page.keyboard.press('Control+V');
  return field.inputValue();
}

/** The text that stands selected in the link's field. */
function selected(person: Person): Promise<string> {
  return person.field('Invite link').evaluate((field) => {
    const { value, selectionStart, selectionEnd } = field as HTMLTextAreaElement;
    return document.activeElement === field ? value.slice(selectionStart, selectionEnd) : '';
  });
}

const copied = (person: Person) => person.page.getByText(texts.copied, { exact: true });
const byHand = (person: Person) => person.page.getByText(texts.pressToCopy);

test.describe('on plain http under a name', () => {
  test.skip(!hasNetwork, onlyLoopback);

  test('Copy link copies', async ({ person, watch, serveAll }) => {
    const url = `http://${plainName}:${new URL(serveAll.here).port}/`;
    watch.served([url]);
    const ana = await person();
    await ana.open(url);
    expect(await ana.page.evaluate(() => isSecureContext || 'clipboard' in navigator)).toBe(false);
    const invite = await ana.newChat();
    await ana.button('Copy link').click();
    await expect(copied(ana)).toBeVisible();
    expect(await pasted(ana)).toBe(invite);
  });

  for (const [how, command] of [
    ['is refused', () => false],
    [
      'fails',
      () => {
        throw new Error('no');
      },
    ],
  ] as const) {
    test(`a copy that ${how} is not claimed`, async ({ person, watch, serveAll }) => {
      const url = `http://${plainName}:${new URL(serveAll.here).port}/`;
      watch.served([url]);
      const ana = await person();
      await ana.page.addInitScript(`Document.prototype.execCommand = ${command.toString()}`);
      await ana.open(url);
      const invite = await ana.newChat();
      await ana.button('Copy link').click();
      await expect(byHand(ana)).toBeVisible();
      await expect(copied(ana)).toBeHidden();
      // As it says: one key finishes it.
      expect(await selected(ana)).toBe(invite);
      await ana.page.keyboard.press('Control+C');
      expect(await pasted(ana)).toBe(invite);
    });
  }
});

test('on localhost Copy link copies', async ({ person, serve }) => {
  const ana = await person();
  await ana.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await ana.open(serve.here);
  const invite = await ana.newChat();
  await ana.button('Copy link').click();
  await expect(copied(ana)).toBeVisible();
  expect(await pasted(ana)).toBe(invite);
  expect(await ana.page.evaluate(() => navigator.clipboard.readText())).toBe(invite);
});

test('on localhost, where both ways are refused, no copy is claimed', async ({ person, serve }) => {
  const ana = await person();
  await ana.page.addInitScript(() => {
    Clipboard.prototype.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    Document.prototype.execCommand = () => false;
  });
  await ana.open(serve.here);
  const invite = await ana.newChat();
  await ana.button('Copy link').click();
  await expect(byHand(ana)).toBeVisible();
  await expect(copied(ana)).toBeHidden();
  expect(await selected(ana)).toBe(invite);
});
