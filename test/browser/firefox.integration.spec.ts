import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { AtPuppeteer } from '../network/end.ts';
import { hasNetwork, onlyLoopback } from './chromium.ts';
import { card, keepsIn, saved, sendPath, sha256 } from './files.ts';
import { firefox, gives, keeps, keepSaved, launchFirefox, noFirefox } from './firefox.ts';
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
    return AtPuppeteer.open('Firefox', browser, url, keepSaved);
  }

  let folder: string;
  test.beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'tincan-firefox-'))));
  test.afterEach(() => rm(folder, { recursive: true, force: true }));
  async function file(name: string): Promise<{ name: string; path: string; digest: string }> {
    const [path, bytes] = [join(folder, name), randomBytes(10_000_000)];
    await writeFile(path, bytes);
    return { name, path, digest: sha256(bytes) };
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

      // Where there is a network Firefox has no loopback address, so both take the other ones.
      const everywhere = network || hasNetwork;

      test('answers, reacts, edits and takes back, with a terminal', async ({
        terminal,
        serve,
        serveAll,
      }) => {
        const ana = await opened(network ? (serveAll.urls[0] ?? '') : serve.here);
        const ben = terminal('join', ...(everywhere ? [] : ['--loopback']));
        ben.type(await ana.invite());
        await ana.accept(await ben.link('reply'));
        await ana.opened();
        await ben.event('open');
        /** Opens what can be done with the newest message, and chooses it. */
        const act = async (name: string) => {
          await ana.run((menu) => {
            const [newest] = [...document.querySelectorAll('.message')].reverse();
            newest?.querySelector<HTMLElement>(`button[aria-label="${menu}"]`)?.click();
          }, texts.talk.menu);
          await ana.waits({ verb: 'press', name });
        };
        const told = (kind: string) =>
          ben.until(kind, () => ben.events.find((each) => each['event'] === 'talk' && each['kind'] === kind));
        ben.do({ do: 'send', ref: 'a', text: 'from the terminal' });
        const { id } = await ben.event('sent');
        await ana.hears('from the terminal');
        await act('❤️');
        expect(await told('reaction')).toMatchObject({ about: { ours: true, id }, emoji: '❤️' });
        await act(texts.talk.reply);
        await ana.say('an answer');
        expect(await ben.event('message')).toMatchObject({ text: 'an answer', about: { ours: true, id } });
        await act(texts.talk.edit);
        await ana.say('a better answer');
        expect(await told('edit')).toMatchObject({ text: 'a better answer' });
        ben.do({ do: 'unsend', ref: 'b', id });
        await ana.hears(texts.talk.unsentThem);
        await act(texts.talk.unsend);
        await ana.waits({ verb: 'press', name: texts.talk.unsend });
        expect(await told('unsend')).toMatchObject({ about: { ours: false } });
        await ana.leave();
      });

      test('a file of 10 MB each way, with a terminal', async ({ terminal, serve, serveAll }) => {
        const ana = await opened(network ? (serveAll.urls[0] ?? '') : serve.here);
        const ben = terminal('join', ...(everywhere ? [] : ['--loopback']), '--folder', folder);
        ben.type(await ana.invite());
        await ana.accept(await ben.link('reply'));
        await ana.opened();
        await ben.event('open');
        const [up, down] = [await file('up.bin'), await file('down.bin')];
        await gives(ana, up.path);
        const { id } = await ben.event('file');
        ben.do({ do: 'accept', id, path: join(folder, 'came.bin') });
        expect((await ben.event('ended'))['how']).toBe('whole');
        expect(sha256(await readFile(join(folder, 'came.bin')))).toBe(up.digest);
        ben.do({ do: 'file', paths: [down.path] });
        expect(sha256(await keeps(ana))).toBe(down.digest);
        await ana.leave();
      });

      test('a file of 10 MB each way, with Chromium', async ({ person, chromium, serve, serveAll }) => {
        const site = network ? (serveAll.urls[0] ?? '') : serve.here;
        const ana = await opened(site);
        const ben = await person(everywhere ? await chromium([]) : undefined);
        if (!network) await keepsIn(ben, 'memory'); // on plain http there is nothing else
        await ben.open(await ana.invite());
        await ana.accept(await ben.joinChat());
        await ana.opened();
        await ben.connected();
        const [up, down] = [await file('up.bin'), await file('down.bin')];
        await gives(ana, up.path);
        expect(sha256(await saved(ben, up.name))).toBe(up.digest);
        await sendPath(ben, down.path);
        expect(sha256(await keeps(ana))).toBe(down.digest);
        await expect(card(ben, down.name)).toContainText(texts.fileStates.ours.whole);
        await ana.leave();
      });
    });
  }
});
