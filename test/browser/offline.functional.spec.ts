import type { Page } from '@playwright/test';
import { texts } from './texts.ts';
import { expect, test as base } from './fixtures.ts';
import { Hosted } from './hosted.ts';
import { greet, type Person } from './person.ts';
import type { Watch } from './watch.ts';

const test = base.extend<{ hosted: Hosted }>({
  hosted: async ({ watch }, use) => {
    const hosted = new Hosted();
    await hosted.start();
    watch.served([hosted.url]);
    await use(hosted);
    await hosted.stop();
  },
  // People leave before what they ask is gone.
  person: ({ hosted: _, person }, use) => use(person),
});

/** The page is kept, and says so. */
const kept = (person: Person) => person.page.getByText(texts.keptHere);
const offer = (person: Person) => person.page.getByText(texts.newVersion);
const works = (person: Person) => expect(person.button('New chat')).toBeEnabled();

/** What Hosted.release has called the version that is shown. */
const release = (page: Page) =>
  page.evaluate(() => document.querySelector('meta[name=release]')?.getAttribute('content') ?? '');

/** Presses Update now, and waits for the page to be this version. */
async function update(person: Person, name: string): Promise<void> {
  await person.button(texts.updateNow).click();
  await expect(person.page.locator(`meta[name=release][content=${name}]`)).toBeAttached();
  await works(person);
  await expect(kept(person)).toBeVisible();
}

/** The workers of the page, such as `active`. */
const workers = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    return (['installing', 'waiting', 'active'] as const).filter((kind) => registration?.[kind]);
  });

const builds = (page: Page) =>
  page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('tincan-page-')).length);

/** A visit, up to the page being kept. */
async function visit(person: Person, hosted: Hosted): Promise<void> {
  await person.open(hosted.url);
  await works(person);
  await expect(kept(person)).toBeVisible();
}

