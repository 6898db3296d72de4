import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { end, keep } from './children.ts';

/** A program in one long-lived process that times itself: it reads a line of words, apart by tabs, and answers with a line, a number. */
export type Session = { ask(...words: (string | number)[]): Promise<number>; close(): Promise<void> };

/** Starts one. A question throws where the answer is no number. */
export function startSession(name: string, command: string, args: string[], env: NodeJS.ProcessEnv = process.env): Session {
  const child = keep(spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env }));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (...words) => {
      child.stdin.write(`${words.join('\t')}\n`);
      const { value, done } = await lines.next();
      if (done || !Number.isFinite(Number(value)))
        throw new Error(`${name} said ${done ? 'nothing' : value} to ${words.join(' ')}, expected a number`);
      return Number(value);
    },
    close: () => end(child),
  };
}
