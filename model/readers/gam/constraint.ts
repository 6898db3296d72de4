import type { Constraint } from '../../../shared/bodies/gam/gam.ts';
import { ModelError } from '../../../shared/errors.ts';
import { attributesOf, classOf, element, numbersOf, type RValue, typeOf } from '../../rds/values.ts';
import { matrixOf, type NumberPool } from './pool.ts';

/** The constraint that mgcv absorbed into a smooth (its attribute qrc); undefined where there is none. Throws for one that is not served. */
export function readConstraint(smooth: RValue, pool: NumberPool, label: string): Constraint | undefined {
  const attributes = attributesOf(smooth);
  const qrc = attributes.get('qrc');
  const [count = 0] = attributes.has('nCons') ? numbersOf(attributes.get('nCons'), `${label}'s nCons`) : [];
  if (!qrc || qrc.type === 'character') return undefined;
  if (classOf(qrc).includes('qr')) return count > 0 ? reflections(qrc, attributes.get('indi'), count, pool, label) : undefined;
  const numbers = numbersOf(qrc, `${label}'s constraint`);
  if (classOf(qrc).includes('sweepDrop')) {
    return { by: 'sweep', column: numbers[0]! - 1, means: pool.add(Array.from(numbers).slice(1), label) };
  }
  if (count === 0) return undefined;
  const [only, ...more] = numbers;
  if (only === undefined || more.length > 0 || classOf(qrc).length > 0)
    throw new ModelError(
      `${label}'s constraint`,
      `${numbers.length} numbers (${typeOf(qrc)})`,
      'a sum to zero, or a column that is dropped',
    );
  return only > 0 ? { by: 'drop', column: only - 1 } : { by: 'difference' };
}

/** The Householder vectors of LINPACK's QR: below its diagonal, with qraux on it. */
function reflections(qrc: RValue, indi: RValue | undefined, count: number, pool: NumberPool, label: string): Constraint {
  const at = `${label}'s constraint`;
  if (attributesOf(qrc).has('useLAPACK')) throw new ModelError(at, "LAPACK's QR decomposition", "LINPACK's, R's default");
  const { rows, columns, values } = matrixOf(element(qrc, 'qr'), at);
  const auxiliary = numbersOf(element(qrc, 'qraux'), `${at}'s qraux`);
  const [rank] = numbersOf(element(qrc, 'rank'), `${at}'s rank`);
  if (rank !== count || columns !== count || auxiliary.length < count || rows <= count)
    throw new ModelError(at, `the rank ${rank} of ${rows} x ${columns} for ${count} constraints`, 'as many as constraints');
  const vectors = Array.from({ length: count }, (_, column) => {
    const below = Array.from(values.subarray(column * rows + column + 1, (column + 1) * rows));
    return pool.add([auxiliary[column]!, ...below], at);
  });
  const among = indi && Array.from(numbersOf(indi, `${label}'s indi`), (place) => place - 1);
  return { by: 'reflections', vectors, ...(among ? { among } : {}) };
}
