import { fileURLToPath } from 'node:url';

const isCoverage = process.argv.some((argument) => /^--(?:collectC|c)overage(?:=true)?$/.test(argument));

// Node keeps here what it compiled and stripped of types, so that suites and the many commands that they start do so four times faster.
// Coverage counts compiled code less exactly.
if (isCoverage) process.env.NODE_DISABLE_COMPILE_CACHE = '1';
else process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('.canopy/compile-cache', import.meta.url));

export default {
  // Node itself imports the suites, of which a worker runs many in one context: half the time of jest's way.
  testRunner: '<rootDir>/tests/support/jest/runner.ts',
  testEnvironment: '<rootDir>/tests/support/jest/environment.ts',
  testSequencer: '<rootDir>/tests/support/jest/sequencer.ts',
  transform: {},
  // A worker that holds more starts anew before the next suite. With 1 byte each suite has a process of its own:
  // npm test -- --workerIdleMemoryLimit=1. Coverage needs that, since V8 counts nothing exactly that ran before.
  workerIdleMemoryLimit: isCoverage ? 1 : '1GB',
  coverageProvider: 'v8',
  collectCoverageFrom: ['{functions,shared,model,container}/**/*.ts', '!**/*.d.ts'],
  testTimeout: 60_000,
  // jest leaves one processor free, which on two of them is half of all.
  maxWorkers: '100%',
  // A worker that holds half a gigabyte takes longer than jest's 0.5 s to give it back on a busy machine. One that really keeps
  // something open is still reported.
  workerGracefulExitTimeout: 5_000,
  // Those in Chromium have another stage (.ci/run browser). What starts a process is called *.integration.test.ts, what
  // takes seconds (fuzzing, load, real time-outs, big models) *.long.test.ts: npm run test:unit leaves both out.
  testMatch: ['<rootDir>/tests/**/*.test.ts', '!**/tests/browser/**'],
  modulePathIgnorePatterns: ['/.esbuild/', '/.serverless/', '/.canopy/', '/container/package/dist/'],
};
