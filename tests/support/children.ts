import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll } from '@jest/globals';

/**
 * Has processes end after the last test of a file at the latest: one that times out or fails leaves its own running, and jest would wait for
 * them. Call it where the file begins, and what it gives with each process.
 */
export function endAtLast(): <Child extends ChildProcess>(child: Child) => Child {
  const children: ChildProcess[] = [];
  let isOver = false;
  afterAll(async () => {
    isOver = true;
    const running = children.filter(({ pid, exitCode, signalCode }) => pid !== undefined && exitCode === null && signalCode === null);
    const ended = running.map((child) => once(child, 'exit'));
    // All before any is waited for.
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(ended);
  });
  return (child) => {
    children.push(child);
    if (isOver) child.kill('SIGKILL');
    return child;
  };
}
