import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Download, type Locator } from '@playwright/test';
import type { Person } from './person.ts';
import { texts } from './texts.ts';

/* Files that go from page to page, as people send and save them. */

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The digest of a file that is too large to be read at once. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Writes a file of random bytes into a folder, piece by piece. */
export async function randomFile(
  folder: string,
  name: string,
  size: number,
): Promise<{ path: string; digest: string }> {
  const path = join(folder, name);
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  for (let written = 0; written < size;) {
    const piece = randomBytes(Math.min(2 ** 20, size - written));
    hash.update(piece);
    await file.write(piece);
    written += piece.length;
  }
  await file.close();
  return { path, digest: hash.digest('hex') };
}

/** The places where a page keeps a file, and what takes the better ones away. */
export const places = ['chosen', 'disk', 'memory'] as const;
export type Place = (typeof places)[number];

/** Has this page keep files there. The browser's own dialog can't be pressed by a test: what it chooses is in OPFS. */
export async function keepsIn(person: Person, place: Place): Promise<void> {
  await person.page.addInitScript((place) => {
    const scope = globalThis as { showSaveFilePicker?: unknown };
    if (place !== 'chosen') {
      delete scope.showSaveFilePicker;
      if (place === 'memory')
        Object.defineProperty(StorageManager.prototype, 'getDirectory', { value: undefined });
      return;
    }
    scope.showSaveFilePicker = async ({ suggestedName }: { suggestedName: string }) =>
      (await navigator.storage.getDirectory()).getFileHandle(`chosen-${suggestedName}`, { create: true });
  }, place);
}

/** The digest of the file that the person has chosen in the dialog. */
export const chosen = (person: Person, name: string) =>
  person.page.evaluate(async (name) => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle(`chosen-${name}`);
    const digest = await crypto.subtle.digest('SHA-256', await (await handle.getFile()).arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }, name);

/** The card of a file. */
export const card = (person: Person, name: string): Locator =>
  person.log.locator('.card').filter({ has: person.page.getByText(name, { exact: true }) });

export async function attach(
  person: Person,
  ...files: { name: string; type: string; bytes: Uint8Array }[]
): Promise<void> {
  await person.page
    .locator('input[type=file]')
    .setInputFiles(
      files.map(({ name, type, bytes }) => ({ name, mimeType: type, buffer: Buffer.from(bytes) })),
    );
}

/** Attaches a file and sends it. */
export async function send(
  person: Person,
  name: string,
  bytes: Uint8Array,
  type = 'application/octet-stream',
) {
  await attach(person, { name, type, bytes });
  await expect(person.page.getByRole('list', { name: texts.attached })).toContainText(name);
  await person.button(texts.send).click();
}

/** Attaches a file by its path, for one that is too large to be handed to a browser in any other way, and sends it. */
export async function sendPath(person: Person, path: string): Promise<void> {
  await person.page.locator('input[type=file]').setInputFiles(path);
  await person.button(texts.send).click();
}

/** Presses Save. */
export const save = (person: Person, name: string) =>
  card(person, name).getByRole('button', { name: texts.saveFile }).click();

/** Presses Save, and waits for what the browser saves. */
export async function downloaded(person: Person, name: string, timeout = 30_000): Promise<Download> {
  const downloading = person.page.waitForEvent('download', { timeout });
  await save(person, name);
  const download = await downloading;
  expect(download.suggestedFilename()).toBe(name);
  return download;
}

/** Presses Save, and reads what the browser saves. */
export async function saved(person: Person, name: string): Promise<Uint8Array> {
  return readFile(await (await downloaded(person, name)).path());
}
