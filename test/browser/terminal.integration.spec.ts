import { texts } from './texts.ts';
import { hasNetwork, onlyLoopback } from './chromium.ts';
import { expect, test } from './fixtures.ts';
import { talkWithTerminal } from './messages.ts';

// Where the page itself is on a loopback address, both sides use such addresses; else neither does.
const places = [
  { name: 'on this computer', flags: ['--loopback'], network: false, messages: 50 },
  { name: 'over the network', flags: [], network: true, messages: 20 },
];

for (const { name, flags, network, messages } of places) {
  test.describe(name, () => {
    test.skip(network && !hasNetwork, onlyLoopback);

    test(`a page invites a terminal: ${messages} messages each way`, async ({
      person,
      terminal,
      serve,
      serveAll,
    }) => {
      const ana = await person();
      await ana.open(network ? (serveAll.urls[0] ?? '') : serve.here);
      const invite = await ana.newChat();
      const ben = terminal('join', ...flags);
      ben.type(invite);
      await ana.connect(await ben.link('reply'));
      await ana.connected();
      const open = await ben.event('open');
      expect(open['path'], 'both say the same').toBe('direct');
      await expect(ana.status).toHaveText(texts.statuses.direct);
      const words = (await ana.safetyWords()).slice(0, 6);
      for (const [i, word] of words.entries()) expect(word).toContain((open['sas'] as string[])[i]);

      await talkWithTerminal(ana, ben, messages);

      await ana.leave();
      expect((await ben.event('closed'))['reason']).toBe('left');
      expect(await ben.ended()).toBe(0);
    });

    test(`a terminal invites a page: ${messages} messages each way`, async ({
      person,
      terminal,
      serve,
      serveAll,
    }) => {
      const address = network ? (serveAll.urls[0] ?? '') : serve.here;
      const [ana, ben] = [terminal('new', ...flags, '--site', address), await person()];
      const invite = await ana.link('invite');
      expect(invite.startsWith(`${address}#`)).toBe(true);
      await ben.open(invite);
      ana.do({ do: 'reply', link: await ben.joinChat() });
      await ben.connected();
      expect((await ana.event('open'))['path'], 'both say the same').toBe('direct');
      await expect(ben.status).toHaveText(texts.statuses.direct);

      await talkWithTerminal(ben, ana, messages);

      ana.do({ do: 'close' });
      await ben.ended('left');
      expect(await ana.ended()).toBe(0);
    });
  });
}

test('a terminal without a site prints a bare code, which the page takes as a paste', async ({
  person,
  terminal,
  serve,
}) => {
  const [ana, ben] = [terminal('new', '--loopback'), await person()];
  const invite = await ana.link('invite');
  expect(invite).toMatch(/^i[\w-]+$/);
  await ben.open(serve.here);
  await ben.paste(invite);
  ana.do({ do: 'reply', link: await ben.joinChat() });
  await ben.connected();
  ana.do({ do: 'send', ref: 'x', text: 'from the terminal' });
  await ben.hears('from the terminal');
  await ben.say('from the page');
  expect(await ana.messages(1)).toEqual(['from the page']);
});

test('a terminal that is frozen: lost, after a minute what can be done, and all there when it is back @slow', async ({
  person,
  terminal,
  serve,
}) => {
  test.skip(process.env['TINCAN_SLOW'] !== '1', 'waits for 80 seconds: make slow, or TINCAN_SLOW=1');
  const ana = await person();
  await ana.open(serve.here);
  const invite = await ana.newChat();
  const ben = terminal('join', '--loopback');
  ben.type(invite);
  await ana.connect(await ben.link('reply'));
  await ana.connected();
  await ana.say('before');
  const states = async () => (await ana.history()).map(({ state }) => state);
  await expect(async () => expect(await states()).toEqual(['Delivered'])).toPass();
  ben.freeze();
  try {
    await ana.say('just gone');
    await expect(ana.status).toHaveText(texts.statuses.lost, { timeout: 30_000 });
    await ana.say('while it is lost');
    await expect(async () => expect(await states()).toEqual(['Delivered', 'Waiting', 'Waiting'])).toPass();
    const card = ana.page.getByRole('region', { name: texts.absentTitle });
    await expect(card).toBeHidden();
    await expect(card).toBeVisible({ timeout: 90_000 });
    await expect(card).toHaveText(/^Nothing has come from them since \d+:\d\d [AP]M\. /);
    const saving = ana.page.waitForEvent('download');
    await card.getByRole('button', { name: texts.saveText }).click();
    expect((await saving).suggestedFilename()).toMatch(/^tincan-[\d-]+\.txt$/);
    await card.getByRole('button', { name: texts.newLink }).click();
    await ana.button(texts.stay).click();
    await expect(card).toBeVisible();
    ben.thaw();
    await expect(card).toBeHidden();
    await ana.connected();
  } finally {
    ben.thaw();
  }
  expect(await ben.messages(3)).toEqual(['before', 'just gone', 'while it is lost']);
  await expect(async () => expect(await states()).toEqual(['Delivered', 'Delivered', 'Delivered'])).toPass();
});
