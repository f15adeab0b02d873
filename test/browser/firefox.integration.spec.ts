import { existsSync } from 'node:fs';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { texts } from '../../site/src/texts.ts';
import { hasNetwork, onlyLoopback } from './chromium.ts';
import { expect, test } from './fixtures.ts';

const firefox = [process.env['FIREFOX'] ?? '', '/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync);

// Firefox says less of itself in a request than Chromium, and a mailbox has to know whose page asks.
test.describe('Firefox', () => {
  test.skip(firefox === undefined, 'there is no Firefox here: make firefox, or FIREFOX=path');
  let browser: Browser;

  test.beforeAll(async () => {
    if (firefox === undefined) return;
    browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: firefox,
      extraPrefsFirefox: {
        // As Chromium's switches do for a computer without a network.
        'media.peerconnection.ice.loopback': true,
        'media.peerconnection.ice.obfuscate_host_addresses': false,
      },
    });
  });
  test.afterAll(() => browser?.close());

  for (const { name, network } of [
    { name: 'on this computer', network: false },
    { name: 'on a plain http page of the network', network: true },
  ]) {
    test.describe(name, () => {
      test.skip(network && !hasNetwork, onlyLoopback);

      test('invites a terminal, and fetches the reply by itself', async ({ terminal, serve, serveAll }) => {
        const ana = await opened(browser, network ? (serveAll.urls[0] ?? '') : serve.here);
        await press(ana, 'switch', texts.byItself);
        await press(ana, 'button', texts.newChat);
        const ben = terminal('join', ...(network ? [] : ['--loopback']));
        ben.type(await read(ana, texts.inviteLabel));
        await ana.waitForSelector('[role=log]', { timeout: 30_000 });
        await ben.event('open');
        await ana.browserContext().close();
        expect((await ben.event('closed'))['reason']).toMatch(/left|lost/);
      });

      test('joins a terminal, and its reply goes by itself', async ({ terminal, serve, serveAll }) => {
        const site = network ? (serveAll.urls[0] ?? '') : serve.here;
        const ana = terminal('new', '--site', site, '--mailbox', 'on', ...(network ? [] : ['--loopback']));
        const ben = await opened(browser, await ana.link('invite'));
        await press(ben, 'button', texts.joinChat);
        await read(ben, texts.replyLinkLabel);
        // The terminal has opened the reply.
        await expect.poll(() => ana.events.some((each) => each['state'] === 'connecting')).toBe(true);
        await ben.browserContext().close();
      });
    });
  }
});

async function opened(browser: Browser, url: string): Promise<Page> {
  // A context is a window in Firefox: its tab is in front, as it is for people.
  const page = await (await browser.createBrowserContext()).newPage();
  await page.goto(url);
  return page;
}

async function press(page: Page, role: string, name: string): Promise<void> {
  await page.locator(`::-p-aria([name="${name}"][role="${role}"])`).click();
}

/** What stands in a field, once something does. */
async function read(page: Page, name: string): Promise<string> {
  const value = await page.waitForFunction(
    (label) =>
      [...document.querySelectorAll('textarea')].find((each) => each.labels[0]?.textContent.trim() === label)
        ?.value || undefined,
    {},
    name,
  );
  return String(await value.jsonValue());
}
