import { writeFile } from 'node:fs/promises';
import type { Browser, Page } from '@playwright/test';
import { texts } from './texts.ts';
import { hasNetwork, loopbackSwitches, onlyLoopback, plainName } from './chromium.ts';
import { expect, test } from './fixtures.ts';
import { greet, type Person } from './person.ts';
import { type Drawn, drawn, film, foreign, Studio, type View } from './scan-frames.ts';

const sizes = [
  { width: 640, height: 480 },
  { width: 1280, height: 720 },
] as const;

/** The hardest of what a camera has to read. */
const hard = { turn: 15, blur: 1, noise: 25 };

/** What hangs on the wall of a café. */
const wifi = 'WIFI:T:WPA;S:CafeGuest;P:coffee2024;;';

/** No code is wider: the longest invite that PROTOCOL.md allows makes 12 or 13, by the length of the address. */
const widest = 14;

/** A text with a link in it that needs the widest code. */
function wide(link: string): string {
  const filler = Array.from({ length: 440 }, (_, i) => String.fromCharCode(97 + ((i * i * 7 + i) % 26)));
  return `${filler.join('')} ${link}`.slice(-440);
}

/** Everything that the tests show a scanner: each size, share of the height and kind of trouble. */
function views({ width, height }: { width: number; height: number }): { name: string; view: View }[] {
  const blur = height > 480 ? 1.5 : 1;
  return [
    { share: 0.5, turn: 6 },
    { share: 0.7, turn: 90 },
    { share: 0.9, turn: 15 },
  ].flatMap(({ share, turn }) =>
    [
      { name: 'sharp', trouble: {} },
      { name: `blur ${blur}`, trouble: { blur } },
      { name: `turned ${turn}°`, trouble: { turn } },
      { name: `turned ${turn}°, blur ${blur}, noise`, trouble: { turn, blur, noise: 25 } },
    ].map(({ name, trouble }) => ({
      name: `${width} × ${height}, ${share * 100} %, ${name}`,
      view: { width, height, share, ...trouble },
    })),
  );
}

/** make slow shows all of them; every day it is the worst of each size. */
const everyDay = ({ view }: { view: View }) => process.env['TINCAN_SLOW'] === '1' || view.noise !== undefined;

interface Sample {
  name: string;
  code: Drawn;
  /** What the code leads to on the start page. */
  heading: string;
}

/** The codes of a real chat, and one as wide as codes get. */
async function samples(person: (where?: Browser) => Promise<Person>, url: string): Promise<Sample[]> {
  const [ana, ben] = [await person(), await person()];
  await ana.open(url);
  const link = await ana.newChat();
  await ben.open(link);
  await ben.joinChat();
  const all = [
    { name: 'invite', code: await inviteCode(ana), heading: texts.joinTitle },
    { name: 'reply', code: await replyCode(ben), heading: texts.elsewhereTitle },
    { name: 'widest', code: foreign(wide(link), widest), heading: texts.joinTitle },
  ];
  await Promise.all([ana, ben].map(({ page }) => page.context().close()));
  return all;
}

const inviteCode = ({ page }: Person) => drawn(page.getByRole('img', { name: texts.inviteQr }));
const replyCode = ({ page }: Person) => drawn(page.getByRole('img', { name: texts.replyQr }));

const scanner = ({ page }: Person) =>
  page.getByRole('dialog', { name: new RegExp(`^(${texts.scanQr}|${texts.scanReply})$`) });
const sentence = (person: Person) => scanner(person).getByRole('alert');
const heading = ({ page }: Person, name: string) => page.getByRole('heading', { name, exact: true });

