import { ModuleMocker } from 'jest-mock';

/** Where jest-circus keeps its handlers and the time-out that a suite sets, in the global object. */
const STATE = [Symbol.for('EVENT_HANDLERS'), Symbol.for('TEST_TIMEOUT_SYMBOL')];

/**
 * The `testEnvironment` of runner.ts: Node's global object. After a suite it takes back what the suite changed of the process:
 * the environment variables, the exit code, `process.exit` and `console`.
 */
export class HostEnvironment {
  readonly global = globalThis;
  readonly moduleMocker = new ModuleMocker(globalThis);
  readonly fakeTimers = null;
  readonly fakeTimersModern = null;
  readonly #console = console;
  readonly #exit = process.exit;
  readonly #exitCode = process.exitCode;
  readonly #variables = { ...process.env };

  async setup(): Promise<void> {
    for (const symbol of STATE) Reflect.deleteProperty(globalThis, symbol);
  }

  async teardown(): Promise<void> {
    globalThis.console = this.#console;
    process.exit = this.#exit;
    process.exitCode = this.#exitCode;
    for (const name of Object.keys(process.env)) if (!(name in this.#variables)) delete process.env[name];
    Object.assign(process.env, this.#variables);
  }

  exportConditions(): string[] {
    return ['node', 'node-addons'];
  }

  /** jest asks for the method; there is no context of node:vm. */
  getVmContext(): null {
    return null;
  }
}

export default HostEnvironment;
