import { ModelError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import { checkClasses } from '../class-answers.ts';
import { KERNELS } from './kernels.ts';
import type { Machine } from './machine.ts';

/** Most classes: each pair of them is a part, and their chances a system of equations. */
const MAX_CLASSES = 200;

/** Checks a machine from a file, so that predictMachine needs no check. Throws a ModelError that names what is wrong. */
export function checkMachine(schema: Schema, model: Machine, label: string): void {
  const { task, counts, vectors, coefficients, probA, probB, target } = model;
  const at = `${label}'s support vectors`;
  const fail = (found: string, expected: string) => new ModelError(at, found, expected);
  const width = schema.features.length;
  if (!KERNELS.includes(model.kernel)) throw new ModelError(`${label}'s kernel`, String(model.kernel), `one of ${KERNELS.join(', ')}`);
  const numbers = [model.sigma, model.degree, model.scale, model.offset];
  if (!numbers.every(Number.isFinite)) throw new ModelError(`${label}'s kernel`, numbers.join(', '), 'finite numbers');
  const parts = partsOf(schema, model, at);
  const all = counts.reduce((sum, ofPart) => sum + ofPart, 0);
  if (counts.length !== parts || counts.includes(0)) throw fail(`${counts.length} parts`, `${parts}, each with a vector`);
  if (vectors.length !== all * width || coefficients.length !== all)
    throw fail(`${vectors.length} numbers and ${coefficients.length} coefficients of ${all} vectors`, `${width} a vector, and one`);
  if ((probA === undefined) !== (probB === undefined) || (probA && task !== 'classes')) throw fail('a sigmoid', 'both numbers, of classes');
  if (target && task !== 'regression') throw fail('a scale of the answer', 'none without a regression');
  for (const [name, list, length] of [
    ['b', model.b, parts],
    ['probA', probA, parts],
    ['probB', probB, parts],
    ['centers', model.centers, width],
    ['scales', model.scales, width],
    ['target', target, 2],
    ['vectors', vectors, vectors.length],
    ['coefficients', coefficients, all],
  ] as const) {
    if (list && list.length !== length) throw fail(`${list.length} numbers of ${name}`, String(length));
    if (list && !list.every(Number.isFinite)) throw fail(`a number of ${name} that is not finite`, 'finite ones');
  }
  if (model.scales.includes(0)) throw fail('a scale of 0', 'another number');
}

/** How many parts a machine of a task has. */
function partsOf(schema: Schema, { task, isCaret }: Machine, at: string): number {
  if (isCaret !== undefined && isCaret !== true) throw new ModelError(at, `isCaret ${isCaret}`, 'true, or nothing');
  if (task === 'regression') {
    if (schema.kind !== 'regression' || (schema.margins ?? 1) !== 1)
      throw new ModelError(at, `the kind ${schema.kind}`, 'one number a row');
    return 1;
  }
  if (task !== 'classes' && task !== 'one-class') throw new ModelError(at, `the task ${task}`, 'classes, one-class or regression');
  const count = task === 'classes' ? (schema.classes?.length ?? 0) : 2;
  checkClasses(schema, count, at);
  if (count < 2 || count > MAX_CLASSES) throw new ModelError(at, `${count} classes`, `2 to ${MAX_CLASSES}`);
  return (count * (count - 1)) / 2;
}