interface Picture {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const jpeg = (buffer: Buffer): Picture => ({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer });
const png = (buffer: Buffer): Picture => ({ name: 'screenshot.png', mimeType: 'image/png', buffer });

/** Chooses a photo in the open scanner. */
async function choose(person: Person, picture: Picture): Promise<void> {
  await scanner(person).getByLabel(texts.choosePhoto).setInputFiles(picture);
}

/** Reads each sample in each view at the start page, prints how long that took, and gives those not read. */
async function readAll(
  title: string,
  person: Person,
  studio: Studio,
  codes: readonly Sample[],
  all: readonly { name: string; view: View }[],
  scan: (picture: Buffer) => Promise<void>,
): Promise<string[]> {
  const lines = [`${title}: milliseconds from the press of a button to the next screen`];
  const unread: string[] = [];
  lines.push(
    `${''.padEnd(48)}${codes.map(({ name, code }) => `${name} v${code.version}`.padStart(12)).join('')}`,
  );
  for (const { name, view } of all) {
    const row: string[] = [];
    for (const { name: which, code, heading: wanted } of codes) {
      const picture = await studio.picture(code, view);
      const started = performance.now();
      await scan(picture);
      const leads = await heading(person, wanted)
        .or(sentence(person))
        .waitFor({ timeout: 10_000 })
        .then(() => heading(person, wanted).isVisible())
        .catch(() => false);
      row.push(leads ? String(Math.round(performance.now() - started)) : '–');
      if (leads) {
        await person.button(wanted === texts.joinTitle ? texts.cancel : texts.startPage).click();
      } else {
        unread.push(`${title}: ${which}, ${name}`);
        await scanner(person).getByRole('button', { name: texts.close }).click();
      }
      await expect(person.button(texts.newChat)).toBeEnabled();
    }
    lines.push(`${name.padEnd(48)}${row.map((cell) => cell.padStart(12)).join('')}`);
  }
  console.log(lines.join('\n'));
  return unread;
}

/** From now on the page remembers what its camera gave; see `lights`. */
async function watchCamera({ page }: Person): Promise<void> {
  await page.addInitScript(() => {
    const tracks: MediaStreamTrack[] = [];
    Object.assign(globalThis, { tracks });
    if (!('mediaDevices' in navigator)) return;
    const media = navigator.mediaDevices;
    const get = media.getUserMedia.bind(media);
    media.getUserMedia = async (wanted) => {
      const stream = await get(wanted);
      tracks.push(...stream.getTracks());
      return stream;
    };
  });
}

/** What became of each track that the page has had: "video live" while the camera's light is on. */
function lights({ page }: Person): Promise<string[]> {
  return page.evaluate(() =>
    (globalThis as unknown as { tracks: MediaStreamTrack[] }).tracks.map(
      ({ kind, readyState }) => `${kind} ${readyState}`,
    ),
  );
}

const cameraSwitches = (file: string) => [
  ...loopbackSwitches,
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
];

/** The requests for the reader of codes, by all pages of the test. */
const readers = (watch: { requests: readonly string[] }) =>
  watch.requests.filter((request) => /\/assets\/decode-[\w-]+\.js$/.test(request));

test.describe('the camera', () => {
  for (const { width, height } of sizes) {
    test(`of ${width} × ${height} reads every code that fills half of its picture or more @slow`, async ({
      browser,
      chromium,
      person,
      serve,
      serveAll,
    }, info) => {
      const file = info.outputPath('camera.mjpeg');
      const [codes, studio] = [await samples(person, serveAll.urls[0] ?? ''), await Studio.open(browser)];
      await film(file, await studio.picture(undefined, { width, height, share: 0 }));
      const cara = await person(await chromium(cameraSwitches(file)));
      await watchCamera(cara);
      await cara.open(serve.here);
      let opened = 0;
      const unread = await readAll(
        'camera',
        cara,
        studio,
        codes,
        views({ width, height }).filter(everyDay),
        async (picture) => {
          // That of the scan before is off.
          expect(await lights(cara)).toEqual(Array(opened++).fill('video ended'));
          await film(file, picture);
          await cara.button(texts.scanQr).click();
        },
      );
      expect(await lights(cara)).toEqual(Array(opened).fill('video ended'));
      expect(unread).toEqual([]);
      await studio.close();
    });

    test(`of ${width} × ${height} alone brings two people together`, async ({
      browser,
      chromium,
      person,
      serve,
      watch,
    }, info) => {
      const file = info.outputPath('camera.mjpeg');
      const studio = await Studio.open(browser);
      await film(file, await studio.picture(undefined, { width, height, share: 0 }));
      const theirs = await chromium(cameraSwitches(file));
      const [ana, ben] = [await person(theirs), await person(theirs)];
      for (const who of [ana, ben]) {
        await watchCamera(who);
        await who.open(serve.here);
      }
      await ana.newChat();
      await film(file, await studio.picture(await inviteCode(ana), { width, height, share: 0.5, ...hard }));
      expect(readers(watch)).toEqual([]);
      await ben.button(texts.scanQr).click();
      await ben.joinChat();
      expect(readers(watch)).toHaveLength(1);
      expect(await lights(ben)).toEqual(['video ended']);

      await film(file, await studio.picture(await replyCode(ben), { width, height, share: 0.9, ...hard }));
      expect(readers(watch)).toHaveLength(1);
      await ana.button(texts.scanReply).click();
      await Promise.all([ana.connected(), ben.connected()]);
      await greet(ana, ben);
      expect(readers(watch)).toHaveLength(2);
      for (const who of [ana, ben]) expect(await lights(who)).toEqual(['video ended']);
      await studio.close();
    });
  }

  test('goes off however scanning ends, and stays on for a code with something else in it', async ({
    browser,
    chromium,
    person,
    serve,
  }, info) => {
    const [width, height] = [640, 480];
    const file = info.outputPath('camera.mjpeg');
    const studio = await Studio.open(browser);
    await film(file, await studio.picture(undefined, { width, height, share: 0 }));
    const ana = await person(await chromium(cameraSwitches(file)));
    await watchCamera(ana);
    await ana.open(serve.here);
    const picture = scanner(ana).getByLabel(texts.camera);

    for (const [i, end] of [
      () => scanner(ana).getByRole('button', { name: texts.close }).click(),
      () => ana.page.keyboard.press('Escape'),
    ].entries()) {
      await ana.button(texts.scanQr).click();
      await expect(scanner(ana).getByText(texts.scanHint)).toBeVisible();
      await expect.poll(() => picture.evaluate((video: HTMLVideoElement) => video.videoWidth)).toBe(width);
      expect((await lights(ana))[i]).toBe('video live');
      await end();
      await expect(scanner(ana)).toBeHidden();
      expect((await lights(ana))[i]).toBe('video ended');
      await expect(ana.button(texts.scanQr)).toBeFocused();
    }

    await film(
      file,
      await studio.picture(foreign('https://example.org/menu'), { width, height, share: 0.6 }),
    );
    await ana.button(texts.scanQr).click();
    await expect(sentence(ana)).toHaveText(texts.scanForeign);
    await expect(picture).toBeVisible();
    await ana.page.screenshot({ path: info.outputPath('scanning.png') });
    expect(await lights(ana)).toEqual(['video ended', 'video ended', 'video live']);
    const ben = await person();
    await ben.open(serve.here);
    await ben.newChat();
    await choose(ana, png(await ben.page.screenshot()));
    await expect(heading(ana, texts.joinTitle)).toBeVisible();
    expect(await lights(ana)).toEqual(Array(3).fill('video ended'));
    await studio.close();
  });

  test('finds ours beside the code of the Wi-Fi', async ({ browser, chromium, person, serve }, info) => {
    const [width, height] = [1280, 720];
    const file = info.outputPath('camera.mjpeg');
    const studio = await Studio.open(browser);
    await film(file, await studio.picture(undefined, { width, height, share: 0 }));
    const [ana, cara] = [await person(), await person(await chromium(cameraSwitches(file)))];
    await watchCamera(cara);
    await ana.open(serve.here);
    await cara.open(serve.here);
    await ana.newChat();
    const beside = [{ svg: foreign(wifi).svg, share: 0.5, at: [0.25, 0.5] as const }];
    const view: View = { width, height, share: 0.6, at: [0.72, 0.5], turn: 6, beside };
    await film(file, await studio.picture(await inviteCode(ana), view));
    await cara.button(texts.scanQr).click();
    await expect(heading(cara, texts.joinTitle)).toBeVisible();
    expect(await lights(cara)).toEqual(['video ended']);
    await studio.close();
  });

  for (const { name, switches, trouble } of [
    {
      name: 'refused',
      switches: ['--allow-loopback-in-peer-connection', '--use-fake-device-for-media-stream'],
      trouble: texts.scanTroubles.refused,
    },
    {
      name: 'missing',
      switches: [...loopbackSwitches, '--use-fake-device-for-media-stream=device-count=0'],
      trouble: texts.scanTroubles.absent,
    },
  ]) {
    test(`that is ${name} is told, and a photo does`, async ({ chromium, person, serve, watch }) => {
      const cara = await person(await chromium(switches));
      // What isn't granted here is denied.
      if (name === 'refused') await cara.page.context().grantPermissions(['local-network-access']);
      await watchCamera(cara);
      await cara.open(serve.here);
      await cara.button(texts.scanQr).click();
      await expect(scanner(cara).getByText(trouble)).toBeVisible();
      await expect(scanner(cara).getByLabel(texts.camera)).toBeHidden();
      expect(await lights(cara)).toEqual([]);
      expect(readers(watch)).toEqual([]);

      const ana = await person();
      await ana.open(serve.here);
      await ana.newChat();
      await choose(cara, png(await ana.page.screenshot()));
      await expect(heading(cara, texts.joinTitle)).toBeVisible();
    });
  }
});

test.describe('a photo', () => {
  test('as bad as what the camera reads is read', async ({ browser, person, serve, serveAll }) => {
    const [codes, studio] = [await samples(person, serveAll.urls[0] ?? ''), await Studio.open(browser)];
    const cara = await person();
    await cara.open(serve.here);
    // The camera's tests have the rest: a photo is looked at in more ways than a frame.
    const worst = sizes.flatMap(views).filter(({ view }) => view.noise);
    const unread = await readAll('photo', cara, studio, codes, worst, async (picture) => {
      await cara.button(texts.scanQr).click();
      await choose(cara, jpeg(picture));
    });
    expect(unread).toEqual([]);
    await studio.close();
  });

  test('may show other codes beside ours', async ({ browser, person, serve }) => {
    const [ana, cara] = [await person(), await person()];
    const studio = await Studio.open(browser);
    await ana.open(serve.here);
    await cara.open(serve.here);
    await ana.newChat();
    const ours = await inviteCode(ana);
    const other = (x: number, y: number, share: number, text = wifi) => ({
      svg: foreign(text).svg,
      share,
      at: [x, y] as const,
    });
    const views: Record<string, View> = {
      above: { width: 1080, height: 2200, share: 0.25, at: [0.5, 0.7], beside: [other(0.5, 0.25, 0.2)] },
      below: { width: 1080, height: 2200, share: 0.25, at: [0.5, 0.25], beside: [other(0.5, 0.7, 0.2)] },
      right: { width: 1200, height: 800, share: 0.5, at: [0.25, 0.5], beside: [other(0.75, 0.5, 0.4)] },
      left: {
        width: 1200,
        height: 800,
        share: 0.5,
        at: [0.72, 0.5],
        turn: 15,
        beside: [other(0.25, 0.5, 0.4)],
      },
      'larger by far': {
        width: 2400,
        height: 1800,
        share: 0.18,
        at: [0.88, 0.85],
        beside: [other(0.35, 0.45, 0.7)],
      },
      'on three sides': {
        width: 1600,
        height: 1200,
        share: 0.4,
        blur: 1,
        beside: [
          other(0.14, 0.5, 0.3),
          other(0.86, 0.5, 0.3, 'https://example.org/menu'),
          other(0.5, 0.12, 0.2, '12345'),
        ],
      },
    };
    for (const [where, view] of Object.entries(views)) {
      await cara.button(texts.scanQr).click();
      await choose(cara, jpeg(await studio.picture(ours, view)));
      await expect(heading(cara, texts.joinTitle), where).toBeVisible();
      await cara.button(texts.cancel).click();
    }
    await studio.close();
  });

  test('may be a screenshot of the whole page, turned, or huge', async ({ browser, person, serve }) => {
    const studio = await Studio.open(browser);
    const [ana, ben] = [await person(), await person()];
    await ana.page.setViewportSize({ width: 1280, height: 800 });
    await ana.open(serve.here);
    await ana.newChat();
    const code = await inviteCode(ana);
    const pictures: Record<string, Picture> = { window: png(await ana.page.screenshot()) };
    await ana.page.emulateMedia({ colorScheme: 'dark' });
    await ana.page.setViewportSize({ width: 360, height: 640 });
    pictures['dark page of a phone'] = png(await ana.page.screenshot({ fullPage: true }));
    pictures['turned'] = jpeg(
      await studio.picture(code, {
        width: 1600,
        height: 1200,
        share: 0.4,
        turn: 37,
        blur: 1.5,
        at: [0.3, 0.6],
      }),
    );
    pictures['upside down'] = jpeg(
      await studio.picture(code, { width: 1200, height: 1600, share: 0.3, turn: 180, at: [0.6, 0.7] }),
    );
    pictures['huge, and the code in it the widest, and small'] = jpeg(
      await studio.picture(foreign(wide(await ana.inviteLink()), widest), {
        width: 4000,
        height: 3000,
        share: 0.15,
        turn: 4,
        blur: 1,
        at: [0.8, 0.3],
      }),
    );
    await studio.close();

    await ben.open(serve.here);
    const took: string[] = [];
    for (const [name, picture] of Object.entries(pictures)) {
      await ben.button(texts.scanQr).click();
      const started = performance.now();
      await choose(ben, picture);
      await expect(heading(ben, texts.joinTitle), name).toBeVisible({ timeout: 30_000 });
      took.push(`${name} ${Math.round(performance.now() - started)} ms`);
      await ben.button(texts.cancel).click();
    }
    console.log(took.join(', '));
  });

  test('that leads nowhere is told in a sentence, and nothing is lost', async ({
    browser,
    person,
    serve,
  }) => {
    const studio = await Studio.open(browser);
    const [ana, ben] = [await person(), await person()];
    await ana.open(serve.here);
    const invite = await ana.newChat();
    await ben.open(invite);
    await ben.joinChat();
    const own = await ana.page.screenshot();
    const desk = { width: 1600, height: 1200, share: 0.4 };
    const view = (code?: Drawn) => studio.picture(code, desk).then(jpeg);

    await ana.button(texts.scanReply).click();
    for (const [name, picture, told] of [
      ['no code', await view(), texts.scanTroubles['no-code']],
      [
        'no picture',
        { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('text') },
        texts.scanTroubles['not-image'],
      ],
      [
        'a text',
        { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('text') },
        texts.scanTroubles['not-image'],
      ],
      ['something else', await view(foreign('https://example.org/menu')), texts.scanForeign],
      ['the own invite', png(own), texts.errors['own-invite']],
      [
        'no code, and huge',
        jpeg(await studio.picture(undefined, { width: 4000, height: 3000, share: 0, noise: 25 })),
        texts.scanTroubles['no-code'],
      ],
    ] as const) {
      const started = performance.now();
      await choose(ana, picture);
      await expect(sentence(ana), name).toHaveText(told, { timeout: 30_000 });
      console.log(`${name}: told after ${Math.round(performance.now() - started)} ms`);
      await expect(scanner(ana)).toBeVisible();
    }
    // As a person does it: through the browser's own dialog.
    const [chooser] = await Promise.all([
      ana.page.waitForEvent('filechooser'),
      scanner(ana).getByText(texts.choosePhoto, { exact: true }).click(),
    ]);
    expect(await ana.inviteLink()).toBe(invite);
    await chooser.setFiles(png(await ben.page.screenshot()));
    await Promise.all([ana.connected(), ben.connected()]);
    await greet(ana, ben);
    await studio.close();
  });

  test('loads the reader when there is a picture to read, and only once', async ({
    browser,
    person,
    serve,
    watch,
  }) => {
    const studio = await Studio.open(browser);
    const ana = await person();
    await ana.open(serve.here);
    await ana.button(texts.scanQr).click();
    await choose(ana, { name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('text') });
    await expect(sentence(ana)).toHaveText(texts.scanTroubles['not-image']);
    expect(readers(watch)).toEqual([]);
    for (const told of [texts.scanTroubles['no-code'], texts.scanForeign]) {
      const code = told === texts.scanForeign ? foreign('https://example.org/') : undefined;
      await choose(ana, jpeg(await studio.picture(code, { width: 640, height: 480, share: 0.6 })));
      await expect(sentence(ana)).toHaveText(told);
      expect(readers(watch)).toHaveLength(1);
    }
    await studio.close();
  });
});

test.describe('on plain http under a name', () => {
  test.skip(!hasNetwork, onlyLoopback);

  test('there is no camera, and screenshots bring two people together', async ({
    person,
    serveAll,
    watch,
  }) => {
    const url = `http://${plainName}:${new URL(serveAll.here).port}/`;
    watch.served([url]);
    const [ana, ben] = [await person(), await person()];
    for (const who of [ana, ben]) {
      await who.open(url);
      expect(await who.page.evaluate(() => isSecureContext || 'mediaDevices' in navigator)).toBe(false);
    }
    await ana.newChat();
    await ben.button(texts.scanQr).click();
    await expect(scanner(ben).getByText(texts.scanTroubles.insecure)).toBeVisible();
    await choose(ben, png(await ana.page.screenshot()));
    await ben.joinChat();

    await ana.button(texts.scanReply).click();
    await expect(scanner(ana).getByText(texts.scanTroubles.insecure)).toBeVisible();
    await choose(ana, png(await ben.page.screenshot()));
    await Promise.all([ana.connected(), ben.connected()]);
    await greet(ana, ben);
  });
});

test.describe('without a button', () => {
  /** Puts a picture, or a text, into the clipboard of the test's browser. */
  async function copy(page: Page, what: Buffer | string): Promise<void> {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write', 'local-network-access']);
    if (typeof what === 'string') return page.evaluate((text) => navigator.clipboard.writeText(text), what);
    await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const blob = new Blob([bytes], { type: 'image/png' });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
    }, what.toString('base64'));
  }

