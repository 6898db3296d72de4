import { ModelError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import { checkClasses } from '../class-answers.ts';
import { KERNELS } from './kernels.ts';
import type { SupportVectors } from './vectors.ts';

/** Most classes: each pair of them is a decision. */
const MAX_CLASSES = 1000;
/** The greatest degree of a polynomial. */
const MAX_DEGREE = 2 ** 31 - 1;

/** Checks support vectors from a file, so that predictVectors needs no check. Throws a ModelError that names what is wrong. */
export function checkVectors(schema: Schema, model: SupportVectors, label: string): void {
  const { counts, vectors, rho, centers, scales, probA, probB, target } = model;
  const fail = (found: string, expected: string) => new ModelError(`${label}'s support vectors`, found, expected);
  const width = schema.features.length;
  checkKernel(model, label);
  const count = checkTask(schema, model, label);
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0 || vectors.length !== all * width) throw fail(`${vectors.length} numbers of ${all} vectors`, `${width} a vector`);
  if (model.coefficients.length !== all * (count - 1)) throw fail(`${model.coefficients.length} coefficients`, `${all * (count - 1)}`);
  const pairs = (count * (count - 1)) / 2;
  for (const [name, list, length] of [
    ['rho', rho, pairs],
    ['probA', probA, pairs],
    ['probB', probB, pairs],
    ['centers', centers, width],
    ['scales', scales, width],
    ['target', target, 2],
  ] as const) {
    if (list && list.length !== length) throw fail(`${list.length} numbers of ${name}`, String(length));
    if (list && !list.every(Number.isFinite)) throw fail(`a number of ${name} that is not finite`, 'finite ones');
  }
  if ((probA === undefined) !== (probB === undefined)) throw fail('one of probA and probB', 'both or none');
  if (scales.includes(0)) throw fail('a scale of 0', 'another number');
  for (const list of [vectors, model.coefficients])
    if (!list.every(Number.isFinite)) throw fail('a number that is not finite', 'finite ones');
}

function checkKernel({ kernel, degree, gamma, coef0 }: SupportVectors, label: string): void {
  const at = `${label}'s kernel`;
  if (!KERNELS.includes(kernel)) throw new ModelError(at, String(kernel), `one of ${KERNELS.join(', ')}`);
  if (!(Number.isInteger(degree) && Math.abs(degree) <= MAX_DEGREE)) throw new ModelError(at, `the degree ${degree}`, 'a whole number');
  if (!(Number.isFinite(gamma) && Number.isFinite(coef0))) throw new ModelError(at, `gamma ${gamma} and coef0 ${coef0}`, 'finite numbers');
}

/** The number of classes, or two where they are none. */
function checkTask(schema: Schema, { task, counts, target, probA }: SupportVectors, label: string): number {
  const fail = (found: string, expected: string) => new ModelError(`${label}'s support vectors`, found, expected);
  const isPlain = (schema.margins ?? 1) === 1 && counts.length === 1 && !probA;
  if (task === 'regression') {
    if (schema.kind !== 'regression' || !isPlain) throw fail(`a regression in a model of the kind ${schema.kind}`, 'one number a row');
    return 2;
  }
  if (target) throw fail('a scale of the answer', 'none without a regression');
  if (task === 'one-class') {
    checkClasses(schema, 2, `${label}'s support vectors`);
    if (!isPlain) throw fail(`${counts.length} classes of vectors`, 'one');
    return 2;
  }
  if (task !== 'classes') throw fail(`the task ${task}`, 'classes, one-class or regression');
  if (counts.length < 2 || counts.length > MAX_CLASSES) throw fail(`${counts.length} classes`, `2 to ${MAX_CLASSES}`);
  checkClasses(schema, counts.length, `${label}'s support vectors`);
  return counts.length;
}
