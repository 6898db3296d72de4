import { failedCheck, type Model as Opened } from '../../shared/artifact.ts';
import { ModelError } from '../../shared/errors.ts';
import { answerQuery } from '../../shared/predict.ts';
import type { Card } from '../../shared/schema/card.ts';
import type { Schema } from '../../shared/schema/features.ts';
import type { ParameterValues } from '../../shared/schema/parameter-table.ts';
import type { Beside, Prediction } from '../../shared/schema/shape.ts';
import { readRecords } from '../../shared/wire/wire.ts';

/** A row: a record by the features' names, or an array of values in the order of the model's features. */
export type Row = Readonly<Record<string, unknown>> | readonly unknown[];

/** What is asked for beside the rows, under the names of R's `predict()`: the type of answer, say. `GET /model` lists what a model takes. */
export type PredictOptions = ParameterValues & {
  /** The type of answer, under R's name; the model's default where it is not given. Of several, the answer has each by its name. */
  type?: string | readonly string[];
};

/** An answer whole: a prediction for each row, and what stands beside them (the times of a survival curve, standard errors). */
export type Answer = { predictions: Prediction[] } & Beside;

/** An open model. It holds no file and no thread, and needs not be closed. */
export type Model = {
  /** The model's name. */
  readonly name: string;
  /** The sha256 of what it computes with, in hexadecimal: two models with the same one give the same bits. */
  readonly sha256: string;
  /** What goes in and what comes out. */
  readonly schema: Schema;
  /** What people want to know of it. */
  readonly card: Card;
  /**
   * A prediction for each row, R's number to the last bit: a number; a label, for classes; an object of numbers by class, for
   * probabilities; an array for a survival curve, for quantiles, and for every tree. Throws a RequestError that lists everything
   * wrong with the rows, each with its path.
   */
  predict(rows: readonly Row[], options?: PredictOptions): Prediction[];
  /** The same with what stands beside the predictions. Throws as `predict` does. */
  answer(rows: readonly Row[], options?: PredictOptions): Answer;
};

/** A model to predict with. Its check rows are computed first: throws a ModelError where one has another bit than at import. */
export function serveModel(model: Opened, label: string): Model {
  const failed = failedCheck(model);
  if (failed !== undefined) throw new ModelError(label, failed, 'the same bits as at import');
  const { schema, card, sha256 } = model;
  const answer = (rows: readonly Row[], options: PredictOptions = {}): Answer => {
    return answerQuery(model, readRecords(schema, rows, options));
  };
  return { name: card.name, sha256, schema, card, answer, predict: (rows, options) => answer(rows, options).predictions };
}
