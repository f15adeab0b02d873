import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from '@playwright/test';
import type { Browser as PuppeteerBrowser, ElementHandle } from 'puppeteer-core';
import { AtChromium, AtPuppeteer, greet } from '../network/end.ts';
import { hasNetwork, onlyLoopback } from './chromium.ts';
import { downloaded, keepsIn, sendPath } from './files.ts';
import { firefox, gives, keeps, keepSaved, launchFirefox, noFirefox } from './firefox.ts';
import { expect, test } from './fixtures.ts';
import { greet as greetPeople, meet, Person } from './person.ts';
import { texts } from './texts.ts';
import { Watch } from './watch.ts';

// The page as one file: people open it from a disk, or find it on a host that knows nothing of tincan.
const path = new URL('../../bin/tincan.html', import.meta.url);
const file = pathToFileURL(path.pathname).href;
const bareInvite = /^i[\w-]{60,}$/;
const bareReply = /^r[\w-]{60,}$/;

let folder: string;
test.beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'tincan-single-'))));
test.afterEach(() => rm(folder, { recursive: true, force: true }));

/** What the pages asked for, and what they complained of. */
const asked = (watch: Watch) =>
  // A picture that stands in the document or lies in the memory has an address, and nobody is asked for it.
  watch.requests.filter((request) => !/^GET (data|blob):/.test(request));

/** Somebody who has opened the file in a browser, and does what both browsers can be asked to do. */
interface Opened {
  end: AtChromium | AtPuppeteer;
  /** The picture of the QR code on the screen. */
  qr(name: string): Promise<Uint8Array>;
  /** Chooses a photo in the dialog that scans. */
  photo(path: string): Promise<void>;
  gives(path: string): Promise<void>;
  /** Saves the file of this name that came. */
  keeps(name: string): Promise<Uint8Array>;
}

async function inChromium(browser: Browser, watch: Watch): Promise<Opened> {
  const context = await browser.newContext();
  await watch.context(context);
  const person = new Person(await context.newPage());
  await keepsIn(person, 'memory'); // no test can press the browser's own dialog
  const end = await AtChromium.at(person.page, file);
  return {
    end,
    qr: (name) => person.page.getByRole('img', { name }).screenshot(),
    photo: (path) => person.page.getByLabel(texts.choosePhoto).setInputFiles(path),
    gives: (path) => sendPath(person, path),
    keeps: async (name) => readFile(await (await downloaded(person, name)).path()),
  };
}

async function inFirefox(browser: PuppeteerBrowser, watch: Watch): Promise<Opened> {
  const page = await (await browser.createBrowserContext()).newPage();
  page.on('request', (request) => watch.requests.push(`${request.method()} ${request.url()}`));
  page.on('pageerror', (error) => watch.complaints.push(`uncaught: ${String(error)}`));
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) watch.complaints.push(message.text());
  });
  const complains = () =>
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error('securitypolicyviolation', event.effectiveDirective, event.blockedURI, event.sample),
    );
  const end = await AtPuppeteer.at('Firefox', page, file, keepSaved, complains);
  const found = async (selector: string) => {
    const element = await page.waitForSelector(selector);
    if (!element) throw new Error(`no ${selector}`);
    return element;
  };
  return {
    end,
    qr: async (name) => (await found(`svg[aria-label="${name}"]`)).screenshot(),
    photo: async (path) =>
      ((await found('dialog input[type=file]')) as ElementHandle<HTMLInputElement>).uploadFile(path),
    gives: (path) => gives(end, path),
    keeps: () => keeps(end),
  };
}

