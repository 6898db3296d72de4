import { COLUMNS_BODY } from '../../../shared/bodies/columns/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { ModelError } from '../../../shared/errors.ts';
import { answerColumns } from '../../../shared/schema/answer-columns.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { stepOf } from '../../../shared/steps/kind.ts';
import { PROJECTION } from '../../../shared/steps/projection.ts';
import { deparse } from '../../formula/deparse.ts';
import { attributesOf, element, listOf, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import { matrixOf } from '../../steps/projections.ts';
import type { Imported, Reader } from '../reader.ts';

/** What `prcomp()` returned: a row's answer is an object of its scores. */
export const PRCOMP_READER: Reader = { classes: ['prcomp'], title: 'a prcomp', read: readPrcomp };

/**
 * Turns principal components into a product with their rotation, of columns less their centre and by their scale (stats, predict.prcomp).
 * Throws a ModelError that names what is wrong.
 */
function readPrcomp(value: RValue, label: string): Imported {
  const rotation = element(value, 'rotation');
  const matrix = matrixOf(rotation, `${label}'s rotation`);
  const width = matrix.length;
  const names = attributesOf(rotation as RValue).get('dimnames');
  const [rows, columns] = names ? listOf(names, `${label}'s names of the rotation`) : [];
  const inputs = rows?.type === 'character' ? textsOf(rows, `${label}'s columns`) : undefined;
  const scores = columns?.type === 'character' ? textsOf(columns, `${label}'s components`) : matrix[0]!.map((_, at) => `PC${at + 1}`);
  const features = Array.from({ length: width }, (_, at): Feature => ({ name: inputs?.[at] ?? `x${at + 1}`, type: 'number' }));
  const [center, scale] = ['center', 'scale'].map((part) => vectorOf(element(value, part), width, `${label}'s ${part}`));
  const schema: Schema = {
    ...{ kind: 'columns', features, takesMissing: false },
    columns: answerColumns(scores.map((name) => ({ name, type: 'number' }))),
  };
  const moved = { ...(center ? { center } : {}), ...(scale ? { scale } : {}) };
  const from = features.map((_, at) => at);
  const projection = stepOf(PROJECTION, { step: 'projection', of: 'prcomp', keep: [], from, ...moved, matrices: [matrix], names: scores });
  const call = element(value, 'call');
  const isUnnamed = inputs === undefined;
  return {
    schema,
    steps: [projection],
    body: bodyOf(COLUMNS_BODY, {}),
    call: call?.type === 'language' ? deparse(call) : 'prcomp',
    isUnnamed,
  };
}

/** The centre or scale of each column; undefined for FALSE, R's word for none. */
function vectorOf(value: RValue | undefined, width: number, label: string): number[] | undefined {
  if (!value || value.type === 'logical') return undefined;
  const numbers = Array.from(numbersOf(value, label));
  if (numbers.length === width && numbers.every(Number.isFinite)) return numbers;
  throw new ModelError(label, `${numbers.length} numbers`, `${width} finite ones`);
}
