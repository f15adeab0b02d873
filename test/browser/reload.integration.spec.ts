import type { Browser } from 'puppeteer-core';
import { AtPuppeteer } from '../network/end.ts';
import { firefox, launchFirefox, noFirefox } from './firefox.ts';
import { expect, test } from './fixtures.ts';
import type { Proxy } from './proxy.ts';
import { greet, meet, type Person } from './person.ts';
import { texts } from './texts.ts';

/* A chat outlives a reload of either page, with the real engine at both ends. */

const key = 'tincan-return';

/** All that the tab has kept. */
const stored = ({ page }: Person) => page.evaluate(() => ({ ...sessionStorage }) as Record<string, string>);

async function kept(person: Person): Promise<Record<string, unknown>> {
  await expect.poll(async () => (await stored(person))[key]).toBeDefined();
  return JSON.parse((await stored(person))[key] ?? '') as Record<string, unknown>;
}

/** Loads the page once more, and says so to the browser, which asks. */
async function reload({ page }: Person): Promise<void> {
  const accept = (dialog: { accept: () => Promise<void> }) => void dialog.accept();
  page.on('dialog', accept);
  await page.reload();
  page.off('dialog', accept);
}

async function compare(person: Person): Promise<void> {
  await person.button(texts.verify).click();
  await person.page.getByRole('dialog').getByRole('button', { name: texts.match }).click();
}

/** The person has read that the other one is back. */
async function seesBack({ page }: Person): Promise<void> {
  await expect(page.getByRole('region', { name: texts.backLabel })).toContainText(texts.back);
}

/** The link that a page shows which comes back, and which by then says so. */
async function comesBack(person: Person): Promise<string> {
  await expect(person.page.getByRole('heading', { name: texts.returnTitle })).toBeVisible();
  await expect(person.status).toHaveText(texts.returnText);
  return person.field(texts.repairLabel).inputValue();
}

/** One link there and one back. */
async function byHand(reloaded: Person, other: Person): Promise<void> {
  const link = await comesBack(reloaded);
  await expect(other.status).toHaveText(texts.statuses.lost, { timeout: 40_000 });
  await other.say(link);
  const panel = other.page.getByRole('region', { name: texts.repairLabel });
  await expect(panel.getByText(texts.repairAnswers)).toBeVisible({ timeout: 20_000 });
  const answer = await panel.getByRole('textbox', { name: texts.repairLabel }).inputValue();
  await reloaded.field(texts.returnReply).fill(answer);
  await reloaded.button(texts.connect).click();
  await Promise.all([reloaded.connected(), other.connected()]);
}

