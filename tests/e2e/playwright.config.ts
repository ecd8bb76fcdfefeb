import { defineConfig } from '@playwright/test';
import { chromiumOptions } from '../chromium.mjs';

export default defineConfig({
  testMatch: '*.spec.ts',
  outputDir: 'test-results',
  reporter: [['list']],
  forbidOnly: true,
  // A machine with two cores must suffice; more workers would wait for each other there.
  workers: 2,
  fullyParallel: true,
  use: {
    launchOptions: chromiumOptions,
  },
});
