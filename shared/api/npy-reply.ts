import type { Schema } from '../schema/features.ts';
import type { Parameters } from '../schema/parameters.ts';
import { outputWidth, shapeOf } from '../schema/shape.ts';
import { type Answer, MAX_ANSWER_BYTES } from '../wire/answers.ts';
import { CONTENT_TYPES } from '../wire/media.ts';
import { npyBytes, npyDoubles } from '../wire/npy-answer.ts';
import type { Reply } from './reply.ts';
import { tableOf } from './v2/outputs.ts';

/** Most bytes of an array: base64, in which Lambda sends bytes, would make too much of more. */
const MOST = MAX_ANSWER_BYTES * 0.75;

/**
 * An answer as a NumPy array of shape [rows] or [rows, ...]: its predictions alone, shares in class order. Throws a 413 where it is too large.
 */
export function npyReply(schema: Schema, answer: Answer): Reply {
  const bytes = npyBytes(tableOf(schema, 'predictions', answer.predictions), MOST);
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return { status: 200, headers: { 'content-type': CONTENT_TYPES.npy }, body, base64: true };
}

/** Whether the predictor's doubles are the values of such an array as they are. */
export function isArrayOfDoubles(schema: Schema, parameters: Parameters): boolean {
  const { also, explain, type } = parameters;
  if (also || explain || type === 'se') return false;
  const { places, columns } = shapeOf(schema, parameters);
  return !places && !columns;
}

/** The bytes of the same array, of the predictor's doubles, of some rows in each piece, where isArrayOfDoubles says that they are its values. */
export function npyOutputs(schema: Schema, parameters: Parameters, pieces: readonly Float64Array[]): Uint8Array {
  const rows = pieces.reduce((sum, { length }) => sum + length, 0) / outputWidth(schema, parameters);
  return npyDoubles([rows, ...shapeOf(schema, parameters).sides], pieces, MOST);
}
