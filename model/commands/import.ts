import type { Model } from '../../shared/artifact.ts';
import { count } from '../../shared/bodies/measures.ts';
import { provenText } from '../../shared/proof/proof.ts';
import type { Feature } from '../../shared/schema/features.ts';
import { highestLevel } from '../../shared/schema/spread/interval.ts';
import { zoneNote } from '../artifact/assumed.ts';
import type { Calibration } from '../artifact/calibration.ts';
import { importModel, verifyArtifact } from '../artifact/import.ts';
import { maybeCodesNote, maybeFactorsNote } from '../artifact/maybe-factors.ts';
import { printableLines } from '../artifact/printable.ts';
import { replaceFile } from '../artifact/replace-file.ts';
import { type LevelsOrder, type TrainingData, trainingColumns } from '../artifact/training-rows.ts';
import { readCommandLine, UsageError } from './command-line.ts';
import { isSameFile, readRowsFile } from './files.ts';
import { progressLine } from './load.ts';
import { cardDate, expectArguments, HELP_OPTION as help, OBJECT_OPTION as object } from './options.ts';

/** Levels of a feature that are printed. */
const SHOWN_LEVELS = 20;

const HELP = `npm run model -- import FILE -o OUT.canopy [--data TRAINING.csv] [--background real]
    [--levels-order c|locale] [--date DATE] [--object NAME] [--libm plain] [--accept-differences]
    [--calibration ROWS.csv] [--target NAME] [--time-limit SECONDS]

  FILE          a model saved by saveRDS or save, or a booster's own file, whatever its name is; NAME.model.json or model.json
                beside it is its sidecar
  -o, --output  the artifact to write; it is replaced where it is there, and left as it was where the import fails
  --data        the training data as CSV, for the types and levels that neither the file nor its sidecar has; where the
                file has no names of features, its header has them (then it has the features alone, without the target)
                With it answers can be explained (parameters: {"explain": true}): the rows that fall into each leaf are
                counted, and up to 100 background rows are made, each column drawn by itself, so that no row is copied. Where
                the data has what the model predicts, GET /model/importance says how much worse the answers get with
                each feature shuffled
  --background  real, for 100 rows of the training data themselves as background rows; or synthetic, as without it
  --calibration  rows that the model was not trained on, as CSV, with what it predicts: their errors give intervals of any model
                of one number, and sets of classes (parameters: {"interval": "conformal"}); 10,000 of them at most
  --target      which column of the training data and the calibration rows the model predicts; by default the one that
                the formula of the model's call names, or the only one that is no feature
  --levels-order  c or locale: how R sorted those levels, where that makes a difference (C: B Zeta a; else: a B Zeta)
  --object      which model, of a file with several (save(), or a list): m, or lst$m
  --libm        plain, where R ran on a processor without fused multiplication (older than about 2013): its C library
                has other last bits of exp, log and pow. The model's sha256 depends on it.
  --accept-differences  takes a model although R's own predictions in its sidecar (canopy_save) differ, to look at it;
                its card says how many rows agree
  --time-limit  how long the reading may take, in seconds: without it 120, 2 more for each megabyte of the file and 5 for each
                of the rows beside it, so that no file holds the machine without end
  --date        the date for the model's card, 2026-01-31 or 2026-01-31T12:00:00Z; SOURCE_DATE_EPOCH (seconds) does the
                same. The model's sha256 does not depend on it.

Prints the model's name, its sha256 and the artifact's size, once its check rows are computed again; with --data the
levels as they were read too, else which features may be factors without levels.
`;

