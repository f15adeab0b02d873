import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AtPuppeteer } from '../network/end.ts';
import { hasNetwork } from './chromium.ts';
import { card, chosen, digestOf, downloaded, keepsIn, randomFile, save, sendPath } from './files.ts';
import {
  firefox,
  gives,
  keepSaved,
  launchFirefox,
  noFirefox,
  save as saveInFirefox,
  type SavedScope,
} from './firefox.ts';
import { expect, test } from './fixtures.ts';
import { PageMemory, watchFirefox, type Taken } from './page-memory.ts';
import { greet, meet } from './person.ts';
import { texts } from './texts.ts';

/* Files that a page cannot hold. */

const size = 200_000_000;
const name = 'large.bin';
/** How much more of the memory a page may take than before, in MiB. */
const growth = 64;
/** For a computer that is busy with the other tests. */
const patience = 240_000;

test.describe('200 MB', { tag: '@slow' }, () => {
  test.skip(process.env['TINCAN_SLOW'] !== '1', 'takes minutes: make slow, or TINCAN_SLOW=1');
  // One after the other: each keeps two cores busy, and 400 MB on the disk.
  test.describe.configure({ mode: 'default', timeout: 600_000 });

  let folder: string;
  let file: { path: string; digest: string };
  test.beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tincan-large-'));
    file = await randomFile(folder, name, size);
  });
  test.afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const place of ['disk', 'chosen'] as const) {
    test(`from page to page, kept: ${place}; neither page takes 64 MiB more`, async ({
      person,
      chromium,
      serve,
    }) => {
      test.skip(process.platform !== 'linux', 'what a process takes is read from /proc');
      const browsers = [await chromium(), await chromium()] as const;
      const [ana, ben] = [await person(browsers[0]), await person(browsers[1])];
      const memories = [
        await PageMemory.of(ana.page, browsers[0]),
        await PageMemory.of(ben.page, browsers[1]),
      ] as const;
      await keepsIn(ben, place);
      await ana.open(serve.here);
      await meet(ana, ben);
      const before = [await memories[0].taken(), await memories[1].taken()] as const;
      for (const memory of memories) memory.watch();
      await sendPath(ana, file.path);
      const began = Date.now();
      const download = place === 'disk' ? await downloaded(ben, name, patience) : await save(ben, name);
      await expect(card(ana, name)).toContainText(texts.fileStates.ours.whole, { timeout: patience });
      const speed = rate(began);
      const highest = memories.map((memory) => memory.highest());
      const after = [await memories[0].taken(), await memories[1].taken()] as const;
      expect(await (download ? digestOf(await download.path()) : chosen(ben, name))).toBe(file.digest);

      for (const [i, who] of ['sender', 'receiver'].entries()) {
        const [was, is] = [before[i], after[i]];
        if (!was || !is) throw new Error('two pages');
        const more = (what: keyof Taken) => `${what} ${was[what].toFixed(1)} → ${is[what].toFixed(1)}`;
        console.log(
          `${place}, ${who}, MiB: ${more('process')}, at most ${highest[i]?.toFixed(1)};`,
          `${more('engine')}; ${more('heap')}; ${speed} MB/s`,
        );
        expect.soft((highest[i] ?? Infinity) - was.process, `${who}: the process`).toBeLessThan(growth);
        expect
          .soft(is.engine - was.engine + Math.max(0, is.heap - was.heap), `${who}: engine and heap`)
          .toBeLessThan(growth);
      }
    });
  }

  test('from page to terminal and from terminal to page', async ({ person, terminal, serve }) => {
    const [ana, ben] = [await person(), terminal('join', '--loopback', '--folder', folder)];
    await keepsIn(ana, 'disk');
    await ana.open(serve.here);
    ben.type(await ana.newChat());
    await ana.connect(await ben.link('reply'));
    await ana.connected();
    const whole = (ours: boolean) =>
      expect
        .poll(() => ben.events.find((each) => each.event === 'ended' && each['ours'] === ours)?.['how'], {
          timeout: patience,
        })
        .toBe('whole');

    await sendPath(ana, file.path);
    let began = Date.now();
    const came = join(folder, 'came.bin');
    ben.do({ do: 'accept', id: (await ben.event('file'))['id'], path: came });
    await whole(false);
    console.log(`page to terminal: ${rate(began)} MB/s`);
    expect(await digestOf(came)).toBe(file.digest);
    await rm(came);
    await expect(card(ana, name)).toContainText(texts.fileStates.ours.whole);

    const [back, other] = ['back.bin', await randomFile(folder, 'back.bin', size)];
    ben.do({ do: 'file', paths: [other.path] });
    await expect(card(ana, back)).toBeVisible();
    began = Date.now();
    const download = await downloaded(ana, back, patience);
    console.log(`terminal to page: ${rate(began)} MB/s`);
    expect(await digestOf(await download.path())).toBe(other.digest);
    await whole(true);
    await rm(other.path);
  });

  for (const sender of ['Firefox', 'Chromium'] as const) {
    test(`from page to page, from ${sender} to ${sender === 'Firefox' ? 'Chromium' : 'Firefox'}`, async ({
      person,
      chromium,
      serve,
    }) => {
      test.skip(firefox === undefined, noFirefox);
      const browser = await launchFirefox();
      try {
        const ana = await AtPuppeteer.open('Firefox', browser, serve.here, keepSaved);
        // Where there is a network Firefox has no loopback address, so both take the other ones.
        const ben = await person(hasNetwork ? await chromium([]) : undefined);
        await keepsIn(ben, 'disk');
        await ben.open(await ana.invite());
        await ana.accept(await ben.joinChat());
        await ana.opened();
        await ben.connected();
        const pid = process.platform === 'linux' ? browser.process()?.pid : undefined;
        const more = pid === undefined ? undefined : await watchFirefox(pid);
        const began = Date.now();
        const told = () => `${rate(began)} MB/s; Firefox took at most ${more?.().toFixed(0)} MiB more`;
        if (sender === 'Firefox') {
          await gives(ana, file.path);
          const download = await downloaded(ben, name, patience);
          console.log(`from Firefox to Chromium: ${told()}`);
          expect(await digestOf(await download.path())).toBe(file.digest);
        } else {
          await sendPath(ben, file.path);
          await saveInFirefox(ana, patience);
          console.log(`from Chromium to Firefox: ${told()}`);
          expect(await ana.run(digestOfSaved, undefined)).toBe(file.digest);
          await expect(card(ben, name)).toContainText(texts.fileStates.ours.whole);
        }
        await ana.leave();
      } finally {
        await browser.close();
      }
    });
  }

  test('from page to page over a line that breaks five times', async ({ person, serve }) => {
    const [ana, ben] = [await person(), await person()];
    await keepsIn(ben, 'disk');
    await ana.page.addInitScript(cutLines, { after: size / 6, times: 5 });
    await ana.open(serve.here);
    await meet(ana, ben);
    await greet(ana, ben);
    await sendPath(ana, file.path);
    const began = Date.now();
    const download = await downloaded(ben, name, patience);
    const took = Date.now() - began;
    expect(await digestOf(await download.path())).toBe(file.digest);
    const { cuts, handed, transports } = await ana.page.evaluate(linesCut);
    const over = (bytes: number) => `${((bytes / size - 1) * 100).toFixed(1)} %`;
    console.log(
      `${cuts} cuts: ${over(handed)} more handed to the channels than the file has,`,
      `${over(transports)} with all that WebRTC adds, in ${(took / 1000).toFixed(0)} s`,
    );
    expect(cuts).toBe(5);
    expect(handed / size).toBeLessThan(1.05);
    await greet(ana, ben);
  });
});

