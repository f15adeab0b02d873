import type { Dialog } from '@playwright/test';
import { texts } from './texts.ts';
import { expect, test } from './fixtures.ts';
import { greet, meet, type Person } from './person.ts';

/** Answers the browser's own question, and says which it was. */
function asked(person: Person, answer: 'stay' | 'leave'): Promise<string> {
  return new Promise((resolve) => {
    person.page.once('dialog', (dialog: Dialog) => {
      resolve(dialog.type());
      void (answer === 'stay' ? dialog.dismiss() : dialog.accept());
    });
  });
}

test('Back in a chat asks, and Stay keeps it', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  await greet(ana, ben);
  for (const who of [ana, ben]) {
    for (let twice = 0; twice < 2; twice++) {
      await who.page.goBack();
      const dialog = who.page.getByRole('dialog', {
        name: texts.leaving.chat.title,
      });
      await expect(dialog).toBeVisible();
      await expect(dialog.getByRole('button', { name: 'Stay' })).toBeFocused();
      await dialog.getByRole('button', { name: 'Stay' }).click();
      await expect(dialog).toBeHidden();
    }
  }
  await greet(ana, ben);

  await ana.page.goBack();
  await ana.page.keyboard.press('Escape');
  await expect(ana.page.getByRole('dialog')).toBeHidden();
  await greet(ana, ben);

  await ana.page.goBack();
  await ana.button('Leave anyway').click();
  await ana.ended('closed');
  await ben.ended('left');
});

test('Back while an invite or a reply waits asks', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  const invite = await ana.newChat();
  await ben.open(invite);
  const reply = await ben.joinChat();
  for (const who of [ana, ben]) {
    await who.page.goBack();
    await expect(
      who.page.getByRole('dialog', {
        name: texts.leaving[who === ben ? 'reply' : 'invite'].title,
      }),
    ).toBeVisible();
    await who.button('Stay').click();
  }
  await ana.connect(reply);
  await ana.connected();
  await greet(ana, ben);
});

test('reloading and closing ask, and staying keeps the chat', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  await greet(ana, ben);

  let question = asked(ana, 'stay');
  await ana.page.evaluate(() => location.reload());
  expect(await question).toBe('beforeunload');
  await greet(ana, ben);

  question = asked(ben, 'stay');
  await ben.page.close({ runBeforeUnload: true });
  expect(await question).toBe('beforeunload');
  await greet(ana, ben);

  // Whoever leaves all the same comes back, unless that is switched off.
  await ana.button(texts.more).click();
  await ana.button(texts.settings).click();
  await ana.page.getByRole('switch', { name: texts.outlive }).click();
  await ana.page.keyboard.press('Escape');
  question = asked(ana, 'leave');
  await ana.page.evaluate(() => location.reload());
  expect(await question).toBe('beforeunload');
  await expect(ana.page.getByRole('heading', { name: texts.away.chat.title })).toBeVisible();
  await expect(ana.button('New link')).toBeEnabled();
  // Where the browser leaves no time for a goodbye, nobody can know that the page is gone for good.
  const told = ben.page.getByRole('heading', { name: texts.endings['other-closed'].title });
  await expect(told.or(ben.status.getByText(texts.statuses.lost))).toBeVisible({ timeout: 40_000 });

  // It is told once: the same address entered again is the start page.
  await ana.open(serve.here);
  await expect(ana.button('New chat')).toBeEnabled();
});

test('nothing asks where there is nothing to lose', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  const dialogs: string[] = [];
  for (const who of [ana, ben]) {
    who.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.accept();
    });
  }
  await ana.open(serve.here);
  await ben.open(await ana.newChat());
  await ben.page.reload(); // on the Join screen; the link is gone then, as it should
  await expect(ben.button('New chat')).toBeEnabled();
  await ana.button('Cancel').click();
  await expect(ana.button('New chat')).toBeEnabled();
  await ana.page.reload();

  await meet(ana, ben);
  await ana.leave();
  await ben.ended('left');
  for (const who of [ana, ben]) {
    await who.page.reload();
    await expect(who.button('New chat')).toBeEnabled();
  }
  expect(dialogs).toEqual([]);
});
