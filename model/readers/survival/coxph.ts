import { longSum } from '../../../shared/bodies/boosting/long-sum.ts';
import type { Cox } from '../../../shared/bodies/cox/cox.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { IntervalPart } from '../../../shared/intervals/section.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import type { AnswerType } from '../../../shared/schema/parameter-table.ts';
import { COLUMNS, type MadeColumn } from '../../../shared/steps/columns.ts';
import { type BoundStep, stepOf } from '../../../shared/steps/kind.ts';
import { deparse } from '../../formula/deparse.ts';
import type { Read } from '../../formula/feature-table.ts';
import { productOf } from '../../formula/model-matrix.ts';
import { attributesOf, classOf, element, numbersOf, type RValue } from '../../rds/values.ts';
import { type Design, type DesignParts, readDesign } from '../linear/design.ts';
import { type Baseline, readBaseline } from './baseline.ts';
import { coxSpread } from './cox-spread.ts';
import { readSpecial, type Special } from './special.ts';
import { placeOf, stratumOf, variablesOf } from './strata.ts';

/** A coxph as a schema, the steps that make its columns, and its coefficients. */
export type CoxphModel = { schema: Schema; steps: BoundStep[]; cox: Cox; call: string; isOfFused: boolean; read: Read } & {
  intervalParts: readonly IntervalPart[];
};

/**
 * Turns what coxph() returned into hazards that are proportional (survival, R/predict.coxph.R, R/survfit.coxph.R). Linear predictors are
 * centred as predict.coxph has them by default: at the means, or within strata at each stratum's. Throws a ModelError that names what is
 * not served.
 */
export function readCoxph(value: RValue, label: string): CoxphModel {
  if (classOf(value).includes('coxphms')) throw new ModelError(label, 'a coxph of several states', 'one of a single event');
  const special = readSpecial(value, label, 'labels');
  const { design, stratum } = designOf(value, special, label);
  const columns = design.columns.slice(1);
  const given = Float64Array.from(numbersOf(element(value, 'coefficients'), `${label}'s coefficients`));
  if (!design.intercept || given.length !== columns.length)
    throw new ModelError(`${label}'s coefficients`, String(given.length), `${columns.length}, one a column of its formula`);
  // A column that depends on others has none: predict() takes 0 for it.
  const coefficients = given.map((coefficient) => (Number.isNaN(coefficient) ? 0 : coefficient));
  const means = Float64Array.from(numbersOf(element(value, 'means'), `${label}'s means`));
  if (means.length !== columns.length) throw new ModelError(`${label}'s means`, String(means.length), String(columns.length));
  const hasOffset = design.offsets.length > 0;
  const centers = special.strata ? stratumCenters(value, columns.length, special.strata.combinations.length, hasOffset, label) : means;
  const baseline = baselineOf(value, special, hasOffset, label);
  const cox: Cox = {
    ...{ coefficients, centers, strata: special.strata?.combinations.length ?? 1, hasStratum: stratum !== undefined, hasOffset },
    middle: longSum(means.map((mean, at) => mean * coefficients[at]!)),
    ...(baseline ? { survival: baseline.survival } : {}),
  };
  const types: AnswerType[] = ['lp', 'risk', ...(baseline ? (['survival'] as const) : [])];
  const schema: Schema = {
    kind: 'regression',
    features: design.features,
    takesMissing: false,
    types,
    ...(baseline ? { times: baseline.times } : {}),
  };
  const call = element(value, 'call');
  return {
    ...{ schema, cox, isOfFused: design.isOfFused, read: design.read },
    intervalParts: [coxSpread(value, means, given.some(Number.isNaN) ? undefined : baseline?.hazards, hasOffset)],
    steps: [...design.steps, columnsStep(value, design, stratum)],
    call: call?.type === 'language' ? deparse(call) : 'coxph',
  };
}

