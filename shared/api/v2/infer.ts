import { RequestError } from '../../errors.ts';
import { describe, quote } from '../../schema/describe-value.ts';
import type { Schema } from '../../schema/features.ts';
import { utf8Text } from '../../schema/utf8.ts';
import { numberText } from '../../wire/answer-text.ts';
import { type Answer, checkAnswerSize, MAX_ANSWER_BYTES } from '../../wire/answers.ts';
import { binaryOf, readBinaryRequest } from '../../wire/binary-tensors.ts';
import { isObject, type JsonObject } from '../../wire/cells.ts';
import { areTensors } from '../../wire/dialects/tensors.ts';
import { parseJson } from '../../wire/json.ts';
import { type Query, readTensors } from '../../wire/wire.ts';
import type { Reply } from '../reply.ts';
import { outputOf, outputsOf, unaskedOutputs, valuesText } from './outputs.ts';
import { outputNames, versionOf } from './v2.ts';

/** The answer's form that an inference request asks for. Plain data: it goes to another thread as it is. */
export type InferForm = {
  id: string | undefined;
  /** The outputs that were asked for by their names; undefined where none were. */
  outputs: { name: string; binary: boolean }[] | undefined;
  /** Whether outputs that are not asked for by their names come in binary. */
  binary: boolean;
};

/** An inference request that was read. `value` is its JSON with the binary data in it, where there was any. */
export type Inference = { query: Query; form: InferForm; value: JsonObject; wasBinary: boolean };

/**
 * Reads an inference request of the Open Inference Protocol: JSON, or JSON and binary data where the header
 * Inference-Header-Content-Length has the JSON's bytes. Throws a RequestError as readBody does.
 */
export function readInference(schema: Schema, body: Uint8Array, headerLength: string | undefined, most?: number): Inference {
  const { value, text } = headerLength === undefined ? parsed(textOf(body)) : readBinaryRequest(body, headerLength);
  if (!isObject(value) || !areTensors(value.inputs)) {
    const expected = '{"inputs": [{"name": ..., "shape": [...], "datatype": ..., "data": [...]}]}';
    throw new RequestError(400, `this is no inference request; expected ${expected}`);
  }
  const form = readForm(schema, value);
  const { inputs, parameters = {} } = value;
  const query = readTensors(schema, { inputs: inputs as JsonObject[], parameters, text }, most);
  if (query.parameters.explain) {
    const message = 'found explain in an inference request, expected it in POST /predict: its answer is no tensor';
    throw new RequestError(422, 'the inference request cannot be answered', [{ path: '/parameters/explain', message }]);
  }
  checkAnswerSize(schema, query.count, query.parameters);
  return { query, form, value, wasBinary: headerLength !== undefined };
}

/** An inference request whose binary data was read, as JSON: each number as the shortest text that reads back as the same double. */
export function requestText({ inputs, parameters }: JsonObject): string {
  const texts = (inputs as JsonObject[]).map(({ data, parameters, ...rest }) => {
    const type =
      isObject(parameters) && parameters.content_type !== undefined ? { parameters: { content_type: parameters.content_type } } : {};
    const values = (data as unknown[]).map((value) => (typeof value === 'number' ? numberText(value) : JSON.stringify(value)));
    return `${JSON.stringify({ ...rest, ...type }).slice(0, -1)},"data":[${values.join(',')}]}`;
  });
  return `{"inputs":[${texts.join(',')}],"parameters":${JSON.stringify(parameters ?? {})}}`;
}

function parsed(text: string): { value: unknown; text: string } {
  return { value: parseJson(text), text };
}

function textOf(body: Uint8Array): string {
  try {
    return utf8Text(body);
  } catch {
    throw new RequestError(400, 'the body is not UTF-8; binary data needs the header Inference-Header-Content-Length');
  }
}

