import type { ChildProcess } from 'node:child_process';

/**
 * What ends this process ends its command too, which would go on unseen; a terminal's Ctrl-C reaches both by itself. The function takes
 * the listeners away.
 */
export function passOn(child: ChildProcess): () => void {
  const signals = ['SIGTERM', 'SIGHUP'] as const;
  const pass = (signal: (typeof signals)[number]) => {
    release();
    child.kill(signal);
    process.kill(process.pid, signal);
  };
  const release = () => {
    for (const signal of signals) process.off(signal, pass);
  };
  for (const signal of signals) process.on(signal, pass);
  return release;
}
