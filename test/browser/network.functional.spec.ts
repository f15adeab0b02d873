import type { ErrorCode, TurnServer } from '../../wasm/engine.d.ts';
import { texts } from './texts.ts';
import { hasNetwork, onlyLoopback } from './chromium.ts';
import { expect, test } from './fixtures.ts';
import { census, count } from './peers.ts';
import { meet, type Person } from './person.ts';
import { Serve } from './programs.ts';
import { Stun } from './stun.ts';

// Each row of the table in test/network/README.md that needs no second network. The rest is in test/network.

/** Has a page find these servers in its config.json. */
async function named(person: Person, servers: { stun?: Stun[]; turn?: TurnServer[] }): Promise<void> {
  await person.page.context().route('**/config.json', (route) =>
    route.fulfill({
      json: { stun: servers.stun?.map(({ address }) => address), turn: servers.turn, addresses: [] },
    }),
  );
}

/** The person is told this, and nothing else, on the screen where they wait; says how long it took. */
async function told(
  person: Person,
  code: ErrorCode,
  within: number,
  sentence = texts.errors[code],
): Promise<void> {
  const began = Date.now();
  const warnings = person.page.getByRole('list', { name: texts.warnings }).getByRole('listitem');
  await expect(warnings).toHaveText([sentence], { timeout: within });
  console.log(`told ${code} after ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/** What a promise says before the link is sent, 5 s, and after Connect, 20 s, with room for a slow computer. */
const [beforeSending, afterConnect] = [10_000, 40_000];

test('STUN that is dead is told before the link is sent, and the link is there', async ({
  person,
  serve,
}) => {
  const [ana, dead] = [await person(), await Stun.start()];
  await named(ana, { stun: [dead] });
  await ana.open(serve.here);
  await expect(ana.page.getByText(/^(Only this page’s own|One) server helps/)).toBeVisible();
  await ana.button('Network').click();
  await expect(ana.page.getByText(texts.asksStun({ stun: [dead.address] }))).toBeVisible();
  await ana.button('Cancel').click();
  expect(await ana.newChat()).toContain('#i');
  await told(ana, 'stun-silent', beforeSending);
  expect(dead.asked).toBeGreaterThan(0);
  await dead.stop();
});

test('a symmetric NAT is told from two answers, and none from two that agree', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  const stun = [await Stun.start('203.0.113.7:50000'), await Stun.start('203.0.113.7:50001')];
  await named(ana, { stun });
  await ana.open(serve.here);
  await ana.newChat();
  await told(ana, 'symmetric', beforeSending);

  const agreed = [await Stun.start('203.0.113.8:50000'), await Stun.start('203.0.113.8:50000')];
  await named(ben, { stun: agreed });
  await ben.open(serve.here);
  await ben.newChat();
  await expect.poll(() => agreed.every(({ asked }) => asked > 0)).toBe(true);
  await expect(ben.page.getByRole('list', { name: texts.warnings })).toHaveCount(0);
  for (const server of [...stun, ...agreed]) await server.stop();
});

test('a browser that gives away no address says so, and what helps', async ({ person, chromium, serve }) => {
  const shy = await chromium(['--webrtc-ip-handling-policy=disable_non_proxied_udp']);
  const ana = await person(shy);
  await ana.open(serve.here);
  await ana.newChat();
  const networked = await ana.page.evaluate(() => navigator.onLine);
  const sentence = networked ? texts.addressesHidden : texts.errors['no-addresses'];
  await told(ana, 'no-addresses', beforeSending, sentence);
});

test('Relay only waits for a relay, and is never given up for another way', async ({ person, serve }) => {
  const ana = await person();
  await count(ana.page.context());
  await named(ana, {});
  await ana.open(serve.here);
  await ana.button('Network').click();
  const dialog = ana.page.getByRole('dialog', { name: 'Network' });
  await expect(dialog.getByRole('radio', { name: 'Relay only' })).toBeDisabled();
  await expect(dialog.getByText(texts.relayNeedsTurn)).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  // Remembered from a time when there was one.
  await ana.page.evaluate(() => localStorage.setItem('tincan-network', JSON.stringify({ mode: 'relay' })));
  await ana.page.reload();
  await ana.button('New chat').click();
  await expect(ana.alert).toHaveText(texts.errors['no-relay']);
  expect(await census(ana.page)).toMatchObject({ made: 0 });
});

test('a relay that does not answer makes no link that would reveal anything', async ({ person, serve }) => {
  const [ana, dead] = [await person(), await Stun.start()];
  await named(ana, { turn: [{ url: `turn:${dead.address}`, username: 'u', credential: 'p' }] });
  await ana.open(serve.here);
  await choose(ana, 'Relay only');
  await ana.button('New chat').click();
  await expect(ana.alert).toHaveText(texts.errors['relay-silent']);
  await expect(ana.field('Invite link')).toHaveCount(0);
  await dead.stop();
});

/** Chooses in the Network dialog. */
async function choose(person: Person, way: 'Relay only' | 'Local network only'): Promise<void> {
  // Beside an opened invite it is folded away.
  if (!(await person.button('New chat').isVisible())) await person.more();
  await person.button('Network').click();
  const dialog = person.page.getByRole('dialog', { name: 'Network' });
  await dialog.getByRole('radio', { name: way }).check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
}

test.describe('through the relay of tincan serve', () => {
  test.skip(!hasNetwork, onlyLoopback);

  test('Relay only tells no address but the relay’s', async ({ person, watch }) => {
    const serve = await Serve.start(':0', '--turn');
    watch.served(serve.urls);
    const people = [await person(), await person()] as const;
    for (const one of people) {
      // The descriptions the engine itself has, before ours are made of them.
      await one.page.addInitScript(() => {
        const descriptions: string[] = [];
        Object.assign(globalThis, { descriptions });
        const Original = RTCPeerConnection;
        globalThis.RTCPeerConnection = class extends Original {
          constructor(configuration?: RTCConfiguration) {
            super(configuration);
            this.addEventListener('icecandidate', ({ candidate }) =>
              descriptions.push(candidate?.candidate ?? ''),
            );
          }
        };
      });
    }
    const [ana, ben] = people;
    await ana.open(serve.here);
    await choose(ana, 'Relay only');
    const invite = await ana.newChat();
    await ben.open(invite);
    await choose(ben, 'Relay only');
    const reply = await ben.joinChat();
    await ana.connect(reply);
    for (const one of people) {
      await expect(one.status).toHaveText(texts.statuses.relay);
      const candidates = await one.page.evaluate(
        () => (globalThis as unknown as { descriptions: string[] }).descriptions,
      );
      expect(candidates.filter((line) => line !== '' && !line.includes(' typ relay '))).toEqual([]);
      expect(candidates.some((line) => line.includes(' typ relay '))).toBe(true);
    }
    await ana.leave();
    await ben.ended('left');
    await serve.stop();
  });
});

test('Local network only asks no server at all', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  const stun = await Stun.start('203.0.113.7:50000');
  for (const one of [ana, ben]) await named(one, { stun: [stun] });
  await ana.open(serve.here);
  await choose(ana, 'Local network only');
  const invite = await ana.newChat();
  await ben.open(invite);
  await choose(ben, 'Local network only');
  await ana.connect(await ben.joinChat());
  await Promise.all([ana.connected(), ben.connected()]);
  expect(stun.asked).toBe(0);
  await stun.stop();
});

test('a browser that refuses the local network says how to allow it', async ({ person, serve }) => {
  const ana = await person();
  await ana.open(serve.here);
  const [page, browser] = [
    await ana.page.context().newCDPSession(ana.page),
    await ana.page.context().browser()?.newBrowserCDPSession(),
  ];
  const { targetInfo } = await page.send('Target.getTargetInfo');
  await browser?.send('Browser.setPermission', {
    permission: { name: 'local-network-access' },
    setting: 'denied',
    origin: new URL(serve.here).origin,
    browserContextId: targetInfo.browserContextId,
  });
  await ana.newChat();
  await expect(ana.page.getByText(texts.localNetworkRefused)).toBeVisible();
});

test('no way after Connect: the cause within 20 s, no spinner, a new link, and words to pass on', async ({
  person,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await ben.open(await ana.newChat());
  const reply = await ben.joinChat();
  await ben.page.close({ runBeforeUnload: false });
  await ana.connect(reply);
  await expect(ana.page.getByText(texts.notConnected)).toBeVisible({ timeout: afterConnect });
  const warnings = ana.page.getByRole('list', { name: texts.warnings }).getByRole('listitem');
  await expect(warnings).toHaveCount(1);
  expect([texts.errors.unreachable, texts.errors['hidden-address']]).toContain(await warnings.textContent());

  await ana.button('Copy diagnostics').click();
  const diagnostics = await ana.field('Diagnostics').inputValue();
  expect(diagnostics).toContain('told: ');
  expect(diagnostics).toMatch(/ICE: checking/);
  expect(diagnostics).not.toMatch(/\d+\.\d+\.\d+\.\d+|\.local|[0-9a-f]{16}|#/);

  await ana.button('New link').click();
  await expect(ana.field('Invite link')).toHaveValue(/#i/);
  await expect(ana.status).toHaveText(texts.waiting);
});

test('a reload while something is pending asks, and then says what ended', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await ben.open(await ana.newChat());
  await ben.joinChat();
  for (const one of [ana, ben]) {
    const asked = new Promise<string>((resolve) => {
      one.page.once('dialog', (dialog) => {
        resolve(dialog.type());
        void dialog.accept();
      });
    });
    await one.page.locator('body').click();
    await one.page.evaluate(() => location.reload());
    expect(await asked).toBe('beforeunload');
    await expect(
      one.page.getByRole('heading', { name: 'This invite ended while you were away' }),
    ).toBeVisible();
    await expect(one.button('New link')).toBeEnabled();
  }
  await ana.button('New link').click();
  expect(await ana.inviteLink()).toContain('#i');
  await ana.page.evaluate(() => sessionStorage.length).then((kept) => expect(kept).toBe(1));
  expect(await ana.page.evaluate(() => sessionStorage.getItem('tincan-pending'))).toMatch(/^invite [\d-]+$/);
});

test('two STUN servers, one dead: the link is ready all the same and nothing is told', async ({
  person,
  serve,
}) => {
  const [ana, dead, alive] = [await person(), await Stun.start(), await Stun.start('203.0.113.7:50000')];
  await named(ana, { stun: [dead, alive] });
  await ana.open(serve.here);
  await ana.newChat();
  await expect.poll(() => dead.asked).toBeGreaterThan(2);
  await expect(ana.page.getByRole('list', { name: texts.warnings })).toHaveCount(0);
  for (const server of [dead, alive]) await server.stop();
});

test('the meeting of two under the defaults of tincan serve needs no other server', async ({
  person,
  serveAll,
}) => {
  test.skip(!hasNetwork, onlyLoopback);
  const [ana, ben] = [await person(), await person()];
  await ana.open(serveAll.here);
  const stun = await ana.page.evaluate(
    async () => (await (await fetch('config.json')).json()) as { stun: string[] },
  );
  expect(stun.stun).toEqual([`:${new URL(serveAll.here).port}`]);
  await expect(ana.page.getByText(/server helps/)).toBeVisible();
  await meet(ana, ben);
});
