import type { RValue } from '../../model/rds/values.ts';
import { LINEAR_READER } from '../../model/readers/linear/reader.ts';
import type { Linear } from '../../shared/bodies/linear/predict.ts';
import { answerQuery, checkPredictor, type Predictor } from '../../shared/predict.ts';
import { readValue } from '../../shared/wire/wire.ts';
import { integers, named, numbers, symbol, type Told, terms, texts } from './r-objects.ts';

/** The feature x. */
export const x = symbol('x');
/** A variable of a formula: its expression, its name and its kind. */
export const number = (value: RValue, name = 'v', kind = 'numeric'): Told => ({ value, name, kind });

/** What an lm has other than the plainest one. */
type Changes = { variables?: Told[]; coefficients?: number[]; terms?: Record<string, RValue>; members?: Record<string, RValue> };

/** An lm of an intercept and a term for each variable: 1 + 2 v + ... where its coefficients are not given. */
export function lm(
  { variables = [number(x, 'x')], coefficients = [1, 2], terms: attributes = {}, members = {} }: Changes = {},
  ...classes: string[]
): RValue {
  const order = coefficients.map((_, at) => at + 1);
  const all = {
    coefficients: numbers(...coefficients),
    rank: integers(coefficients.length),
    qr: named({ pivot: integers(...order) }),
    terms: terms(variables, attributes),
    ...members,
  };
  return named(all, ...(classes.length > 0 ? classes : ['lm']));
}

/** What a linear model computes with. */
export function linearOf({ body }: Predictor): Linear {
  return body.data as Linear;
}

/** The model of an R object, after the checks that an import makes. */
export function read(value: RValue): Predictor {
  const model = LINEAR_READER.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return model;
}

/** Answers to rows as a caller would send them. */
export function predict(value: RValue, rows: object[], parameters: object = {}) {
  const model = read(value);
  return answerQuery(model, readValue(model.schema, { instances: rows, parameters })).predictions;
}

/** What the formula's one term is for a row: the linear predictor less its intercept. */
export function term(value: RValue, row: object, kind = 'numeric'): number {
  const coefficients = kind === 'numeric' ? [0, 1] : [0, 1, 10];
  return predict(lm({ variables: [number(value, 'v', kind)], coefficients, members: kind === 'numeric' ? {} : FACTOR }), [
    row,
  ])[0] as number;
}

/** A factor v of three levels. */
export const FACTOR = { xlevels: named({ v: texts('a', 'b', 'c') }), contrasts: named({ v: texts('contr.treatment') }) };
