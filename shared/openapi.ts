import * as z from 'zod';
import { csvField } from './csv.ts';
import { exampleRecord } from './dialects.ts';
import type { Feature, Label, Level, ModelInfo, ParameterName, Schema } from './features.ts';
import { answerTypes, MAX_QUANTILES } from './parameters.ts';
import { DAYS, SECONDS } from './schema/dates.ts';
import { readValue } from './wire.ts';

/** Most features whose values the document spells out; a wider model's are told by GET /model alone. */
const MAX_SPELLED = 200;

/** A form a JSON body may have: its name, a sentence, its schema and a body that works. */
type Dialect = { name: string; summary: string; schema: z.ZodType; value: unknown };

const requestIdHeader = {
  description: "The caller's own id where it matches [A-Za-z0-9_-]{1,64}, else a new one.",
  schema: { type: 'string' },
};
const ANSWER_HEADERS = {
  'x-request-id': requestIdHeader,
  'x-served-by': { description: 'Who computed the predictions.', schema: { type: 'string' } },
  'x-model-sha256': { description: "The SHA-256 of the model's schema and forest.", schema: { type: 'string' } },
  'server-timing': { description: 'How long the parts of the answer took.', schema: { type: 'string' } },
};
const RETRY_AFTER = { 'retry-after': { description: 'Seconds to wait before the next try.', schema: { type: 'integer' } } };

/** Every problem an operation can answer with: the component's name, when, and headers of its own. */
const PROBLEMS: Record<string, { name: string; description: string; headers?: object }> = {
  400: { name: 'BadRequest', description: 'Not JSON, CSV or JSON Lines, or no dialect fits.' },
  404: { name: 'NotFound', description: 'There is nothing at this path.' },
  405: {
    name: 'MethodNotAllowed',
    description: 'This path takes another method.',
    headers: { allow: { description: 'The methods this path takes.', schema: { type: 'string' } } },
  },
  406: { name: 'NotAcceptable', description: 'No answer of the kinds in Accept can be given.' },
  413: { name: 'ContentTooLarge', description: 'A body, a number of rows or an answer over the limit, which the detail names.' },
  415: { name: 'UnsupportedMediaType', description: 'A content type, a charset or a content encoding that cannot be read.' },
  422: {
    name: 'UnprocessableContent',
    description: "The body was read, but its values do not fit the model's features: every problem with its path.",
  },
  429: { name: 'TooManyRequests', description: 'Overload: try again later.', headers: RETRY_AFTER },
  500: { name: 'InternalServerError', description: 'An error on our side; the log has the details under the request id.' },
  503: { name: 'ServiceUnavailable', description: 'Overload, or nobody can answer now: try again later.', headers: RETRY_AFTER },
};

/** The OpenAPI 3.1 document of a model's API. Every example in it is a body that the model takes. */
export function openApi(model: ModelInfo): object {
  const { schema, card, sha256 } = model;
  const shared = shapes(schema);
  const dialects = workingDialects(schema, shared);
  return {
    openapi: '3.1.0',
    info: {
      title: english(card.title ?? card.name),
      description: english(card.description ?? `Predictions of the model ${card.name} (${schema.kind}).`),
      version: sha256.slice(0, 12),
    },
    servers: [{ url: '.' }],
    paths: {
      '/': { get: readOperation('page', 'The web page', 'text/html', { type: 'string' }) },
      '/predict': { post: predictOperation(schema, dialects) },
      '/model': { get: readOperation('model', 'What the model is', 'application/json', reference('Model')) },
      '/openapi.json': { get: readOperation('openapi', 'This document', 'application/json', { type: 'object' }) },
      '/health': { get: healthOperation() },
    },
    components: {
      schemas: components(schema, shared, dialects),
      responses: problemResponses(),
      parameters: { RequestId: requestIdParameter() },
    },
  };
}

