import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { cameraSamples } from './camera-samples.ts';
import { hasNetwork, onlyLoopback } from './chromium.ts';
import { attach, card, chosen, keepsIn, places, save, saved, send, sendPath, sha256 } from './files.ts';
import { expect, test } from './fixtures.ts';
import { meet, type Person } from './person.ts';
import type { Terminal } from './programs.ts';
import { texts } from './texts.ts';

/** The sizes at which something changes: nothing, a byte, a part and its neighbours, and many of them. */
const sizes = [0, 1, 63_487, 63_488, 63_489, 10_000_000];

/** For files that are too large to be handed to a browser in any other way. */
let folder: string;
test.beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'tincan-files-'))));
test.afterEach(() => rm(folder, { recursive: true, force: true }));

for (const place of places) {
  test(`files of every size from page to page, kept: ${place}`, async ({ person, serve }) => {
    const [ana, ben] = [await person(), await person()];
    await keepsIn(ben, place);
    // One that is larger than what is kept in memory where there is a disk.
    const all = place === 'disk' ? [...sizes, 20_000_000] : sizes;
    await ana.open(serve.here);
    await meet(ana, ben);
    for (const size of all) {
      const [name, bytes] = [`${size}.bin`, randomBytes(size)];
      // A large one is handed over by its path: as bytes it takes the browser longer than a test may wait.
      await writeFile(join(folder, name), bytes);
      await sendPath(ana, join(folder, name));
      await expect(card(ben, name)).toBeVisible();
      if (place === 'chosen') {
        await save(ben, name);
        await expect(card(ben, name)).toContainText(texts.fileStates.theirs.whole);
        expect(await chosen(ben, name)).toBe(sha256(bytes));
      } else expect(sha256(await saved(ben, name))).toBe(sha256(bytes));
      await expect(card(ana, name)).toContainText(texts.fileStates.ours.whole);
    }
    const left = () =>
      ben.page.evaluate(async () => {
        const names: string[] = [];
        for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
        return names.filter((name) => name.startsWith('tincan-files-'));
      });
    if (place === 'memory') return;
    expect((await left()).length, 'a folder of this page, where it keeps files itself').toBe(
      place === 'disk' ? 1 : 0,
    );
    // The page that comes next leaves nothing of one that is gone.
    await ben.page.reload();
    await expect.poll(left).toEqual([]);
  });
}

test('Wipe leaves nothing of a file in the storage of the browser', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await keepsIn(ben, 'disk');
  await ana.open(serve.here);
  await meet(ana, ben);
  // A page removes what it finds there when it starts, and this one starts before there is anything.
  const other = await ben.page.context().newPage();
  await other.goto(serve.here);
  await writeFile(join(folder, 'large.bin'), randomBytes(20_000_000));
  await sendPath(ana, join(folder, 'large.bin'));
  await saved(ben, 'large.bin');
  const left = (page: Page) =>
    page.evaluate(async () => {
      const names: string[] = [];
      for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
      return names;
    });
  expect(await left(ben.page)).toHaveLength(1);
  await ben.page.keyboard.press('F8');
  await ben.page.waitForURL('about:blank');
  expect(await left(other)).toEqual([]);
});

