import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, test as base, expect } from '@playwright/test';
import puppeteer, { type Browser as PuppeteerBrowser } from 'puppeteer-core';
import { launchOptions, loopbackSwitches } from './chromium.ts';
import { FakePage } from './fake-page.ts';
import { Person } from './person.ts';
import { Gateway, Serve, Terminal } from './programs.ts';
import { Proxy } from './proxy.ts';
import { Watch } from './watch.ts';

interface Fixtures {
  /** Hears every page of the test; the test fails if one complains or asks the network for what it shouldn't. */
  watch: Watch;
  /** Somebody with a profile of their own, in the test's browser or in the one named; or with one more tab of a profile. */
  person: (where?: Browser | BrowserContext) => Promise<Person>;
  /** Another Chromium process. */
  chromium: (switches?: readonly string[]) => Promise<Browser>;
  /** Another Chromium, driven by puppeteer: only so can its pages be frozen. */
  freezable: () => Promise<PuppeteerBrowser>;
  /** A profile on disk, as people have it, with as many tabs as wanted. */
  profile: () => Promise<BrowserContext>;
  /** A `tincan` in a terminal. */
  terminal: (...args: string[]) => Terminal;
  /**
   * The page through a proxy that counts what is asked of the mailbox, which the test may ask: the one of `serve`, or
   * the one that the cloud runs.
   */
  mailbox: (of?: MailboxOf) => Promise<Proxy>;
}

export type MailboxOf = 'tincan serve' | 'the cloud';

interface WorkerFixtures {
  /** The page, for this computer only. */
  serve: Serve;
  /** The page, for everybody on the network. */
  serveAll: Serve;
  /** The page with the fake engine: for what a real one takes too long to bring about. */
  fake: FakePage;
  /** The page of `serve`, with the mailbox of the cloud, for the first test that wants it. */
  gateway: () => Promise<Gateway>;
}

export { expect };

export const test = base.extend<Fixtures, WorkerFixtures>({
  serve: [served('127.0.0.1:0'), { scope: 'worker' }],
  serveAll: [served(':0'), { scope: 'worker' }],
  fake: [
    async ({}, use) => {
      const fake = await FakePage.start();
      await use(fake);
      await fake.stop();
    },
    { scope: 'worker' },
  ],
  gateway: [
    async ({ serve }, use) => {
      let gateway: Promise<Gateway> | undefined;
      await use(() => (gateway ??= Gateway.start(serve.here)));
      await (await gateway)?.stop();
    },
    { scope: 'worker' },
  ],

  mailbox: async ({ serve, gateway, watch }, use) => {
    const proxies: Proxy[] = [];
    const talks: (() => string)[] = [() => serve.talk];
    await use(async (of = 'tincan serve') => {
      const cloud = of === 'the cloud' ? await gateway() : undefined;
      if (cloud) talks.push(() => cloud.talk);
      const proxy = await Proxy.start(cloud?.url ?? serve.here);
      proxies.push(proxy);
      watch.served([proxy.url]);
      watch.mailbox = true;
      return proxy;
    });
    for (const proxy of proxies) await proxy.stop();
    for (const talk of talks) {
      expect.soft(watch.traces.in(talk()), 'traces of replies in what a server said').toBe(0);
      expect.soft(talk(), 'addresses in what a server said').not.toMatch(/127\.0\.0\.1|localhost/);
    }
  },

  watch: async ({ serve, serveAll }, use) => {
    const watch = new Watch();
    watch.served([...serve.urls, ...serveAll.urls]);
    await use(watch);
    expect.soft(watch.strange, 'requests for anything but the page').toEqual([]);
    expect.soft(watch.complaints, 'complaints of the page').toEqual([]);
  },

  // People leave before what they ask is gone: hence the mailbox, which is stopped after them.
  person: async ({ browser, viewport, watch, mailbox: _ }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (where = browser) => {
      if ('newCDPSession' in where) return new Person(await where.newPage());
      const context = await where.newContext({ viewport });
      contexts.push(context);
      await watch.context(context);
      return new Person(await context.newPage());
    });
    await Promise.all(contexts.map((context) => context.close()));
  },

  chromium: async ({ playwright }, use) => {
    const browsers: Browser[] = [];
    await use(async (switches = loopbackSwitches) => {
      const browser = await playwright.chromium.launch(launchOptions(switches));
      browsers.push(browser);
      return browser;
    });
    await Promise.all(browsers.map((browser) => browser.close()));
  },

  freezable: async ({ playwright }, use) => {
    const browsers: PuppeteerBrowser[] = [];
    await use(async () => {
      const { executablePath = playwright.chromium.executablePath(), args = [] } = launchOptions();
      const protocolTimeout = 900_000; // frozen pages answer late
      const browser = await puppeteer.launch({ browser: 'chrome', executablePath, args, protocolTimeout });
      browsers.push(browser);
      return browser;
    });
    await Promise.all(browsers.map((browser) => browser.close()));
  },

  profile: async ({ playwright, viewport, watch, mailbox: _ }, use) => {
    const open: { context: BrowserContext; folder: string }[] = [];
    await use(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'tincan-profile-'));
      const context = await playwright.chromium.launchPersistentContext(folder, {
        ...launchOptions(),
        viewport,
        // Playwright keeps tabs in the background as fast as the one in front; people's browsers don't.
        ignoreDefaultArgs: [
          '--disable-background-timer-throttling',
          '--disable-backgrounding-occluded-windows',
          '--disable-renderer-backgrounding',
        ],
      });
      open.push({ context, folder });
      await watch.context(context);
      return context;
    });
    for (const { context, folder } of open) {
      await context.close();
      await rm(folder, { recursive: true, force: true });
    }
  },

  terminal: async ({ watch }, use) => {
    const terminals: Terminal[] = [];
    await use((...args) => {
      const terminal = new Terminal(args);
      terminals.push(terminal);
      return terminal;
    });
    for (const terminal of terminals) {
      terminal.interrupt();
      await terminal.ended();
      expect.soft(watch.traces.in(terminal.talk), 'traces of replies in what a terminal said').toBe(0);
    }
  },
});

function served(listen: string) {
  return async ({}: object, use: (serve: Serve) => Promise<void>) => {
    const serve = await Serve.start(listen);
    await use(serve);
    await serve.stop();
  };
}