  /** Drops a file on the middle of the page, as the browser does. */
  async function drop({ page }: Person, file: string): Promise<void> {
    const session = await page.context().newCDPSession(page);
    const data = { items: [], files: [file], dragOperationsMask: 1 };
    const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, x: width / 2, y: height / 2, data });
    }
  }

  test('screenshots in the clipboard bring two people together', async ({ person, serve }) => {
    const [ana, ben] = [await person(), await person()];
    await ana.open(serve.here);
    await ben.open(serve.here);
    await ana.newChat();
    await copy(ben.page, await ana.page.screenshot());
    await ben.page.keyboard.press('Control+V');
    await ben.joinChat();

    await copy(ana.page, await ben.page.screenshot());
    // Also in the field, which has no use for a picture.
    await ana.field('Reply').focus();
    await ana.page.keyboard.press('Control+V');
    await Promise.all([ana.connected(), ben.connected()]);
    await greet(ana, ben);
  });

  test('a dropped picture is read, and no dropped file takes the place of the page', async ({
    person,
    serve,
  }, info) => {
    const [ana, ben] = [await person(), await person()];
    await ana.open(serve.here);
    const invite = await ana.newChat();
    await ben.open(invite);
    await ben.joinChat();
    const [text, picture] = [info.outputPath('notes.txt'), info.outputPath('reply.png')];
    await writeFile(text, 'nothing for a chat');
    await writeFile(picture, await ben.page.screenshot());
    await drop(ana, text);
    await drop(ben, text);
    expect(await ana.inviteLink()).toBe(invite);
    await drop(ana, picture);
    await Promise.all([ana.connected(), ben.connected()]);
    await drop(ana, picture);
    await greet(ana, ben);
  });

  test('a reply pasted beside the field opens the chat', async ({ person, serve }) => {
    const [ana, ben] = [await person(), await person()];
    await ana.open(serve.here);
    const invite = await ana.newChat();
    await ben.open(invite);
    const reply = await ben.joinChat();
    await copy(ana.page, invite);
    await ana.page.getByText(texts.stepJoin).click();
    await ana.page.keyboard.press('Control+V');
    await expect(ana.alert).toHaveText(texts.errors['own-invite']);
    await copy(ana.page, `here you are: ${reply}`);
    await ana.page.keyboard.press('Control+V');
    await Promise.all([ana.connected(), ben.connected()]);
    await greet(ana, ben);
  });
});

