import type { Earth, EarthGlm } from '../../../shared/bodies/earth/earth.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import { deparse } from '../../formula/deparse.ts';
import type { Read } from '../../formula/feature-table.ts';
import { readLink } from '../../formula/links.ts';
import { element, listOf, type RValue, textsOf } from '../../rds/values.ts';
import { matrixOf } from '../../steps/projections.ts';
import { readCoefficients } from '../linear/linear.ts';
import { inputsOf } from './inputs.ts';
import { hingeStep, readTerms } from './terms.ts';

/** An earth as a schema, the steps that make its terms, and their coefficients. */
export type EarthModel = { schema: Schema; steps: BoundStep[]; earth: Earth; call: string; isOfFused: boolean; read?: Read };

/** Most numbers that a row may have. */
const MAX_OUTPUTS = 1000;

/**
 * Turns what earth() returned into hinge terms and their coefficients (earth, R/predict.earth.R, R/earth.R): the terms that were
 * selected, each a product of hinges of a matrix's columns. Throws a ModelError that names what is not served.
 */
export function readEarth(value: RValue, label: string): EarthModel {
  const terms = readTerms(value, label);
  const { features, steps, columns, offset, ...known } = inputsOf(value, terms, label);
  const matrix = matrixOf(element(value, 'coefficients'), `${label}'s coefficients`);
  const outputs = matrix[0]!.length;
  if (matrix.length !== terms.length || outputs > MAX_OUTPUTS)
    throw new ModelError(`${label}'s coefficients`, `${matrix.length} x ${outputs}`, `${terms.length} x at most ${MAX_OUTPUTS}`);
  const coefficients = Float64Array.from({ length: outputs * terms.length }, (_, at) => {
    return matrix[at % terms.length]![Math.floor(at / terms.length)]!;
  });
  const glms = readGlms(value, terms.length, outputs, label);
  const classes = readClasses(value, outputs, label);
  const schema: Schema = {
    ...{ kind: classes ? 'probability' : 'regression', features, takesMissing: false },
    ...(classes ? { classes } : {}),
    ...(outputs > 1 ? { margins: outputs } : {}),
    types: ['response', ...(glms ? (['link', 'earth'] as const) : []), ...(classes ? (['class'] as const) : [])],
  };
  const call = element(value, 'call');
  return {
    ...{ schema, ...known, call: call?.type === 'language' ? deparse(call) : 'earth' },
    steps: [...steps, hingeStep(terms, columns, offset)],
    earth: { outputs, hasOffset: offset !== undefined, coefficients, ...glms },
  };
}

/** The levels of a factor or a logical that was predicted; undefined for numbers. */
function readClasses(value: RValue, outputs: number, label: string): string[] | undefined {
  const levels = element(value, 'levels');
  const isLogical = levels?.type === 'logical' && levels.values.length === 2;
  if (!isLogical && levels?.type !== 'character') return undefined;
  const classes = isLogical ? ['FALSE', 'TRUE'] : textsOf(levels, `${label}'s levels`);
  if (classes.length === (outputs === 1 ? 2 : outputs)) return classes;
  throw new ModelError(`${label}'s levels`, `${classes.length} of ${outputs} outputs`, 'an output for each, or one for two');
}

/** The glms that earth(glm = ) fitted of the terms, one an output. */
function readGlms(value: RValue, terms: number, outputs: number, label: string): Pick<Earth, 'glms' | 'weights'> | undefined {
  const list = element(value, 'glm.list');
  if (!list || list.type === 'null') return undefined;
  const all = listOf(list, `${label}'s glm.list`);
  if (all.length !== outputs) throw new ModelError(`${label}'s glm.list`, `${all.length} glms`, `${outputs}, one an output`);
  const weights: number[] = [];
  const glms = all.map((glm, at): EarthGlm => {
    const glmLabel = `${label}'s glm ${at + 1}`;
    const { order, coefficients } = readCoefficients(glm, terms, glmLabel);
    weights.push(...coefficients);
    return { ...readLink(glm, glmLabel), order };
  });
  return { glms, weights: Float64Array.from(weights) };
}
