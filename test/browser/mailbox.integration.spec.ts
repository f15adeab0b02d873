import { setTimeout } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { Browser as PuppeteerBrowser } from 'puppeteer-core';
import { texts } from './texts.ts';
import { AtPuppeteer } from '../network/end.ts';
import { hasNetwork, onlyLoopback } from './chromium.ts';
import { expect, type MailboxOf, test } from './fixtures.ts';
import { type Person, greet } from './person.ts';
import type { Fault } from './proxy.ts';

const byItself = texts.byItself;

async function both(...people: Person[]): Promise<void> {
  await Promise.all(people.map((person) => person.connected()));
}

const kinds: MailboxOf[] = ['tincan serve', 'the cloud'];

for (const of of kinds) {
  test(`through ${of}: the inviter does 2 things, the joiner 1, and no reply is passed by hand`, async ({
    person,
    watch,
    mailbox,
  }) => {
    const server = await mailbox(of);
    const [ana, ben] = [await person(), await person()];
    await ana.choseMailbox(server.url);

    await ana.button('New chat').click(); // 1
    await ana.button('Copy link').click(); // 2
    const invite = await ana.inviteLink(); // what was copied
    await ben.open(invite);
    await expect(ben.page.getByText(texts.joinTextMailbox({ host: new URL(server.url).host }))).toBeVisible();
    expect(server.count('put')).toBe(0);
    await ben.button('Join chat').click(); // 1

    await both(ana, ben);
    expect(await ana.safetyWords()).toEqual(await ben.safetyWords());
    await greet(ana, ben);
    await expect.poll(() => server.count('drop'), 'the sealed reply is removed').toBe(1);
    expect(server.count('put')).toBe(1);
    const [taken, met] = [server.count('take'), performance.now()];
    await ben.leave();
    await ana.ended('left');
    // Only for a second reply, every 15 s, since nobody has compared the words.
    const due = Math.ceil((performance.now() - met) / 15_000);
    expect(server.count('take') - taken, 'asked for the reply that is here').toBeLessThanOrEqual(due);
    expect(watch.traces.count).toBeGreaterThan(0);
  });
}

for (const of of kinds) {
  test(`through ${of}: a chat whose reply is waited for prints neither error nor warning`, async ({
    person,
    watch,
    mailbox,
  }) => {
    const server = await mailbox(of);
    const [ana, ben] = [await person(), await person()];
    await ana.choseMailbox(server.url);
    const invite = await ana.newChat();
    await ben.open(invite);
    await expect.poll(() => server.count('take'), { timeout: 30_000 }).toBe(4); // at 1, 2, 3 and 5 s
    await ben.button('Join chat').click();
    await both(ana, ben);
    await greet(ana, ben);
    await expect.poll(() => server.answered.at(-1)).toBe('drop 204');
    // Nobody has compared the words, so the mailbox is asked for a second reply.
    const met = server.count('take');
    await expect.poll(() => server.count('take'), { timeout: 30_000 }).toBeGreaterThan(met);
    await expect.poll(() => server.answered.at(-1)).toBe('take 204');
    await ben.leave();
    await ana.ended('left');
    expect(server.answered.filter((each) => each === 'take 204').length).toBeGreaterThanOrEqual(5);
    expect(new Set(server.answered)).toEqual(new Set(['take 204', 'put 204', 'take 200', 'drop 204']));
    expect(watch.complaints).toEqual([]);
  });
}

test('a terminal invites a page, through tincan serve', async ({ person, terminal, mailbox }) => {
  const proxy = await mailbox();
  const [ana, ben] = [terminal('new', '--loopback', '--site', proxy.url, '--mailbox', 'on'), await person()];
  await ben.open(await ana.link('invite'));
  await ben.button('Join chat').click();
  await ben.connected();
  await ana.event('open');
  ana.do({ do: 'send', ref: 'x', text: 'it came by itself' });
  await ben.hears('it came by itself');
  await expect.poll(() => proxy.count('drop')).toBe(1);
});

