import { texts } from './texts.ts';
import { expect, test } from './fixtures.ts';
import type { Person } from './person.ts';

/** Moves the focus with Tab until it is on the control of this name, and sees to it that it shows. */
async function tabTo({ page }: Person, role: 'button' | 'textbox' | 'radio', name: string): Promise<void> {
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

/** The same backwards. */
async function tabBack({ page }: Person, role: 'button' | 'textbox', name: string): Promise<void> {
  const control = page.getByRole(role, { name, exact: true });
  for (let i = 0; i < 20; i++) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Shift+Tab');
  }
  throw new Error(`${name}: not reached by Shift+Tab`);
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
  await ben.page.keyboard.press('Control+V'); // acts at once
  await expect(heading(ben, texts.joinTitle)).toBeFocused();
  await press(ben, 'Join chat');
  await expect(heading(ben, texts.replyTitle)).toBeFocused();
  await press(ben, 'Copy reply');
  await expect(ben.page.getByText(texts.copied, { exact: true })).toBeVisible();

  await tabTo(ana, 'textbox', 'Reply');
  await ana.page.keyboard.press('Control+V');

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
  await expect(ana.page.locator('.trust')).toContainText(texts.verified);
  await expect(ana.button(texts.verified)).toBeVisible();

  // The history can be scrolled by keyboard: it is one of the stops.
  await ana.page.keyboard.press('Tab');
  await press(ben, 'Leave');
  await expect(ben.button('Stay')).toBeFocused();
  await press(ben, texts.leaving.chat.leave);
  await expect(heading(ben, texts.endings.closed.title)).toBeFocused();
  await expect(heading(ana, texts.endings.left.title)).toBeVisible();
  await press(ben, 'New chat');
  await expect(heading(ben, texts.inviteTitle)).toBeFocused();
});

test('from New chat to Wipe without a mouse, past menu, settings and the list of shortcuts', async ({
  person,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await ben.open(serve.here);
  await expect(ana.button('New chat')).toBeEnabled();
  await tabTo(ana, 'button', 'New chat');
  await ana.page.keyboard.press('Enter');
  const invite = await ana.inviteLink();
  await ben.open(invite);
  const reply = await ben.joinChat();
  await tabTo(ana, 'textbox', 'Reply');
  await ana.page.keyboard.insertText(reply);
  await ana.page.keyboard.press('Enter');
  await ana.connected();
  await ben.connected();
  await expect(ana.composer).toBeFocused();
  await ana.page.keyboard.type('to be gone');
  await ana.page.keyboard.press('Enter');
  await ben.hears('to be gone');

  // The menu: open, down, out, and the focus comes back.
  await tabBack(ana, 'button', 'More');
  await ana.page.keyboard.press('Enter');
  await ana.page.keyboard.press('ArrowDown');
  await expect(ana.button('Search')).toBeFocused();
  await ana.page.keyboard.press('ArrowUp');
  await expect(ana.button('Wipe')).toBeFocused();
  await ana.page.keyboard.press('Escape');
  await expect(ana.button('More')).toBeFocused();
  await expect(ana.button('Wipe')).toBeHidden();

  // Settings, chosen by keys alone.
  await ana.page.keyboard.press('Enter');
  await tabTo(ana, 'button', 'Settings');
  await ana.page.keyboard.press('Enter');
  const settings = ana.page.getByRole('dialog', { name: texts.settings });
  await expect(settings).toBeVisible();
  const dark = settings.getByRole('radio', { name: texts.themes.dark });
  await tabTo(ana, 'radio', texts.themes.system);
  await ana.page.keyboard.press('ArrowDown');
  await ana.page.keyboard.press('ArrowDown');
  await expect(dark).toBeChecked();
  await expect(ana.page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await ana.page.keyboard.press('Escape');
  await expect(settings).toBeHidden();

  await ana.page.keyboard.press('Control+/');
  const sheet = ana.page.getByRole('dialog', { name: texts.shortcuts });
  await expect(sheet).toBeVisible();
  await ana.page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();

  await ana.page.keyboard.press('F8');
  await expect(ana.page).toHaveURL('about:blank');
  await ben.ended('left');
  // Nothing is left of it, neither here nor for a page that comes after.
  await ana.open(serve.here);
  await expect(ana.button('New chat')).toBeEnabled();
  await expect(ana.page.locator('html')).not.toHaveAttribute('data-theme');
  expect(await ana.page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)])).toEqual([
    [],
    [],
  ]);
});

