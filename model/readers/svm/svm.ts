import { vectorAnswers } from '../../../shared/bodies/vectors/answers.ts';
import { KERNELS } from '../../../shared/bodies/vectors/kernels.ts';
import type { SupportVectors } from '../../../shared/bodies/vectors/vectors.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { deparse } from '../../formula/deparse.ts';
import { element, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import type { Imported } from '../reader.ts';
import { readVectors, vectorInputs } from '../vector-inputs.ts';

/** An svm as a schema, the steps that make its columns, and its support vectors. */
export type SvmModel = Omit<Imported, 'body'> & { vectors: SupportVectors };

/** libsvm's types of machines, by R's number. */
const TYPES = ['C-classification', 'nu-classification', 'one-classification', 'eps-regression', 'nu-regression'];

/** Turns what e1071's svm() returned into support vectors (e1071, R/svm.R). Throws a ModelError that names what is wrong. */
export function readSvm(value: RValue, label: string): SvmModel {
  const number = (name: string) => numbersOf(element(value, name), `${label}'s ${name}`)[0] ?? Number.NaN;
  const optional = (name: string) => {
    const found = element(value, name);
    return found ? Float64Array.from(numbersOf(found, `${label}'s ${name}`)) : undefined;
  };
  if (number('sparse') === 1) throw new ModelError(label, 'an svm of a sparse matrix', 'svm() of as.matrix(x), or of a formula');
  if (!(number('tot.nSV') >= 1)) throw new ModelError(label, 'no support vectors, for which R too has no answer', 'at least one');
  const type = TYPES[number('type')];
  const kernel = KERNELS[number('kernel')];
  if (!type || !kernel)
    throw new ModelError(label, `type ${number('type')} and kernel ${number('kernel')}`, "those of libsvm in e1071's svm()");
  const matrix = readVectors(element(value, 'SV'), `${label}'s SV`);
  const task = type.endsWith('regression') ? 'regression' : type === 'one-classification' ? 'one-class' : 'classes';
  const { centers, scales } = readScales(value, matrix.width, label);
  const isScaled = numbersOf(element(value, 'scaled'), `${label}'s scaled`).includes(1);
  const target = task === 'regression' && isScaled ? element(value, 'y.scale') : undefined;
  const pairs = number('compprob') === 1 && task === 'classes' ? { probA: optional('probA')!, probB: optional('probB')! } : {};
  const vectors: SupportVectors = {
    ...{ task, kernel, degree: number('degree'), gamma: number('gamma'), coef0: number('coef0') },
    counts: task === 'classes' ? Uint32Array.from(numbersOf(element(value, 'nSV'), `${label}'s nSV`)) : Uint32Array.of(matrix.count),
    vectors: matrix.rows,
    coefficients: Float64Array.from(numbersOf(element(value, 'coefs'), `${label}'s coefs`)),
    rho: Float64Array.from(numbersOf(element(value, 'rho'), `${label}'s rho`)).slice(0, task === 'classes' ? undefined : 1),
    ...{ centers, scales, ...pairs },
    ...(target ? { target: Float64Array.from(ofScale(target, label), (part) => part[0]!) } : {}),
  };
  const { features, ...rest } = vectorInputs(element(value, 'call'), element(value, 'terms'), { ...matrix, centers, scales }, label);
  const schema: Schema = { kind: task === 'regression' ? 'regression' : 'classification', features, takesMissing: false };
  if (task !== 'regression') schema.classes = task === 'classes' ? classesOf(value, vectors.counts.length, label) : ['TRUE', 'FALSE'];
  schema.types = vectorAnswers(schema, vectors);
  const call = element(value, 'call');
  return { ...rest, schema, vectors, call: call?.type === 'language' ? deparse(call) : 'svm' };
}

/** The classes as libsvm met them in the training data, which is the order of R's probabilities. */
function classesOf(value: RValue, count: number, label: string): string[] {
  const levels = textsOf(element(value, 'levels'), `${label}'s levels`);
  const labels = Array.from(numbersOf(element(value, 'labels'), `${label}'s labels`));
  const classes = labels.map((place) => levels[place - 1]).filter((one) => one !== undefined);
  if (classes.length !== labels.length || classes.length !== count || new Set(classes).size !== count)
    throw new ModelError(`${label}'s labels`, labels.slice(0, 10).join(', '), `${count} different places of its ${levels.length} levels`);
  return classes;
}

/** What svm() took off each column and divided it by: 0 and 1 where it left one alone. */
function readScales(value: RValue, width: number, label: string): { centers: Float64Array; scales: Float64Array } {
  const scaled = Array.from(numbersOf(element(value, 'scaled'), `${label}'s scaled`));
  const places = scaled.flatMap((one, at) => (one === 1 ? [at] : []));
  const [centers, scales] = [new Float64Array(width), new Float64Array(width).fill(1)];
  if (places.length === 0) return { centers, scales };
  const [center, scale] = ofScale(element(value, 'x.scale'), label);
  if (scaled.length !== width || center!.length !== places.length || scale!.length !== places.length)
    throw new ModelError(
      `${label}'s x.scale`,
      `${center!.length} centres and ${scale!.length} scales`,
      `${places.length} of ${width} columns`,
    );
  for (const [at, place] of places.entries()) [centers[place], scales[place]] = [center![at]!, scale![at]!];
  return { centers, scales };
}

function ofScale(value: RValue | undefined, label: string): [ArrayLike<number>, ArrayLike<number>] {
  const part = (name: string) => numbersOf(value && element(value, `scaled:${name}`), `${label}'s scaled:${name}`);
  return [part('center'), part('scale')];
}
