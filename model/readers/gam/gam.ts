import type { Block, Gam, GamResponse, Smooth } from '../../../shared/bodies/gam/gam.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { FactorFeature, Feature, Schema } from '../../../shared/schema/features.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import { deparse } from '../../formula/deparse.ts';
import type { Read } from '../../formula/feature-table.ts';
import { readTerms } from '../../formula/terms.ts';
import { attributesOf, element, listOf, numbersOf, type RValue, textsOf, typeOf } from '../../rds/values.ts';
import { readDesign } from '../linear/design.ts';
import { readResponse } from './family.ts';
import { matrixOf, NumberPool } from './pool.ts';
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
  const [pterms, formula] = [element(value, 'pterms'), element(value, 'formula')];
  const response = readResponse(value, label);
  if (pterms?.type === 'list' || formula?.type === 'list')
    throw new ModelError(label, 'a gam of several linear predictors', 'a gam of one formula');
  const other = OTHERS.find((name) => element(value, name) !== undefined);
  if (other !== undefined) throw new ModelError(label, `a gam with ${other}`, 'one that gam() or bam() fits');
  const variables = new SmoothVariables(value, label);
  const pool = new NumberPool();
  const smooths: Smooth[] = [];
  const given = listOf(element(value, 'smooth') ?? { type: 'list', values: [] }, `${label}'s smooths`);
  const [xlevels, contrasts, frame] = ['xlevels', 'contrasts', 'model'].map((part) => element(value, part));
  const call = element(value, 'call');
  const { features, steps, columns, offsets, isOfFused, read } = readDesign(
    {
      ...{ terms: pterms, xlevels, contrasts, frame, call, data: columnsOf(value) },
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
  const [nsdf] = numbersOf(element(value, 'nsdf'), `${label}'s nsdf`);
  if (nsdf !== columns.length) throw new ModelError(`${label}'s nsdf`, String(nsdf), `${columns.length}, one a column of its formula`);
  const block: Block = { first: 0, columns, offsets };
  const { labels, places } = readTermPlaces(value, pterms, smooths, columns.length, label);
  const gam: Gam = {
    ...{ coefficients, covariance: readCovariance(value, coefficients.length, label), numbers: pool.numbers },
    ...{ variables: variables.expressions, blocks: [block], smooths },
    predictors: [Array.from(coefficients.keys())],
    ...{ response, terms: places },
  };
  // A level that training did not have adds no random effect, as in R, which warns.
  const parametric = new Set(readTerms(pterms, `${label}'s pterms`).variables.map(({ name }) => name));
  const isNew = ({ name, type }: Feature) => type === 'factor' && !parametric.has(name) && variables.isEffect(name);
  const schema: Schema = {
    ...{ ...kindOf(response), takesMissing: false },
    features: features.map((feature): Feature => (isNew(feature) ? { ...(feature as FactorFeature), others: 'new' } : feature)),
    types: ['response', 'link', 'se', ...(labels.length > 0 ? (['terms'] as const) : [])],
    ...(labels.length > 0 ? { terms: labels } : {}),
  };
  const made = call?.type === 'language' ? deparse(call) : 'gam';
  return { schema, gam, ...(steps.length > 0 ? { steps } : {}), isOfFused, read, call: made };
}

/** The categories of ocat are counted from 1. */
function kindOf(response: GamResponse): Pick<Schema, 'kind' | 'classes'> {
  if (response.by !== 'ordered') return { kind: 'regression' };
  return { kind: 'probability', classes: Array.from({ length: response.theta.length + 2 }, (_, at) => String(at + 1)) };
}

function readCovariance(value: RValue, count: number, label: string): Float64Array {
  const { rows, columns, values } = matrixOf(element(value, 'Vp'), `${label}'s Vp`);
  if (rows === count && columns === count) return Float64Array.from(values);
  throw new ModelError(`${label}'s Vp`, `${rows} x ${columns}`, `${count} x ${count}`);
}

/** The terms of type "terms": those without a smooth by `assign`, then the smooths; and the intercept, as they add up to the link. */
function readTermPlaces(value: RValue, pterms: RValue | undefined, smooths: Smooth[], count: number, label: string) {
  const labels = pterms && attributesOf(pterms).get('term.labels');
  const names = labels && 'values' in labels && labels.values.length > 0 ? textsOf(labels, `${label}'s terms`) : [];
  const assign = element(value, 'assign') ? numbersOf(element(value, 'assign'), `${label}'s assign`) : [];
  if (assign.length !== count)
    throw new ModelError(`${label}'s assign`, `${assign.length} (${typeOf(element(value, 'assign'))})`, `${count}`);
  const ofTerm = (term: number) => Array.from(assign.keys()).filter((place) => assign[place] === term);
  const named: [string, number[]][] = [
    ...(ofTerm(0).length > 0 ? ([['(Intercept)', ofTerm(0)]] as [string, number[]][]) : []),
    ...names.map((name, at): [string, number[]] => [name, ofTerm(at + 1)]),
    ...smooths.map(({ label: name, first, width }): [string, number[]] => [name, Array.from({ length: width }, (_, at) => first + at)]),
  ];
  const isDistinct = new Set(named.map(([name]) => name)).size === named.length;
  return { labels: isDistinct ? named.map(([name]) => name) : [], places: isDistinct ? named.map(([, all]) => all) : [] };
}
