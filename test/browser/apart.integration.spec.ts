import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { greet, type Person } from './person.ts';
import type { Terminal } from './programs.ts';
import { texts } from './texts.ts';

/* What two people see of a connection that is lost, with the real engine at both ends. */

/** The line of the header that says what is done about it. */
const line = ({ page }: Person): Locator => page.locator('header p[aria-live="polite"]');
/** The string between the two cans of the mark. */
const rope = async ({ page }: Person) =>
  page.locator('header .mark .string').first().getAttribute('d', { timeout: 1_000 });
const states = async (person: Person) => (await person.history()).map(({ state }) => state);

/** The other side is silent, or was for long enough. `cards`: there is another line to try. */
async function apart(person: Person, cards = true): Promise<void> {
  await expect(person.status).toHaveText(texts.statuses.lost, { timeout: 40_000 });
  const { lost, trying } = texts.apart;
  await expect(line(person)).toHaveText(cards ? trying : new RegExp(`^(${lost}|${trying})$`), {
    timeout: 10_000,
  });
}

/** Shows the link that brings the chat back. */
async function repairLink(person: Person): Promise<string> {
  await person.button(texts.repair).click({ timeout: 20_000 });
  const panel = person.page.getByRole('region', { name: texts.repairLabel });
  await expect(panel.getByText(texts.repairText)).toBeVisible();
  await expect(panel.getByRole('img', { name: texts.repairQr })).toBeVisible();
  return panel.getByRole('textbox', { name: texts.repairLabel }).inputValue();
}

/** There are cards of both sides, so that another line can be tried. */
async function cards(ben: Terminal): Promise<void> {
  await expect(async () => {
    ben.do({ do: 'diagnostics' });
    const told = ben.events.findLast(({ event }) => event === 'diagnostics');
    expect(String(told?.['text'])).toContain('card 2 of the other side');
  }).toPass({ timeout: 30_000 });
}

async function withTerminal(ana: Person, ben: Terminal, page: string): Promise<void> {
  await ana.open(page);
  ben.type(await ana.newChat());
  await ana.connect(await ben.link('reply'));
  await ana.connected();
}

test('a page that is gone without a goodbye: the other one says so, and lets one write', async ({
  person,
  serve,
  watch,
}) => {
  test.setTimeout(120_000);
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await ben.open(await ana.newChat());
  await ana.connect(await ben.joinChat());
  await greet(ana, ben);
  await expect(line(ana)).toHaveText('');
  const tight = await rope(ana);

  // Its process ends at once, as where a phone kills it.
  const gone = ben.page.waitForEvent('crash');
  void ben.page.goto('chrome://crash').catch(() => undefined);
  await gone;
  expect(watch.complaints.splice(0)).toEqual(['the page crashed']);
  await ana.say('just after');
  await apart(ana, false);
  expect(await rope(ana)).not.toBe(tight);
  await expect(ana.page.getByRole('dialog')).toBeHidden();
  await ana.say('meanwhile');
  await expect(async () => expect((await states(ana)).slice(-2)).toEqual(['Waiting', 'Waiting'])).toPass();

  const link = await repairLink(ana);
  expect(link).toMatch(/#o[\w-]+$/);
  await ana.composer.fill('still writing');
  await expect(ana.composer).toHaveValue('still writing');
  await ana.page
    .getByRole('region', { name: texts.repairLabel })
    .getByRole('button', { name: texts.close })
    .click();
  expect(await repairLink(ana)).toBe(link);

  // Written into the chat that has made it, it is no message.
  const said = (await ana.history()).length;
  await ana.say(`here: ${link}`);
  await expect(ana.page.getByText(texts.errors['own-repair'])).toBeVisible();
  expect(await ana.history()).toHaveLength(said);
  await expect(ana.composer).toHaveValue(`here: ${link}`);
  await ana.composer.fill('');
  await ana.leave();
  await ana.ended('closed');
});

test('a terminal that is frozen for 40 s: all that was said is there when it is back, in order @slow', async ({
  person,
  profile,
  terminal,
  serve,
}) => {
  test.skip(process.env['TINCAN_SLOW'] !== '1', 'takes a minute: make slow, or TINCAN_SLOW=1');
  test.setTimeout(180_000);
  const tabs = await profile();
  const [ana, another, stranger] = [await person(tabs), await person(tabs), await person()];
  const ben = terminal('join', '--loopback');
  await withTerminal(ana, ben, serve.here);
  await cards(ben);
  const mine: string[] = [];
  const say = async (count: number) => {
    for (let i = 0; i < count; i++) {
      mine.push(`page ${mine.length}`);
      await ana.say(mine.at(-1) ?? '');
    }
  };
  const theirs = Array.from({ length: 20 }, (_, i) => `terminal ${i}`);
  const tell = (texts: string[]) => {
    for (const text of texts) ben.do({ do: 'send', ref: text, text });
  };
  await say(5);
  tell(theirs.slice(0, 10));
  await ana.hears(theirs[9] ?? '');

  ben.freeze();
  const frozen = Date.now();
  try {
    await say(5);
    await apart(ana);
    await say(5);
    await expect(async () =>
      expect((await states(ana)).slice(-5)).toEqual(Array(5).fill('Waiting')),
    ).toPass();
    const link = await repairLink(ana);

    // In a tab of its own it finds its chat, in another browser it finds none.
    await another.open(link);
    await expect(another.status).toHaveText(texts.elsewhere.own);
    await stranger.open(link);
    await expect(stranger.status).toHaveText(texts.elsewhere.nowhere);
    await stranger.open(serve.here);
    await stranger.paste(link);
    await expect(stranger.status).toHaveText(texts.elsewhere.nowhere);
    await stranger.open(serve.here);
    await stranger.newChat();
    await stranger.connect(link);
    await expect(stranger.page.getByText(texts.errors['wrong-chat'])).toBeVisible();

    tell(theirs.slice(10)); // read when it runs again
    await expect(() => expect(Date.now() - frozen).toBeGreaterThan(40_000)).toPass({ timeout: 45_000 });
    ben.thaw();
    await ana.connected();
    await expect(line(ana)).toHaveText('');
    await expect(ana.page.getByRole('region', { name: texts.repairLabel })).toBeHidden();
    await another.open(serve.here);
    await another.paste(link);
    await expect(another.status).toHaveText(texts.elsewhere.needless);
  } finally {
    ben.thaw();
  }
  await say(5);
  expect(await ben.messages(mine.length)).toEqual(mine);
  await ana.hears(theirs.at(-1) ?? '');
  const heard = (await ana.history()).filter(({ who }) => who === texts.them).map(({ text }) => text);
  expect(heard).toEqual(theirs);
  await expect(async () => {
    const own = (await ana.history()).filter(({ who }) => who === texts.you).map(({ state }) => state);
    expect(own).toEqual(mine.map(() => 'Delivered'));
  }).toPass();
});