test('after the first visit the page opens, and two people chat, without its server', async ({
  person,
  hosted,
  watch,
}) => {
  const ana = await person();
  await visit(ana, hosted);
  // Nothing of the page itself was loaded twice but what no browser keeps.
  expect(hosted.asked.filter((asked) => asked.includes('/assets/engine'))).toHaveLength(1);

  hosted.asked = [];
  await ana.page.reload();
  await works(ana);
  await expect.poll(() => new Set(hosted.asked)).toEqual(new Set(['GET /config.json', 'GET /sw.js']));

  await hosted.stop();
  await ana.page.reload();
  await works(ana);
  await expect(kept(ana)).toBeVisible();
  await ana.open(`${hosted.url}?from=somewhere`);
  await works(ana);
  forget(watch, '?from=somewhere');
  const ben = await person(ana.page.context());
  // Its host does not answer, but in this browser the link leads to the page all the same.
  await ana.button('New chat').click();
  await ana.button(texts.linkAnyway).click();
  const invite = await ana.inviteLink();
  await ben.open(invite);
  await ana.connect(await ben.joinChat());
  await Promise.all([ana.connected(), ben.connected()]);
  await greet(ana, ben);

  // The browser shows the worker the whole link, and it keeps none of it.
  const secret = new URL(invite).hash.slice(1);
  const keys = await ana.page.evaluate(async () => {
    const names = await caches.keys();
    const lists = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return lists.flat().map(({ url }) => url);
  });
  expect(keys.length).toBeGreaterThan(10);
  expect(keys.filter((key) => key.includes(secret.slice(0, 20)) || /[#?]/.test(key))).toEqual([]);
  expectOnlyUnreachable(watch.complaints);
});

test('the mailbox, and whatever else is asked below /api, is asked of the server every time', async ({
  person,
  hosted,
  watch,
}) => {
  const ana = await person();
  await visit(ana, hosted);
  await ana.page.reload();
  await works(ana);
  hosted.asked = [];
  const ask = (method: string) =>
    ana.page.evaluate(
      (method) => fetch('/api/v1/take', { method }).then(({ status }) => status, String),
      method,
    );
  for (const method of ['GET', 'POST', 'GET', 'POST']) expect(await ask(method)).toBe(200);
  expect(hosted.asked.filter((asked) => asked.includes('/api/'))).toEqual(
    Array(2).fill(['GET /api/v1/take', 'POST /api/v1/take']).flat(),
  );
  await hosted.stop();
  expect(await ask('GET')).toContain('TypeError');
  forget(watch, '/api/v1/take');
  expectOnlyUnreachable(watch.complaints);
});

test('another version is kept, and not shown until the person says so', async ({
  profile,
  person,
  hosted,
}) => {
  hosted.release('first');
  const context = await profile();
  let ana = await person(context);
  await visit(ana, hosted);

  hosted.release('second');
  await ana.page.reload();
  await expect(offer(ana)).toBeVisible();
  expect(await release(ana.page)).toBe('first');
  expect(await workers(ana.page)).toEqual(['waiting', 'active']);

  // Nothing is offered while a chat is pending, or a link is open that a reload would lose.
  const invite = await ana.newChat();
  await expect(offer(ana)).toBeHidden();
  await ana.button('Cancel').click();
  await expect(offer(ana)).toBeVisible();
  const ben = await person(context);
  await ben.open(invite);
  await expect(ben.button('Join chat')).toBeEnabled();
  await expect(offer(ben)).toBeHidden();

  // With no page open the browser starts the new worker, which goes on with the old version.
  const blank = await context.newPage();
  await ana.page.close();
  await ben.page.close();
  ana = await person(context);
  await blank.close();
  await expect(async () => {
    await ana.open(hosted.url);
    expect(await workers(ana.page)).toEqual(['active']);
    await ana.page.goto('about:blank');
  }).toPass();
  for (let i = 0; i < 2; i++) {
    await ana.open(hosted.url);
    await works(ana);
    expect(await release(ana.page)).toBe('first');
    await expect(offer(ana)).toBeVisible();
    expect(await builds(ana.page)).toBe(2);
  }

  // Another tab goes on with what it has, and its parts stay as long as it may want them.
  const cem = await person(context);
  await cem.open(hosted.url);
  await cem.newChat();
  await update(ana, 'second');
  expect(await release(cem.page)).toBe('first');
  await expect(cem.field('Invite link')).toBeVisible();
  expect(await builds(ana.page)).toBe(2);
  await cem.page.close({ runBeforeUnload: false });
  await ana.page.reload();
  await expect(kept(ana)).toBeVisible();
  expect(await release(ana.page)).toBe('second');
  await expect.poll(() => builds(ana.page)).toBe(1);
});

test('a version that waits beside an open page comes at once, when the person says so', async ({
  person,
  hosted,
  watch,
}) => {
  hosted.release('first');
  const ana = await person();
  await visit(ana, hosted);
  hosted.release('second');
  await ana.page.reload();
  hosted.release('third');
  await ana.page.reload();
  await expect(offer(ana)).toBeVisible();
  // Whichever of the two it was when the sentence came.
  await expect
    .poll(() =>
      ana.page.evaluate(async () => (await caches.keys()).filter((name) => name.includes('third')).length),
    )
    .toBe(1);
  await expect(async () => expect(await workers(ana.page)).toEqual(['waiting', 'active'])).toPass();
  let loads = 0;
  ana.page.on('load', () => loads++);
  await update(ana, 'third');
  await ana.page.waitForLoadState('networkidle');
  expect(loads).toBe(1);
  await hosted.stop();
  await ana.page.reload();
  expect(await release(ana.page)).toBe('third');
  await works(ana);
  expectOnlyUnreachable(watch.complaints);
});

test('a build with a file that is not its own is not kept', async ({ person, hosted, watch }) => {
  hosted.tamper(/decode/);
  const ana = await person();
  await ana.open(hosted.url);
  await works(ana);
  // The page itself asks for this one only when somebody scans.
  await expect.poll(() => hosted.asked.filter((asked) => asked.includes('decode')).length).toBeGreaterThan(0);
  await expect.poll(() => workers(ana.page)).toEqual([]);
  await expect.poll(() => builds(ana.page)).toBe(0);
  await ana.page.reload();
  await works(ana);
  await ana.newChat();
  watch.complaints.length = 0; // the browser’s own, about the hash
});

test('a newer build with such a file does not take the place of the older one', async ({
  person,
  hosted,
  watch,
}) => {
  hosted.release('first');
  const ana = await person();
  await visit(ana, hosted);
  hosted.release('second');
  hosted.tamper(/manifest/);
  await ana.page.reload();
  await works(ana);
  await expect
    .poll(() => hosted.asked.filter((asked) => asked === 'GET /manifest.webmanifest').length)
    .toBeGreaterThan(1);
  await expect.poll(() => workers(ana.page)).toEqual(['active']);
  await expect.poll(() => builds(ana.page)).toBe(1);
  await expect(kept(ana)).toBeVisible();
  await ana.page.reload();
  await works(ana);
  expect(await release(ana.page)).toBe('first');
  watch.complaints.length = 0; // the browser’s own, about the hash
});

test('a site that does not want it has nothing kept, and ends what was', async ({ person, hosted }) => {
  hosted.config = { offline: false };
  const ana = await person();
  await ana.open(hosted.url);
  await works(ana);
  await ana.page.waitForLoadState('networkidle');
  expect(hosted.asked).not.toContain('GET /sw.js');
  expect(await workers(ana.page)).toEqual([]);

  hosted.config = { offline: true };
  hosted.release('first');
  await ana.page.reload();
  await expect(kept(ana)).toBeVisible();
  hosted.config = { offline: false };
  hosted.release('second');
  await ana.page.reload();
  await expect.poll(() => workers(ana.page)).toEqual([]);
  await expect.poll(() => ana.page.evaluate(() => caches.keys())).toEqual([]);
  await ana.page.reload();
  await works(ana);
  expect(await release(ana.page)).toBe('second');
  expect(await ana.page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
});

/** This was asked for by the test, not by the page. */
function forget(watch: Watch, part: string): void {
  watch.requests.splice(0, Infinity, ...watch.requests.filter((request) => !request.includes(part)));
}

/** Chromium writes down by itself what it could not fetch; nothing else went wrong. */
function expectOnlyUnreachable(complaints: string[]): void {
  expect(complaints.filter((complaint) => !/ERR_CONNECTION_REFUSED/.test(complaint))).toEqual([]);
  complaints.length = 0;
}
