import { fileURLToPath } from 'node:url';

// Node keeps here what it compiled and stripped of types, so that the many commands that tests start do so four times faster.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('.canopy/compile-cache', import.meta.url));

export default {
  testEnvironment: 'node',
  testTimeout: 60_000,
  // jest leaves one processor free, which on two of them is half of all.
  maxWorkers: '100%',
  // A worker that holds half a gigabyte takes longer than jest's 0.5 s to give it back on a busy machine. One that really keeps
  // something open is still reported.
  workerGracefulExitTimeout: 5_000,
  // Those in Chromium have another stage (.ci/run browser). What starts a process is called *.integration.test.ts, what
  // takes seconds (fuzzing, load, real time-outs, big models) *.long.test.ts: npm run test:unit leaves both out.
  testMatch: ['<rootDir>/tests/**/*.test.ts', '!**/tests/browser/**'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/tests/support/esbuild-transform.js' },
  modulePathIgnorePatterns: ['/.esbuild/', '/.serverless/', '/.canopy/', '/container/package/dist/'],
};
