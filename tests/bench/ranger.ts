import path from 'node:path';
import { PROJECT } from '../support/project.ts';
import { works } from './children.ts';
import type { Files } from './forests.ts';
import { startSession } from './session.ts';
import type { Contender } from './timed.ts';

/** R in one long-lived process: the peer that times itself (ranger's predict(), or that of another model's package), and R's readRDS. */
export type RSession = {
  open(files: Files, name?: string): Promise<Contender>;
  /** The recipe before the forest that was opened last, alone. */
  recipe: Contender;
  /** Milliseconds of one readRDS. */
  load(file: string): Promise<number>;
  close(): Promise<void>;
};

/** Whether R is here with what the bench's scripts load. */
export function hasRanger(): boolean {
  return works('Rscript', ['-e', 'for (p in c("ranger", "survival")) stopifnot(requireNamespace(p, quietly = TRUE))']);
}

/** Whether R has what makes recipes. */
export function hasRecipes(): boolean {
  return works('Rscript', ['-e', 'stopifnot(requireNamespace("recipes", quietly = TRUE))']);
}

/** Starts R. */
export function startR(): RSession {
  const { ask, close } = startSession('R', 'Rscript', [path.join(PROJECT, 'tests/bench/ranger.R')]);
  return {
    load: (file) => ask('load', file),
    recipe: { name: 'bake()', time: (rows, least) => ask('bake', rows, least), close: async () => {} },
    open: async ({ model, data }, name = 'ranger') => {
      await ask('open', model, data);
      return { name, time: (rows, least) => ask('time', rows, least), close: async () => {} };
    },
    close,
  };
}
