import type { Browser } from 'puppeteer-core';
import { AtPuppeteer } from '../network/end.ts';
import { hasNetwork, onlyLoopback } from './chromium.ts';
import { firefox, launchFirefox, noFirefox } from './firefox.ts';
import { expect, test } from './fixtures.ts';
import { texts } from './texts.ts';

// Firefox says less of itself in a request than Chromium, and a mailbox has to know whose page asks.
test.describe('Firefox', () => {
  test.skip(firefox === undefined, noFirefox);
  let browser: Browser | undefined;

  test.beforeAll(async () => {
    if (firefox !== undefined) browser = await launchFirefox();
  });
  test.afterAll(() => browser?.close());

  async function opened(url: string): Promise<AtPuppeteer> {
    if (browser === undefined) throw new Error('there is no Firefox');
    return AtPuppeteer.open('Firefox', browser, url);
  }

  for (const { name, network } of [
    { name: 'on this computer', network: false },
    { name: 'on a plain http page of the network', network: true },
  ]) {
    test.describe(name, () => {
      test.skip(network && !hasNetwork, onlyLoopback);
      const flags = network ? [] : ['--loopback'];

      test('invites a terminal, and fetches the reply by itself', async ({ terminal, serve, serveAll }) => {
        test.skip(
          !network && hasNetwork,
          'Firefox has no loopback address where there is a network, and a terminal with --loopback tries no other',
        );
        const ana = await opened(network ? (serveAll.urls[0] ?? '') : serve.here);
        await ana.choseMailbox();
        const ben = terminal('join', ...flags);
        ben.type(await ana.invite());
        await ana.opened();
        await ben.event('open');
        await ana.waits({ verb: 'press', name: texts.leave });
        expect((await ben.event('closed'))['reason']).toBe('left');
        await ana.leave();
      });

      test('joins a terminal, and its reply goes by itself', async ({ terminal, serve, serveAll }) => {
        const site = network ? (serveAll.urls[0] ?? '') : serve.here;
        const ana = terminal('new', '--site', site, '--mailbox', 'on', ...flags);
        const ben = await opened(site);
        await ben.join(await ana.link('invite'));
        // The terminal has opened the reply.
        await expect.poll(() => ana.events.some((each) => each['state'] === 'connecting')).toBe(true);
        await ben.leave();
      });
    });
  }
});
