import { texts } from './texts.ts';
import { expect, test } from './fixtures.ts';
import { talk } from './messages.ts';
import { greet, type Person } from './person.ts';

/** A reply to an invite that waits in another profile. */
async function replyTo(inviter: Person, joiner: Person, address: string): Promise<string> {
  await inviter.open(address);
  await joiner.open(await inviter.newChat());
  return joiner.joinChat();
}

test('two ordinary tabs of one profile, the reply opened in a third: 50 messages each way', async ({
  person,
  profile,
  serve,
}) => {
  const tabs = await profile();
  const [ana, ben, third] = [await person(tabs), await person(tabs), await person(tabs)];
  await ana.open(serve.here);
  await ben.open(await ana.newChat());
  await third.openReply(await ben.joinChat());
  await expect(third.status).toHaveText(texts.elsewhere.taken);
  await ana.connected();
  await ben.connected();
  await talk(ana, ben);
});

test('of two waiting tabs the reply reaches the one it belongs to', async ({ person, profile, serve }) => {
  const tabs = await profile();
  const [other, ana, later, ben, third] = await Promise.all(Array.from({ length: 5 }, () => person(tabs)));
  if (!other || !ana || !later || !ben || !third) throw new Error('five tabs');
  const links: string[] = [];
  for (const inviter of [other, ana, later]) {
    await inviter.open(serve.here);
    links.push(await inviter.newChat());
  }
  await ben.open(links[1] ?? '');
  await third.openReply(await ben.joinChat());
  await expect(third.status).toHaveText(texts.elsewhere.taken);
  await ana.connected();
  await ben.connected();
  for (const [inviter, link] of [
    [other, links[0]],
    [later, links[2]],
  ] as const) {
    await expect(inviter.status).toHaveText(texts.waiting);
    await expect(inviter.alert).toBeHidden();
    expect(await inviter.inviteLink()).toBe(link);
  }
  await greet(ana, ben);

  // The two that went on waiting still can be answered.
  const late = await person(tabs);
  await late.open(links[2] ?? '');
  await third.openReply(await late.joinChat());
  await later.connected();
  await greet(later, late);
});

test('a reply pasted on the start page, or into the wrong tab, reaches the right one', async ({
  person,
  profile,
  serve,
}) => {
  const tabs = await profile();
  const [ana, wrong, home] = [await person(tabs), await person(tabs), await person(tabs)];
  const [ben, eva] = [await person(), await person()];
  await ana.open(serve.here);
  const invite = await ana.newChat();
  await wrong.open(serve.here);
  await eva.open(await wrong.newChat());
  await ben.open(invite);
  await wrong.connect(await ben.joinChat());
  await expect(wrong.alert).toHaveText(texts.elsewhere.taken);
  await ana.connected();
  await greet(ana, ben);

  await home.open(serve.here);
  await home.paste(await eva.joinChat());
  await expect(home.status).toHaveText(texts.elsewhere.taken);
  await wrong.connected();
  await greet(wrong, eva);
});

test('a reply whose inviter is elsewhere is offered for copying', async ({ person, serve }) => {
  const [ana, ben, elsewhere] = [await person(), await person(), await person()];
  const reply = await replyTo(ana, ben, serve.here);
  await elsewhere.openReply(reply);
  // The tabs have a second to answer.
  await expect(elsewhere.status).toHaveText(texts.elsewhere.nobody, { timeout: 5_000 });
  expect(await elsewhere.field('Reply link').inputValue()).toBe(reply);
  await elsewhere.button('Copy reply').click();
  await expect(elsewhere.page.getByText(texts.copied, { exact: true })).toBeVisible();

  // And pasted where it belongs, as it was told.
  await ana.field('Reply').focus();
  await ana.page.keyboard.press('Control+V');
  await ana.connected();
  await greet(ana, ben);

  await elsewhere.button('Start page').click();
  await expect(elsewhere.button('New chat')).toBeEnabled();
});

test('a page that leads the browser to a reply connects nobody', async ({ person, profile, serve }) => {
  const tabs = await profile();
  const [ana, led] = [await person(tabs), await person(tabs)];
  const eve = await person();
  const reply = await replyTo(ana, eve, serve.here);
  await led.open('data:text/html,<title>anything</title>');
  await led.page.evaluate((to) => (location.href = to), reply);
  await expect(led.status).toHaveText(texts.elsewhere.opened);
  await expect(led.button(texts.elsewhereConnect)).toBeVisible();
  // Longer than the other tabs have to answer: nobody was asked.
  await expect(async () =>
    expect(await led.page.evaluate(() => performance.now())).toBeGreaterThan(2_500),
  ).toPass();
  await expect(led.status).toHaveText(texts.elsewhere.opened);
  await expect(ana.status).toHaveText(texts.waiting);

  // By keyboard, as whoever expects it would.
  await led.page.keyboard.press('Tab');
  await expect(led.button(texts.elsewhereConnect)).toBeFocused();
  await led.page.keyboard.press('Enter');
  await expect(led.status).toHaveText(texts.elsewhere.taken);
  await expect(led.page.getByRole('heading', { name: texts.elsewhereTitle })).toBeFocused();
  await ana.connected();
  await eve.connected();
  await greet(ana, eve);
});

test('another profile of the same browser is another browser', async ({ person, serve }) => {
  const [ana, ben, elsewhere] = [await person(), await person(), await person()];
  const reply = await replyTo(ana, ben, serve.here);
  await elsewhere.open(serve.here);
  await elsewhere.paste(reply);
  await expect(elsewhere.status).toHaveText(texts.elsewhere.nobody, { timeout: 5_000 });
  await expect(ana.status).toHaveText(texts.waiting);
});

test('a second friend’s reply, opened where the chat has begun in another tab, came too late', async ({
  person,
  profile,
  serve,
}) => {
  const tabs = await profile();
  const [ana, led] = [await person(tabs), await person(tabs)];
  const [ben, eva] = [await person(), await person()];
  await ana.open(serve.here);
  const invite = await ana.newChat();
  await ben.open(invite);
  await eva.open(invite);
  const late = await eva.joinChat();
  await ana.connect(await ben.joinChat());
  await ana.connected();

  await led.openReply(late);
  await expect(led.status).toHaveText(texts.elsewhere.used);
  await expect(led.page.getByText(texts.elsewhereUsedHint)).toBeVisible();
  await expect(led.field('Reply link')).toBeHidden();
  // The chat goes on, and its person knows.
  await expect(ana.alert).toHaveText(texts.errors['second-reply']);
  await greet(ana, ben);
});

test('a reply to an invite whose page is gone: no tab waits, and a new link is made here', async ({
  person,
  profile,
  serve,
}) => {
  const tabs = await profile();
  for (const [gone, how] of [
    ['reloaded', (tab: Person) => tab.page.reload()],
    // What the system does with a tab that it throws away leaves as little of it.
    ['thrown away', (tab: Person) => tab.page.close()],
  ] as const) {
    const [ana, led] = [await person(tabs), await person(tabs)];
    const ben = await person();
    await ana.open(serve.here);
    await ben.open(await ana.newChat());
    const reply = await ben.joinChat();
    await ana.page.evaluate(() =>
      addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true),
    );
    await how(ana);

    await led.openReply(reply);
    await expect(led.status, gone).toHaveText(texts.elsewhere.nobody, { timeout: 5_000 });
    expect(await led.field('Reply link').inputValue()).toBe(reply);
    await led.button(texts.newLink).click();
    const eva = await person();
    await eva.open(await led.inviteLink());
    await led.connect(await eva.joinChat());
    await led.connected();
    await greet(led, eva);
  }
});