test('a page invites a terminal, through tincan serve', async ({ person, terminal, mailbox }) => {
  const proxy = await mailbox();
  const [ana, ben] = [await person(), terminal('join', '--loopback')];
  await ana.choseMailbox(proxy.url);
  ben.type(await ana.newChat());
  await ana.connected();
  await ben.event('open');
  await ana.say('it came by itself');
  expect(await ben.messages(1)).toEqual(['it came by itself']);
  await expect.poll(() => proxy.count('drop')).toBe(1);
});

test('tincan new --serve invites a page: open the link, press Join chat', async ({
  person,
  terminal,
  watch,
}) => {
  const [ana, ben] = [terminal('new', '--serve', '--listen', '127.0.0.1:0', '--loopback'), await person()];
  const invite = await ana.link('invite');
  watch.served([invite]);
  watch.mailbox = true;
  await ben.open(invite);
  await ben.button('Join chat').click();
  await ben.connected();
  await ben.say('hello');
  expect(await ana.messages(1)).toEqual(['hello']);
  await ben.leave();
  expect(await ana.ended()).toBe(0);
});

test.describe('a page opened as localhost', () => {
  test.skip(!hasNetwork, onlyLoopback);

  test('makes links for others, whose replies reach it', async ({ person, watch, serveAll }) => {
    const [ana, ben] = [await person(), await person()];
    watch.mailbox = true;
    await ana.choseMailbox(serveAll.here);
    const invite = await ana.newChat();
    expect(new URL(invite).origin).not.toBe(new URL(serveAll.here).origin);
    await ben.open(invite);
    expect(await ben.page.evaluate(() => isSecureContext), 'on plain http').toBe(false);
    await expect(ben.page.getByText(texts.joinTextMailbox({ host: new URL(invite).host }))).toBeVisible();
    await ben.button('Join chat').click();
    await both(ana, ben);
    await greet(ana, ben);
    expect(watch.traces.in(serveAll.talk)).toBe(0);
  });
});

for (const seconds of [2, 60, 240]) {
  const slow = seconds > 10;
  test.describe(`Join chat ${seconds} s after New chat`, slow ? { tag: '@slow' } : {}, () => {
    test.skip(slow && process.env['TINCAN_SLOW'] !== '1', 'takes minutes: make slow, or TINCAN_SLOW=1');

    for (const of of kinds) {
      test(`opens the chat within a poll and a second, through ${of}`, async ({ person, mailbox }) => {
        const server = await mailbox(of);
        test.setTimeout(seconds * 1000 + 120_000);
        const [ana, ben] = [await person(), await person()];
        await ana.choseMailbox(server.url);
        const invite = await ana.newChat();
        await ben.open(invite);
        await setTimeout(seconds * 1000); // what is measured
        const start = performance.now();
        await ben.button('Join chat').click();
        await ana.connected();
        console.log(
          `  Join chat ${seconds} s after New chat: open after ${Math.round(performance.now() - start)} ms`,
        );
        await both(ana, ben);
        // Asked at 1, 2, 3 and 5 s, then every 5: no more often than that.
        expect(server.count('take')).toBeLessThanOrEqual(4 + Math.ceil((seconds + 20) / 5));
      });
    }
  });
}

