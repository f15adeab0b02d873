import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';
import { launchOptions } from './chromium.ts';

export default defineConfig({
  testDir: '.',
  // Screens, for a human to look at.
  outputDir: 'test-results',
  // A deadline, not a target: the longest takes 15 s on a machine of its own.
  timeout: 180_000,
  expect: { timeout: 15_000 },
  fullyParallel: true,
  // A browser with its pages keeps about two cores busy while it does anything, and waits for a third of the time.
  workers: Math.max(3, Math.floor(availableParallelism() / 2)),
  retries: 0,
  forbidOnly: true,
  reporter: [['list'], ['./skipped.ts']],
  use: {
    actionTimeout: 15_000,
    navigationTimeout: 15_000,
    launchOptions: launchOptions(),
    // Without a graphics card the pixels cost more than all the rest.
    viewport: { width: 800, height: 600 },
    // Nor is anything drawn anew sixty times a second where nothing happens.
    contextOptions: { reducedMotion: 'reduce' },
  },
});