for (const which of ['inviter', 'joiner'] as const) {
  test(`by hand, of the ${which}: new words, a weaker mark, and what was said goes once more`, async ({
    person,
    serve,
  }) => {
    test.setTimeout(120_000);
    const [ana, ben] = [await person(), await person()];
    await ana.open(serve.here);
    await meet(ana, ben);
    const [gone, here] = which === 'inviter' ? [ana, ben] : [ben, ana];
    await greet(ana, ben);
    await gone.say('a secret of before');
    await here.hears('a secret of before');
    await here.say('two lines,\nof before');
    await gone.hears('two lines,\nof before');
    for (const each of [ana, ben]) await compare(each);
    const before = await kept(gone);
    const words = await here.page.evaluate(() => document.title);
    expect(words).not.toBe('');

    await reload(gone);
    await here.say('while you were away');
    await byHand(gone, here);
    await gone.hears('while you were away');
    await greet(ana, ben);

    // What was kept is a secret for coming back and nothing else, and it is another one by now.
    expect(Object.keys(before).sort()).toEqual(['mailbox', 'role', 'rounds', 'ticket', 'v', 'verified']);
    expect(before).toMatchObject({ v: 1, role: which, rounds: 0, verified: true, mailbox: false });
    await expect.poll(async () => (await kept(gone))['rounds']).toBe(1);
    const after = await kept(gone);
    expect(after).toMatchObject({ v: 1, role: which, verified: true });
    expect(after['ticket']).not.toBe(before['ticket']);
    expect(Object.keys(await stored(gone)).sort()).toEqual(['tincan-pending', key]);
    expect(JSON.stringify(await stored(gone))).not.toMatch(/secret of before|127\.0\.0\.1|two lines/);

    await expect(gone.page.getByText(texts.returnedHere({ count: 1 }))).toBeVisible();
    expect((await gone.history()).map(({ text }) => text)).not.toContain('a secret of before');
    await seesBack(here);
    for (const each of [ana, ben]) {
      await expect(each.page.locator('.trust')).toContainText(texts.comparedBefore);
      await each.button(texts.verify).click();
      await expect(each.page.getByRole('dialog').getByText(texts.comparedBeforeText)).toBeVisible();
      await each.page.getByRole('dialog').getByRole('button', { name: texts.close }).click();
    }
    expect(await ana.safetyWords()).toEqual(await ben.safetyWords());
    for (const each of [ana, ben]) {
      await compare(each);
      await expect(each.page.locator('.trust')).toContainText(texts.verified);
    }

    const own = (await here.history()).length;
    await here.button(texts.again).click();
    await expect(here.page.getByRole('dialog')).toContainText(
      texts.againText({ messages: texts.againMessages({ count: 4 }), count: 2 }),
    );
    await here.button(texts.againSend).click();
    await expect(here.page.getByText(texts.againArrived)).toBeVisible();
    expect(await here.history()).toHaveLength(own);
    await expect(here.button(texts.again)).toHaveCount(0);
    await expect(gone.log.getByText(/^Conversation until .*:$/)).toBeVisible();
    const copy = (await gone.history()).at(-1)?.text ?? '';
    expect(copy).toContain('You: a secret of before');
    expect(copy).toMatch(/Me:\s*two lines,\s*of before/);

    await gone.leave();
    await gone.ended('closed');
    await here.ended('left');
    for (const each of [gone, here]) expect(Object.keys(await stored(each))).toEqual([]);
  });
}

test('by hand, with somebody in a terminal, who keeps what was said', async ({ person, terminal, serve }) => {
  const ana = await person();
  const ben = terminal('join', '--loopback');
  await ana.open(serve.here);
  ben.type(await ana.newChat());
  await ana.connect(await ben.link('reply'));
  await ana.connected();
  await ana.say('before');
  expect(await ben.messages(1)).toEqual(['before']);
  await kept(ana);

  await reload(ana);
  const link = await comesBack(ana);
  ben.do({ do: 'send', ref: '1', text: 'while you were away' });
  ben.do({ do: 'reply', link });
  await ana.field(texts.returnReply).fill(String((await ben.event('repair'))['link']));
  await ana.button(texts.connect).click();
  await ana.connected();
  await ana.hears('while you were away');
  const [open, back] = [await ben.event('open'), await ben.event('back')];
  expect(back['sas']).not.toEqual(open['sas']);
  const words = (await ana.safetyWords()).slice(0, 6).map((word) => word.replace(/^[^a-z]+/, ''));
  expect(back['sas']).toEqual(words);
  await ana.say('after');
  expect(await ben.messages(2)).toEqual(['before', 'after']);
});

/** Both have a chat whose reply came by itself. */
async function byMailbox(proxy: Proxy, ana: Person, ben: Person): Promise<void> {
  await ana.choseMailbox(proxy.url);
  await ben.open(await ana.newChat());
  await ben.button('Join chat').click();
  await Promise.all([ana.connected(), ben.connected()]);
}

for (const [which, rounds] of [
  ['inviter', [1, 2]],
  ['joiner', [1]],
] as const) {
  test(`by the mailbox, of the ${which}: nothing has to be done`, async ({ person, mailbox }) => {
    test.setTimeout(120_000);
    const proxy = await mailbox();
    const [ana, ben] = [await person(), await person()];
    await byMailbox(proxy, ana, ben);
    const gone = which === 'inviter' ? ana : ben;
    const here = which === 'inviter' ? ben : ana;
    await greet(ana, ben);
    for (const round of rounds) {
      await kept(gone);
      await expect.poll(async () => (await kept(gone))['rounds']).toBe(round - 1);
      const began = Date.now();
      await reload(gone);
      const loaded = Date.now();
      await expect(gone.page.getByRole('heading', { name: texts.returnTitle })).toBeVisible();
      await gone.connected();
      const back = Date.now();
      console.log(`reload of the ${which}, by mailbox: ${back - began} ms, ${back - loaded} since loaded`);
      await seesBack(here);
      await greet(ana, ben);
    }
  });
}

