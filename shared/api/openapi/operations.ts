import type { Schema } from '../../schema/features.ts';
import { exampleRecord } from '../../wire/cells.ts';
import { csvField } from '../../wire/csv.ts';
import type { ShownDialects } from './dialects.ts';
import { ANSWER_HEADERS, PROBLEMS, problemReference, reference, requestIdHeader } from './problems.ts';

const FORMAT = {
  name: 'format',
  in: 'query',
  required: false,
  description: "A bare table, as vetiver's clients read it: a member a column (predict, or .pred as tidymodels calls it).",
  schema: { type: 'string', enum: ['table', 'tidymodels'] },
};

/** POST /predict. */
export function predictOperation(schema: Schema, { examples, others }: ShownDialects): object {
  const text = { type: 'string' };
  const also = others.length > 0 ? ` (and ${others.join(', ')})` : '';
  const jsonExamples = examples.map(({ name, summary, value }): [string, object] => [name, { summary, value }]);
  const lines = {
    schema: text,
    examples: { records: { summary: 'A record a line', value: `${JSON.stringify(exampleRecord(schema))}\n` } },
  };
  return {
    operationId: 'predict',
    tags: ['model'],
    summary: 'Predictions for one or more rows',
    description: `JSON in any of the dialects below${also}, recognized by the body itself; or CSV, JSON Lines or a NumPy array by Content-Type. Where Content-Type says nothing (text/plain), the form is recognized by the body too. The body may be compressed by gzip.`,
    parameters: [{ $ref: '#/components/parameters/RequestId' }, { $ref: '#/components/parameters/Model' }, FORMAT],
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: reference('Body'), examples: Object.fromEntries(jsonExamples) },
        'text/csv': { schema: text, examples: csvExamples(schema) },
        'application/jsonlines': lines,
        'application/x-ndjson': lines,
        'application/x-npy': { schema: { type: 'string', format: 'binary', description: 'An array of shape [rows, features].' } },
      },
    },
    responses: {
      200: {
        description: 'A prediction for each row, in the order of the rows.',
        headers: ANSWER_HEADERS,
        content: {
          'application/json': { schema: { anyOf: [reference('Answer'), reference('Table')] } },
          'text/csv': {
            schema: {
              ...text,
              description: 'The predictions alone, a line for each row; with a header line where Accept says text/csv; header=present.',
            },
          },
          'application/jsonlines': { schema: { ...text, description: 'The predictions alone, a line for each row.' } },
          'application/x-npy': {
            schema: {
              type: 'string',
              format: 'binary',
              description: 'The predictions alone: float64, or texts for classes, as [rows, ...].',
            },
          },
        },
      },
      ...Object.fromEntries(Object.entries(PROBLEMS).map(([status, { name }]) => [status, problemReference(name)])),
    },
  };
}

/** A GET that always has its answer; with `mayLack` one that some models or servers do not have. */
export function readOperation(operationId: string, summary: string, contentType: string, schema: object, mayLack = false): object {
  return {
    operationId,
    tags: ['service'],
    summary,
    parameters: [{ $ref: '#/components/parameters/RequestId' }],
    responses: {
      200: { description: summary, headers: { 'x-request-id': requestIdHeader }, content: { [contentType]: { schema } } },
      ...(mayLack ? { 404: problemReference('NotFound') } : {}),
      429: problemReference('TooManyRequests'),
      500: problemReference('InternalServerError'),
    },
  };
}

/** GET /health. */
export function healthOperation(): object {
  const content = { 'application/json': { schema: reference('Health') } };
  return {
    operationId: 'health',
    tags: ['service'],
    summary: 'Whether the environment that takes this request can answer',
    parameters: [{ $ref: '#/components/parameters/RequestId' }],
    responses: {
      200: { description: 'It can answer.', content },
      429: problemReference('TooManyRequests'),
      500: problemReference('InternalServerError'),
      503: { description: 'It cannot answer.', content },
    },
  };
}

function csvExamples(schema: Schema): object {
  const record = exampleRecord(schema);
  const header = schema.features.map(({ name }) => csvField(name)).join(',');
  const row = schema.features.map(({ name }) => csvField(String(record[name] ?? 'NA'))).join(',');
  return {
    header: { summary: 'A header line, then a row a line', value: `${header}\n${row}\n` },
    rows: { summary: "Rows in the model's feature order", value: `${row}\n` },
  };
}
