import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { PROJECT } from '../support/project.ts';
import { end, keep, works } from './children.ts';
import type { Files } from './forests.ts';
import type { Contender } from './timed.ts';

/** R with ranger in one long-lived process: the peer that times itself, and R's readRDS. */
export type RSession = {
  open(files: Files): Promise<Contender>;
  /** Milliseconds of one readRDS. */
  load(file: string): Promise<number>;
  close(): Promise<void>;
};

/** Whether R is here with what the bench's own scripts load. */
export function hasRanger(): boolean {
  return works('Rscript', ['-e', 'for (p in c("ranger", "survival")) stopifnot(requireNamespace(p, quietly = TRUE))']);
}

/** Starts R. */
export function startR(): RSession {
  const script = path.join(PROJECT, 'tests/bench/ranger.R');
  const child = keep(spawn('Rscript', [script], { stdio: ['pipe', 'pipe', 'inherit'] }));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (...words: (string | number)[]): Promise<number> => {
    child.stdin.write(`${words.join('\t')}\n`);
    const { value, done } = await lines.next();
    if (done || !Number.isFinite(Number(value)))
      throw new Error(`R said ${done ? 'nothing' : value} to ${words.join(' ')}, expected a number`);
    return Number(value);
  };
  return {
    load: (file) => ask('load', file),
    open: async ({ model, data }) => {
      await ask('open', model, data);
      return { name: 'ranger', time: (rows, least) => ask('time', rows, least), close: async () => {} };
    },
    close: () => end(child),
  };
}
