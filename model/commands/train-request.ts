import { ARGUMENT_NAMES, argumentLines, REFUSED, readArguments, readSeed, withFlagValues } from '../train/arguments.ts';
import { type TrainedFile, trainFile } from '../train/artifact.ts';
import { progressLine } from '../train/progress.ts';
import { readCommandLine, UsageError } from './command-line.ts';

export const TRAIN_HELP = `npm run model -- train --data FILE.csv --formula FORMULA (--seed N | --ranger-seed N) -o OUT.canopy

  --data           CSV with a line of names, or NAME.parquet; CSV is typed as R's read.csv(stringsAsFactors = TRUE) types it; levels stand in the
                   order of their code points, or as the sidecar says
  --formula        y ~ ., y ~ a + b, y ~ . - c; factor(y) ~ ... for classes as numbers; Surv(time, status) ~ ...
  --seed           what set.seed() would be given in R before ranger(...)
  --ranger-seed    ranger's argument seed=
  -o, --output     the artifact to write
  --sidecar        labels, levels and ranges (else NAME.model.json or model.json beside the data)
  --validation     a file of rows to measure the model by, which it is not trained on; its columns are those of the data
  --report         an HTML file with plots, beside what is printed
  --date           the date for the model's card; SOURCE_DATE_EPOCH (seconds) does the same

ranger's arguments, by ranger's names and with its defaults; TRUE or FALSE, or the name alone for TRUE; commas between numbers:

  ${argumentLines()}

case.weights names a column. The forest is that of R's ranger 0.14.1 for the same data, arguments and seed, node by node,
whatever num.threads is.
`;

/** What the command line asks for; `help` alone where it asks for help. */
export type TrainRequest = {
  data: string;
  formula: string;
  output: string;
  report?: string | undefined;
  date?: string | undefined;
  run: () => Promise<TrainedFile>;
};

/**
 * Reads the arguments of `train`; undefined where they ask for help. `dateOf` makes the card's date of --date; `show` gets
 * lines of progress. Throws a UsageError, or a ModelError for what ranger would refuse.
 */
export function readTrainRequest(
  args: string[],
  dateOf: (given: string | undefined) => string | undefined,
  show: (line: string) => void,
): TrainRequest | undefined {
  const text = { type: 'string' } as const;
  const ours = { data: text, formula: text, seed: text, 'ranger-seed': text, sidecar: text, validation: text, report: text, date: text };
  const names: string[] = [...ARGUMENT_NAMES, ...Object.keys(REFUSED)];
  const options = {
    ...ours,
    output: { type: 'string', short: 'o' },
    help: { type: 'boolean', short: 'h' },
    ...Object.fromEntries(names.map((name) => [name, text])),
  } as const;
  // Those that are refused have a reason each, and are not offered.
  const known = [...Object.keys(ours), 'output', 'help', ...ARGUMENT_NAMES];
  const { values } = readCommandLine({ args: withFlagValues(args), options }, known);
  if (values.help) return undefined;
  const { data, formula, output, sidecar, validation, report } = values;
  if (data === undefined) throw new UsageError('found no --data, expected --data FILE.csv');
  if (formula === undefined) throw new UsageError("found no --formula, expected such as --formula 'target ~ .'");
  if (!output?.endsWith('.canopy')) throw new UsageError(`found ${output ?? 'no output'}, expected -o OUT.canopy`);
  if (report !== undefined && !/\.html?$/.test(report)) throw new UsageError(`found the report ${report}, expected FILE.html`);
  const seeds = { seed: seedOf('seed', values.seed), rangerSeed: seedOf('ranger-seed', values['ranger-seed']) };
  if (seeds.seed === undefined && seeds.rangerSeed === undefined)
    throw new UsageError('found no seed, expected --seed N (set.seed in R) or --ranger-seed N');
  const given = Object.entries(values).filter(
    (entry): entry is [string, string] => names.includes(entry[0]) && typeof entry[1] === 'string',
  );
  const ranger = readArguments(Object.fromEntries(given));
  const date = dateOf(values.date);
  const onProgress = progressLine(ranger['num.trees'] ?? 500, show);
  const run = () => trainFile(data, { formula, arguments: ranger, seeds, sidecar, validation, output, date, onProgress });
  return { data, formula, output, report, date, run };
}

function seedOf(name: 'seed' | 'ranger-seed', text: string | undefined): number | undefined {
  return text === undefined ? undefined : readSeed(name, text, `--${name}`);
}
