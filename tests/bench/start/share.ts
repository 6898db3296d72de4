import { spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { works } from '../children.ts';

/** A part of a processor: what goes before a command so that it gets no more, and how that is done. */
export type Share = { how: string; prefix: readonly string[]; remove(): void };

/** The time in which a part is counted, as Lambda counts it, in microseconds. */
const PERIOD = 20_000;

/**
 * A share of one processor, by a control group (which root alone may make), else by cpulimit, which stops and continues a process and is
 * coarse: 100 ms. Undefined where there is neither.
 */
export function openShare(share: number): Share | undefined {
  return openGroup(share) ?? openCpulimit(share);
}

/** Of both versions: each has its own folder and files. */
function openGroup(share: number): Share | undefined {
  const quota = Math.round(PERIOD * share);
  const forms: [root: string, files: Record<string, string>][] = [
    ['/sys/fs/cgroup', { 'cpu.max': `${quota} ${PERIOD}` }],
    ['/sys/fs/cgroup/cpu', { 'cpu.cfs_period_us': String(PERIOD), 'cpu.cfs_quota_us': String(quota) }],
  ];
  for (const [root, files] of forms) {
    const folder = path.join(root, `canopy-bench-${process.pid}`);
    const remove = () => {
      try {
        rmdirSync(folder);
      } catch {
        // It was not made, or a process is still ending in it.
      }
    };
    try {
      mkdirSync(folder);
      for (const [file, value] of Object.entries(files)) writeFileSync(path.join(folder, file), value, { flag: 'r+' });
      const prefix = ['/bin/sh', '-c', `echo $$ > ${path.join(folder, 'cgroup.procs')} && exec "$@"`, 'sh'];
      if (spawnSync(prefix[0]!, [...prefix.slice(1), 'true'], { stdio: 'ignore' }).status !== 0) throw new Error('it takes no process');
      return { how: 'by a control group', prefix, remove };
    } catch {
      remove();
    }
  }
  return undefined;
}

function openCpulimit(share: number): Share | undefined {
  if (!works('cpulimit', ['-l', '50', '--', 'true'])) return undefined;
  return { how: 'by cpulimit', prefix: ['cpulimit', '-q', '-l', String(Math.round(100 * share)), '--'], remove: () => {} };
}
