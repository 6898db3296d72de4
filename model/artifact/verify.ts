import type { Model } from '../../shared/artifact.ts';
import { ModelError } from '../../shared/errors.ts';
import { answerQuery } from '../../shared/predict.ts';
import { flat, ulps } from '../../shared/proof/compare.ts';
import { DECIMAL } from '../../shared/schema/decimal.ts';
import type { Prediction } from '../../shared/schema/shape.ts';
import { unboxed } from '../../shared/wire/cells.ts';
import { readValue } from '../../shared/wire/wire.ts';

/** How our predictions lie to R's: the numbers compared, the greatest difference in doubles, and what differs otherwise. */
export type Verified = { rows: number; numbers: number; ulp: number; worst: string; wrong: string[] };

/**
 * Compares a model with R's predictions: a JSON object with `rows` (in any form POST /predict takes), `predictions` in the
 * form of an answer (shares of classes may stand as arrays in class order), and perhaps `parameters` and `ties` (row, from 0,
 * to the classes that tie). Throws a ModelError where it is none.
 */
export function verify(model: Model, text: string, label: string): Verified {
  const { rows: given, predictions, parameters, ties } = readExpected(text, label);
  const rows = withoutQuotes(model, given);
  const ours = answerQuery(model, readValue(model.schema, asBody(model, rows, parameters))).predictions;
  if (ours.length !== predictions.length) throw new ModelError(label, `${predictions.length} predictions`, `${ours.length}, one a row`);
  const result: Verified = { rows: ours.length, numbers: 0, ulp: 0, worst: '', wrong: [] };
  ours.forEach((prediction, row) => {
    const [ours, expected] = [flat(model.schema, prediction), flat(model.schema, predictions[row] as Prediction)];
    if (ours.length !== expected.length) result.wrong.push(`row ${row + 1}: ${ours.length} values, R gave ${expected.length}`);
    ours.forEach((value, at) => {
      const given = expected[at];
      // As sprintf() gives them in R, which keeps each digit: numbers in quotes.
      const other = typeof value === 'number' && typeof given === 'string' && DECIMAL.test(given.trim()) ? Number(given) : given;
      if (typeof value === 'string') {
        const tied = ties[row]?.includes(value) === true && ties[row]?.includes(String(other)) === true;
        if (value !== String(other) && !tied) result.wrong.push(`row ${row + 1}: ${value}, R gave ${other}`);
        return;
      }
      const distance = ulps(value, other);
      result.numbers += 1;
      if (distance <= result.ulp) return;
      result.ulp = distance;
      result.worst = `row ${row + 1}: ${value}, R gave ${other}`;
    });
  });
  return result;
}

/** Rows, in whose features of type number a number in quotes is that number, also alone in an array, as jsonlite writes a list's. */
function withoutQuotes({ schema }: Model, rows: unknown[]): unknown[] {
  const numbers = new Set(schema.features.filter(({ type }) => type === 'number').map(({ name }) => name));
  const number = (given: unknown) => {
    const value = unboxed(given);
    return typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : given;
  };
  return rows.map((row) => {
    if (Array.isArray(row)) return row.map((value, at) => (schema.features[at]?.type === 'number' ? number(value) : value));
    if (typeof row !== 'object' || row === null) return row;
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, numbers.has(name) ? number(value) : value]));
  });
}

/** Rows and parameters as a body. A feature may be called as what wraps rows is: then another word wraps them. */
function asBody({ schema }: Model, rows: unknown, parameters: object): unknown {
  const wrapper = ['instances', 'inputs', 'dataframe_records'].find((name) => !schema.features.some((feature) => feature.name === name));
  return wrapper === undefined ? rows : { [wrapper]: rows, parameters };
}

type Expected = { rows: unknown[]; predictions: Prediction[]; parameters: object; ties: Record<number, string[]> };

function readExpected(text: string, label: string): Expected {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ModelError(label, `text that is not JSON (${(error as Error).message})`, 'a JSON object');
  }
  const { rows, predictions, parameters = {}, ties = {} } = (value ?? {}) as Partial<Expected>;
  if (!Array.isArray(rows) || !Array.isArray(predictions))
    throw new ModelError(label, 'no rows or no predictions', '{"rows": [...], "predictions": [...]}');
  return { rows, predictions, parameters, ties };
}
