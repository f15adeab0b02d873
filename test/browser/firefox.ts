import { expect } from '@playwright/test';
import puppeteer, { type Browser, type ElementHandle } from 'puppeteer-core';
import type { AtPuppeteer } from '../network/end.ts';
import { installed } from './browsers.mjs';
import { texts } from './texts.ts';

/** Its path; undefined where it is not installed. */
export const firefox = installed('firefox');
export const noFirefox = 'there is no Firefox here: make firefox, or FIREFOX=path';

/** A Firefox that looks for addresses as Chromium's switches have it do on a computer without a network. */
export function launchFirefox(): Promise<Browser> {
  if (firefox === undefined) throw new Error(noFirefox);
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: firefox,
    extraPrefsFirefox: {
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
    },
  });
}

/** A page of which `keepSaved` keeps what is saved. */
export type SavedScope = { saved: Blob | undefined };

/** Runs before the page does: keeps what the browser would save, since puppeteer cannot wait for Firefox's downloads. */
export function keepSaved(): void {
  const blobs = new Map<string, Blob>();
  const make = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob: Blob) => {
    const url = make(blob);
    blobs.set(url, blob);
    return url;
  };
  Object.assign(globalThis, { saved: undefined });
  HTMLAnchorElement.prototype.click = function () {
    Object.assign(globalThis, { saved: blobs.get(this.href) });
  };
}

/** Presses Save, and waits until there is what the browser would save. */
export async function save(end: AtPuppeteer, timeout = 60_000): Promise<void> {
  await end.waits({ verb: 'press', name: texts.saveFile });
  await expect
    .poll(() => end.run(() => (globalThis as unknown as SavedScope).saved !== undefined, undefined), {
      timeout,
    })
    .toBe(true);
}

/** Presses Save, and reads what the browser would save. */
export async function keeps(end: AtPuppeteer): Promise<Uint8Array> {
  await save(end);
  const address = await end.run(async () => {
    const scope = globalThis as unknown as SavedScope;
    const reader = new FileReader();
    const read = new Promise((resolve) => (reader.onload = resolve));
    reader.readAsDataURL(scope.saved ?? new Blob());
    scope.saved = undefined;
    await read;
    return String(reader.result);
  }, undefined);
  return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64');
}

/** Attaches a file and sends it. */
export async function gives(end: AtPuppeteer, path: string): Promise<void> {
  const input = await end.page.$('input[type=file]');
  if (!input) throw new Error('nothing to attach a file with');
  await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
  await end.waits({ verb: 'press', name: texts.send });
}
