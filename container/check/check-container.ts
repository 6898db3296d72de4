import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { printable } from '../../model/artifact/printable.ts';
import { print, readCommandLine, UsageError } from '../../model/commands/command-line.ts';
import { passOn } from '../../model/commands/pass-on.ts';
import type { Finding } from './checks.ts';
import { checkContainer } from './contract.ts';
import { findRow, readRow } from './example-row.ts';

const HELP = `Asks a container what SageMaker will ask of it, whoever made it, and says what was seen.

  npm run image -- check URL [--row CSV] [--start COMMAND]
  npm run image -- check IMAGE [--row CSV] [--model DIR]

  --row      one row of the model's features as CSV, without a header; where it is not given, the container is asked for
             its features (/model, /v2/models/NAME)
  --start    starts this first, ends it by SIGTERM and times that; it must listen on URL
  --model    the folder mounted as /opt/ml/model, for an image (podman or docker runs it)

The exit code is 1 where something fails that SageMaker needs.
`;

/** How long a container may take to answer its first ping here, and to end after SIGTERM, in milliseconds. */
const START_WITHIN = 60_000;
const END_WITHIN = 30_000;

/** Runs the checker with the arguments behind `check`. */
export async function main(args: string[]): Promise<void> {
  const options = {
    row: { type: 'string' },
    start: { type: 'string' },
    model: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { values, positionals } = readCommandLine({ args, options, allowPositionals: true });
  const [what, ...more] = positionals;
  if (values.help || what === undefined || more.length > 0) {
    print(HELP);
    if (!values.help) process.exitCode = 2;
    return;
  }
  const isUrl = /^https?:\/\//.test(what);
  if (isUrl && values.model !== undefined) throw new UsageError(`--model: found ${what}, expected an image; a URL has its model already`);
  if (!isUrl && values.start !== undefined)
    throw new UsageError(`--start: found ${what}, expected a URL; an image is started by podman or docker`);
  const url = isUrl ? what.replace(/\/$/, '') : 'http://127.0.0.1:18080';
  const words = isUrl ? values.start?.split(/\s+/) : imageCommand(what, values.model);
  const child = words && (await start(words));
  const findings: Finding[] = [];
  try {
    if (child) findings.push(await waitForPing(url, child));
    const example = values.row === undefined ? await findRow(url) : readRow(values.row);
    if (values.row === undefined) console.log(printable(`row ${example.row.slice(0, 200)}, by what the container says of its features`));
    findings.push(...(await checkContainer({ url, ...example })));
  } finally {
    if (child) findings.push(await end(url, child));
  }
  for (const { verdict, line, seen } of findings) console.log(printable(`${verdict.padEnd(12)} ${line.padEnd(74)} ${seen}`));
  const failed = findings.filter(({ verdict }) => verdict === 'FAIL').length;
  console.log(`${findings.filter(({ verdict }) => verdict === 'pass').length} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

/** The command that runs an image as SageMaker does: with `serve`, its folders read-only. */
function imageCommand(image: string, model: string | undefined): string[] {
  const tool = ['podman', 'docker'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (!tool) throw new Error(`npm run image -- check ${image}: found neither podman nor docker, expected one of them, or a URL`);
  const mount = model === undefined ? [] : ['-v', `${path.resolve(model)}:/opt/ml/model:ro`];
  return [tool, 'run', '--rm', '-p', '127.0.0.1:18080:8080', ...mount, image, 'serve'];
}

/** Starts a command, which ends with this process whatever ends it. Rejects where there is none of that name. */
async function start([command, ...args]: string[]): Promise<ChildProcess> {
  const child = spawn(command as string, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await once(child, 'spawn').catch(({ message }: Error) => {
    throw new UsageError(`${command}: found no such command that can be started (${message})`);
  });
  passOn(child);
  return child;
}

/** Whether a command has ended, by itself or by a signal. */
function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function waitForPing(url: string, child: ChildProcess): Promise<Finding> {
  const began = performance.now();
  const line = 'started with serve, /ping answers 200 within 60 s';
  while (performance.now() - began < START_WITHIN && !hasEnded(child)) {
    const status = await fetch(`${url}/ping`).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return { line, verdict: 'pass', seen: `after ${Math.round(performance.now() - began)} ms` };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { line, verdict: 'FAIL', seen: hasEnded(child) ? `it ended with ${child.exitCode ?? child.signalCode}` : 'no 200' };
}

/** SIGTERM while a request is under way. */
async function end(url: string, child: ChildProcess): Promise<Finding> {
  const line = 'SIGTERM: answers go on at first, and it ends within 30 s';
  if (hasEnded(child)) return { line, verdict: 'FAIL', seen: `it had ended with ${child.exitCode ?? child.signalCode}` };
  const exited = new Promise<string>((resolve) => child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code}`)));
  const began = performance.now();
  child.kill('SIGTERM');
  const answered = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => `/ping said ${response.status}`,
    () => '/ping was cut off at once',
  );
  const how = await Promise.race([exited, new Promise<undefined>((resolve) => setTimeout(resolve, END_WITHIN, undefined).unref())]);
  if (how === undefined) child.kill('SIGKILL');
  const seen = how === undefined ? 'it had to be killed' : `${how} after ${Math.round(performance.now() - began)} ms; ${answered}`;
  return { line, seen, verdict: how === 'exit code 0' && answered.startsWith('/ping said') ? 'pass' : 'FAIL' };
}