/** Runs in a page with `keepSaved`. */
async function digestOfSaved(): Promise<string> {
  const { saved } = globalThis as unknown as SavedScope;
  const digest = await crypto.subtle.digest('SHA-256', await (saved ?? new Blob()).arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const rate = (began: number) => (size / 1000 / (Date.now() - began)).toFixed(1);

interface Cuts {
  cuts: number;
  /** Bytes that were given to the channels of files. */
  handed: number;
  /** The connections that have carried some. */
  carried: Set<RTCPeerConnection>;
  /** What the closed ones have sent, with all headers. */
  closed: number;
}

/** Runs in a page before all else: has its connection closed whenever so much of a file has gone, so often. */
function cutLines({ after, times }: { after: number; times: number }): void {
  const state: Cuts = { cuts: 0, handed: 0, carried: new Set(), closed: 0 };
  Object.assign(globalThis, { state });
  const connections = new WeakMap<RTCDataChannel, RTCPeerConnection>();
  const { createDataChannel } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createDataChannel = function (...args) {
    const channel = createDataChannel.apply(this, args);
    if (channel.label === 'files') connections.set(channel, this);
    return channel;
  };
  const send = Reflect.get(RTCDataChannel.prototype, 'send') as (bytes: Uint8Array) => void;
  RTCDataChannel.prototype.send = function (bytes: unknown) {
    send.call(this, bytes as Uint8Array);
    const connection = connections.get(this);
    if (!connection) return;
    state.handed += (bytes as Uint8Array).length;
    state.carried.add(connection);
    if (state.cuts === times || state.handed < (state.cuts + 1) * after) return;
    state.cuts += 1;
    void connection.getStats().then((stats) => {
      stats.forEach((each: { type: string; bytesSent?: number }) => {
        if (each.type === 'transport') state.closed += each.bytesSent ?? 0;
      });
      state.carried.delete(connection);
      connection.close();
    });
  };
}

/** Runs in the same page afterwards. */
async function linesCut(): Promise<{ cuts: number; handed: number; transports: number }> {
  const { state } = globalThis as unknown as { state: Cuts };
  let transports = state.closed;
  for (const connection of state.carried) {
    (await connection.getStats()).forEach((each: { type: string; bytesSent?: number }) => {
      if (each.type === 'transport') transports += each.bytesSent ?? 0;
    });
  }
  return { cuts: state.cuts, handed: state.handed, transports };
}
