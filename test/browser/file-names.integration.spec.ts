import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Download, Locator } from '@playwright/test';
import { attach, keepsIn } from './files.ts';
import { expect, test } from './fixtures.ts';
import { meet } from './person.ts';
import { texts } from './texts.ts';

/* What a file is called by whoever wants to do harm, as it is shown and as it is saved. */

const slow = process.env['TINCAN_SLOW'] === '1';
/** How many are tried in every run; `make slow` tries all. */
const few = 40;
/** One less than may be offered at the same time. */
const round = 15;

interface Hostile {
  name: string;
  /** The ending that it has to keep, with its dot, or none. */
  ending: string;
}

/** Names that harm where they are taken for paths, devices or options, or that read otherwise than they are. */
function hostileNames(): Hostile[] {
  const devices = ['CON', 'prn', 'Aux', 'NUL', 'COM1', 'com¹', 'LPT9', 'CONIN$'];
  const endings: [behind: string, ending: string][] = [
    ['', ''],
    ['.txt', '.txt'],
    [' .txt', '.txt'],
    ['.tar.gz', '.gz'],
    ['. . ', ''],
    ['.\u202e', ''],
  ];
  const unseen = ['\u202e', '\u202d', '\u202b', '\u2067', '\u2069', '\u200f', '\u061c', '\u200b', '\u2060'];
  unseen.push('\u00ad', '\u0000', '\n', '\r', '\t', '\u001b', '\u007f', '\u0085', '\u2028', '\u{e0041}');
  const paths = [
    '../',
    '/',
    './',
    '..\\',
    'C:\\',
    'C:',
    '\\\\server\\share\\',
    'file:///etc/',
    '~/',
    '../'.repeat(60),
  ];
  const parts = [
    ...paths.slice(0, 5),
    '..',
    '.',
    ' ',
    '~',
    '-',
    '$(id)',
    '`id`',
    '%2e%2e%2f',
    '%00',
    '|',
    '"',
    '<b>',
    '👩‍👩‍👧',
    'é',
    '\ufffd',
  ];
  return [
    ...devices.flatMap((device) => endings.map(([behind, ending]) => ({ name: device + behind, ending }))),
    ...unseen.flatMap((character) => [
      { name: `photo${character}gpj.exe`, ending: '.exe' },
      { name: `${character}plan.pdf`, ending: '.pdf' },
      { name: `plan.pdf${character}`, ending: '.pdf' },
    ]),
    ...paths.flatMap((path) => [
      { name: `${path}authorized_keys`, ending: '' },
      { name: `${path}.profile`, ending: path === 'C:' ? '.profile' : '' },
      { name: `a${path}b.desktop`, ending: '.desktop' },
    ]),
    ...['.', '..', '...', ' ', '. .', '/', '\\', '\u202e', '\u0000', '~', '-'].map((name) => ({
      name,
      ending: '',
    })),
    ...[' ', '.', '. . ', '\u00a0', '\u3000'].map((behind) => ({
      name: `end.txt${behind}`,
      ending: '.txt',
    })),
    { name: 'end.txt~', ending: '.txt_' },
    { name: 'photo\ufeffgpj.exe', ending: '.exe' },
    { name: `${'é'.repeat(125)}.docx`, ending: '.docx' },
    { name: `${'🐱'.repeat(62)}.xlsx`, ending: '.xlsx' },
    ...parts.flatMap((a) => parts.slice(5, 13).map((b) => ({ name: `${a}${b}x.txt`, ending: '.txt' }))),
  ];
}

/** The names that Windows takes for devices, whatever is behind their first dot. */
const device = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)/i;

let folder: string;
test.beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'tincan-names-'))));
test.afterEach(() => rm(folder, { recursive: true, force: true }));

const all = hostileNames();
const chosen = slow
  ? all
  : all.filter((_, i) => Math.floor((i * few) / all.length) !== Math.floor(((i - 1) * few) / all.length));

const title = `${slow ? 'all' : few} hostile names: each is saved as it is shown, and is no path, device or trick`;
test(title, slow ? { tag: '@slow' } : {}, async ({ person, serve }) => {
  test.setTimeout(600_000);
  expect(all.length).toBeGreaterThanOrEqual(300);
  expect(chosen).toHaveLength(slow ? all.length : few);
  const [ana, ben] = [await person(), await person()];
  await keepsIn(ben, 'memory');
  await ana.open(serve.here);
  await meet(ana, ben);
  for (let from = 0; from < chosen.length; from += round) {
    const given = chosen.slice(from, from + round);
    // What is in a file says which one it is.
    await attach(ana, ...given.map(({ name }, i) => ({ name, type: '', bytes: Buffer.from(String(i)) })));
    await ana.button(texts.send).click();
    const offers = ben.log.locator('.card').filter({ hasText: texts.decline });
    await expect(offers).toHaveCount(given.length);
    const shown = await names(offers);
    expect((await names(ana.log.locator('.card'))).slice(-given.length), 'they went as they are').toEqual(
      given.map(({ name }) => name),
    );

    const downloads: Download[] = [];
    const take = (download: Download) => downloads.push(download);
    ben.page.on('download', take);
    for (let left = given.length; left > 0; left--) {
      await expect(offers).toHaveCount(left);
      await offers.first().getByRole('button', { name: texts.saveFile }).click();
    }
    await expect.poll(() => downloads.length, { timeout: 30_000 }).toBe(given.length);
    ben.page.off('download', take);

    const come = new Set<number>();
    for (const download of downloads) {
      const saved = download.suggestedFilename();
      const index = Number(await readFile(await download.path(), 'utf8'));
      const hostile = given[index];
      if (!hostile) throw new Error(`a file that was not sent: ${saved}`);
      come.add(index);
      expect.soft(saved, `${JSON.stringify(hostile.name)} is saved as it is shown`).toBe(shown[index]);
      expect
        .soft(wrongWith(saved, hostile), `${JSON.stringify(hostile.name)} became ${JSON.stringify(saved)}`)
        .toEqual([]);
      // It is the name of one file, in the folder that was meant.
      const own = join(folder, String(from + index));
      await download.saveAs(join(own, saved));
      expect.soft(await readdir(own)).toEqual([saved]);
    }
    expect(come.size, 'each has come').toBe(given.length);
  }
  expect(await readdir(folder)).toHaveLength(chosen.length);
});

/** What cards say that their files are called, each name apart from the direction of what is around it. */
const names = (cards: Locator) =>
  cards
    .locator('.name')
    .evaluateAll((all) =>
      all.map((name) =>
        name.firstElementChild?.localName === 'bdi' ? name.firstElementChild.textContent : '',
      ),
    );

/** All for which a name is none that can be trusted. */
function wrongWith(name: string, { ending }: Hostile): string[] {
  const wrongs: [boolean, string][] = [
    [name === '', 'empty'],
    [/[/\\:]/.test(name), 'a path'],
    [/[<>"|?*]/.test(name), 'no name in Windows'],
    [/\p{C}|\p{Zl}|\p{Zp}/u.test(name), 'with what is not seen'],
    [device.test(name), 'a device of Windows'],
    [/^[. ]|[. ]$/.test(name), 'hidden, or ends in what Windows cuts off'],
    [Buffer.byteLength(name) > 255, 'too long'],
    [(/\.\w{1,15}$/.exec(name)?.[0] ?? '') !== ending, 'of another ending'],
  ];
  return wrongs.filter(([is]) => is).map(([, wrong]) => wrong);
}
