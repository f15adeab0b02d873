import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { LaunchOptions } from '@playwright/test';

/** Without these Chromium finds no way between two pages on a computer that has no network. */
export const loopbackSwitches = ['--allow-loopback-in-peer-connection', '--use-fake-ui-for-media-stream'];

/** The Chromium of the tests: `CHROMIUM`, else Debian's, else Playwright's own. */
export function launchOptions(switches: readonly string[] = loopbackSwitches): LaunchOptions {
  const debian = '/usr/bin/chromium';
  const executablePath = process.env['CHROMIUM'] ?? (existsSync(debian) ? debian : undefined);
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
      ...switches,
    ],
  };
}

/** Whether this computer has an address that others can reach; without one WebRTC needs the switches above. */
export const hasNetwork = Object.values(networkInterfaces())
  .flat()
  .some((at) => at !== undefined && !at.internal && !at.address.startsWith('fe80:'));

export const onlyLoopback = 'this computer has loopback interfaces only';
