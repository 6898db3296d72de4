import * as z from 'zod';
import { RequestError } from '../../shared/errors.ts';
import { MODEL_NAME } from '../../shared/schema/card.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { eachType, type Parameters } from '../../shared/schema/parameters.ts';
import { type Beside, besideOf, type Prediction, shapeOf } from '../../shared/schema/shape.ts';
import { INTERVALS } from '../../shared/schema/spread/interval.ts';
import { utf8Text } from '../../shared/schema/utf8.ts';
import { MAX_ANSWER_BYTES } from '../../shared/wire/answers.ts';
import { parseJson } from '../../shared/wire/json.ts';
import type { Query } from '../../shared/wire/wire.ts';
import { checkReasons } from './answer-explanations.ts';
import { formOf, hasForm, type Lists } from './answer-form.ts';
import { isSame } from './same.ts';

/** An answer of the endpoint that cannot be believed. The message says what is wrong with it, without its values. */
class BadAnswer extends Error {
  /** What endpoint.ts knows it by, like the SDK's errors: it is there before the code here is loaded. */
  override readonly name = 'BadAnswer';
}

/** Whether an error says that an answer cannot be believed. */
export function isBadAnswer(error: unknown): boolean {
  return error instanceof BadAnswer;
}

/**
 * Throws a BadAnswer where a success has another status than InvokeEndpoint's, or names another call than the one that it answers. A
 * container that sends no id back is believed.
 */
export function checkWhose(status: number | undefined, attributes: string | undefined, invocation: string): void {
  if (status !== 200) throw new BadAnswer(`found status ${status}, expected 200`);
  const [, found] = /(?:^|;)\s*invocation=([^;]*)/.exec(attributes ?? '') ?? [];
  if (found !== undefined && found.trim() !== invocation)
    throw new BadAnswer('found the answer to another request, expected that to this one');
}

/** An answer that was checked against what was asked. */
export type Believed = { predictions: Prediction[]; model: { name: string; sha256: string } } & Beside;

/** Most elements of the lists beside the predictions. */
const MOST_BESIDE = 100_000;

const answerForm = z.looseObject({
  predictions: z.array(z.unknown()),
  se: z.array(z.unknown()).optional(),
  times: z.array(z.number()).max(MOST_BESIDE).optional(),
  quantiles: z.array(z.number()).max(MOST_BESIDE).optional(),
  interval: z.object({ kind: z.enum(INTERVALS), level: z.number(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }).optional(),
  model: z.object({ name: z.string().regex(MODEL_NAME), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
});

/** The model this side holds. */
export type Expected = { schema: Schema; sha256: string };

/**
 * Reads the endpoint's answer and checks it against what was asked: its size, its depth, JSON without a key twice, a prediction for
 * each row, of each type that was asked for, every number finite, and the model that made it. Predictions of the model held here have that model's form, those of
 * another one a form that some model gives. Throws a BadAnswer: the SDK takes a body that was cut off, or a proxy's page, for a success.
 */
export function checkAnswer(body: Uint8Array | undefined, query: Query, expected: Expected): Believed {
  const parsed = answerForm.safeParse(readAnswer(body));
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('/') ?? '';
    throw new BadAnswer(`found another form at /${path}, expected finite predictions and the model that made them`);
  }
  const { predictions, se, times, quantiles, interval, model } = parsed.data;
  const { parameters } = query;
  const isOurs = model.sha256 === expected.sha256;
  if ((se !== undefined) !== (parameters.type === 'se'))
    throw new BadAnswer(`found ${se ? '' : 'no '}se, expected it where it is asked for`);
  if (interval?.kind !== parameters.interval || interval?.level !== (parameters.interval && parameters.level))
    throw new BadAnswer('found another interval, expected that which was asked for');
  const own = besideOf(expected.schema, parameters);
  if (isOurs) checkBeside({ times, quantiles }, own);
  else checkWritten(parsed.data);
  const lists = { times, quantiles, isCurve: own.times !== undefined };
  const check = (name: string, list: unknown, asked: Parameters) => {
    const ours = shapeOf(expected.schema, asked);
    if (!Array.isArray(list)) throw new BadAnswer(`found no ${name}, expected it beside the predictions`);
    if (list.length !== query.count) throw new BadAnswer(`found ${list.length} ${name}, expected ${query.count}`);
    const form = isOurs ? ours : formOf(name === 'se' ? predictions[0] : list[0], asked, lists, ours);
    const other = list.findIndex((one) => form === undefined || !hasForm(one, form));
    const whose = isOurs ? 'of the model' : 'of a model, and one for all rows';
    if (other !== -1) throw new BadAnswer(`found number ${other} of ${name} of another form, expected that ${whose}`);
    return list as Prediction[];
  };
  const [first, ...others] = eachType(parameters);
  const beside = Object.entries({ se: se && check('se', se, first!), times, quantiles, interval }).filter(([, list]) => list !== undefined);
  const reasons = parameters.explain ? checkReasons(parsed.data, query, expected.schema, isOurs) : {};
  if (typeof reasons === 'string') throw new BadAnswer(reasons);
  const believed = { predictions: check('predictions', predictions, first!), model, ...(Object.fromEntries(beside) as Beside), ...reasons };
  if (others.length === 0) return believed;
  const each = [first!, ...others].map((one) => [one.type, check(one.type, parsed.data[one.type], one)]);
  if (!isSame(each[0]![1], predictions)) throw new BadAnswer(`found other predictions than ${first!.type}, expected the same twice`);
  return { ...believed, ...(Object.fromEntries(each) as Beside) };
}

/** Throws where an answer takes too much room as it is written here: 1e20 has 21 digits. Of the model held here its rows were counted before. */
function checkWritten(answer: object): void {
  const bytes = Buffer.byteLength(JSON.stringify(answer));
  if (bytes > MAX_ANSWER_BYTES) throw new BadAnswer(`found an answer of ${bytes} bytes as written, expected at most ${MAX_ANSWER_BYTES}`);
}

/** Throws where the lists beside the predictions are not those that the model held here gives. */
function checkBeside(found: Lists, expected: Lists): void {
  for (const name of ['times', 'quantiles'] as const) {
    const [list, known] = [found[name], expected[name]];
    const isSame = list?.length === known?.length && (list ?? []).every((one, at) => one === known?.[at]);
    if (!isSame) throw new BadAnswer(`found other ${name}, expected those of the model`);
  }
}

/** The value of an answer's body. */
function readAnswer(body: Uint8Array | undefined): unknown {
  if (!body || body.length === 0) throw new BadAnswer('found an empty body, expected an answer');
  if (body.length > MAX_ANSWER_BYTES) throw new BadAnswer(`found an answer of ${body.length} bytes, expected at most ${MAX_ANSWER_BYTES}`);
  let value: unknown;
  try {
    // A class may be called __proto__, and its share is found under that name.
    value = parseJson(utf8Text(body), 'the answer', true);
  } catch (error) {
    // Of ours, which quote nothing.
    if (error instanceof RequestError) throw new BadAnswer(error.message);
    throw new BadAnswer('found a body that is not UTF-8, expected an answer');
  }
  if (Object.hasOwn(Object(value), '__proto__')) throw new BadAnswer('found a member __proto__, expected predictions and their model');
  return value;
}
