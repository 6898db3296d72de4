import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the local stack finds its parts: among the sources here; the package has others (container/package/places.ts). */
export type Places = {
  /** The folder that holds the examples, each by its path in the project, and in which the processes run. */
  folder: string;
  /** The container's entry. */
  container: string;
  /** The module of the function behind the API. */
  handler: string;
  /** The program that opens or imports a model, with its arguments. */
  prepare(model: string): string[];
  /** Where Node keeps what it compiled; undefined where it shall not. */
  compileCache: string | undefined;
  /** The package without which the API cannot ask an endpoint; undefined where it is there. */
  missing: string | undefined;
  /** Takes away what `prepare` left. */
  clear(): void;
};

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export const PLACES: Places = {
  folder: PROJECT,
  container: path.join(PROJECT, 'container/main.ts'),
  handler: path.join(PROJECT, 'functions/predict.ts'),
  prepare: (model) => [path.join(PROJECT, 'container/local/prepare-main.ts'), model],
  compileCache: path.join(PROJECT, '.canopy/compile-cache'),
  missing: undefined,
  // What was imported is kept for the next start.
  clear: () => {},
};
