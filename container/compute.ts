import { type Answer, checkAnswerSize, writeAnswer } from '../shared/answers.ts';
import type { Model } from '../shared/artifact.ts';
import type { BodyForm } from '../shared/media.ts';
import { answerQuery } from '../shared/predict.ts';
import { type Query, readBody } from '../shared/wire.ts';

/** A body and how to read and answer it; plain data, so that it can go to a worker. `most` bounds the rows. */
export type Asked = { body: Uint8Array; form: BodyForm; accepted: BodyForm; most?: number; servedBy?: 'container' };

/** An answer's body, its rows, and how long the predictor took, in milliseconds. */
export type Computed = { text: string; rows: number; ms: number };

/** Reads the rows of a body. Throws a RequestError with all that is wrong with it, the size of its answer included. */
export function read(model: Model, { body, form, most }: Asked): Query {
  const query = readBody(model.schema, body, form, most);
  checkAnswerSize(model.schema, query.count, query.parameters);
  return query;
}

/** Computes and writes the answer. */
export function compute(model: Model, query: Query, { accepted, servedBy }: Asked): Computed {
  const started = performance.now();
  const predicted = answerQuery(model, query);
  const ms = performance.now() - started;
  const answer: Answer = {
    ...predicted,
    model: { name: model.card.name, sha256: model.sha256 },
    ...(servedBy === undefined ? {} : { servedBy }),
  };
  return { text: writeAnswer(model.schema, answer, accepted), rows: query.count, ms };
}
