import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

const running = new Set<ChildProcess>();

/** Remembers a process so that it ends when we do. */
export function keep<T extends ChildProcess>(child: T): T {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Ends whatever runs, and cleans up, however this process ends: Ctrl-C among that. */
export function endAllAtExit(cleanUp: () => void): void {
  process.on('exit', () => {
    for (const child of running) child.kill('SIGTERM');
    cleanUp();
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
}

/** Ends one process: by SIGTERM, after 3 s by SIGKILL. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await exited;
  clearTimeout(hard);
}

/** What a command says on its standard output; its errors go where ours go. Throws where it fails. */
export async function outputOf(command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<string> {
  const child = keep(spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] }));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${said}`);
  return said;
}

/** Whether a command is here and ends well. */
export function works(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
