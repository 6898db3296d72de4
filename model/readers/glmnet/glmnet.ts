import type { Path } from '../../../shared/bodies/penalized/path.ts';
import type { Chosen, Penalized, Response } from '../../../shared/bodies/penalized/penalized.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { deparse } from '../../formula/deparse.ts';
import { readLink } from '../../formula/links.ts';
import { classOf, element, numbersOf, type RValue, textsOf, typeOf } from '../../rds/values.ts';
import { type Coefficients, columnsAt, readPath } from './path.ts';

/** A glmnet as a schema and a path of coefficients. */
export type GlmnetModel = { schema: Schema; penalized: Penalized; call: string; isUnnamed: boolean };

/** The offset of a row, by the name of predict()'s argument. */
const OFFSET = 'newoffset';

/** The response by the class of a fit (predict.lognet and so on); a fit by a family object has its link. */
const RESPONSES: Record<string, Response> = {
  elnet: { by: 'identity' },
  mrelnet: { by: 'identity' },
  lognet: { by: 'logistic' },
  multnet: { by: 'shares' },
  fishnet: { by: 'exp' },
  coxnet: { by: 'exp' },
};

/**
 * Turns what `glmnet()` or `cv.glmnet()` returned into a path of coefficients, as predict() uses it with `s`, `gamma` and `newoffset`.
 * Without `s` a cross-validated model has R's lambda.1se; R answers all penalties at once for any other, and here it is the last one.
 * Throws a ModelError that names what is wrong.
 */
export function readGlmnet(value: RValue, label: string): GlmnetModel {
  const isValidated = classOf(value).includes('cv.glmnet');
  const fit = isValidated ? part(value, 'glmnet.fit', label) : value;
  const isRelaxed = classOf(fit).includes('relaxed');
  const family = classOf(fit).find((name) => name !== 'relaxed') ?? typeOf(fit);
  const response = family === 'glmnetfit' ? linkResponse(fit, label) : RESPONSES[family];
  if (!response) throw new ModelError(label, `a fit of class ${family}`, `${Object.keys(RESPONSES).join(', ')} or glmnetfit`);
  const { path, inputs, groups, lambda } = readPath(fit, family !== 'coxnet', label);
  if (lambda.length === 0) throw new ModelError(`${label}'s lambda`, 'none', 'at least one');
  const relaxed = isRelaxed ? readRelaxed(fit, { path, inputs, groups, lambda }, family, label) : undefined;
  const chosen = isValidated ? readChosen(value, isRelaxed, label) : {};
  const hasOffset = flagOf(element(fit, 'offset'), `${label}'s offset`);
  const count = groups?.length ?? 1;
  const penalized: Penalized = {
    ...{ lambda, groups: count, path, response, hasOffset, chosen },
    ...(relaxed ? { relaxed } : {}),
    s: isValidated ? 'lambda.1se' : lambda[lambda.length - 1]!,
    gamma: isValidated && isRelaxed ? 'gamma.1se' : 1,
  };
  const offsets = hasOffset ? (groups?.map((name) => `${OFFSET}.${name}`) ?? [OFFSET]) : [];
  const classes = response.by === 'logistic' || response.by === 'shares' ? readClasses(fit, groups, label) : undefined;
  const names = Object.keys(chosen);
  const schema: Schema = {
    kind: classes ? 'probability' : 'regression',
    features: [...inputs, ...offsets].map((name): Feature => ({ name, type: 'number' })),
    ...(classes ? { classes } : {}),
    takesMissing: false,
    types: classes ? ['response', 'link', 'class'] : ['response', 'link'],
    takes: relaxed ? ['s', 'gamma'] : ['s'],
    ...(count > 1 ? { margins: count } : {}),
    ...(names.length > 0 ? { chosen: names } : {}),
  };
  const call = element(value, 'call');
  // glmnet names the columns of a matrix without names V1, V2 ...
  const isUnnamed = !hasOffset && inputs.every((name, at) => name === `V${at + 1}`);
  return { schema, penalized, isUnnamed, call: call?.type === 'language' ? deparse(call) : isValidated ? 'cv.glmnet' : 'glmnet' };
}

function part(value: RValue, name: string, label: string): RValue {
  const found = element(value, name);
  if (found) return found;
  throw new ModelError(`${label}'s ${name}`, 'nothing', 'as glmnet makes it');
}

function linkResponse(fit: RValue, label: string): Response {
  const { link, lambda } = readLink(fit, label);
  return { by: 'link', link, ...(lambda === undefined ? {} : { lambda }) };
}

/** The relaxed path with a column for each penalty of the other one: the last that both have where it ends earlier (blend.relaxed). */
function readRelaxed(fit: RValue, fitted: Coefficients, family: string, label: string): Path {
  const at = `${label}'s relaxed`;
  const value = part(fit, 'relaxed', label);
  const { path, inputs, groups, lambda } = readPath(value, family !== 'coxnet', at);
  const isSame = inputs.join('\0') === fitted.inputs.join('\0') && groups?.join('\0') === fitted.groups?.join('\0');
  if (!isSame || classOf(value)[0] !== family) throw new ModelError(at, 'other inputs or another family', 'those of the fit');
  const known = new Map(Array.from(lambda, (one, at) => [one, at]).reverse() as [number, number][]);
  const places = Array.from(fitted.lambda, (one) => known.get(one) ?? -1);
  const last = places.reduce((most, place) => Math.max(most, place), -1);
  if (last < 0) throw new ModelError(`${at}'s lambda`, 'none of those of the fit', 'the same penalties');
  const all = places.map((place) => (place < 0 ? last : place));
  return columnsAt(path, groups?.length ?? 1, all, at);
}

/** The penalties that cross-validation chose; of a relaxed model those of its blend. */
function readChosen(value: RValue, isRelaxed: boolean, label: string): Chosen {
  const source = isRelaxed ? part(value, 'relaxed', label) : value;
  const names = ['lambda.min', 'lambda.1se', ...(isRelaxed ? ['gamma.min', 'gamma.1se'] : [])];
  return Object.fromEntries(
    names.map((name) => {
      const [number, ...more] = numbersOf(element(source, name), `${label}'s ${name}`);
      if (number === undefined || more.length > 0 || !(number >= 0 && Number.isFinite(number)))
        throw new ModelError(`${label}'s ${name}`, String(number), 'one number from 0 on');
      return [name, number];
    }),
  );
}

function readClasses(fit: RValue, groups: string[] | undefined, label: string): string[] {
  const classes = textsOf(element(fit, 'classnames'), `${label}'s classnames`);
  if (classes.length !== (groups?.length ?? 2))
    throw new ModelError(`${label}'s classnames`, `${classes.length}`, `${groups?.length ?? 2}`);
  return classes;
}

function flagOf(value: RValue | undefined, label: string): boolean {
  const [flag] = numbersOf(value, label);
  if (flag === 0 || flag === 1) return flag === 1;
  throw new ModelError(label, String(flag), 'TRUE or FALSE');
}
