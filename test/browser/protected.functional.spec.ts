import { writeFile } from 'node:fs/promises';
import puppeteer, { type Browser } from 'puppeteer-core';
import { texts } from './texts.ts';
import { AtPuppeteer } from '../network/end.ts';
import { hasNetwork } from './chromium.ts';
import { installed } from './browsers.mjs';
import { expect, test } from './fixtures.ts';
import { greet, meet } from './person.ts';
import { foreign, Studio } from './scan-frames.ts';

/* Browsers that protect their people, and systems that name their language in their own way. */

const refused = `() => { throw new DOMException('The operation is insecure.', 'SecurityError'); }`;

test.describe('Chromium', () => {
  const cases = [
    {
      name: 'a language of the system',
      script: `Object.defineProperty(navigator, 'languages', { value: ['es-ES@euro'] })`,
      language: 'es',
    },
    {
      name: 'no language at all',
      script: `Object.defineProperty(navigator, 'languages', { value: [] }); Object.defineProperty(navigator, 'language', { value: 'C' })`,
      language: 'en',
    },
    {
      name: 'all site data blocked',
      script: ['localStorage', 'sessionStorage', 'indexedDB', 'caches']
        .map((name) => `Object.defineProperty(globalThis, '${name}', { get: ${refused} });`)
        .concat(`globalThis.BroadcastChannel = class { constructor() { (${refused})() } };`)
        .concat(`Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: ${refused} });`)
        .join(''),
      language: 'en',
    },
    {
      name: 'no matchMedia, permissions and formats',
      script: `delete globalThis.matchMedia; delete Navigator.prototype.permissions; delete Intl.DateTimeFormat; delete Intl.ListFormat`,
      language: 'en',
    },
  ];
  for (const { name, script, language } of cases) {
    test(`with ${name} the whole way works`, async ({ person, serve }) => {
      const [ana, ben] = [await person(), await person()];
      await ana.page.addInitScript(script);
      await ana.open(serve.here);
      await expect(ana.page.locator('html')).toHaveAttribute('lang', language);
      if (language !== 'en') return;
      await meet(ana, ben);
      await greet(ana, ben);
      for (const time of await ana.log.locator('.message time').allTextContents()) expect(time).toMatch(/\d/);
    });
  }

  for (const { name, script } of [
    {
      name: 'throws',
      script: `globalThis.RTCPeerConnection = class { constructor() { throw new DOMException('no', 'NotAllowedError') } }`,
    },
    { name: 'does nothing', script: `globalThis.RTCPeerConnection = function () {}` },
    {
      name: 'makes no channel',
      script: `RTCPeerConnection.prototype.createDataChannel = () => { throw new Error('no') }`,
    },
  ]) {
    test(`WebRTC that ${name} is named`, async ({ person, serve }) => {
      const ana = await person();
      await ana.page.addInitScript(script);
      await ana.open(serve.here);
      await ana.button('New chat').click();
      await expect(ana.alert).toHaveText(texts.errors['no-webrtc']);
      // The page goes on.
      await ana.button('New chat').click();
      await expect(ana.alert).toHaveText(texts.errors['no-webrtc']);
    });
  }

  test('a config.json that hangs is not waited for, and told', async ({ person, serve }) => {
    const ana = await person();
    await ana.page.route('**/config.json', () => undefined);
    await ana.open(serve.here);
    await expect(ana.button('New chat')).toBeEnabled();
    await expect(ana.page.getByText(texts.configUnread)).toBeVisible();
    expect(await ana.newChat()).toContain('#i');
  });
});

const firefox = installed('firefox');

test.describe('Firefox', () => {
  test.skip(firefox === undefined, 'there is no Firefox here: make firefox, or FIREFOX=path');
  let browser: Browser | undefined;
  test.afterEach(() => browser?.close());

  async function open(url: string, prefs: Record<string, unknown>): Promise<AtPuppeteer> {
    if (firefox === undefined) throw new Error('there is no Firefox');
    browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: firefox,
      extraPrefsFirefox: {
        'media.peerconnection.ice.loopback': true,
        'media.peerconnection.ice.obfuscate_host_addresses': false,
        ...prefs,
      },
    });
    return AtPuppeteer.open('Firefox', browser, url);
  }

  test('with cookies blocked: a chat with a terminal', async ({ terminal, serve }) => {
    const ana = await open(serve.here, { 'network.cookie.cookieBehavior': 2 });
    const blocked = await ana.page.evaluate(() => {
      try {
        return localStorage.length < 0;
      } catch {
        return true;
      }
    });
    expect(blocked, 'site data is blocked').toBe(true);
    // Firefox has no loopback address where there is a network, and a terminal with --loopback tries no other.
    const ben = terminal('join', hasNetwork ? '--local-only' : '--loopback');
    ben.type(await ana.invite());
    const reply = await ben.event('reply');
    await ana.accept(String(reply['link']));
    await ana.opened();
    await ana.say('hello from Firefox');
    expect((await ben.event('message'))['text']).toBe('hello from Firefox');
  });

  test('with an Intl that knows no such language: the page is there', async ({ serve }) => {
    const ana = await open(serve.here, { 'intl.accept_languages': 'C, x-private, eo@euro' });
    await ana.waits({ verb: 'press', name: texts.newChat });
    await ana.waits({ verb: 'read', name: texts.inviteLabel });
  });

  test('with WebRTC switched off: it is named', async ({ serve }) => {
    if (firefox === undefined) return;
    browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: firefox,
      extraPrefsFirefox: { 'media.peerconnection.enabled': false },
    });
    const page = await browser.newPage();
    await page.goto(serve.here);
    await page.waitForFunction(
      (sentence) => document.body.textContent?.includes(sentence),
      {},
      texts.troubles.webrtc.text,
    );
  });

  test('with addresses kept back: it is named', async ({ serve }) => {
    const ana = await open(serve.here, {
      'media.peerconnection.ice.loopback': false,
      'media.peerconnection.ice.proxy_only': true,
    });
    await ana.waits({ verb: 'press', name: texts.newChat });
    const online = await ana.page.evaluate(() => navigator.onLine);
    await ana.waits({ verb: 'see', any: [online ? texts.addressesHidden : texts.errors['no-addresses']] });
  });

  test('with pictures hidden: it is named, and not the photo', async ({ browser: chromium, serve }, info) => {
    const studio = await Studio.open(chromium);
    const photo = info.outputPath('photo.png');
    const view = { width: 800, height: 600, share: 0.7 };
    await writeFile(photo, await studio.picture(foreign('https://example.test/#i'), view, 'image/png'));
    await studio.close();
    const ana = await open(serve.here, { 'privacy.resistFingerprinting': true });
    await ana.waits({ verb: 'press', name: texts.scanQr });
    const input = await ana.page.waitForSelector('dialog input[type=file]');
    await input?.uploadFile(photo);
    await ana.waits({ verb: 'see', any: [texts.scanTroubles.hidden] });
  });
});
