import type { Schema } from '../schema/features.ts';
import { type Answer, MAX_ANSWER_BYTES } from '../wire/answers.ts';
import { CONTENT_TYPES } from '../wire/media.ts';
import { npyBytes } from '../wire/npy-answer.ts';
import type { Reply } from './reply.ts';
import { tableOf } from './v2/outputs.ts';

/**
 * An answer as a NumPy array of shape [rows] or [rows, ...]: its predictions alone, shares in class order. Throws a 413 where base64,
 * in which Lambda sends bytes, would make too much of it.
 */
export function npyReply(schema: Schema, answer: Answer): Reply {
  const bytes = npyBytes(tableOf(schema, 'predictions', answer.predictions), MAX_ANSWER_BYTES * 0.75);
  const body = Buffer.from(bytes.buffer).toString('base64');
  return { status: 200, headers: { 'content-type': CONTENT_TYPES.npy }, body, base64: true };
}
