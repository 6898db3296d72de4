import { readdirSync, readFileSync } from 'node:fs';

/** A process, by Linux's list of them (/proc). */
export type Process = { pid: number; command: string };

/** The processes below one, and those below them. */
export function below(pid: number): Process[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const stats = all.flatMap((name) => {
    const stat = textOf(`/proc/${name}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ');
    const command = textOf(`/proc/${name}/cmdline`).replaceAll('\0', ' ');
    return stat.length < 2 ? [] : [{ pid: Number(name), parent: Number(stat[1]), command }];
  });
  const children = stats.filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child, ...below(child.pid)]);
}

/** Which of some processes are still there after 10 s. */
export async function leftOf(processes: Process[]): Promise<string[]> {
  // A zombie has no command.
  const isThere = ({ pid, command }: Process) => textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') === command;
  for (let tries = 0; tries < 100 && processes.some(isThere); tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
  return processes.filter(isThere).map(({ command }) => command);
}

/** The memory of processes, in bytes: each page is counted once, shared among those that have it (PSS). */
export function memoryOf(processes: Process[]): number {
  const kilobytes = processes.map(({ pid }) => Number(/^Pss:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0));
  return kilobytes.reduce((sum, one) => sum + one * 1_024, 0);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