function predictOperation(schema: Schema, dialects: Dialect[]): object {
  const text = { type: 'string' };
  const jsonExamples = dialects.map(({ name, summary, value }): [string, object] => [name, { summary, value }]);
  const lines = {
    schema: text,
    examples: { records: { summary: 'A record a line', value: `${JSON.stringify(exampleRecord(schema))}\n` } },
  };
  return {
    operationId: 'predict',
    summary: 'Predictions for one or more rows',
    description: 'JSON in any of the dialects below, told from the body itself, or CSV or JSON Lines by Content-Type.',
    parameters: [{ $ref: '#/components/parameters/RequestId' }],
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: reference('Body'), examples: Object.fromEntries(jsonExamples) },
        'text/csv': { schema: text, examples: csvExamples(schema) },
        'application/jsonlines': lines,
        'application/x-ndjson': lines,
      },
    },
    responses: {
      200: {
        description: 'A prediction for each row, in the order of the rows.',
        headers: ANSWER_HEADERS,
        content: {
          'application/json': { schema: reference('Answer') },
          'text/csv': { schema: { ...text, description: 'The predictions alone, a line for each row.' } },
          'application/jsonlines': { schema: { ...text, description: 'The predictions alone, a line for each row.' } },
        },
      },
      ...Object.fromEntries(Object.entries(PROBLEMS).map(([status, { name }]) => [status, problemReference(name)])),
    },
  };
}

/** A GET that always has its answer. */
function readOperation(operationId: string, summary: string, contentType: string, schema: object): object {
  return {
    operationId,
    summary,
    parameters: [{ $ref: '#/components/parameters/RequestId' }],
    responses: {
      200: { description: summary, headers: { 'x-request-id': requestIdHeader }, content: { [contentType]: { schema } } },
      500: problemReference('InternalServerError'),
    },
  };
}

function healthOperation(): object {
  const content = { 'application/json': { schema: reference('Health') } };
  return {
    operationId: 'health',
    summary: 'Whether the environment that takes this request can answer',
    parameters: [{ $ref: '#/components/parameters/RequestId' }],
    responses: {
      200: { description: 'It can answer.', content },
      500: problemReference('InternalServerError'),
      503: { description: 'It cannot answer.', content },
    },
  };
}

function problemResponses(): object {
  const content = { 'application/problem+json': { schema: reference('Problem') } };
  return Object.fromEntries(
    Object.values(PROBLEMS).map(({ name, description, headers }) => [
      name,
      { description, headers: { 'x-request-id': requestIdHeader, ...headers }, content },
    ]),
  );
}

function requestIdParameter(): object {
  const schema = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' };
  return { name: 'x-request-id', in: 'header', required: false, description: 'An id to find this request by.', schema };
}

