import { hasNetwork, onlyLoopback, plainName } from './chromium.ts';
import { texts } from './texts.ts';
import { expect, test } from './fixtures.ts';
import { greet, Person } from './person.ts';

/** What browsers do at Duplicate: another tab of the same address, with a copy of what this one has stored. */
async function duplicate(of: Person): Promise<Person> {
  // Read before any script of the page, which may soon have done with it.
  await of.page.context().addInitScript(() => {
    Object.assign(globalThis, { copied: sessionStorage.getItem('tincan-pending') });
  });
  const opened = of.page.waitForEvent('popup');
  await of.page.evaluate(() => void window.open(location.href));
  const copy = new Person(await opened);
  // Else there is nothing that it could be wrong about.
  expect(await copy.page.evaluate(() => (globalThis as { copied?: unknown }).copied)).toMatch(
    /^(invite|reply|chat) /,
  );
  return copy;
}

// On plain http there are no locks, and the page that has the chat is asked.
for (const { kind, plain } of [
  { kind: 'invite', plain: false },
  { kind: 'reply', plain: false },
  { kind: 'chat', plain: false },
  { kind: 'chat', plain: true },
] as const) {
  test(`a duplicate of a tab with a pending ${kind}${plain ? ' on plain http' : ''} shows the start page, and a reload what became of it`, async ({
    person,
    serve,
    serveAll,
    watch,
  }) => {
    test.skip(plain && !hasNetwork, onlyLoopback);
    const url = plain ? `http://${plainName}:${new URL(serveAll.here).port}/` : serve.here;
    watch.served([url]);
    const [ana, ben] = [await person(), await person()];
    await ana.open(url);
    expect(await ana.page.evaluate(() => isSecureContext)).toBe(!plain);
    const invite = await ana.newChat();
    await ben.open(url + new URL(invite).hash);
    if (kind !== 'invite') {
      const reply = await ben.joinChat();
      if (kind === 'chat') {
        await ana.connect(reply);
        await Promise.all([ana.connected(), ben.connected()]);
      }
    }
    const who = kind === 'reply' ? ben : ana;
    const copy = await duplicate(who);
    await expect(copy.button('New chat')).toBeEnabled();
    await expect(copy.page.getByText('ended while you were away')).toHaveCount(0);
    if (kind === 'chat') {
      await expect(copy.alert).toHaveText(texts.chatElsewhere);
      expect(await copy.page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
      await greet(ana, ben);
    }

    who.page.on('dialog', (dialog) => void dialog.accept());
    await who.page.reload();
    const title = kind === 'chat' ? texts.returnTitle : texts.away[kind].title;
    await expect(who.page.getByRole('heading', { name: title })).toBeVisible();
    // The copy has nothing of it.
    await copy.page.reload();
    await expect(copy.button('New chat')).toBeEnabled();
    await expect(copy.page.getByText('ended while you were away')).toHaveCount(0);
  });
}

test('a duplicate on plain http that hears of nobody is let in by nobody, and the chat goes on', async ({
  person,
  serveAll,
  watch,
}) => {
  test.skip(!hasNetwork, onlyLoopback);
  const url = `http://${plainName}:${new URL(serveAll.here).port}/`;
  watch.served([url]);
  const [ana, ben] = [await person(), await person()];
  await ana.open(url);
  await ben.open(url + new URL(await ana.newChat()).hash);
  await ana.connect(await ben.joinChat());
  await Promise.all([ana.connected(), ben.connected()]);
  await ana.page.context().addInitScript(() => {
    if (window.opener)
      globalThis.BroadcastChannel = class extends EventTarget {
        postMessage() {}
        close() {}
      } as unknown as typeof BroadcastChannel;
  });
  const copy = await duplicate(ana);
  const link = await copy.field(texts.repairLabel).inputValue();
  const led = new Person(await ben.page.context().newPage());
  await led.open(url + new URL(link).hash);
  await expect(led.status).not.toHaveText(texts.elsewhere.looking);
  for (let twice = 0; twice < 2; twice++) await greet(ana, ben);
  await expect(ben.page.getByRole('region', { name: texts.backLabel })).toHaveCount(0);
  await expect(copy.page.getByRole('heading', { name: texts.returnTitle })).toBeVisible();
});
