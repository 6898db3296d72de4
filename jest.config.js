import { fileURLToPath } from 'node:url';

// Node keeps here what it compiled and stripped of types, so that the many commands that tests start do so four times faster.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('.canopy/compile-cache', import.meta.url));

export default {
  testEnvironment: 'node',
  testTimeout: 60_000,
  // jest leaves one processor free, which on two of them is half of all.
  maxWorkers: '100%',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/tests/esbuild-transform.js' },
  modulePathIgnorePatterns: ['/.esbuild/', '/.serverless/', '/.canopy/'],
};