function reference(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

function problemReference(name: string): object {
  return { $ref: `#/components/responses/${name}` };
}

/** The dialects of the contract that this model takes: where a feature is called `inputs`, that word cannot wrap rows. */
function workingDialects(schema: Schema, shared: Shapes): Dialect[] {
  const [first, ...others] = dialectsOf(schema, shared);
  const rows = (value: unknown) => [...readValue(schema, value).rows];
  const works = ({ value }: Dialect) => {
    try {
      const expected = rows(exampleRecord(schema));
      return rows(value).every((number, at) => Object.is(number, expected[at % expected.length]));
    } catch {
      return false;
    }
  };
  return [first as Dialect, ...(schema.features.length > MAX_SPELLED ? [] : others.filter(works))];
}

function dialectsOf(schema: Schema, { record, row, columns, parameters }: Shapes): Dialect[] {
  const one = exampleRecord(schema);
  const values = schema.features.map((feature) => one[feature.name]);
  const names = schema.features.map((feature) => feature.name);
  const doubled = Object.fromEntries(names.map((name) => [name, [one[name], one[name]]]));
  const tensors = names.map((name) => ({ name, shape: [1], datatype: datatypeOf(schema, name), data: [one[name]] }));
  const [records, rows] = [z.array(record).min(1), z.array(row).min(1)];
  const boxed = z.array(z.object({ features: row })).min(1);
  const tensor = z.object({
    name: z.string(),
    shape: z.union([z.tuple([z.int()]), z.tuple([z.int(), z.literal(1)])]),
    datatype: z.string(),
    data: z.array(scalar).min(1),
  });
  const type = answerTypes(schema)[0];
  const wrapped = (name: string, inner: z.ZodType) =>
    z.object({ [name]: inner, parameters: parameters.optional(), params: parameters.optional() });
  const split = z.object({ columns: z.array(z.string()), data: z.array(z.array(scalar)).min(1) });
  // biome-ignore format: a table
  return [
    { name: 'record', summary: 'A record', schema: record, value: one },
    { name: 'records', summary: 'Records', schema: records, value: [one, one] },
    { name: 'rows', summary: "Rows in the model's feature order", schema: rows, value: [values, values] },
    { name: 'columns', summary: 'Columns, as as.data.frame() of R takes them', schema: columns, value: doubled },
    { name: 'instances', summary: 'Instances: records', schema: wrapped('instances', records), value: { instances: [one] } },
    { name: 'instanceRows', summary: 'Instances: rows', schema: wrapped('instances', rows), value: { instances: [values, values] } },
    { name: 'features', summary: "SageMaker's common format", schema: wrapped('instances', boxed), value: { instances: [{ features: values }] } },
    { name: 'split', summary: 'pandas, split', schema: wrapped('dataframe_split', split), value: { dataframe_split: { columns: names, data: [values] } } },
    { name: 'dataframeRecords', summary: 'pandas, records', schema: wrapped('dataframe_records', records), value: { dataframe_records: [one] } },
    { name: 'inputColumns', summary: 'Inputs: columns', schema: wrapped('inputs', columns), value: { inputs: doubled } },
    { name: 'inputRecords', summary: 'Inputs: records', schema: wrapped('inputs', records), value: { inputs: [one] } },
    { name: 'tensors', summary: 'Open Inference Protocol V2', schema: wrapped('inputs', z.array(tensor).min(1)), value: { inputs: tensors, parameters: { type } } },
  ];
}

const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()]);
/** What a body may ask for beside its rows: what the model's answers and parameters are. */
function parametersOf(schema: Schema): z.ZodType {
  const whole = (most: number) => z.int().min(1).max(most).optional();
  const known: Record<ParameterName, z.ZodType> = {
    predictAll: z.boolean().optional().describe("Every tree's answer instead of their mean or vote."),
    numTrees: whole(schema.trees ?? 1).describe('Use only the first so many trees.'),
    seed: whole(2 ** 31 - 1).describe('Break ties between classes as R does with this seed.'),
    quantiles: z.array(z.number().min(0).max(1)).min(1).max(MAX_QUANTILES).optional().describe('The probabilities, with type "quantiles".'),
    seMethod: z.enum(['infjack', 'jack']).optional().describe('How standard errors are found, with type "se".'),
  };
  const taken = (schema.takes ?? []).map((name): [string, z.ZodType] => [name, known[name]]);
  const type = z
    .literal(answerTypes(schema))
    .optional()
    .describe('The type of answer, by the name R has for it; the first one by default.');
  return z.strictObject({ type, ...Object.fromEntries(taken) });
}

function datatypeOf(schema: Schema, name: string): string {
  const type = schema.features.find((feature) => feature.name === name)?.type;
  const names = { number: 'FP64', integer64: 'INT64', logical: 'BOOL', date: 'BYTES', datetime: 'BYTES', factor: 'BYTES' };
  return names[type ?? 'factor'];
}

/** The three shapes that most dialects are made of, and the parameters beside them. */
type Shapes = { record: z.ZodType; row: z.ZodType; columns: z.ZodType; parameters: z.ZodType };

/** A record, a row and columns of a model, value by value; of a wide one, only what kinds of values there are. */
function shapes(schema: Schema): Shapes {
  const { features } = schema;
  const parameters = parametersOf(schema);
  if (features.length > MAX_SPELLED) {
    const record = z.record(z.string(), scalar).describe(`A value for each of the ${features.length} features that GET /model lists.`);
    return {
      record,
      row: z.array(scalar).length(features.length),
      columns: z.record(z.string(), z.union([scalar, z.array(scalar)])),
      parameters,
    };
  }
  const values = features.map((feature) => featureValue(schema, feature));
  const members = (make: (value: z.ZodType) => z.ZodType) => {
    return z.object(Object.fromEntries(features.map(({ name }, at) => [name, make(values[at] as z.ZodType)])));
  };
  return {
    record: members((value) => value),
    row: z.tuple(values as [z.ZodType]),
    columns: members((value) => z.union([value, z.array(value).min(1)])).describe(
      'All of one length; a single value counts for every row.',
    ),
    parameters,
  };
}

/** What a feature takes. */
function featureValue(schema: Schema, feature: Feature): z.ZodType {
  const value = plainValue(feature);
  return describeFeature(schema.takesMissing ? z.union([value, z.null()]) : value, feature);
}