test.describe('by hand nothing is asked of the mailbox', () => {
  test('with the switch off', async ({ person, mailbox }) => {
    const proxy = await mailbox();
    const [ana, ben] = [await person(), await person()];
    await ana.open(proxy.url);
    await ben.open(await ana.newChat());
    await ben.more();
    await expect(ben.button('Network')).toBeVisible();
    await expect(ben.button('Reply by hand')).toBeHidden();
    await ana.connect(await ben.joinChat());
    await both(ana, ben);
    await greet(ana, ben);
    expect(proxy.asked).toEqual([]);
  });

  test('with Reply by hand, by that side', async ({ person, mailbox }) => {
    const proxy = await mailbox();
    const [ana, ben] = [await person(), await person()];
    await ana.choseMailbox(proxy.url);
    await ben.open(await ana.newChat());
    await ben.more();
    await ben.button('Reply by hand').click();
    await ana.connect(await ben.replyLink());
    await both(ana, ben);
    await greet(ana, ben);
    expect(proxy.count('put')).toBe(0);
    expect(proxy.asked.every((each) => each === 'take')).toBe(true);
  });

  test('with Local network only', async ({ person, mailbox }) => {
    const proxy = await mailbox();
    const [ana, ben] = [await person(), await person()];
    await ana.choseMailbox(proxy.url);
    await ana.button('Network').click();
    await ana.page.getByRole('radio', { name: 'Local network only' }).check();
    await ana.button('Save').click();
    await ben.open(await ana.newChat());
    await expect(ana.page.getByRole('switch', { name: byItself })).toBeDisabled();
    await ana.connect(await ben.joinChat());
    await both(ana, ben);
    expect(proxy.asked).toEqual([]);
  });

  test('with an invite of another server that is pasted here', async ({ person, serve, mailbox }) => {
    const proxy = await mailbox();
    const [ana, ben] = [await person(), await person()];
    await ana.choseMailbox(proxy.url);
    const invite = await ana.newChat();
    await ben.open(serve.here);
    await ben.paste(invite); // it names a mailbox at the proxy, and this page comes from the server itself
    await ben.more();
    await expect(ben.button('Network')).toBeVisible();
    await expect(ben.button('Reply by hand')).toBeHidden();
    await ana.connect(await ben.joinChat());
    await both(ana, ben);
    expect(proxy.count('put')).toBe(0);
  });
});

/** The line about the mailbox at each end, and in the consoles. */
const faults: { fault: Fault; inviter: RegExp; joiner: RegExp; prints?: RegExp }[] = [
  { fault: 'down', inviter: /does not answer/, joiner: /by hand/, prints: /net::ERR_/ },
  { fault: '429', inviter: /does not answer/, joiner: /by hand/, prints: /status of 429/ },
  { fault: '500', inviter: /does not answer/, joiner: /by hand/, prints: /status of 500/ },
  {
    fault: 'missing',
    inviter: /does not answer/,
    joiner: /does not take your reply/,
    prints: /status of 404/,
  },
  { fault: 'empty', inviter: /does not answer/, joiner: /by hand/ },
  { fault: 'half', inviter: /does not answer/, joiner: /by hand/, prints: /net::ERR_/ },
  { fault: 'other', inviter: /somebody else/i, joiner: /by hand/ },
];

for (const { fault, inviter, joiner, prints } of faults) {
  test(`mailbox ${fault}: one plain line, and the way by hand opens the chat`, async ({
    person,
    watch,
    mailbox,
  }) => {
    watch.trouble = prints;
    const proxy = await mailbox();
    const [ana, ben] = [await person(), await person()];
    await ana.choseMailbox(proxy.url);
    proxy.fault = fault;
    const invite = await ana.newChat();
    await expect(ana.status).toHaveText(inviter);
    await ben.open(invite);
    const reply = await ben.joinChat();
    await expect(ben.page.getByRole('main')).toHaveText(joiner);
    await expect(ana.status).toHaveCount(1);
    await ana.connect(reply);
    await both(ana, ben);
    await greet(ana, ben);
  });
}

test('what stands behind an answer that nothing is there is no reply', async ({ person, mailbox }) => {
  const proxy = await mailbox();
  const [ana, ben] = [await person(), await person()];
  await ana.choseMailbox(proxy.url);
  const waits = ana.status.filter({ hasText: texts.mailbox.asked({ host: new URL(proxy.url).host }) });
  proxy.fault = 'behind';
  const invite = await ana.newChat();
  await expect.poll(() => proxy.count('take'), { timeout: 30_000 }).toBe(4);
  await expect(waits).toBeVisible();
  await ben.open(invite);
  await ben.button('Join chat').click();
  await expect.poll(() => proxy.answered).toEqual(['put 204']);
  await expect.poll(() => proxy.count('take'), { timeout: 30_000 }).toBe(5);
  await expect(waits).toBeVisible();
  proxy.fault = 'none';
  await both(ana, ben);
});

test('mailbox slow: the way by hand does not wait for it', async ({ person, watch, mailbox }) => {
  watch.trouble = /net::ERR_/; // the requests that still wait end with the proxy
  const proxy = await mailbox();
  const [ana, ben] = [await person(), await person()];
  await ana.choseMailbox(proxy.url);
  proxy.fault = 'slow';
  await ben.open(await ana.newChat());
  const reply = await ben.joinChat();
  await expect.poll(() => [proxy.count('put'), proxy.count('take')]).toEqual([1, 1]);
  await ana.connect(reply);
  await both(ana, ben);
  await greet(ana, ben);
});

