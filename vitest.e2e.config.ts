import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest first, so that no suite is left to run alone: the many screens, then what waits for engines, then the rest. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  if (/(screens|browse)\.test\.ts$/.test(moduleId)) return 0;
  return moduleId.includes('/real/') ? 1 : 2;
}

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/e2e/real/sample-folder.ts', 'test/e2e/browser-setup.ts'],
    pool: 'forks',
    // Browsers wait for half of their time: two side by side fill two cores.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 10_000 } },
    passWithNoTests: false,
  },
});
