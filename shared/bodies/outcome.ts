import { ModelError } from '../errors.ts';
import type { Schema } from '../schema/features.ts';
import type { AnswerType } from '../schema/parameter-table.ts';
import type { Parameters } from '../schema/parameters.ts';
import { outputWidth } from '../schema/shape.ts';
import type { Answers } from './kind.ts';

/**
 * How one type of answer is made of what the body answers to the type `of`: as it is; `order`: numbers for each class in another
 * order; `largest`: the class of the largest number; `second`: of one number, the chance of the second class, both chances;
 * `half`: the class by that number, the second from a half on; `overHalf`: the second beyond a half; `first` and `firstHalf`: the
 * same as `second` and `half` where it is the chance of the first class.
 */
export type Made = { of: AnswerType; by: 'same' | 'order' | 'largest' | 'second' | 'half' | 'overHalf' | 'first' | 'firstHalf' };

/** What a pipeline makes of its body's answers: the body's part of a schema, and each type of answer. */
export type Outcome = {
  body: Omit<Schema, 'features'>;
  types: Partial<Record<AnswerType, Made>>;
  /** For each class its place among the body's classes. */
  places: number[];
};

const WAYS = ['same', 'order', 'largest', 'second', 'half', 'overHalf', 'first', 'firstHalf'];
const ONE_NUMBER = ['second', 'half', 'overHalf', 'first', 'firstHalf'];

/** The parameters of the body for those of the model. */
export function bodyParameters({ types }: Outcome, parameters: Parameters): Parameters {
  const { type, also: _also, ...rest } = parameters;
  return { ...rest, type: types[type]?.of ?? type };
}

/** The model's answers, made of the body's doubles for the same rows. */
export function makeOutcome(schema: Schema, outcome: Outcome, parameters: Parameters, doubles: Float64Array): Float64Array {
  const made = outcome.types[parameters.type];
  if (!made || made.by === 'same') return doubles;
  const from = made.by === 'largest' || made.by === 'order' ? outcome.places.length : 1;
  const to = outputWidth(schema, parameters);
  const out = new Float64Array((doubles.length / from) * to);
  const place = new Map(outcome.places.map((from, at) => [from, at]));
  for (let row = 0; row < doubles.length / from; row += 1) {
    const one = doubles[row * from]!;
    switch (made.by) {
      case 'order':
        for (let at = 0; at < to; at += 1) out[row * to + at] = doubles[row * from + outcome.places[at]!]!;
        break;
      case 'largest':
        out[row] = place.get(largest(doubles, row * from, from)) ?? Number.NaN;
        break;
      case 'half':
      case 'firstHalf':
        out[row] = Number.isNaN(one) ? one : one >= 0.5 === (made.by === 'half') ? 1 : 0;
        break;
      case 'overHalf':
        out[row] = Number.isNaN(one) ? one : Number(one > 0.5);
        break;
      default:
        out[row * to] = made.by === 'second' ? 1 - one : one;
        out[row * to + 1] = made.by === 'second' ? one : 1 - one;
    }
  }
  return out;
}

/** The place of the first of the largest numbers; -1 where one is none. */
function largest(doubles: Float64Array, start: number, count: number): number {
  let best = 0;
  for (let at = 0; at < count; at += 1) {
    if (Number.isNaN(doubles[start + at])) return -1;
    if (doubles[start + at]! > doubles[start + best]!) best = at;
  }
  return best;
}

/** Checks an outcome from a file; `bodySchema` is the body's, `can` what the body answers. Throws a ModelError. */
export function checkOutcome(schema: Schema, bodySchema: Schema, outcome: Outcome, can: Answers, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(`${label}'s outcome`, found, expected);
  const { types, places, body } = outcome;
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(outcome) || !isObject(types) || !isObject(body) || !Array.isArray(places))
    throw fail('another form', 'body, types, places');
  const classes = schema.classes?.length ?? 0;
  const isOrder = places.length === classes && [...places].sort((a, b) => a - b).every((place, at) => place === at);
  if (!isOrder) throw fail('other places of classes', `0 to ${classes - 1}, each once`);
  for (const type of schema.types ?? ['response']) {
    const made = Object.hasOwn(types, type) ? types[type as AnswerType] : undefined;
    if (!made || !WAYS.includes(made.by)) throw fail(`no way to the type ${type}`, WAYS.join(', '));
    const isOne = ONE_NUMBER.includes(made.by);
    if (isOne && !(classes === 2 && body.kind === 'regression')) throw fail(`${made.by} of ${classes} classes`, 'two, and one number');
    const isMany = made.by === 'order' || made.by === 'largest';
    if (isMany && body.classes?.length !== classes) throw fail(`${body.classes?.length} classes of the body`, String(classes));
    if (!can.types.includes(made.of)) throw fail(`the body's answer ${made.of}`, can.types.join(', '));
    const width = outputWidth(bodySchema, { type: made.of });
    const expected = isOne ? 1 : isMany ? classes : outputWidth(schema, { type: type as AnswerType });
    if (width !== expected) throw fail(`${width} numbers for the type ${type}`, String(expected));
    if (made.by === 'largest' && type !== 'class') throw fail(`a class for the type ${type}`, 'class');
  }
}
