import { readFile } from 'node:fs/promises';
import { hasNetwork, loopbackSwitches, onlyLoopback, plainName } from './chromium.ts';
import { expect, test } from './fixtures.ts';
import { census, count } from './peers.ts';
import { greet, meet } from './person.ts';

test('opening an invite sends nothing until Join chat is pressed: 20 times', async ({
  person,
  watch,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  const invite = await ana.newChat();
  await count(ben.page.context());
  for (let i = 0; i < 20; i++) {
    await ben.page.goto('about:blank');
    await ben.open(invite);
    await expect(ben.button('Join chat')).toBeEnabled();
    expect(await census(ben.page)).toMatchObject({ made: 0 });
  }
  expect(watch.strange).toEqual([]);
  const reply = await ben.joinChat();
  expect(await census(ben.page)).toMatchObject({ made: 1, open: 3 }); // a connection and its two channels: the count counts
  await ana.connect(reply);
  await ana.connected();
});

test('a whole chat asks the network for nothing but the files of the page', async ({
  person,
  chromium,
  watch,
  serve,
}, info) => {
  // Chromium's own log knows of requests that a page could hide from its driver.
  const logs = ['ana', 'ben'].map((name) => info.outputPath(`${name}.netlog.json`));
  const browsers = await Promise.all(
    logs.map((path) => chromium([...loopbackSwitches, `--log-net-log=${path}`])),
  );
  const [ana, ben] = [await person(browsers[0]), await person(browsers[1])];
  await ana.open(serve.here);
  await meet(ana, ben);
  await greet(ana, ben);
  await ana.leave();
  await ben.ended('left');

  expect(watch.requests.length).toBeGreaterThan(5);
  expect(watch.strange).toEqual([]);
  expect(watch.requests.filter((request) => /\/api|WebSocket/.test(request))).toEqual([]);
  await Promise.all(browsers.map((browser) => browser.close()));
  for (const path of logs) {
    const urls = await requestsOf(path, new URL(serve.here).origin);
    expect(urls.length).toBeGreaterThan(5);
    expect(urls.filter((url) => !url.startsWith(serve.here))).toEqual([]);
  }
});

test.describe('on plain http under a name, which is no secure origin', () => {
  test.skip(!hasNetwork, onlyLoopback);

  test('a whole chat breaks no policy and logs nothing', async ({ person, watch, serveAll }) => {
    const [ana, ben] = [await person(), await person()];
    const url = `http://${plainName}:${new URL(serveAll.here).port}/`;
    watch.served([url]);
    await ana.open(url);
    expect(await ana.page.evaluate(() => isSecureContext)).toBe(false);
    const { invite } = await meet(ana, ben);
    expect(invite.startsWith(`${url}#`)).toBe(true);
    expect(await ana.safetyWords()).toEqual(await ben.safetyWords());
    await greet(ana, ben);
    await ana.leave();
    await ben.ended('left');
    expect(watch.complaints).toEqual([]);
  });
});

test('the policy is there, and this test would see a break of it', async ({ person, watch, serve }) => {
  const ana = await person();
  await ana.open(serve.here);
  await ana.page
    .evaluate(() => {
      const script = document.createElement('script');
      script.src = 'data:text/javascript,';
      document.head.append(script);
    })
    .catch(() => {}); // Trusted Types already refuse the assignment
  await expect.poll(() => watch.complaints.join('\n')).toContain('securitypolicyviolation');
  watch.complaints.length = 0;
});

for (const kind of ['invite', 'reply'] as const) {
  test(`the secret of an opened ${kind} leaves the page's address and stays nowhere`, async ({
    person,
    watch,
    serve,
  }) => {
    const [ana, ben, reader] = [await person(), await person(), await person()];
    await ana.open(serve.here);
    const invite = await ana.newChat();
    await ben.open(invite);
    const link = kind === 'invite' ? invite : await ben.joinChat();
    const secret = new URL(link).hash.slice(1);
    expect(secret.length).toBeGreaterThan(100);

    // As soon as the first script has run; nothing of the engine is there by then.
    await reader.page.goto(link, { waitUntil: 'domcontentloaded' });
    expect(await reader.page.evaluate(() => location.hash)).toBe('');
    if (kind === 'invite') await expect(reader.button('Join chat')).toBeEnabled();
    else await expect(reader.status).toBeVisible();

    const places = await reader.page.evaluate(async () => ({
      href: location.href,
      documentURI: document.documentURI,
      title: document.title,
      state: JSON.stringify(history.state),
      entries:
        'navigation' in window
          ? window.navigation
              .entries()
              .map((entry) => `${entry.url} ${JSON.stringify(entry.getState())}`)
              .join()
          : '',
      localStorage: JSON.stringify({ ...localStorage }),
      sessionStorage: JSON.stringify({ ...sessionStorage }),
      cookies: document.cookie,
      name: window.name,
      databases: JSON.stringify(await indexedDB.databases()),
      caches: JSON.stringify(await caches.keys()),
      referrer: document.referrer,
      resources: performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .join(),
    }));
    for (const [place, text] of Object.entries(places)) {
      expect(text.includes(secret), `${place} holds the secret`).toBe(false);
    }
    expect(
      watch.requests.filter((request) => request.includes(secret.slice(0, 20)) || request.includes('#')),
    ).toEqual([]);
    // The one place that a page cannot clear: it is gone with the page (SECURITY.md).
    const timing = await reader.page.evaluate(() =>
      performance.getEntriesByType('navigation').map(({ name }) => name),
    );
    expect(timing).toEqual([link]);

    if (kind === 'invite') expect(await reader.page.content()).not.toContain(secret);
  });
}

/** The URLs that Chromium logged as asked for by pages of an origin, or as the pages themselves. */
async function requestsOf(path: string, origin: string): Promise<string[]> {
  interface Log {
    constants: { logEventTypes: Record<string, number> };
    events: { type: number; params?: { url?: string; initiator?: string; network_isolation_key?: string } }[];
  }
  const { constants, events } = JSON.parse(await readFile(path, 'utf8')) as Log;
  const type = constants.logEventTypes['URL_REQUEST_START_JOB'];
  if (type === undefined) throw new Error('Chromium’s log has other names now');
  return events.flatMap((event) => {
    const { url = '', initiator = '', network_isolation_key: key = '' } = event.params ?? {};
    // What Chromium asks for itself, such as updates, is no page's.
    return event.type === type && [url, initiator, key].some((text) => text.includes(origin)) ? [url] : [];
  });
}
