import { RequestError } from '../errors.ts';
import { columnProblem } from '../schema/answer-columns.ts';
import type { Schema } from '../schema/features.ts';
import type { Parameters } from '../schema/parameters.ts';
import { outputWidth, partsOf } from '../schema/shape.ts';

/** Takes a row without an answer, and the error that says so. */
type Note = (unanswered: { row: number; error: RequestError }) => void;

/**
 * Finds the rows for which the model has no finite answer (a link's infinity, say), in their order, and hands each over once. `why` says
 * it in the words of the body's kind, where it has any.
 */
export function findUnanswered(
  schema: Schema,
  parameters: Parameters,
  outputs: Float64Array,
  why: (row: number) => string | undefined,
  note: Note,
): void {
  if (schema.kind === 'columns' || parameters.steps) {
    findCells(schema, parameters, outputs, note);
    return;
  }
  for (let at = 0; at < outputs.length; at += 1) {
    if (Number.isFinite(outputs[at])) continue;
    const width = outputWidth(schema, parameters);
    const row = Math.floor(at / width);
    const message =
      parameters.type === 'se' && schema.trees !== undefined && Number.isNaN(outputs[at])
        ? 'the estimate of the variance is below 0, for which R says NaN; expected a forest of more trees'
        : (why(row) ?? `the model's answer is ${outputs[at]}, expected a finite number`);
    note({ row, error: unanswered(row, message) });
    at = (row + 1) * width - 1;
  }
}

/** The same where some of the doubles are those of columns, in which a value may be missing. */
function findCells(schema: Schema, parameters: Parameters, outputs: Float64Array, note: Note): void {
  const stride = outputWidth(schema, parameters);
  const parts = partsOf(schema, parameters);
  const messageOf = (row: number): string | undefined => {
    for (const { shape, offset, width } of parts) {
      for (let at = 0; at < width; at += 1) {
        const value = outputs[row * stride + offset + at]!;
        const column = shape.columns?.[at];
        if (!column && Number.isFinite(value)) continue;
        const message = column ? columnProblem(column, value) : `the model's answer is ${value}, expected a finite number`;
        if (message !== undefined) return message;
      }
    }
    return undefined;
  };
  for (let row = 0; row < outputs.length / stride; row += 1) {
    const message = messageOf(row);
    if (message !== undefined) note({ row, error: unanswered(row, message) });
  }
}

function unanswered(row: number, message: string): RequestError {
  return new RequestError(422, `the model has no finite answer for row ${row + 1}`, [{ path: `/${row}`, message }]);
}

/** The errors of several rows as one, which names them all. */
export function asOne(errors: RequestError[]): RequestError {
  const [first] = errors as [RequestError];
  if (errors.length === 1) return first;
  return new RequestError(
    422,
    `${first.message} and others`,
    errors.flatMap(({ problems }) => problems),
  );
}
