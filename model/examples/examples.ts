import path from 'node:path';
import { UsageError } from '../commands/command-line.ts';

/** The examples that come with the project: name to model file, by its path in the project. */
export const EXAMPLES: Record<string, string> = {
  'heart-age': 'model/heart/heart-age.RDS',
  heart: 'model/examples/heart/heart.canopy',
};

/** What a help text says of `--example`. */
export const EXAMPLE_HELP = `a model of this project: ${Object.keys(EXAMPLES).join(', ')} (model/examples/README.md)`;

/** What the command line says of the model; `from` is the folder that a file's path starts at. */
export type ModelChoice = { model: string | undefined; example: string | undefined; project: string; from: string };

/** The model file that a command line asks for; heart-age where it asks for none. Throws a UsageError. */
export function chooseModel({ model, example, project, from }: ModelChoice): string {
  if (model !== undefined && example !== undefined) throw new UsageError('found --model and --example, expected one of the two');
  if (model !== undefined) return path.resolve(from, model);
  const name = example ?? 'heart-age';
  const file = Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
  if (file === undefined) throw new UsageError(`--example: found ${name}, expected one of ${Object.keys(EXAMPLES).join(', ')}`);
  return path.join(project, file);
}
