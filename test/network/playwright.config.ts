import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  outputDir: 'test-results',
  // A deadline, not a target.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // Every test has a network and up to two browsers of its own.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  reporter: [['list'], ['./table.ts'], ['../browser/skipped.ts']],
});
