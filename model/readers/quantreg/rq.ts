import { COLUMNS_BODY } from '../../../shared/bodies/columns/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { LINEAR } from '../../../shared/bodies/linear/body.ts';
import type { Linear } from '../../../shared/bodies/linear/predict.ts';
import { ModelError } from '../../../shared/errors.ts';
import { answerColumns } from '../../../shared/schema/answer-columns.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { COMPLETE } from '../../../shared/steps/complete.ts';
import { stepOf } from '../../../shared/steps/kind.ts';
import { PROJECTION } from '../../../shared/steps/projection.ts';
import { deparse } from '../../formula/deparse.ts';
import { attributesOf, classOf, element, listOf, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import { matrixOf } from '../../steps/projections.ts';
import { type Design, readDesign } from '../linear/design.ts';
import { designSteps } from '../linear/inputs.ts';
import type { Imported } from '../reader.ts';

/** Most taus of one model. */
const MAX_TAUS = 1000;

/**
 * Turns what quantreg's rq() returned into sums of columns (quantreg, R/quantreg.R, predict.rq and predict.rqs): of one tau a number, of
 * several an object of the columns that R's matrix has. Throws a ModelError that names what is not served.
 */
export function readRq(value: RValue, label: string): Imported {
  const [terms, xlevels, contrasts, frame, called] = ['terms', 'xlevels', 'contrasts', 'model', 'call'].map((part) => element(value, part));
  const design = readDesign({ terms, xlevels, contrasts, frame, call: called, hasDefaults: true }, label);
  if (design.offsets.length > 0) throw new ModelError(label, "an offset, which rq's predict() leaves out", 'a formula without offset()');
  if (classOf(value).includes('rq.process')) throw new ModelError(label, 'a process of all taus', 'rq() with the taus that are asked for');
  const call = called?.type === 'language' ? deparse(called) : 'rq';
  const taus = numbersOf(element(value, 'tau'), `${label}'s tau`);
  if (taus.length < 1 || taus.length > MAX_TAUS) throw new ModelError(`${label}'s tau`, `${taus.length} numbers`, `1 to ${MAX_TAUS}`);
  return { ...(taus.length === 1 ? ofOneTau(value, design, label) : ofTaus(value, design, taus.length, label)), call };
}

function ofOneTau(value: RValue, { features, steps, columns, isOfFused, read }: Design, label: string): Omit<Imported, 'call'> {
  const coefficients = Float64Array.from(numbersOf(element(value, 'coefficients'), `${label}'s coefficients`));
  if (coefficients.length !== columns.length) throw wrongCount(label, coefficients.length, columns.length);
  const schema: Schema = { kind: 'regression', features, takesMissing: false, types: ['response'] };
  const linear: Linear = { columns, coefficients, offsets: [], link: 'identity' };
  return { schema, body: bodyOf(LINEAR, linear), isOfFused, read, ...(steps.length > 0 ? { steps } : {}) };
}

/** The product of the columns with R's matrix of coefficients, a column for each tau. */
function ofTaus(value: RValue, design: Design, taus: number, label: string): Omit<Imported, 'call'> {
  const coefficients = element(value, 'coefficients') as RValue;
  const matrix = matrixOf(coefficients, `${label}'s coefficients`);
  if (matrix.length !== design.columns.length) throw wrongCount(label, matrix.length, design.columns.length);
  const [, columns] = listOf(attributesOf(coefficients).get('dimnames'), `${label}'s names of coefficients`);
  const names = textsOf(columns, `${label}'s names of taus`);
  if (names.length !== taus || matrix[0]!.length !== taus)
    throw new ModelError(`${label}'s coefficients`, `${matrix[0]!.length} columns`, `${taus}, one a tau`);
  const schema: Schema = {
    ...{ kind: 'columns', features: design.features, takesMissing: false },
    columns: answerColumns(names.map((name) => ({ name, type: 'number' }))),
  };
  const made = designSteps(design, 'all');
  const from = design.columns.map((_, at) => at);
  const projection = stepOf(PROJECTION, { step: 'projection', of: 'coefficients', keep: [], from, matrices: [matrix], names });
  // A row in which log(-1) left nothing has no answer.
  const steps = [...made, projection, stepOf(COMPLETE, { step: 'complete' })];
  return { schema, steps, body: bodyOf(COLUMNS_BODY, {}), isOfFused: design.isOfFused, read: design.read };
}

function wrongCount(label: string, found: number, expected: number): ModelError {
  return new ModelError(`${label}'s coefficients`, String(found), `${expected}, one a column of its formula`);
}