test('answers, reactions, edits, timers and the search without a mouse', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  const invite = await ana.newChat();
  await ben.open(invite);
  await ana.connect(await ben.joinChat());
  await ana.connected();
  const { keyboard } = ana.page;
  const press = async (name: string) => {
    await tabTo(ana, 'button', name);
    await keyboard.press('Enter');
  };
  /** From the field into the history, which is one stop, up to the message, and its menu open. */
  const menuOf = async (text: string) => {
    await expect(ana.composer).toBeFocused();
    const message = ana.log.getByRole('article', { name: text }).first();
    const focused = () => message.evaluate((element) => element === document.activeElement);
    const inHistory = () =>
      ana.log.evaluate((log) => {
        const { activeElement: at } = document;
        return log.contains(at) || (at !== document.body && at?.contains(log));
      });
    for (let i = 0; i < 8 && !(await inHistory()); i++) await keyboard.press('Shift+Tab');
    for (let i = 0; i < 8 && !(await focused()); i++) await keyboard.press('ArrowUp');
    await expect(message).toBeFocused();
    await keyboard.press('Enter');
    await expect(ana.page.getByRole('dialog')).toBeVisible();
  };

  for (const text of ['bread or rolls?', 'say when']) {
    await ben.composer.fill(text);
    await ben.composer.press('Enter');
    await ana.hears(text);
  }
  await expect(ana.composer).toBeFocused();

  // An answer.
  await menuOf('bread or rolls?');
  await press(texts.talk.reply);
  await expect(ana.composer).toBeFocused();
  await keyboard.type('rools');
  await keyboard.press('Enter');
  const quotation = texts.talk.answersYou({ quote: 'bread or rolls?' });
  await expect(ben.log.getByRole('button', { name: quotation })).toBeVisible();
  // From the answer Tab leads to its quotation, and that to what it answers.
  await menuOf('rools');
  await keyboard.press('Escape');
  await press(texts.talk.answersThem({ quote: 'bread or rolls?' }));
  await expect(ana.log.getByRole('article', { name: 'bread or rolls?' }).first()).toBeFocused();
  await keyboard.press('Escape');

  // A reaction at hand, another one, and one taken back. The focus returns to the message, Escape to the field.
  await menuOf('bread or rolls?');
  await press('👍');
  await expect(ben.log.getByText(texts.talk.reactionThem({ emoji: '👍' }))).toBeAttached();
  await keyboard.press('Escape');
  await menuOf('say when');
  await press(texts.talk.otherEmoji);
  await expect(ana.page.getByLabel(texts.talk.emojiHint)).toBeFocused();
  await keyboard.insertText('🥖');
  await keyboard.press('Enter');
  await expect(ben.log.getByText(texts.talk.reactionThem({ emoji: '🥖' }))).toBeAttached();
  await keyboard.press('Escape');
  await menuOf('bread or rolls?');
  await press(texts.talk.takeBack({ emoji: '👍' }));
  await expect(ben.log.getByText(texts.talk.reactionThem({ emoji: '👍' }))).toHaveCount(0);
  await keyboard.press('Escape');

  // The last message edited by the arrow key, then taken back.
  await expect(ana.composer).toBeFocused();
  await keyboard.press('ArrowUp');
  await expect(ana.composer).toHaveValue('rools');
  await keyboard.press('Control+A');
  await keyboard.type('croissants');
  await keyboard.press('Enter');
  await expect(ben.log.getByRole('article', { name: 'croissants' })).toContainText(texts.talk.edited);
  await menuOf('croissants');
  await press(texts.talk.unsend);
  await press(texts.talk.unsend);
  await expect(ben.log.getByText(texts.talk.unsentThem)).toBeVisible();

  // Disappearing messages proposed, from the menu of the chat.
  await tabBack(ana, 'button', texts.more);
  await press(texts.more);
  await press(texts.timer.title);
  await tabTo(ana, 'radio', texts.timer.off);
  await keyboard.press('ArrowDown');
  await press(texts.done);
  await expect(ben.page.getByText(texts.timer.theyWant({ time: texts.timer.times.short }))).toBeVisible();

  // The search, and out of it again.
  await keyboard.press('Control+F');
  await keyboard.type('bread');
  await keyboard.press('Enter');
  await expect(ana.page.getByText(texts.search.at({ position: 1, count: 1 }))).toBeVisible();
  await keyboard.press('Escape');
  await expect(ana.page.getByRole('search')).toBeHidden();
});