function readForm(schema: Schema, { id, outputs, parameters }: JsonObject): InferForm {
  if (id !== undefined && typeof id !== 'string') throw unfit('/id', id, 'a text');
  const all = isObject(parameters) ? parameters.binary_data_output : undefined;
  const binary = isTrue(all, '/parameters/binary_data_output') ?? false;
  if (outputs !== undefined && !Array.isArray(outputs)) throw unfit('/outputs', outputs, 'an array');
  const known = outputsOf(schema).map(({ name }) => name);
  // Each once: an output of thousands of rows that is asked for thousands of times would take all memory.
  const seen = new Set<string>();
  const asked = (outputs ?? []).map((output: unknown, at: number) => {
    const path = `/outputs/${at}`;
    const { name, parameters } = isObject(output) ? output : ({} as JsonObject);
    if (typeof name !== 'string' || !known.includes(name)) throw unfit(`${path}/name`, name, `one of ${outputNames(schema)}`);
    if (seen.has(name)) throw unfit(`${path}/name`, name, 'each output once');
    seen.add(name);
    const given = isObject(parameters) ? parameters : {};
    if (given.classification !== undefined)
      throw unfit(`${path}/parameters/classification`, given.classification, 'nothing: there is no such extension');
    return { name, binary: isTrue(given.binary_data, `${path}/parameters/binary_data`) ?? binary };
  });
  return { id, outputs: asked.length > 0 ? asked : undefined, binary };
}

function isTrue(value: unknown, path: string): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw unfit(path, value, 'true or false');
}

function unfit(path: string, found: unknown, expected: string): RequestError {
  const what = found === undefined ? 'nothing' : describe(found);
  return new RequestError(422, 'the inference request cannot be answered', [{ path, message: `found ${what}, expected ${expected}` }]);
}

/**
 * An answer in the protocol's form; `name` is what the model goes by in the request. With binary outputs the body is JSON and the
 * data behind it, and the reply's base64 of both. Throws a 422 where this answer has not the output that was asked for.
 */
export function inferReply(schema: Schema, answer: Answer, form: InferForm, name: string): Reply {
  const asked = form.outputs ?? unaskedOutputs(schema, answer).map((of) => ({ name: of, binary: form.binary }));
  const pieces: Uint8Array[] = [];
  const texts = asked.map(({ name: of, binary }): string => {
    const output = outputOf(schema, answer, of);
    if (!output) throw unfit('/outputs', of, `an output that this answer has; ${quote(of)} needs other parameters`);
    const { shape, values, datatype } = output;
    const head = `"name":${JSON.stringify(of)},"datatype":"${datatype}","shape":${JSON.stringify(shape)}`;
    if (!binary) return `{${head},"data":[${valuesText(values)}]}`;
    const isLost = datatype !== 'FP64' && values.includes(null);
    if (isLost) throw unfit('/outputs', of, `JSON: binary data of ${datatype} has no missing values, and this output has some`);
    const piece = binaryOf(values);
    pieces.push(piece);
    return `{${head},"parameters":{"binary_data_size":${piece.length}}}`;
  });
  const { model, servedBy, reason } = answer;
  const parameters = { ...(servedBy === undefined ? {} : { servedBy }), ...(reason === undefined ? {} : { reason }), sha256: model.sha256 };
  const who = { model_name: name, model_version: versionOf(model.sha256), ...(form.id === undefined ? {} : { id: form.id }), parameters };
  const text = `${JSON.stringify(who).slice(0, -1)},"outputs":[${texts.join(',')}]}`;
  if (pieces.length === 0) return { status: 200, headers: { 'content-type': 'application/json' }, body: text };
  const head = new TextEncoder().encode(text);
  const whole = Buffer.concat([head, ...pieces]);
  if (whole.length > MAX_ANSWER_BYTES * 0.75) throw new RequestError(413, `the answer has ${whole.length} bytes; expected fewer rows`);
  const headers = { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(head.length) };
  return { status: 200, headers, body: whole.toString('base64'), base64: true };
}
