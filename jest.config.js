export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/tests/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/tests/esbuild-transform.js' },
  modulePathIgnorePatterns: ['/.esbuild/', '/.serverless/', '/.canopy/'],
};
