import { english as texts } from '../../site/src/texts.ts';
import { expect, test } from './fixtures.ts';
import type { Person } from './person.ts';

/** Moves the focus with Tab until it is on the control of this name, and sees to it that it shows. */
async function tabTo({ page }: Person, role: 'button' | 'textbox', name: string): Promise<void> {
  const control = page.getByRole(role, { name, exact: true });
  for (let i = 0; i < 20; i++) {
    if (await control.evaluate((element) => element === document.activeElement)) {
      expect(await control.evaluate((element) => element.matches(':focus-visible'))).toBe(true);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`${name}: not reached by Tab`);
}

test('from New chat to Leave without a mouse', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  const press = async (who: Person, name: string) => {
    await tabTo(who, 'button', name);
    await who.page.keyboard.press('Enter');
  };
  const heading = (who: Person, name: string) => who.page.getByRole('heading', { name });

  await ana.open(serve.here);
  await ben.open(serve.here);
  await expect(ana.button('New chat')).toBeEnabled();
  await expect(ben.button('New chat')).toBeEnabled();

  await press(ana, 'New chat');
  await expect(heading(ana, texts.inviteTitle)).toBeFocused();
  await press(ana, 'Copy link');
  await expect(ana.page.getByText(texts.copied, { exact: true })).toBeVisible();

  await tabTo(ben, 'textbox', 'Paste an invite or reply');
  await ben.page.keyboard.press('Control+V');
  await ben.page.keyboard.press('Enter');
  await expect(heading(ben, texts.joinTitle)).toBeFocused();
  await press(ben, 'Join chat');
  await expect(heading(ben, texts.replyTitle)).toBeFocused();
  await press(ben, 'Copy reply');
  await expect(ben.page.getByText(texts.copied, { exact: true })).toBeVisible();

  await tabTo(ana, 'textbox', 'Reply');
  await ana.page.keyboard.press('Control+V');
  await ana.page.keyboard.press('Enter');

  // The focus is where one writes, without a Tab.
  for (const who of [ana, ben]) await expect(who.composer).toBeFocused();
  await ana.page.keyboard.type('hello');
  await ana.page.keyboard.press('Enter');
  await ben.hears('hello');
  await expect(ana.composer).toBeFocused();

  await press(ana, 'Verify');
  await expect(ana.page.getByRole('dialog')).toBeVisible();
  await ana.page.keyboard.press('Escape');
  await expect(ana.page.getByRole('dialog')).toBeHidden();
  await expect(ana.button('Verify')).toBeFocused();
  await ana.page.keyboard.press('Enter');
  await press(ana, 'They match');
  await expect(ana.page.getByText(texts.verified, { exact: true })).toBeVisible();

  // The history can be scrolled by keyboard: it is one of the stops.
  await ana.page.keyboard.press('Tab');
  await press(ana, 'Leave');
  await expect(heading(ana, texts.endings.closed.title)).toBeFocused();
  await expect(heading(ben, texts.endings.left.title)).toBeFocused();
  await press(ben, 'New chat');
  await expect(heading(ben, texts.inviteTitle)).toBeFocused();
});
