import { texts } from './texts.ts';
import { hasNetwork, onlyLoopback } from './chromium.ts';
import { expect, test } from './fixtures.ts';
import { talk } from './messages.ts';
import { greet, meet } from './person.ts';

/** 200 take a minute: make slow says so many. */
const many = process.env['TINCAN_SLOW'] === '1' ? 200 : 60;

test(`two people in two profiles of one browser: ${many} messages each way @slow`, async ({
  person,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  expect(await ana.safetyWords()).toEqual(await ben.safetyWords());
  for (const one of [ana, ben])
    await expect(one.status, 'both say the same').toHaveText(texts.statuses.direct);
  await talk(ana, ben, many);

  await ana.leave();
  await ana.ended('closed');
  await ben.ended('left');
  await expect(ben.status).toHaveText(texts.endings.left.title);
  // What was said stays readable for the one who didn't leave.
  expect(await ben.history()).toHaveLength(2 * many);
});

test('two Chromium processes: 50 messages each way', async ({ person, chromium, serve }) => {
  const [ana, ben] = [await person(), await person(await chromium())];
  await ana.open(serve.here);
  await meet(ana, ben);
  await talk(ana, ben);

  await ben.leave();
  await ana.ended('left');
});

test.describe('over the network, two Chromium processes without any WebRTC switches', () => {
  test.skip(!hasNetwork, onlyLoopback);

  test('50 messages each way', async ({ person, chromium, serveAll }) => {
    const [ana, ben] = [await person(await chromium([])), await person(await chromium([]))];
    const [address = ''] = serveAll.urls;
    await ana.open(address);
    const { invite, reply } = await meet(ana, ben);
    expect(invite.startsWith(`${address}#`)).toBe(true);
    expect(reply.startsWith(`${address}#`)).toBe(true);
    await talk(ana, ben);
    for (const one of [ana, ben])
      await expect(one.status, 'both say the same').toHaveText(texts.statuses.direct);
  });

  test('a page opened as localhost makes links that others can open', async ({
    person,
    chromium,
    serveAll,
  }) => {
    const [ana, ben] = [await person(await chromium([])), await person(await chromium([]))];
    const [address = ''] = serveAll.urls;
    await ana.open(serveAll.here);
    const { invite } = await meet(ana, ben);
    expect(invite.startsWith(`${address}#`)).toBe(true);
    await greet(ana, ben);
  });
});

test('a page that only this computer can open says so beside its link', async ({ person, serve }) => {
  const ana = await person();
  await ana.open(serve.here);
  const invite = await ana.newChat();
  expect(invite.startsWith(`${serve.here}#`)).toBe(true);
  await expect(ana.page.getByText(texts.hereOnly)).toBeVisible();
});

test('the states and titles one sees on the way', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await expect(ana.page).toHaveTitle('tincan');
  const invite = await ana.newChat();
  await expect(ana.status).toHaveText(texts.waiting);
  await expect(ana.page.getByRole('img', { name: 'QR code of the invite link' })).toBeVisible();
  await expect(ana.page.getByText(texts.reveals)).toBeVisible();

  await ben.open(invite);
  await expect(ben.page.getByText(texts.joinText)).toBeVisible();
  const reply = await ben.joinChat();
  await expect(ben.page.getByText(texts.replyDo)).toBeVisible();
  await expect(ben.status).toHaveText(texts.replyWaiting);
  await expect(ben.page.getByRole('img', { name: 'QR code of the reply' })).toBeVisible();

  await ana.connect(reply);
  for (const who of [ana, ben]) {
    await who.connected();
    await expect(who.page).toHaveTitle('Chat – tincan');
    await expect(who.composer).toBeFocused();
  }
});

test('They match is remembered', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  await expect(ana.page.getByText(texts.notVerified)).toBeVisible();
  await ana.button('Verify').click();
  await ana.button('They match').click();
  await expect(ana.page.getByRole('dialog')).toBeHidden();
  await expect(ana.page.locator('.trust')).toContainText(texts.verified);
  await expect(ana.button(texts.verified)).toBeVisible();
  await expect(ben.page.getByText(texts.notVerified)).toBeVisible(); // each compares for themselves
  await greet(ana, ben);
});

test('They differ ends the chat, and what was said stays to be read', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  await greet(ana, ben);
  await ana.button('Verify').click();
  await ana.button('They differ').click();
  await ana.button(texts.differSure).click();

  await ana.ended('differ');
  await expect(ana.log).toContainText('hello');
  await expect(ana.composer).toBeHidden();
  await ana.button('Start page').click();
  await expect(ana.page.locator('body')).not.toContainText('hello');
  // The other person reads why it is over, and keeps what was said.
  await ben.ended('other-differ');
  await expect(ben.log).toContainText('hello');
  await expect(ben.composer).toBeHidden();
});
