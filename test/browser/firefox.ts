import puppeteer, { type Browser } from 'puppeteer-core';
import { installed } from './browsers.mjs';

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
