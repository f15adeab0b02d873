import { texts } from './texts.ts';
import { expect, test } from './fixtures.ts';
import { greet, type Person } from './person.ts';
import { Serve } from './programs.ts';
import type { Locator } from '@playwright/test';

test.use({ viewport: { width: 390, height: 844 } });

/** Somebody who presses only what they see without scrolling, and is counted. */
class Counted {
  readonly person: Person;
  actions = 0;

  constructor(person: Person) {
    this.person = person;
  }

  async press(name: string): Promise<void> {
    await this.#do(this.person.button(name), (button) => button.click());
  }

  async paste(name: string): Promise<void> {
    await this.#do(this.person.field(name), async (field) => {
      await field.focus();
      await this.person.page.keyboard.press('Control+V');
    });
  }

  async sees(text: string): Promise<void> {
    await expect(this.person.page.getByText(text, { exact: true })).toBeInViewport({ ratio: 1 });
  }

  async #do(target: Locator, act: (target: Locator) => Promise<void>): Promise<void> {
    await expect(target).toBeInViewport({ ratio: 1 });
    expect(await this.person.page.evaluate(() => scrollY)).toBe(0);
    await act(target);
    this.actions += 1;
  }
}

test('by hand: three actions and two, each in view on a phone', async ({ person, serve }) => {
  const [ana, ben] = [new Counted(await person()), new Counted(await person())];
  await ana.person.open(serve.here);
  await ana.sees(texts.tagline);
  await ana.press('New chat');
  for (const step of [texts.stepSend, texts.stepJoin, texts.stepReply]) await ana.sees(step);
  await ana.press('Copy link');
  await ana.sees(texts.copied);

  await ben.person.open(await ana.person.inviteLink());
  await ben.sees(texts.joinLead);
  await ben.press('Join chat');
  for (const step of [texts.stepJoined, texts.stepSendBack]) await ben.sees(step);
  await ben.press('Copy reply');
  await ben.sees(texts.copied);

  await ana.paste('Reply');
  await Promise.all([ana.person.connected(), ben.person.connected()]);
  await expect(ana.person.composer).toBeInViewport({ ratio: 1 });
  await greet(ana.person, ben.person);
  expect([ana.actions, ben.actions]).toEqual([3, 2]);
});

test('with the mailbox: two actions and one, each in view on a phone', async ({ person, mailbox }) => {
  const { url } = await mailbox();
  const [ana, ben] = [new Counted(await person()), new Counted(await person())];
  await ana.person.choseMailbox(url);
  await ana.press('New chat');
  for (const step of [texts.stepSend, texts.stepJoin, texts.stepReply]) await ana.sees(step);
  await ana.press('Copy link');

  await ben.person.open(await ana.person.inviteLink());
  await ben.sees(texts.joinLead);
  await ben.press('Join chat');
  await Promise.all([ana.person.connected(), ben.person.connected()]);
  await greet(ana.person, ben.person);
  expect([ana.actions, ben.actions]).toEqual([2, 1]);
});

test('a page whose host is gone makes no dead link, unless it is wanted', async ({ person, watch }) => {
  const gone = await Serve.start('127.0.0.1:0');
  watch.served(gone.urls);
  const ana = await person();
  await ana.open(gone.here);
  const before = await ana.newChat();
  await ana.button('Copy link').click();
  await gone.stop();
  const said = ana.page.getByText(texts.hostGone, { exact: true });

  // New link gives up nothing for it.
  await ana.button('New link').click();
  await ana.button(texts.leaving.link.leave).click();
  await expect(said).toBeVisible();
  expect(await ana.inviteLink()).toBe(before);
  await ana.button(texts.dismiss).click();
  await ana.button('Cancel').click();
  await ana.button(texts.leaving.invite.leave).click();

  await ana.button('New chat').click();
  await expect(said).toBeVisible();
  await expect(said).toBeInViewport();
  await expect(ana.button('New chat')).toBeEnabled();
  await ana.button(texts.linkAnyway).click();
  expect(await ana.inviteLink()).not.toBe(before);
  await expect(said).toBeHidden();

  // Each time it was asked, Chromium and the network said so.
  for (const complaint of watch.complaints.splice(0)) {
    expect(complaint).toMatch(/net::ERR_CONNECTION_REFUSED/);
  }
});

test('a page that a terminal served for one chat says so, once the terminal has gone', async ({
  person,
  terminal,
  watch,
}) => {
  const ben = terminal('new', '--serve', '--loopback', '--listen', '127.0.0.1:0');
  const invite = await ben.link('invite');
  watch.served([invite]);
  watch.mailbox = true;
  const ana = await person();
  await ana.open(invite);
  await ana.button('Join chat').click();
  await ben.event('open');
  await ana.say('before');
  ben.do({ do: 'close' });
  await ana.ended('left');
  await ben.ended();
  await ana.button('New chat').click();
  await expect(ana.page.getByText(texts.hostGone, { exact: true })).toBeVisible();
  await expect(ana.log).toContainText('before');
  watch.complaints.length = 0; // the browser's own, about the host that is gone
});
