// Runs a suite by jest-circus, but has Node itself import the suite and what it imports, as production does. jest's way is a
// context of node:vm for each suite, in which every module is compiled, linked and warmed up anew: most of the time of quick suites.
import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { HostEnvironment } from './environment.ts';

/** What of jest-runtime is called here. */
interface Runtime {
  unstable_shouldLoadAsEsm(file: string): boolean;
  unstable_importModule(file: string): Promise<unknown>;
  requireInternalModule(file: string): unknown;
  requireModuleOrMock(from: string, name: string): { jest: unknown };
}

/** `testRunner` of jest's configuration: https://jestjs.io/docs/configuration#testrunner-string. */
type TestRunner = (
  globalConfig: unknown,
  config: unknown,
  environment: HostEnvironment,
  runtime: Runtime,
  testPath: string,
  sendMessageToJest?: unknown,
) => Promise<unknown>;

const require = createRequire(import.meta.url);
const circus: TestRunner = require('jest-circus/runner').default;

const GLOBALS = pathToFileURL(require.resolve('@jest/globals')).href;
const NAMES = ['afterAll', 'afterEach', 'beforeAll', 'beforeEach', 'describe', 'expect', 'it', 'jest', 'test'];

// Modules in tests/support are loaded once, but jest-circus makes these functions anew for each suite: @jest/globals passes every call on
// to those of the suite that runs. It keeps its address, so that jest leaves it out of the stacks that it shows.
const source = NAMES.map(
  (name) => `export const ${name} = new Proxy(function () {}, {
  apply: (target, self, args) => globalThis.${name}(...args),
  get: (target, key) => globalThis.${name}[key],
});`,
).join('\n');
registerHooks({
  load: (url, context, next) => (url === GLOBALS ? { format: 'module', source, shortCircuit: true } : next(url, context)),
});

/** A stack with paths, as jest shows them and finds the lines for: Node's has URLs. */
function stackOf(error: Error, sites: NodeJS.CallSite[]): string {
  const lines = sites.map((site) => `\n    at ${site}`.replace(/\bfile:\/\/\/[^\s()]+/, (url) => fileURLToPath(url)));
  return `${error}${lines.join('')}`;
}

/** Runs one suite. What it imports stays loaded for the next suite of the same worker. */
const run: TestRunner = (globalConfig, config, environment, runtime, testPath, sendMessageToJest) => {
  runtime.unstable_shouldLoadAsEsm = () => true;
  runtime.unstable_importModule = (file) => import(pathToFileURL(file).href);
  // jest-circus keeps the tests of a suite in its module, so each suite needs a new one.
  runtime.requireInternalModule = (file) => {
    delete require.cache[file];
    return require(file);
  };
  Error.prepareStackTrace = stackOf;
  Object.assign(globalThis, { jest: runtime.requireModuleOrMock(testPath, '@jest/globals').jest });
  return circus(globalConfig, config, environment, runtime, testPath, sendMessageToJest);
};

export default run;