/** From New chat to Leave, with codes alone, and a file each way. */
async function wholeChat(ana: Opened, ben: Opened): Promise<void> {
  const code = await ana.end.invite();
  expect(code).toMatch(bareInvite);
  await ana.end.waits({ verb: 'see', any: [texts.copied] });
  await ana.end.waits({ verb: 'see', any: [texts.bareCode] });

  const picture = join(folder, 'qr.png');
  await writeFile(picture, await ana.qr(texts.inviteQr));
  await ben.end.waits({ verb: 'press', name: texts.scanQr });
  await ben.photo(picture);
  await ben.end.waits({ verb: 'enabled', name: texts.joinChat });
  await ben.end.waits({ verb: 'press', name: texts.cancel });

  await ben.end.waits({ verb: 'fill', name: texts.pasteLabel, text: code });
  await ben.end.waits({ verb: 'press', name: texts.pasteButton });
  await ben.end.waits({ verb: 'press', name: texts.joinChat });
  const { found: reply } = await ben.end.waits({ verb: 'read', name: texts.replyLinkLabel });
  expect(reply).toMatch(bareReply);
  await ana.end.accept(reply);
  await Promise.all([ana.end.opened(), ben.end.opened()]);
  await greet(ana.end, ben.end);

  for (const [from, to, name] of [
    [ana, ben, 'over.bin'],
    [ben, ana, 'back.bin'],
  ] as const) {
    const bytes = randomBytes(300_001);
    await writeFile(join(folder, name), bytes);
    await from.gives(join(folder, name));
    expect(Buffer.from(await to.keeps(name)).equals(bytes)).toBe(true);
  }

  await ana.end.waits({ verb: 'press', name: texts.leave });
  await ana.end.waits({ verb: 'press', name: texts.leaving.chat.leave });
  await ben.end.waits({ verb: 'see', any: [texts.endings.left.title] });
  for (const { end } of [ana, ben]) {
    expect(await end.run(() => localStorage.length + sessionStorage.length, undefined)).toBe(0);
    await end.leave();
  }
}

