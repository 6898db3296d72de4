import { ARGUMENT_NAMES, type RangerArguments, readArguments, readSeed } from '../../model/train/arguments.ts';
import type { Seeds } from '../../model/train/train.ts';
import { ModelError } from '../../shared/errors.ts';

/** What a training job is asked for. */
export type JobRequest = { formula: string; arguments: RangerArguments; seeds: Seeds };

/** SageMaker's limits: hyperparameters of a job, and characters of a value. */
const MOST = 100;
const MOST_CHARACTERS = 2_500;
/** What SageMaker's SDK and its tuning jobs add for other containers. */
const OF_OTHERS = /^(?:_tuning_|sagemaker_)/;
const OURS = ['formula', 'seed', 'ranger-seed'];

/**
 * Reads hyperparameters: texts by name, `formula`, `seed` (set.seed() in R) or `ranger-seed`, and ranger's arguments by ranger's names.
 * SageMaker's SDK writes a text as JSON, with quotes around it, which are taken off. Throws a ModelError that names the one at fault.
 */
export function readHyperparameters(given: Record<string, unknown>): JobRequest {
  const entries = Object.entries(given).filter(([name]) => !OF_OTHERS.test(name));
  if (entries.length > MOST) throw new ModelError('hyperparameters', String(entries.length), `at most ${MOST}`);
  const texts = Object.fromEntries(entries.map(([name, value]) => [name, textOf(name, value)]));
  const { formula, seed, 'ranger-seed': rangerSeed, ...rest } = texts;
  for (const name of Object.keys(rest)) {
    // Those that are refused have a reason each, which readArguments gives.
    if (/^[a-z]+(?:[.-][a-z]+)*$/.test(name)) continue;
    throw new ModelError(`the hyperparameter ${JSON.stringify(name)}`, 'no such name', [...OURS, ...ARGUMENT_NAMES].join(', '));
  }
  if (formula === undefined) throw new ModelError('hyperparameters', 'no formula', 'one such as target ~ .');
  const seeds = {
    seed: seed === undefined ? undefined : readSeed('seed', seed, 'the hyperparameter seed'),
    rangerSeed: rangerSeed === undefined ? undefined : readSeed('ranger-seed', rangerSeed, 'the hyperparameter ranger-seed'),
  };
  if (seeds.seed === undefined && seeds.rangerSeed === undefined)
    throw new ModelError('hyperparameters', 'no seed', 'seed (set.seed() in R) or ranger-seed, so that the same forest can be grown again');
  return { formula, arguments: readArguments(rest), seeds };
}

function textOf(name: string, value: unknown): string {
  const label = `the hyperparameter ${name}`;
  if (typeof value !== 'string') throw new ModelError(label, value === null ? 'null' : typeof value, 'a text');
  if (value.length > MOST_CHARACTERS) throw new ModelError(label, `${value.length} characters`, `at most ${MOST_CHARACTERS}`);
  if (!/^".*"$/s.test(value)) return value.trim();
  try {
    return String(JSON.parse(value)).trim();
  } catch {
    return value.trim();
  }
}
