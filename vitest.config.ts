import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/** `npm run proof` runs tests at their full counts, which takes longer. */
const timeoutMs = process.env['SIGNALBOX_PROOF'] === '1' ? 900_000 : 30_000;

/**
 * Rooms whose tests keep to themselves: they start no gateway and leave nothing behind that
 * others see. Their files share a process, which saves its start and all that they import.
 */
const quietRooms = [
  'architecture',
  'client',
  'config',
  'instruments',
  'kernel',
  'locks',
  'ports',
  'protocols',
  'scripts',
  'sessions',
].map((room) => `test/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    // What is waited for comes sooner or later: a busy machine is no failure.
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    // Many tests wait for timeouts and processes: two workers for each processor of CI.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    globalSetup: ['test/support/print-seed.ts', 'test/support/compile-cache.ts'],
    setupFiles: ['test/support/seed.ts'],
    // Copies of the source with planted bugs run as they are, which is much quicker.
    server: { deps: { external: [/\/signalbox-mutants-/] } },
    projects: [
      {
        extends: true,
        test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: quietRooms },
      },
      { extends: true, test: { name: 'together', include: quietRooms, isolate: false } },
    ],
  },
});
