import { calibrated, MOST_CALIBRATION } from '../../shared/bodies/conformal/intervals.ts';
import { ModelError } from '../../shared/errors.ts';
import type { IntervalPart } from '../../shared/intervals/section.ts';
import { generator } from '../../shared/math/generator.ts';
import { type Predictor, predictRows } from '../../shared/predict.ts';
import { quote } from '../../shared/schema/describe-value.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { shuffled } from './background.ts';
import { classReader } from './target.ts';
import { isMissing, linesFor, placeOfColumn, plainNumber, wholeRows } from './training-rows.ts';

/** Rows that a model was not trained on, as a CSV file, and which of its columns has what the model predicts: by default the one that is no feature. */
export type Calibration = { bytes: Uint8Array; file: string; target: string | undefined };

const SEED = 1;
const SHOWN = 8;

/**
 * The errors of a model on calibration rows, for split-conformal intervals: in ascending order, of 10,000 rows chosen by a fixed seed where
 * there are more. Rows without a target, or without an answer, do not count. Throws a ModelError where the rows do not fit the model, or
 * the model has neither one number nor shares of classes.
 */
export function calibrationPart(model: Predictor, calibration: Calibration, label: string): IntervalPart {
  const { schema } = model;
  const { file } = calibration;
  const asked = calibrated(schema);
  const found = schema.classes ? 'a model of classes without their shares' : `a model of the kind ${schema.kind}, of several numbers`;
  if (!asked) throw new ModelError(label, found, 'one number or shares of classes, for --calibration');
  const [header = [], ...lines] = linesFor(schema.features, calibration);
  const names = new Set(header);
  const missing = schema.features.find(({ name }) => !names.has(name));
  if (missing) throw new ModelError(file, `no column "${missing.name}"`, "all of the model's features, and what it predicts");
  const target = placeOfColumn(header, targetOf(schema, header, calibration));
  const placeOf = classReader(schema.classes ?? []);
  // A class may be called NA, or nothing.
  const truthOf = (line: string[]) => (schema.classes ? (line[target] ?? '') : plainNumber(line[target] ?? ''));
  const known = lines.filter((line) => placeOf(truthOf(line)) !== undefined || !isMissing(truthOf(line)));
  const { rows, kept } = wholeRows(schema, header, known, file);
  const width = schema.features.length;
  const chosen =
    kept.length > MOST_CALIBRATION ? shuffled(kept.length, generator(SEED)).slice(0, MOST_CALIBRATION) : kept.map((_, at) => at);
  const picked = new Float64Array(chosen.length * width);
  chosen.forEach((row, at) => {
    picked.set(rows.subarray(row * width, (row + 1) * width), at * width);
  });
  const predicted = predictRows(model, picked, asked);
  const errorAt = (row: number, at: number) => {
    const text = truthOf(known[kept[row]!] as string[]);
    return errorOf({ ...schema, placeOf }, predicted, at, text, `${file}, column "${header[target]}"`);
  };
  const errors = Float64Array.from(chosen, errorAt).filter(Number.isFinite).sort();
  if (errors.length === 0) throw new ModelError(file, 'no row with an answer and a value of what the model predicts', 'some');
  return { by: 'conformal', scalars: {}, arrays: [['errors', errors]] };
}

/** The name of the column that the model predicts. */
function targetOf({ features }: Schema, header: string[], { file, target }: Calibration): string {
  const known = new Set(features.map(({ name }) => name));
  const others = header.filter((name) => !known.has(name));
  const shown = others.slice(0, SHOWN).map(quote).join(', ') + (others.length > SHOWN ? ', ...' : '');
  if (target === undefined) {
    if (others.length === 1) return others[0]!;
    throw new ModelError(
      file,
      others.length === 0 ? 'no column beside the features' : `the columns ${shown} beside the features`,
      'what the model predicts: name it by --target',
    );
  }
  if (placeOfColumn(header, target) < 0)
    throw new ModelError(file, `no column "${target}"${shown && ` among ${shown}`}`, 'that of --target');
  return target;
}

/** How far the answer to a row is from what came: the distance of two numbers, or what the class's share lacks of 1. */
function errorOf(
  { classes, placeOf }: Schema & { placeOf: ReturnType<typeof classReader> },
  predicted: Float64Array,
  at: number,
  text: string,
  label: string,
): number {
  if (!classes) {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) throw new ModelError(label, quote(text.slice(0, 50)), 'a number');
    return Math.abs(value - predicted[at]!);
  }
  const place = placeOf(text);
  if (place === undefined) throw new ModelError(label, quote(text.slice(0, 50)), `one of ${classes.slice(0, SHOWN).map(quote).join(', ')}`);
  return 1 - predicted[at * classes.length + place]!;
}