test.describe('from a disk', () => {
  test.skip(!hasNetwork, onlyLoopback);

  test('two in Chromium chat with codes, and nobody is asked for anything', async ({ browser }) => {
    const watch = new Watch();
    await wholeChat(await inChromium(browser, watch), await inChromium(browser, watch));
    expect(asked(watch)).toEqual([`GET ${file}`, `GET ${file}`]);
    expect(watch.complaints).toEqual([]);
  });

  test.describe('in Firefox', () => {
    test.skip(firefox === undefined, noFirefox);
    let other: PuppeteerBrowser;
    test.beforeAll(async () => {
      if (firefox !== undefined) other = await launchFirefox();
    });
    test.afterAll(() => other?.close());

    for (const [name, first] of [
      ['two in Firefox', 'Firefox'],
      ['Chromium invites Firefox', 'Chromium'],
    ] as const) {
      test(name, async ({ browser }) => {
        const watch = new Watch();
        const ana = await (first === 'Firefox' ? inFirefox(other, watch) : inChromium(browser, watch));
        await wholeChat(ana, await inFirefox(other, watch));
        // Of a file that is opened Firefox does not say so.
        expect(asked(watch).filter((request) => request !== `GET ${file}`)).toEqual([]);
        expect(watch.complaints).toEqual([]);
      });
    }
  });

  test('its links begin with a site where one is named, until it is closed', async ({ browser }) => {
    const watch = new Watch();
    const { end } = await inChromium(browser, watch);
    const { person } = end as AtChromium;
    await person.button(texts.settings).click();
    await expect(person.page.getByText(texts.diskKept)).toBeVisible();
    await expect(person.page.getByRole('switch', { name: texts.outlive })).toBeHidden();
    const field = person.page.getByLabel(texts.siteLabel);
    await field.fill('ftp://chat.example/');
    await field.blur();
    await expect(person.alert).toHaveText(texts.siteAbout);
    await field.fill('chat.example');
    await field.blur();
    await expect(person.alert).toBeHidden();
    await person.button(texts.done).click();
    expect(await person.newChat()).toMatch(/^https:\/\/chat\.example\/#i[\w-]+$/);
    await expect(person.page.getByText(texts.bareCode)).toBeHidden();
    await person.page.reload();
    expect(await person.newChat()).toMatch(bareInvite);
    expect(watch.complaints).toEqual([]);
  });
});

test.describe('from a host', () => {
  let server: Server;
  let files: Record<string, Uint8Array | string>;
  let heard: string[];
  /** Sends the rest of a file of which the beginning was sent. */
  let goOn: () => void;
  let url: string;

  test.beforeEach(async () => {
    const whole = await readFile(path);
    heard = [];
    // Its page is before this, and its engine behind.
    const middle = whole.indexOf(Buffer.from('id="engine"', 'utf16le')) + 1_000;
    files = {
      '/chat.html': whole,
      '/cut.html': whole.subarray(0, middle),
      '/changed.html': Buffer.concat([whole.subarray(0, 50_000), Buffer.from('a\0'), whole.subarray(50_002)]),
      '/around.html': '<!doctype html><iframe src="chat.html"></iframe>',
    };
    // What such hosts say of all their HTML; the file says otherwise, and is believed.
    server = createServer((request, response) => {
      heard.push(`${request.method} ${request.url}`);
      if (request.url === '/slow.html') {
        response.writeHead(200, { 'Content-Type': 'text/html' }).write(whole.subarray(0, middle));
        goOn = () => response.end(whole.subarray(middle));
        return;
      }
      const found = files[request.url ?? ''];
      response.writeHead(found === undefined ? 404 : 200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end(found);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://localhost:${(server.address() as AddressInfo).port}/`;
  });
  test.afterEach(() => new Promise((resolve) => server.close(resolve)));

  test('its links lead to it, and it asks for nothing but itself', async ({ browser }) => {
    const watch = new Watch();
    const context = await browser.newContext();
    await watch.context(context);
    const [ana, ben] = [new Person(await context.newPage()), new Person(await context.newPage())];
    await ana.open(`${url}chat.html`);
    const { invite } = await meet(ana, ben);
    expect(invite.startsWith(`${url}chat.html#i`)).toBe(true);
    expect(ben.page.url()).toBe(`${url}chat.html`);
    await greetPeople(ana, ben);
    await ana.leave();
    expect(asked(watch)).toEqual([`GET ${url}chat.html`, `GET ${url}chat.html`]);
    expect(heard).toEqual(['GET /chat.html', 'GET /chat.html']);
    expect(watch.complaints).toEqual([]);
    await context.close();
  });

  test('so it does in Firefox', async () => {
    test.skip(firefox === undefined, noFirefox);
    const browser = await launchFirefox();
    const end = await AtPuppeteer.open('Firefox', browser, `${url}chat.html`);
    expect(await end.invite()).toMatch(/^http:\/\/localhost:\d+\/chat\.html#i/);
    await browser.close();
    expect(heard).toEqual(['GET /chat.html']);
  });

  test('it shows its page while the engine is still on its way, and waits for all of it', async ({
    page,
  }) => {
    const ana = new Person(page);
    await page.goto(`${url}slow.html`, { waitUntil: 'commit' });
    await expect(ana.button(texts.newChat)).toBeVisible();
    await expect(page.locator('script#engine')).toHaveCount(1);
    goOn();
    await expect(ana.button(texts.newChat)).toBeEnabled();
  });

  test('what an extension puts into it is refused, and it starts all the same', async ({ page }) => {
    await page.addInitScript(() => {
      const scope = globalThis as unknown as { foreign: string };
      scope.foreign = 'not tried';
      document.addEventListener('securitypolicyviolation', () => (scope.foreign = 'refused'));
      new MutationObserver((_, observer) => {
        // It has begun to start.
        if (!document.querySelector('head > style')) return;
        observer.disconnect();
        const script = document.createElement('script');
        script.append('globalThis.foreign = "ran"');
        document.body.append(script);
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto(`${url}chat.html`);
    await expect(new Person(page).button(texts.newChat)).toBeEnabled();
    expect(await page.evaluate('foreign')).toBe('refused');
  });

  test('it says so where it is not whole, and does not run inside another page', async ({ page }) => {
    await page.goto(`${url}cut.html#iSecret`);
    await expect(page.getByText(texts.troubles.load.title)).toBeVisible();
    expect(page.url()).toBe(`${url}cut.html`);
    await page.goto(`${url}changed.html#iSecret`);
    await expect(page.getByText('tincan could not start')).toBeVisible();
    expect(page.url()).toBe(`${url}changed.html`);
    await page.goto(`${url}around.html`);
    await expect(
      page.frameLocator('iframe').getByText('tincan does not run inside another page'),
    ).toBeVisible();
  });
});