test('a mailbox that comes back is used', async ({ person, watch, mailbox }) => {
  watch.trouble = /net::ERR_/;
  const cloud = await mailbox('the cloud');
  const [ana, ben] = [await person(), await person()];
  await ana.choseMailbox(cloud.url);
  cloud.fault = 'down';
  const invite = await ana.newChat();
  await expect(ana.status).toHaveText(/does not answer/);
  await ben.open(invite);
  await ben.button('Join chat').click();
  await expect.poll(() => cloud.count('put')).toBeGreaterThan(1);
  cloud.fault = 'none';
  await both(ana, ben);
});

for (const of of kinds) {
  test(`a squatted slot of ${of} is told at both ends, and the way by hand opens the chat`, async ({
    person,
    watch,
    mailbox,
  }) => {
    watch.trouble = /status of 409/; // the joiner's page says in words what that means
    const server = await mailbox(of);
    const [ana, eve, ben] = [await person(), await person(), await person()];
    await ana.choseMailbox(server.url);
    // Somebody else has the link, and puts what opens nothing into its slot, found out by being asked for.
    const slot = asked(ana.page);
    const invite = await ana.newChat();
    await eve.open(server.url);
    const status = await eve.page.evaluate(
      async (slot) => {
        const body = new Uint8Array([...slot, 0xad, ...crypto.getRandomValues(new Uint8Array(176))]);
        const headers = { 'content-type': 'application/octet-stream' };
        return (await fetch('/api/v1/put', { method: 'POST', headers, body })).status;
      },
      await slot,
    );
    expect(status).toBe(204);
    await expect(ana.status).toHaveText(/somebody else/i);
    await ben.open(invite);
    const reply = await ben.joinChat();
    await expect(ben.status).toContainText('somebody else');
    await ana.connect(reply);
    await both(ana, ben);
  });
}

/** The slot of the first take. */
async function asked(page: Page): Promise<number[]> {
  const request = await page.waitForRequest((each) => each.url().endsWith('/api/v1/take'));
  return [...(request.postDataBuffer() ?? [])].slice(0, 16);
}

/** Somebody whose page can be frozen, with a chat that waits for the reply. */
async function inviting(browser: PuppeteerBrowser, url: string): Promise<[AtPuppeteer, string]> {
  const ana = await AtPuppeteer.open('Chromium', browser, url);
  await ana.choseMailbox();
  return [ana, await ana.invite()];
}

test('a page that is closed takes its reply back, and whoever joins next is the one who is met', async ({
  person,
  freezable,
  watch,
  mailbox,
}) => {
  watch.trouble = /status of 409/; // for who joins after the one who is gone
  const proxy = await mailbox();
  const [ana, invite] = await inviting(await freezable(), proxy.url);
  const [gone, ben] = [await person(), await person()];
  await ana.lifecycle('frozen'); // so that she does not fetch it first
  await gone.open(invite);
  await gone.button('Join chat').click();
  await expect(gone.status).toContainText('lies sealed');
  expect(proxy.answered).not.toContain('take 200');
  await gone.page.goto('about:blank');
  await expect.poll(() => proxy.answered).toContain('take 200');
  await ana.lifecycle('active');
  await ben.open(invite);
  const reply = await ben.joinChat();
  await expect(ben.status).toContainText('one of yours, or somebody else has the link');
  await ana.accept(reply);
  await Promise.all([ana.opened(), ben.connected()]);
  await ana.say('it is you');
  await ben.hears('it is you');
});