test('the links of both are opened in tabs of their own, and anywhere else a sentence says what they are', async ({
  person,
  profile,
  serve,
}) => {
  test.setTimeout(120_000);
  const [hers, his] = [await profile(), await profile()];
  const [ana, led, ben, alsoLed] = [
    await person(hers),
    await person(hers),
    await person(his),
    await person(his),
  ];
  const stranger = await person();
  await ana.open(serve.here);
  await meet(ana, ben);
  await reload(ana);
  const link = await comesBack(ana);
  await stranger.open(link);
  await expect(stranger.status).toHaveText(texts.elsewhere.nowhere);
  await led.open(link);
  await expect(led.status).toHaveText(texts.elsewhere.own);
  await ana.field(texts.returnReply).fill(link);
  await ana.button(texts.connect).click();
  await expect(ana.page.getByText(texts.errors['own-repair'])).toBeVisible();

  await expect(ben.status).toHaveText(texts.statuses.lost, { timeout: 40_000 });
  await alsoLed.open(link);
  await expect(alsoLed.status).toHaveText(texts.elsewhere.back);
  const answer = ben.page.getByRole('region', { name: texts.repairLabel });
  await expect(answer.getByText(texts.repairAnswers)).toBeVisible({ timeout: 20_000 });
  await led.open(serve.here);
  await led.open(await answer.getByRole('textbox', { name: texts.repairLabel }).inputValue());
  await Promise.all([ana.connected(), ben.connected()]);
  await expect(led.status).toHaveText(texts.elsewhere.back);
  await greet(ana, ben);
});

test('a tab that is closed is missed and has not left; the other one reloads, and begins a new chat instead', async ({
  person,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  await ana.page.close();
  await expect(ben.status).toHaveText(texts.statuses.lost, { timeout: 40_000 });
  await expect(ben.page.locator('header')).toContainText(texts.apart.lost);
  await reload(ben);
  await comesBack(ben);
  await ben.button(texts.returnInstead).click();
  await ben.button(texts.leaving.returning.leave).click();
  await expect(ben.field(texts.inviteLabel)).toHaveValue(/#i/);
  expect(Object.keys(await stored(ben))).toEqual(['tincan-pending']);
});

test.describe('Firefox', () => {
  test.skip(firefox === undefined, noFirefox);
  let browser: Browser | undefined;

  test.beforeAll(async () => {
    if (firefox !== undefined) browser = await launchFirefox();
  });
  test.afterAll(() => browser?.close());

  for (const which of ['inviter', 'joiner'] as const) {
    test(`by the mailbox, of the ${which}`, async ({ serve }) => {
      test.setTimeout(120_000);
      if (browser === undefined) throw new Error('there is no Firefox');
      const ana = await AtPuppeteer.open('Firefox', browser, serve.here);
      const ben = await AtPuppeteer.open('Firefox', browser, serve.here);
      await ana.choseMailbox();
      await ben.page.goto(await ana.invite());
      await ben.waits({ verb: 'press', name: texts.joinChat });
      await Promise.all([ana.opened(), ben.opened()]);
      const [gone, here] = which === 'inviter' ? [ana, ben] : [ben, ana];
      await gone.say('before');
      await here.hears('before');
      gone.page.on('dialog', (dialog) => void dialog.accept());
      const began = Date.now();
      await gone.page.reload();
      await gone.waits({ verb: 'see', any: [texts.returnTitle] });
      await gone.opened();
      console.log(`reload of the ${which} in Firefox, by mailbox: ${Date.now() - began} ms`);
      await here.waits({ verb: 'see', any: [texts.back] });
      await gone.waits({ verb: 'see', any: [texts.returnedHere({ count: 1 })] });
      await gone.say('after');
      await here.hears('after');
      await here.say('to you as well');
      await gone.hears('to you as well');
      for (const each of [ana, ben]) await each.leave();
    });
  }
});
