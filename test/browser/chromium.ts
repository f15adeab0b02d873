import { networkInterfaces } from 'node:os';
import type { LaunchOptions } from '@playwright/test';
import { installed } from './browsers.mjs';

/** Without these Chromium finds no way between two pages on a computer that has no network. */
export const loopbackSwitches = ['--allow-loopback-in-peer-connection', '--use-fake-ui-for-media-stream'];

const addresses = Object.values(networkInterfaces())
  .flat()
  .filter((at) => at !== undefined);

/** A name for this computer that isn't a secure origin, as opposed to localhost. */
export const plainName = 'tincan.test';

/** Chromium asks its maker for this and that, whatever it is told; with these rules it finds nobody to ask. */
const resolve = [
  `MAP ${plainName} 127.0.0.1`,
  'MAP * ~NOTFOUND',
  'EXCLUDE localhost',
  'EXCLUDE *.local', // the names that WebRTC gives to addresses of this network
  ...addresses.map(({ address, family }) => `EXCLUDE ${family === 'IPv6' ? `[${address}]` : address}`),
].join(', ');

/** How the tests start Chromium: the one that is installed, else Playwright's own. */
export function launchOptions(switches: readonly string[] = loopbackSwitches): LaunchOptions {
  const executablePath = installed('chromium');
  return {
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      // Chromium refuses to start as root with its sandbox.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=${resolve}`,
      ...switches,
    ],
  };
}

/** Whether this computer has an address that others can reach; without one WebRTC needs the switches above. */
export const hasNetwork = addresses.some(
  ({ internal, address }) => !internal && !address.startsWith('fe80:'),
);

export const onlyLoopback = 'this computer has loopback interfaces only';