/** `import`: a model file into an artifact. `epoch` is SOURCE_DATE_EPOCH. What it prints; throws a UsageError or a ModelError. */
export function importCommand(args: string[], epoch: string | undefined): string {
  const text = { type: 'string' } as const;
  const options = {
    help,
    object,
    output: { type: 'string', short: 'o' },
    date: text,
    data: text,
    background: text,
    calibration: text,
    target: text,
    'levels-order': text,
    libm: text,
    'accept-differences': { type: 'boolean' },
    'time-limit': text,
  } as const;
  const { values, positionals } = readCommandLine({ args, allowPositionals: true, options });
  if (values.help) return HELP;
  const [file] = expectArguments(positionals, ['FILE']) as [string];
  const { output } = values;
  if (!output?.endsWith('.canopy')) throw new UsageError(`found ${output ?? 'no output'}, expected -o OUT.canopy`);
  if (isSameFile(file, output)) throw new UsageError(`the output ${output} is the file to import; expected another name`);
  const order = levelsOrder(values['levels-order']);
  const data = values.data === undefined ? undefined : { bytes: readRowsFile(values.data), file: values.data, order };
  const notes: string[] = [];
  const artifact = importModel(file, {
    date: cardDate(values.date, epoch),
    data,
    background: backgroundOf(values.background, data !== undefined),
    ...(data && isTargetOf(data, values) ? { target: values.target } : {}),
    calibration: calibrationOf(values),
    object: values.object,
    libm: libmOf(values.libm),
    acceptDifferences: values['accept-differences'],
    timeLimit: timeLimitOf(values['time-limit']),
    progress: progressLine(file),
    note: (line) => notes.push(line),
  });
  const model = verifyArtifact(artifact, output);
  replaceFile(output, artifact);
  const levels = model.schema.features.flatMap(levelsLine);
  // A CSV does not show that levels were put in another order by factor(levels =), and a wrong order is a wrong answer.
  const ask = ['the levels as read; where levels() in R says otherwise, name them in a sidecar:', ...levels];
  return printableLines([
    ...[model.card.name, `sha256 ${model.sha256}`, `${output}, ${artifact.byteLength} bytes`],
    ...(data ? explainLines(model, values.data!) : []),
    ...(model.card.proof ? [provenText(model.card.proof)] : []),
    ...calibrationLines(model),
    ...(data && levels.length > 0 ? ask : []),
    ...(data ? maybeCodesNote(model, file, data) : maybeFactorsNote(model, file)),
    ...zoneNote(model.schema),
    ...notes,
  ]);
}

function calibrationOf({ calibration, data, target }: Partial<Record<'calibration' | 'data' | 'target', string>>): Calibration | undefined {
  if (target !== undefined && calibration === undefined && data === undefined)
    throw new UsageError('found --target without --data or --calibration, expected the training data or calibration rows beside it');
  return calibration === undefined ? undefined : { bytes: readRowsFile(calibration), file: calibration, target };
}

/** A number of whole seconds, up to those of a week. */
function timeLimitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= 604_800) return seconds;
  throw new UsageError(`found --time-limit ${text}, expected whole seconds from 1 to 604800`);
}

/** Whether the named target is that of the training data: beside calibration rows it may be that of these alone. */
function isTargetOf(data: TrainingData, { calibration, target }: { calibration?: string; target?: string }): boolean {
  return target !== undefined && (calibration === undefined || trainingColumns(data).includes(target));
}

/** What an artifact's conformal intervals rest on. */
function calibrationLines({ schema }: Model): string[] {
  const rows = schema.intervals?.calibration;
  if (rows === undefined) return [];
  return [`conformal intervals by ${count(rows, 'calibration row')}, up to a level of ${highestLevel(rows)}`];
}

/** The line that lists a factor's levels; no line for any other feature. */
function levelsLine(feature: Feature): string[] {
  if (feature.type !== 'factor') return [];
  const shown = feature.levels.slice(0, SHOWN_LEVELS).map((level) => level ?? 'NA');
  return [`  ${feature.name}: ${shown.join(', ')}${feature.levels.length > SHOWN_LEVELS ? ', ...' : ''}`];
}

function levelsOrder(given: string | undefined): LevelsOrder | undefined {
  if (given === undefined || given === 'c' || given === 'locale') return given;
  throw new UsageError(`found the order ${given}, expected c or locale`);
}

function backgroundOf(given: string | undefined, hasData: boolean): 'synthetic' | 'real' | undefined {
  if (given !== undefined && given !== 'synthetic' && given !== 'real')
    throw new UsageError(`found --background ${given}, expected synthetic or real`);
  if (given !== undefined && !hasData) throw new UsageError('found --background without --data, expected the training data beside it');
  return given;
}

/** What an artifact can explain its answers by. */
function explainLines({ schema }: Model, data: string): string[] {
  if (!schema.explain)
    return [`its answers cannot be explained: that takes trees without steps before them, and a column of ${data} for each feature`];
  const { ways, isReal } = schema.explain;
  const rows = ways.some(({ background }) => background === 'rows');
  if (rows && isReal) return [`the artifact holds rows of ${data}, for explanations: whoever has it can read them`];
  return [`its answers can be explained${rows ? ', beside synthetic rows too' : ''}`];
}

function libmOf(given: string | undefined): 'plain' | undefined {
  if (given === undefined || given === 'plain') return given;
  throw new UsageError(`found --libm ${given}, expected plain`);
}