test('whoever comes back to the page has the mailbox asked at once', async ({ person, mailbox }) => {
  const proxy = await mailbox();
  const ana = await person();
  await ana.choseMailbox(proxy.url);
  await ana.newChat();
  await expect.poll(() => proxy.count('take'), { timeout: 30_000 }).toBe(5); // at 1, 2, 3, 5 and 10 s
  const began = performance.now();
  for (const [i, event] of ['focus', 'online', 'pageshow', 'visibilitychange'].entries()) {
    // The engine asks once a second at most, so an event may have to come again.
    await expect
      .poll(async () => {
        await ana.page.evaluate((name) => {
          (name === 'visibilitychange' ? document : window).dispatchEvent(new Event(name));
        }, event);
        return proxy.count('take');
      })
      .toBeGreaterThan(5 + i);
  }
  const due = Math.ceil((performance.now() - began) / 5000);
  expect(proxy.count('take') - 5, 'asked more often than by the clock alone').toBeGreaterThan(due);
});

test('Cancel and New link end the asking', async ({ person, mailbox }) => {
  const proxy = await mailbox();
  const [ana, ben] = [await person(), await person()];
  await ana.choseMailbox(proxy.url);
  const first = await ana.newChat();
  const slot = await asked(ana.page);
  await ana.button('New link').click();
  await expect.poll(() => ana.inviteLink()).not.toBe(first);
  const other = await asked(ana.page);
  expect(other).not.toEqual(slot);
  await ana.button('Cancel').click();
  await expect(ana.button('New chat')).toBeEnabled();
  const taken = proxy.count('take');
  // By the time that somebody else's link has been asked for four times, hers would have been, too.
  await ben.choseMailbox(proxy.url);
  await ben.newChat();
  await expect.poll(() => proxy.count('take')).toBeGreaterThanOrEqual(taken + 4);
  expect(proxy.count('take')).toBe(taken + 4);
});

test.describe('an inviter frozen for 6 minutes', { tag: '@slow' }, () => {
  test.skip(process.env['TINCAN_SLOW'] !== '1', 'takes 7 minutes: make slow, or TINCAN_SLOW=1');

  for (const way of ['by hand', 'by Leave it again'] as const) {
    test(`finds the reply gone; ${way} the chat opens`, async ({ person, freezable, mailbox }) => {
      test.setTimeout(10 * 60_000);
      const proxy = await mailbox();
      const [ana, invite] = await inviting(await freezable(), proxy.url);
      const ben = await person();
      await ana.lifecycle('frozen');
      await ben.open(invite);
      const reply = await ben.joinChat();
      const taken = proxy.count('take');
      await setTimeout(6 * 60_000); // what is measured
      expect(proxy.count('take'), 'she was frozen').toBe(taken);
      await expect(ben.button('Leave it again')).toBeVisible();
      await ana.lifecycle('active');
      if (way === 'by hand') await ana.accept(reply);
      else await ben.button('Leave it again').click();
      const start = performance.now();
      await Promise.all([ana.opened(), ben.connected()]);
      console.log(
        `  frozen for 6 minutes, then ${way}: open after ${Math.round(performance.now() - start)} ms`,
      );
      await ana.say('back again');
      await ben.hears('back again');
    });
  }
});

test('the switch beside the invite makes another link, is remembered, and goes off by keyboard', async ({
  person,
  mailbox,
}) => {
  const proxy = await mailbox();
  const [ana, ben] = [await person(), await person()];
  await ana.open(proxy.url);
  const byHand = await ana.newChat();
  const toggle = ana.page.getByRole('switch', { name: byItself });
  await expect(toggle).not.toBeChecked();
  await expect(toggle).toHaveAccessibleDescription(/sealed.* 5 minutes at 127\.0\.0\.1:\d+, which sees both/);
  expect(proxy.asked).toEqual([]);
  await toggle.click();
  await expect(toggle).toBeChecked();
  await expect.poll(() => ana.inviteLink()).not.toBe(byHand);
  await ben.open(await ana.inviteLink());
  await ben.button('Join chat').click();
  await both(ana, ben);
  await ana.leave();

  await ana.page.reload();
  const byItselfLink = await ana.newChat();
  await expect(toggle).toBeChecked();
  await toggle.focus();
  await ana.page.keyboard.press('Space');
  await expect(toggle).not.toBeChecked();
  await expect.poll(() => ana.inviteLink()).not.toBe(byItselfLink);
  await expect(toggle).toBeFocused();
  await ana.button('Cancel').click();
  await ana.page.reload();
  await ana.newChat();
  await expect(toggle).not.toBeChecked();
});
