import { ModelError } from '../../../shared/errors.ts';
import { checkPredictor, predictRows } from '../../../shared/predict.ts';
import { constantsOf } from '../../formula/constants.ts';
import { attributesOf, classOf, element, numbersOf, type RValue, textsOf, typeOf } from '../../rds/values.ts';
import type { Indicators } from '../../steps/coded.ts';
import type { Imported } from '../reader.ts';

/** How many training rows are looked at. */
const MAX_ROWS = 500;

/**
 * Whether one number of a model of two classes is the chance of the first one. Generalized linear models give that of the second.
 * Of boosted trees parsnip has made the first class the event since 0.1.6, and the second before; `mold` is the training data that
 * a workflow carries, which settles it: the chance of the event is higher where it was seen.
 */
export function isEventFirst(fit: RValue, engine: Imported, mold: RValue | undefined, label: string): boolean {
  const found = element(fit, 'fit');
  if (!found || !classOf(found).includes('xgb.Booster')) return false;
  const spec = element(fit, 'spec');
  const given = spec && element(spec, 'eng_args');
  const level = given && element(given, 'event_level');
  const [text] = (level?.type === 'language' && constantsOf(level.values[1])) || [];
  if (text === 'first' || text === 'second') return text === 'first';
  const method = spec && element(spec, 'method');
  const seen = mold && seenFirst(engine, mold, label);
  // The oldest parsnip has no list of predictions.
  return seen ?? (method === undefined || element(method, 'pred') !== undefined);
}

/** Whether the model's numbers are higher for the first class of the training rows; undefined where these do not tell. */
function seenFirst(engine: Imported, mold: RValue, label: string): boolean | undefined {
  const [predictors, outcomes] = ['predictors', 'outcomes'].map((name) => element(mold, name));
  const outcome = outcomes?.type === 'list' ? outcomes.values[0] : undefined;
  const { features } = engine.schema;
  const columns = features.map(({ name }) => predictors && element(predictors, name));
  const isNumeric = columns.every(
    (column) => (column?.type === 'double' || column?.type === 'integer') && !attributesOf(column).has('levels'),
  );
  if (outcome?.type !== 'integer' || !isNumeric) return undefined;
  const count = Math.min(outcome.values.length, MAX_ROWS);
  const rows = new Float64Array(count * features.length);
  columns.forEach((column, at) => {
    const values = numbersOf(column, `${label}'s training data`);
    for (let row = 0; row < count; row += 1) rows[row * features.length + at] = values[row] ?? Number.NaN;
  });
  checkPredictor(engine, label);
  const numbers = predictRows(engine, rows);
  if (numbers.length !== count) return undefined;
  const means = [1, 2].map((code) => {
    const ofClass = numbers.filter((value, row) => outcome.values[row] === code && Number.isFinite(value));
    return ofClass.reduce((sum, value) => sum + value, 0) / ofClass.length;
  }) as [number, number];
  return means.every(Number.isFinite) && means[0] !== means[1] ? means[0] > means[1] : undefined;
}

/** How parsnip's formula codes factors; the oldest one has TRUE and FALSE. */
export function indicatorsOf(options: RValue | undefined, label: string): Indicators {
  const value = options && element(options, 'indicators');
  if (value?.type === 'logical') return value.values[0] === 1 ? 'traditional' : 'none';
  const [text] = value?.type === 'character' ? textsOf(value, `${label}'s indicators`) : [];
  if (text === 'traditional' || text === 'none' || text === 'one_hot') return text;
  throw new ModelError(`${label}'s indicators`, text ?? typeOf(value), 'traditional, none or one_hot');
}