function plainValue(feature: Feature): z.ZodType {
  if (feature.type === 'number') return z.number();
  if (feature.type === 'integer64') return z.int().min(0);
  if (feature.type === 'date') return z.union([z.string().meta({ format: 'date' }), z.number().min(DAYS[0]).max(DAYS[1])]);
  if (feature.type === 'datetime') return z.union([z.string().meta({ format: 'date-time' }), z.number().min(SECONDS[0]).max(SECONDS[1])]);
  return feature.type === 'logical' ? z.union([z.boolean(), z.literal([0, 1])]) : labels(feature.levels);
}

/** One of some labels; in their order, which z.enum does not keep for labels that are whole numbers. */
function labels(texts: Level[]): z.ZodType {
  return texts.length > 0 ? z.literal(texts) : z.string();
}

function describeFeature(value: z.ZodType, feature: Feature): z.ZodType {
  const range = 'range' in feature && feature.range ? `the model knows values from ${feature.range[0]} to ${feature.range[1]}` : '';
  const words = [feature.label === undefined ? '' : english(feature.label), range].filter((text) => text !== '');
  return words.length > 0 ? value.describe(words.join('; ')) : value;
}

/** One element of an answer's predictions: that of the default type, or of another one where the model has others. */
function predictionOf(schema: Schema): z.ZodType {
  const others = answerTypes(schema).length > 1 || (schema.takes ?? []).includes('predictAll');
  return others ? z.union([defaultPrediction(schema), otherPrediction()]) : defaultPrediction(schema);
}

/** What the other types of answer and predictAll give: numbers, in arrays and by label. */
function otherPrediction(): z.ZodType {
  const numbers = z.array(z.number());
  const nested = z.union([numbers, z.array(numbers)]);
  return z.union([z.number(), nested, z.record(z.string(), z.union([z.number(), numbers]))]).describe('With other parameters.');
}

function defaultPrediction(schema: Schema): z.ZodType {
  const classes = schema.classes ?? [];
  if (schema.kind === 'regression') return z.number();
  if (schema.kind === 'classification') return labels(classes);
  if (schema.kind === 'survival') return z.array(z.number()).describe('The chance to live past each of `times`.');
  return z.object(Object.fromEntries(classes.map((label) => [label, z.number().min(0).max(1)]))).describe("Each class's share.");
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

/** The component schemas as JSON Schema. */
function components(schema: Schema, { record, row, columns, parameters }: Shapes, dialects: Dialect[]): object {
  const registry = z.registry<{ id: string }>();
  const problem = z.object({ path: z.string().describe('A JSON Pointer into the body.'), message: z.string() });
  const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
  const prediction = predictionOf(schema);
  const named: Record<string, z.ZodType> = {
    Body: z.union(dialects.map((dialect) => dialect.schema)),
    Record: record,
    Row: row,
    Columns: columns,
    Parameters: parameters,
    Prediction: prediction,
    Answer: z.object({
      predictions: z.array(prediction),
      ...(schema.times ? { times: z.array(z.number()).optional() } : {}),
      ...(schema.types?.includes('quantiles') ? { quantiles: z.array(z.number()).describe('With type "quantiles".').optional() } : {}),
      ...(schema.types?.includes('se') ? { se: z.array(prediction).describe('The standard errors, with type "se".').optional() } : {}),
      model: z.object({ name: z.string(), sha256 }),
      servedBy: z.enum(['endpoint', 'fallback', 'container']),
      reason: z.string().describe('Why the fallback answered.').optional(),
    }),
    Model: z.object({
      name: z.string(),
      kind: z.literal(schema.kind),
      features: z.array(
        z.looseObject({ name: z.string(), type: z.enum(['number', 'integer64', 'date', 'datetime', 'logical', 'factor']) }),
      ),
      classes: z.array(z.string()).optional(),
      takesMissing: z.boolean(),
      sha256,
      card: z.looseObject({}),
    }),
    Health: z.looseObject({ ok: z.boolean() }),
    Problem: z.object({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      detail: z.string(),
      requestId: z.string().optional(),
      errors: z.array(problem).optional(),
    }),
  };
  for (const [id, type] of Object.entries(named)) registry.add(type, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: 'input' });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $id: _id, $schema: _dialect, ...rest }]) => [id, rest]));
}

function english(label: Label): string {
  return typeof label === 'string' ? label : label.en;
}
