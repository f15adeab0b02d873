import { texts } from './texts.ts';
import { expect, test } from './fixtures.ts';
import { census, count } from './peers.ts';
import { greet, type Person } from './person.ts';

test('nothing outlives a chat: five in a row in the same two tabs', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  for (const who of [ana, ben]) {
    await count(who.page.context());
    await who.open(serve.here);
    await expect(who.button('New chat')).toBeEnabled();
  }
  const before = await Promise.all([ana, ben].map(({ page }) => census(page)));
  expect(before.map(({ made, open, listeners }) => [made, open, listeners])).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ]);

  for (let chats = 1; chats <= 5; chats++) {
    // Turn by turn: who invites, and who leaves.
    const [inviter, joiner]: [Person, Person] = chats % 2 ? [ana, ben] : [ben, ana];
    await joiner.open(await inviter.newChat());
    await inviter.connect(await joiner.joinChat());
    await Promise.all([inviter.connected(), joiner.connected()]);
    await greet(inviter, joiner);
    for (const who of [ana, ben]) {
      // A connection and two channels each: of the line, and of the two cards that wait.
      await expect.poll(async () => (await census(who.page)).open).toBe(3 * 3);
      const during = await census(who.page);
      expect(during.listeners).toBeGreaterThan(3); // the count counts
    }
    await inviter.leave();
    await joiner.ended('left');
    for (const [i, who] of [ana, ben].entries()) {
      // A chat that the other one has left still shows what was said, and has its menu.
      await who.button('Start page').click();
      await expect.poll(() => census(who.page)).toEqual({ ...before[i], made: 3 * chats });
    }
  }
});

test('an invite given up, and a reply given up, leave nothing behind', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  for (const who of [ana, ben]) {
    await count(who.page.context());
    await who.open(serve.here);
    await expect(who.button('New chat')).toBeEnabled();
  }
  const before = await census(ana.page);
  await ana.newChat();
  await ana.button('New link').click();
  await expect.poll(() => census(ana.page)).toMatchObject({ made: 2, open: 3 });
  await ben.open(await ana.inviteLink());
  await ben.joinChat();
  for (const who of [ana, ben]) {
    await who.button('Cancel').click();
    if (who === ben) await who.button(texts.leaving.reply.leave).click();
    await expect.poll(() => census(who.page)).toEqual({ ...before, made: who === ana ? 2 : 1 });
  }
});
