import * as z from 'zod';
import type { Schema } from '../../schema/features.ts';
import { exampleRecord } from '../../wire/cells.ts';
import type { BodyShape } from '../../wire/dialects/body-shape.ts';
import type { Dialect, Example } from '../../wire/dialects/dialect.ts';
import { readValue } from '../../wire/wire.ts';
import { MAX_SPELLED, type Shapes, scalar } from './shapes.ts';

/**
 * What the document shows of the dialects: examples that the model takes, the shapes of their bodies, the parts of those that have names
 * (a generator of clients would make names for them, and the same one twice), and the dialects that have no shape.
 */
export type ShownDialects = {
  examples: Example[];
  bodies: z.ZodType[];
  parts: Record<string, z.ZodType>;
  others: string[];
};

/**
 * The dialects of a list that this model takes: where a feature is called `inputs`, that word cannot wrap rows. The last dialect of the
 * list is the simplest and comes first; a wide model has that one alone.
 */
export function showDialects(schema: Schema, shapes: Shapes, dialects: readonly Dialect[]): ShownDialects {
  const simplest = dialects.slice(-1);
  const all = schema.features.length > MAX_SPELLED ? simplest : [...simplest, ...dialects.slice(0, -1)];
  const examples = all.flatMap((dialect) => dialect.examples(schema));
  const rowsOf = (value: unknown) => {
    try {
      return readValue(schema, value, Number.POSITIVE_INFINITY, dialects).rows;
    } catch {
      return undefined;
    }
  };
  // As a row: a record cannot have a key __proto__, which a feature may be called.
  const record = exampleRecord(schema);
  const expected = rowsOf([schema.features.map(({ name }) => record[name])]);
  const works = ({ value }: Example) =>
    expected !== undefined && rowsOf(value)?.every((number, at) => Object.is(number, expected[at % expected.length])) === true;
  const shown = examples.filter((example) => example.shape !== undefined && (example === examples[0] || works(example)));
  const parts: Record<string, z.ZodType> = {};
  const bodies = shown.map(({ name, shape }) => {
    const body = zodOf(shape as BodyShape, shapes, parts);
    if (typeof shape === 'object' && 'object' in shape) parts[`${name.slice(0, 1).toUpperCase()}${name.slice(1)}`] = body;
    return body;
  });
  return { examples: shown, bodies, parts, others: examples.filter(({ shape }) => !shape).map(({ summary }) => summary) };
}

/** A body's shape as a zod schema. Its parts that have names are put into `parts`, and made once. */
function zodOf(shape: BodyShape, shapes: Shapes, parts: Record<string, z.ZodType>): z.ZodType {
  if (typeof shape === 'string') {
    const plain = { cell: scalar, text: z.string(), count: z.int().min(0) };
    return shape in plain ? plain[shape as keyof typeof plain] : shapes[shape as keyof Shapes];
  }
  const inner = (one: BodyShape) => zodOf(one, shapes, parts);
  if ('name' in shape) {
    parts[shape.name] ??= inner(shape.shape);
    return parts[shape.name] as z.ZodType;
  }
  if ('map' in shape) return z.record(z.string(), inner(shape.map));
  if ('oneOf' in shape) return z.enum(shape.oneOf as [string]);
  if ('either' in shape) return z.union(shape.either.map(inner));
  if ('array' in shape) {
    const array = shape.least === undefined ? z.array(inner(shape.array)) : z.array(inner(shape.array)).min(shape.least);
    return shape.most === undefined ? array : array.max(shape.most);
  }
  const members = Object.fromEntries(Object.entries(shape.object).map(([name, one]) => [name, inner(one)]));
  const beside = shape.parameters ? { parameters: shapes.parameters.optional(), params: shapes.parameters.optional() } : {};
  return shape.isOpen ? z.looseObject({ ...members, ...beside }) : z.object({ ...members, ...beside });
}
