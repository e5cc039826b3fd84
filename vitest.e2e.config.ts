import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/e2e/real/sample-folder.ts', 'test/e2e/browser-setup.ts'],
    pool: 'forks',
    // Browsers wait for half of their time: two side by side fill two cores.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 10_000 } },
    passWithNoTests: false,
  },
});
