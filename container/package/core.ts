import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What every command, server and thread that predicts needs at once, together with all that these import. */
const ROOTS = ['shared/proof/check.ts', 'shared/api/routes.ts', 'shared/wire/csv.ts'];
/** What starts in threads that grow trees: it needs next to nothing of the core, and each thread would load all of it. */
const WITHOUT = 'model/train/';

const IMPORT = /^(?:import|export)(?! type\b)[^;]*? from '(\.[^']+)';/gm;

/** Whether sources are part of the core, or use it. */
export type Core = {
  /** A source that loads all of the core where it uses some of it. */
  whole(source: string, file: string): string;
};

/**
 * The core of a project. A bundler that splits puts a module into the part of those that the same entries use: forty parts for one
 * command, and each takes a start a third of a millisecond to find, read and link. Whoever uses one of the core's modules
 * imports all of them, so that they are one part. The core imports nothing else, so that no cycle is made.
 */
export function findCore(project: string): Core {
  const core = new Set<string>();
  const add = (file: string) => {
    if (core.has(file)) return;
    core.add(file);
    for (const one of importsOf(readFileSync(file, 'utf8'), file)) add(one);
  };
  const roots = ROOTS.map((file) => path.join(project, file));
  for (const root of roots) add(root);
  const all = roots.map((root) => `import ${JSON.stringify(root)};`).join('\n');
  const without = path.join(project, WITHOUT);
  const uses = (source: string, file: string) => !file.startsWith(without) && importsOf(source, file).some((one) => core.has(one));
  return { whole: (source, file) => (!core.has(file) && uses(source, file) ? `${source}\n${all}\n` : source) };
}

function importsOf(source: string, file: string): string[] {
  return Array.from(source.matchAll(IMPORT), ([, named]) => path.resolve(path.dirname(file), named!));
}