test.describe('the codes that are shown', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`are single, no wider than ${widest} and black on white in ${colorScheme} mode`, async ({
      browser,
      person,
      serveAll,
    }, info) => {
      const studio = await Studio.open(browser);
      const [ana, ben] = [await person(), await person()];
      for (const who of [ana, ben]) await who.page.emulateMedia({ colorScheme });
      await ana.open(serveAll.urls[0] ?? '');
      await ben.open(await ana.newChat());
      await ben.joinChat();
      for (const [who, name] of [
        [ana, texts.inviteQr],
        [ben, texts.replyQr],
      ] as const) {
        const shown = who.page.getByRole('img');
        await expect(shown).toHaveCount(1);
        await expect(shown).toHaveAccessibleName(name);
        const { version, modules } = await drawn(shown);
        console.log(`${name}: version ${version}, ${modules} modules`);
        expect(version).toBeLessThanOrEqual(widest);
        expect(version).toBe(Math.round(version));

        const picture = await shown.screenshot({ path: info.outputPath(`${name}.png`) });
        await who.page.screenshot({ path: info.outputPath(`${name}, page.png`) });
        const side = modules + 8;
        const at = (x: number, y: number) => [(x + 0.5) / side, (y + 0.5) / side] as const;
        const [left, right] = [4, side - 5];
        const white = [at(2, 2), at(side - 3, 2), at(2, side - 3), at(side - 3, side - 3)];
        // The outer ring and the middle of each finder, with the white between them.
        const finders = [at(left, left), at(right, left), at(left, right)];
        const middles = [at(left + 3, left + 3), at(right - 3, left + 3), at(left + 3, right - 3)];
        const rings = [at(left + 1, left + 1), at(right - 1, left + 1), at(left + 1, right - 1)];
        expect(await studio.lightness(picture, [...white, ...rings])).toEqual(Array(7).fill(255));
        expect(await studio.lightness(picture, [...finders, ...middles])).toEqual(Array(6).fill(0));
      }
      await studio.close();
    });
  }

  for (const [width, height] of [
    [360, 640],
    [1280, 800],
  ] as const) {
    test(`fill 80 % of a screen of ${width} × ${height} when shown large`, async ({
      person,
      serve,
    }, info) => {
      const ana = await person();
      await ana.page.setViewportSize({ width, height });
      await ana.open(serve.here);
      await ana.newChat();
      await ana.button(texts.enlarge).click();
      const dialog = ana.page.getByRole('dialog', { name: texts.inviteQr });
      const large = dialog.getByRole('img');
      const box = await large.boundingBox();
      await ana.page.screenshot({ path: info.outputPath('large.png') });
      console.log(`${width} × ${height}: ${Math.round(box?.width ?? 0)} px`);
      // The whole of it is on the screen, without scrolling.
      await expect(large).toBeInViewport({ ratio: 1 });
      await expect(dialog.getByRole('button', { name: texts.close })).toBeInViewport({ ratio: 1 });
      const share = Math.min(box?.width ?? 0, box?.height ?? 0) / Math.min(width, height);
      expect(share).toBeGreaterThanOrEqual(0.8);
    });
  }
});