test('declined, withdrawn, and cancelled at either side: each is told, and the chat goes on', async ({
  person,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await keepsIn(ben, 'memory');
  await ana.open(serve.here);
  await meet(ana, ben);
  const { ours, theirs } = texts.fileStates;

  await send(ana, 'declined.bin', randomBytes(10));
  await card(ben, 'declined.bin').getByRole('button', { name: texts.decline }).click();
  await expect(card(ana, 'declined.bin')).toContainText(ours.refused);
  await expect(card(ben, 'declined.bin')).toContainText(theirs.refused);

  await send(ana, 'withdrawn.bin', randomBytes(10));
  await expect(card(ben, 'withdrawn.bin')).toBeVisible();
  await card(ana, 'withdrawn.bin').getByRole('button', { name: texts.withdraw }).click();
  await expect(card(ben, 'withdrawn.bin')).toContainText(theirs.withdrawn);
  await expect(card(ana, 'withdrawn.bin')).toContainText(ours.withdrawn);

  for (const [who, name] of [
    [ana, 'by-ana.bin'],
    [ben, 'by-ben.bin'],
  ] as const) {
    const path = join(folder, name);
    await writeFile(path, randomBytes(100_000_000));
    await sendPath(ana, path);
    await save(ben, name);
    await card(who, name).getByRole('button', { name: texts.cancelFile }).click();
    const [at, by] = who === ana ? [ours.withdrawn, theirs.withdrawn] : [ours.refused, theirs.refused];
    await expect(card(ana, name)).toContainText(at);
    await expect(card(ben, name)).toContainText(by);
  }
  await ana.say('and on');
  await ben.hears('and on');
});

test('several at once with a caption, one removed before, and the text comes last', async ({
  person,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  await attach(
    ana,
    ...['one.txt', 'two.txt', 'three.txt'].map((name) => ({
      name,
      type: 'text/plain',
      bytes: randomBytes(9),
    })),
  );
  await ana.button(texts.removeFile({ name: 'two.txt' })).click();
  await ana.say('here they are');
  await ben.hears('here they are');
  const shown = (await ben.history()).map(({ text }) => text);
  expect(shown).toHaveLength(3);
  expect(shown[0]).toContain('one.txt');
  expect(shown[1]).toContain('three.txt');
  expect(shown[2]).toBe('here they are');
});

test('pictures: shown, opened large, and nothing in them but the picture', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await keepsIn(ben, 'memory');
  await ana.open(serve.here);
  await meet(ana, ben);
  for (const { name, type, bytes, marks } of cameraSamples) {
    await send(ana, name, bytes, type);
    const at = card(ben, name);
    await at.getByRole('button', { name: texts.showPicture }).click();
    await expect(at.locator('img'), name).toBeVisible();
    expect(await at.locator('img').evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
    const came = Buffer.from(await saved(ben, name)).toString('latin1');
    for (const mark of marks) expect(came.includes(mark), `${name} holds ${mark}`).toBe(false);
  }
  const [first] = cameraSamples;
  if (!first) throw new Error('no sample');
  await card(ben, first.name)
    .getByRole('button', { name: texts.showLarge({ name: first.name }) })
    .click();
  await expect(ben.page.getByRole('dialog')).toBeVisible();
  await ben.page.keyboard.press('Escape');
  await expect(ben.page.getByRole('dialog')).toHaveCount(0);

  // The original goes only where its person says so.
  await attach(ana, { name: 'original.jpg', type: first.type, bytes: first.bytes });
  await ana.page.getByRole('checkbox', { name: texts.sendOriginal }).check();
  await ana.button(texts.send).click();
  await card(ben, 'original.jpg').getByRole('button', { name: texts.showPicture }).click();
  expect(sha256(await saved(ben, 'original.jpg'))).toBe(sha256(first.bytes));
});

test('what says that it is a picture and is none is not shown, and can be saved', async ({
  person,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await keepsIn(ben, 'memory');
  await ana.open(serve.here);
  await meet(ana, ben);
  const evil = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  await send(ana, 'evil.png', evil, 'image/png');
  // Nor does it go by itself: what says that it is a picture is made anew, or its person has it sent as it is.
  await expect(ana.alert).toHaveText(texts.unclean);
  await ana.page.getByRole('checkbox', { name: texts.sendOriginal }).check();
  await ana.button(texts.send).click();
  await card(ben, 'evil.png').getByRole('button', { name: texts.showPicture }).click();
  await expect(card(ben, 'evil.png')).toContainText(texts.fileNoPicture);
  await expect(card(ben, 'evil.png').locator('img')).toHaveCount(0);
  expect(await saved(ben, 'evil.png')).toEqual(evil);
});

test('pictures come by themselves only where that is switched on', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ben.open(serve.here);
  await ben.page.evaluate(() => localStorage.setItem('tincan-settings', JSON.stringify({ pictures: true })));
  await ben.page.reload();
  await ana.open(serve.here);
  await meet(ana, ben);
  const [sample] = cameraSamples;
  if (!sample) throw new Error('no sample');
  await send(ana, sample.name, sample.bytes, sample.type);
  await expect(card(ben, sample.name).locator('img')).toBeVisible();
  await send(ben, sample.name, sample.bytes, sample.type);
  await expect(card(ana, sample.name).getByRole('button', { name: texts.showPicture })).toBeVisible();
});

test.describe('with a terminal', () => {
  async function meetTerminal(ana: Person, ben: Terminal, url: string): Promise<void> {
    await ana.open(url);
    ben.type(await ana.newChat());
    await ana.connect(await ben.link('reply'));
    await ana.connected();
  }

  test('files both ways', async ({ person, terminal, serve }) => {
    const [ana, ben] = [await person(), terminal('join', '--loopback', '--folder', folder)];
    await keepsIn(ana, 'memory');
    await meetTerminal(ana, ben, serve.here);
    for (const size of sizes) {
      const [up, down] = [randomBytes(size), randomBytes(size)];
      await send(ana, `up-${size}.bin`, up);
      const { id } = await ben.until(`file up-${size}.bin`, () =>
        ben.events.find((each) => each['event'] === 'file' && each['name'] === `up-${size}.bin`),
      );
      ben.do({ do: 'accept', id });
      await expect(card(ana, `up-${size}.bin`)).toContainText(texts.fileStates.ours.whole);
      expect(sha256(await readFile(join(folder, `up-${size}.bin`)))).toBe(sha256(up));

      await writeFile(join(folder, `down-${size}.bin`), down);
      ben.do({ do: 'file', paths: [join(folder, `down-${size}.bin`)] });
      expect(sha256(await saved(ana, `down-${size}.bin`))).toBe(sha256(down));
    }
  });

  const drop = ['--serve', '--listen', '127.0.0.1:0', '--loopback'];

  test('tincan send --serve: a page opens the link, and takes the file', async ({
    person,
    terminal,
    watch,
  }) => {
    const bytes = randomBytes(3_000_000);
    await writeFile(join(folder, 'drop.bin'), bytes);
    const [ana, ben] = [terminal('send', ...drop, join(folder, 'drop.bin')), await person()];
    await keepsIn(ben, 'memory');
    const invite = await ana.link('invite');
    watch.served([invite]);
    watch.mailbox = true;
    await ben.open(invite);
    await ben.button('Join chat').click();
    await ben.connected();
    expect(sha256(await saved(ben, 'drop.bin'))).toBe(sha256(bytes));
    expect(await ana.ended()).toBe(0);
    await ben.ended('left');
    // What has come outlives the chat.
    expect(sha256(await saved(ben, 'drop.bin'))).toBe(sha256(bytes));
  });

  test('tincan receive --serve: a page opens the link, and sends a file', async ({
    person,
    terminal,
    watch,
  }) => {
    const bytes = randomBytes(3_000_000);
    const [ana, ben] = [terminal('receive', ...drop, '-o', folder), await person()];
    const invite = await ana.link('invite');
    watch.served([invite]);
    watch.mailbox = true;
    await ben.open(invite);
    await ben.button('Join chat').click();
    await ben.connected();
    await send(ben, 'drop.bin', bytes);
    await expect(card(ben, 'drop.bin')).toContainText(texts.fileStates.ours.whole);
    expect(sha256(await readFile(join(folder, 'drop.bin')))).toBe(sha256(bytes));
    await ben.leave();
    expect(await ana.ended()).toBe(0);
  });
});

test('after a reload of the receiver the file is told of anew, and comes whole', async ({
  person,
  mailbox,
}) => {
  const { url } = await mailbox();
  const [ana, ben] = [await person(), await person()];
  await ana.choseMailbox(url);
  const invite = await ana.newChat();
  await keepsIn(ben, 'memory');
  await ben.open(invite);
  await ben.button('Join chat').click();
  await Promise.all([ana.connected(), ben.connected()]);
  const bytes = randomBytes(2_000_000);
  await send(ana, 'again.bin', bytes);
  await expect(card(ben, 'again.bin')).toBeVisible();
  ben.page.on('dialog', (dialog) => void dialog.accept());
  await ben.page.reload();
  await ben.connected();
  expect(sha256(await saved(ben, 'again.bin'))).toBe(sha256(bytes));
  await expect(card(ana, 'again.bin')).toContainText(texts.fileStates.ours.whole);
});

test.describe('on a plain http page of the network', () => {
  test.skip(!hasNetwork, onlyLoopback);

  test('the most that it can keep is told before, and a file comes', async ({
    person,
    chromium,
    serveAll,
  }) => {
    const [ana, ben] = [await person(await chromium([])), await person(await chromium([]))];
    await ana.open(serveAll.urls[0] ?? '');
    await meet(ana, ben);
    const bytes = randomBytes(10_000_000);
    await send(ana, 'plain.bin', bytes);
    await expect(card(ben, 'plain.bin')).toContainText(texts.fileRoom({ room: 256 * 2 ** 20 }));
    expect(sha256(await saved(ben, 'plain.bin'))).toBe(sha256(bytes));
  });
});
