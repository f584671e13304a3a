import { defineConfig } from 'vitest/config';

/** `npm run proof` runs tests at their full counts, which takes longer. */
const timeoutMs = process.env['SIGNALBOX_PROOF'] === '1' ? 900_000 : 30_000;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // What is waited for comes sooner or later: a busy machine is no failure.
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    globalSetup: ['test/support/print-seed.ts', 'test/support/compile-cache.ts'],
    setupFiles: ['test/support/seed.ts'],
    // Copies of the source with planted bugs run as they are, which is much quicker.
    server: { deps: { external: [/\/signalbox-mutants-/] } },
  },
});
