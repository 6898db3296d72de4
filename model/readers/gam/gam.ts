import { typesOf } from '../../../shared/bodies/gam/body.ts';
import type { Gam, GamResponse, Smooth } from '../../../shared/bodies/gam/gam.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { FactorFeature, Feature, Schema } from '../../../shared/schema/features.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import { deparse } from '../../formula/deparse.ts';
import type { Read } from '../../formula/feature-table.ts';
import { readTerms } from '../../formula/terms.ts';
import { attributesOf, element, listOf, numbersOf, type RValue } from '../../rds/values.ts';
import { readDesign } from '../linear/design.ts';
import { readResponse } from './family.ts';
import { matrixOf, NumberPool } from './pool.ts';
import { blocksOf, type Formulas, parametricTerms, readFormulas } from './predictors.ts';
import { readSmooth } from './smooth.ts';
import { SmoothVariables } from './variables.ts';

/** A gam as a schema and a sum of its terms' columns. */
export type GamModel = { schema: Schema; gam: Gam; steps?: BoundStep[]; call: string; isOfFused: boolean; read: Read };

/** Parts of a fit that change its prediction, and are not served. */
const OTHERS = ['Xcentre', 'full.terms'];

/** The columns of its data that a gam's formula names, as a data frame: it keeps a summary of each, and of no constant. */
function columnsOf(value: RValue): RValue | undefined {
  const summary = element(value, 'var.summary');
  if (summary?.type !== 'list') return undefined;
  return { ...summary, attributes: new Map([...attributesOf(summary), ['class', { type: 'character', values: ['data.frame'] }]]) };
}

/**
 * Turns what mgcv's `gam()` or `bam()` returned into columns and coefficients, as predict.gam computes them from new data. A `bam` with
 * discrete = TRUE is computed as by predict(discrete = FALSE). Throws a ModelError that names what is not served.
 */
export function readGam(value: RValue, label: string): GamModel {
  const response = readResponse(value, label);
  const formulas = readFormulas(value, label);
  const { terms, xlevels } = formulas;
  const other = OTHERS.find((name) => element(value, name) !== undefined);
  if (other !== undefined) throw new ModelError(label, `a gam with ${other}`, 'one that gam() or bam() fits');
  const variables = new SmoothVariables(value, label);
  const pool = new NumberPool();
  const smooths: Smooth[] = [];
  const given = listOf(element(value, 'smooth') ?? { type: 'list', values: [] }, `${label}'s smooths`);
  const [contrasts, frame, call] = ['contrasts', 'model', 'call'].map((part) => element(value, part));
  const { features, steps, columns, offsets, more, isOfFused, read } = readDesign(
    {
      ...{ terms: terms[0], xlevels: xlevels[0], contrasts, frame, call, data: columnsOf(value) },
      more: terms.slice(1).map((one, at) => ({ terms: one, xlevels: xlevels[at + 1] })),
      beside: {
        ...{ variables: variables.variables, levels: variables.levels },
        read: (reader) => {
          variables.reader = reader;
          for (const smooth of given) smooths.push(readSmooth(smooth, { variables, pool, label }));
        },
      },
    },
    label,
  );
  const coefficients = Float64Array.from(numbersOf(element(value, 'coefficients'), `${label}'s coefficients`));
  const count = coefficients.length;
  const blocks = blocksOf(formulas, [{ columns, offsets }, ...more], label);
  const [labels, places] = readTermPlaces(value, formulas, smooths, label);
  const gam: Gam = {
    ...{ coefficients, covariance: readCovariance(value, count, label), numbers: pool.numbers },
    ...{ variables: variables.expressions, blocks, smooths },
    predictors: formulas.predictors ?? [Array.from(coefficients.keys())],
    ...{ response, terms: places },
  };
  // A level that training did not have adds no random effect, as in R, which warns.
  const parametric = new Set(terms.flatMap((one) => readTerms(one, `${label}'s pterms`).variables.map(({ name }) => name)));
  const isNew = ({ name, type }: Feature) => type === 'factor' && !parametric.has(name) && variables.isEffect(name);
  const schema: Schema = {
    ...{ ...kindOf(response, gam.predictors.length), takesMissing: false },
    features: features.map((feature): Feature => (isNew(feature) ? { ...(feature as FactorFeature), others: 'new' } : feature)),
    types: typesOf(labels.length > 0, gam),
    ...(labels.length > 0 ? { terms: labels } : {}),
  };
  const made = call?.type === 'language' ? deparse(call) : 'gam';
  return { schema, gam, ...(steps.length > 0 ? { steps } : {}), isOfFused, read, call: made };
}

/** The categories of ocat are counted from 1, those of multinom from 0. */
function kindOf(response: GamResponse, predictors: number): Pick<Schema, 'kind' | 'classes' | 'margins'> {
  const margins = predictors > 1 && response.by !== 'inflated' ? { margins: predictors } : {};
  if (response.by !== 'ordered' && response.by !== 'multinomial') return { kind: 'regression', ...margins };
  const [count, first] = response.by === 'ordered' ? [response.theta.length + 2, 1] : [predictors + 1, 0];
  return { kind: 'probability', classes: Array.from({ length: count }, (_, at) => String(at + first)), ...margins };
}

function readCovariance(value: RValue, count: number, label: string): Float64Array {
  const { rows, columns, values } = matrixOf(element(value, 'Vp'), `${label}'s Vp`);
  if (rows === count && columns === count) return Float64Array.from(values);
  throw new ModelError(`${label}'s Vp`, `${rows} x ${columns}`, `${count} x ${count}`);
}

/** The terms of type "terms": those without a smooth, then the smooths; and intercepts, as they add up to the link. None where two have a name. */
function readTermPlaces(value: RValue, formulas: Formulas, smooths: Smooth[], label: string): [string[], number[][]] {
  const parametric = parametricTerms(value, formulas, label);
  const ofSmooth = ({ label: name, first, width }: Smooth): [string, number[]] => [
    name,
    Array.from({ length: width }, (_, at) => first + at),
  ];
  const named = [...(parametric ?? []), ...smooths.map(ofSmooth)];
  const isDistinct = parametric && new Set(named.map(([name]) => name)).size === named.length;
  return isDistinct ? [named.map(([name]) => name), named.map(([, all]) => all)] : [[], []];
}
