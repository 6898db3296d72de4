import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import path from 'node:path';
import { passOn } from '../../model/commands/pass-on.ts';

/** What a command printed, and how it ended. */
export type Ran = { code: number; stdout: string; output: string };

export type CommandOptions = {
  /** Beside those of this process. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** The command is killed after so many seconds (an hour). */
  seconds?: number;
  /** What it reads on its standard input; nothing without it. */
  input?: string;
  /** Hears each piece of its output as it comes. */
  onOutput?: (text: string) => void;
};

/** A command that did not end well, in a sentence. `output` has all it printed. */
export class CommandError extends Error {
  readonly output: string;
  constructor(message: string, output: string) {
    super(message);
    this.output = output;
  }
}

/** Runs a command and waits for its end. Never throws: a command that is not there ends with 127. */
export function run(command: string, args: string[], options: CommandOptions = {}): Promise<Ran> {
  const { env = {}, cwd = process.cwd(), seconds = 3_600, input, onOutput } = options;
  return new Promise((resolve) => {
    const stdio: StdioOptions = [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
    const child: ChildProcess = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio });
    let stdout = '';
    let output = '';
    const hear = (text: string) => {
      output += text;
      onOutput?.(text);
    };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      hear(text);
    });
    child.stderr?.setEncoding('utf8').on('data', hear);
    child.stdin?.on('error', () => {}).end(input);
    const timer = setTimeout(() => {
      hear(`\nkilled after ${seconds} s`);
      child.kill('SIGKILL');
    }, seconds * 1000);
    const release = passOn(child);
    const end = (code: number, why = '') => {
      clearTimeout(timer);
      release();
      resolve({ code, stdout, output: output + why });
    };
    child.on('error', (error) => end(127, error.message));
    child.on('close', (code) => end(code ?? 128));
  });
}

/** buildah and podman start with a sealed copy of themselves in memory; a busy kernel refuses that now and then (EBUSY). */
const TRANSIENT = /sealing memfd copy/;
const TRIES = 3;

/** Runs a command that must succeed; what it printed on its standard output. Throws a CommandError with its last lines. */
export async function must(command: string, args: string[], options: CommandOptions = {}): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const { code, stdout, output } = await run(command, args, options);
    if (code === 0) return stdout;
    if (attempt < TRIES && TRANSIENT.test(output)) continue;
    const tail = output.trim().split('\n').slice(-20).join('\n');
    throw new CommandError(`${path.basename(command)} ${args.slice(0, 3).join(' ')}: found exit code ${code}, expected 0\n${tail}`, output);
  }
}
