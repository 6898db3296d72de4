import { checkPredictor, type Predictor, predictRows } from '../../../shared/predict.ts';
import { parseDate, parseDatetime } from '../../../shared/schema/dates.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';

/** How many rows are tried for each feature. */
const TRIED = 6;
/** Where nothing of a feature's values is known. */
const USUAL = 1;

/**
 * A pipeline's schema with what it does with missing values: an imputed feature may be missing, a feature that some step or the
 * model needs may not. The answer is what the pipeline gives for a few rows with one value missing in each. Throws a ModelError where it
 * cannot compute.
 */
export function withMissing(model: Predictor, label: string): Schema {
  // What computes takes no damaged part.
  checkPredictor(model, `${label}'s pipeline`);
  const { schema } = model;
  const width = schema.features.length;
  const rows = Float64Array.from({ length: TRIED * width }, (_, at) => usualValue(schema.features[at % width]!, Math.floor(at / width)));
  const isAnswered = (given: Float64Array) => predictRows(model, given).some(Number.isFinite);
  if (!isAnswered(rows)) return { ...schema, takesMissing: true };
  const optional = schema.features.map((_, column) => {
    const without = rows.slice();
    for (let row = 0; row < TRIED; row += 1) without[row * width + column] = Number.NaN;
    return isAnswered(without);
  });
  if (!optional.includes(true)) return { ...schema, takesMissing: false, features: schema.features.map(withoutOthers) };
  const features = schema.features.map((feature, column): Feature => {
    return optional[column] ? feature : { ...withoutOthers(feature), required: true };
  });
  return { ...schema, takesMissing: true, features };
}

/** A feature that has to be there: a level that counts as missing is then a problem of the request, as it is in R. */
function withoutOthers(feature: Feature): Feature {
  if (feature.type !== 'factor' || feature.others !== 'missing') return feature;
  const { others: _, ...rest } = feature;
  return rest;
}

function usualValue(feature: Feature, row: number): number {
  switch (feature.type) {
    case 'factor':
      return 1 + (row % feature.levels.length);
    case 'logical':
      return row % 2;
    case 'date':
    case 'datetime': {
      const { range } = feature;
      const [least, most] = (range ?? []).map((text) => Number(feature.type === 'date' ? parseDate(text) : parseDatetime(text)));
      return between(least, most, row);
    }
    default:
      return between(Number(feature.range?.[0] ?? USUAL), Number(feature.range?.[1] ?? USUAL), row);
  }
}

function between(least = USUAL, most = USUAL, row = 0): number {
  return least + ((most - least) * (row + 1)) / (TRIED + 1);
}