/** The formula without what makes no columns, and the place of a row's stratum. */
function designOf(value: RValue, { dropped, strata }: Special, label: string): { design: Design; stratum: Expression | undefined } {
  const [terms, xlevels, contrasts, frame, call] = ['terms', 'xlevels', 'contrasts', 'model', 'call'].map((part) => element(value, part));
  let stratum: Expression | undefined;
  const beside: DesignParts['beside'] = strata && {
    ...variablesOf(strata),
    read: (reader) => {
      stratum = stratumOf(strata, reader);
    },
    place: ({ name }, reader) => {
      const term = strata.terms.find((one) => one.name === name);
      return term && placeOf(term, reader);
    },
  };
  const design = readDesign({ terms, xlevels, contrasts, frame, call, hasDefaults: true, dropped, ...(beside ? { beside } : {}) }, label);
  return { design, stratum };
}

/** The step that makes the inputs of the body: the columns by R's names of coefficients, the stratum and the offset. */
function columnsStep(value: RValue, { columns, offsets }: Design, stratum: Expression | undefined): BoundStep {
  const named = attributesOf(element(value, 'coefficients') as RValue).get('names');
  const names = named?.type === 'character' ? named.values : [];
  const made = columns
    .slice(1)
    .map((factors, at): MadeColumn => ({ name: names[at] ?? `column ${at + 1}`, value: productOf({ name: '', factors }) }));
  const [first, ...rest] = offsets;
  const offset = first === undefined ? undefined : rest.reduce<Expression>((sum, one) => ({ call: '+', of: [sum, one] }), first);
  const behind = [
    ...(stratum === undefined ? [] : [{ name: 'stratum', value: stratum }]),
    ...(offset === undefined ? [] : [{ name: 'offset', value: offset }]),
  ];
  return stepOf(COLUMNS, { step: 'columns', of: 'coxph', columns: [...made, ...behind] });
}

/** The means of the columns within each stratum, by the weights, as rowsum() adds them up. */
function stratumCenters(value: RValue, width: number, strata: number, hasOffset: boolean, label: string): Float64Array {
  const x = element(value, 'x');
  if (hasOffset)
    throw new ModelError(label, "strata with an offset, whose mean the file lacks, and R's predict() takes off", 'one of them');
  if (!x || !element(value, 'strata'))
    throw new ModelError(label, "strata without the matrix, for which R's predict() looks for the data again", 'a fit with x = TRUE');
  const places = numbersOf(element(value, 'strata'), `${label}'s strata`);
  const cells = numbersOf(x, `${label}'s x`);
  if (cells.length !== places.length * width) throw new ModelError(`${label}'s x`, `${cells.length} cells`, String(places.length * width));
  const weights = element(value, 'weights') && numbersOf(element(value, 'weights'), `${label}'s weights`);
  if (weights && weights.length !== places.length)
    throw new ModelError(`${label}'s weights`, String(weights.length), String(places.length));
  const centers = new Float64Array(strata * width);
  const counts = new Float64Array(strata);
  places.forEach((place, row) => {
    if (!(place >= 1 && place <= strata)) throw new ModelError(`${label}'s strata`, String(place), `1 to ${strata}`);
    const weight = weights?.[row] ?? 1;
    counts[place - 1] = counts[place - 1]! + weight;
    for (let at = 0; at < width; at += 1)
      centers[(place - 1) * width + at] = centers[(place - 1) * width + at]! + cells[at * places.length + row]! * weight;
  });
  return centers.map((sum, at) => (counts[Math.floor(at / width)] === 0 ? 0 : sum / counts[Math.floor(at / width)]!));
}

/** The curves' start, where the file has what they are of. */
function baselineOf(value: RValue, { strata, hasFrailty }: Special, hasOffset: boolean, label: string): Baseline | undefined {
  const y = element(value, 'y');
  // Of a frailty R has no curves for new rows.
  if (!y || y.type === 'null' || hasOffset || hasFrailty) return undefined;
  const places = strata ? numbersOf(element(value, 'strata'), `${label}'s strata`) : undefined;
  return readBaseline(value, y, strata?.combinations.length ?? 1, places, label);
}
