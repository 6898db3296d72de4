import * as z from 'zod';
import { LOSSES } from '../../schema/explain-ask.ts';
import { backgroundsOf, hasErrors, outputsOf } from '../../schema/explanation.ts';
import type { AnswerColumn, Schema } from '../../schema/features.ts';
import { answerTypes, listedTypes } from '../../schema/parameters.ts';
import { isQuantiles } from '../../schema/spread/types.ts';
import type { ShownDialects } from './dialects.ts';
import { labels, MAX_SPELLED, type Shapes, scalar } from './shapes.ts';
import { v2Schemas } from './v2.ts';

/** One element of an answer's predictions: that of the default type, or of another one where the model has others. */
function predictionOf(schema: Schema): z.ZodType {
  const hasIntervals = (schema.intervals?.kinds.length ?? 0) > 0;
  const others = answerTypes(schema).length > 1 || (schema.takes ?? []).includes('predictAll') || hasIntervals;
  const sets = hasIntervals && schema.classes ? [z.record(z.string(), z.boolean()).describe('With interval: the likely classes.')] : [];
  return others ? z.union([defaultPrediction(schema), ...otherPredictions(schema), ...sets]) : defaultPrediction(schema);
}

/** What the other types of answer and predictAll give: numbers, in arrays and by label; and of shares the class alone. */
function otherPredictions(schema: Schema): z.ZodType[] {
  const numbers = z.array(z.number());
  const nested = z.union([numbers, z.array(numbers)]);
  const other = z.union([z.number(), nested, z.record(z.string(), z.union([z.number(), numbers]))]).describe('With other parameters.');
  const hasClass = schema.kind === 'probability' && answerTypes(schema).includes('class');
  return hasClass ? [other, labels(schema.classes ?? []).describe('With the type class.')] : [other];
}

/** A cell of a bare table: a number, a label, or the numbers of an answer that has several a row (terminal nodes, survival). */
function tableCell({ columns, inputs }: Schema): z.ZodType {
  const numbers = z.array(z.number());
  const cells = [z.number(), z.string(), ...(columns || inputs ? [z.boolean(), z.null()] : [])];
  return z.union([...cells, numbers, z.array(numbers)]);
}

function defaultPrediction(schema: Schema): z.ZodType {
  const classes = schema.classes ?? [];
  if (schema.kind === 'regression') return (schema.margins ?? 1) === 1 ? z.number() : z.array(z.number()).length(schema.margins ?? 1);
  if (schema.kind === 'classification') return labels(classes);
  if (schema.kind === 'survival') return z.array(z.number()).describe('The chance to live past each of `times`.');
  if (schema.kind === 'columns') return rowOf(schema.columns ?? []).describe('The columns that the pipeline makes.');
  return z.object(Object.fromEntries(classes.map((label) => [label, z.number().min(0).max(1)]))).describe("Each class's share.");
}

/** A row of columns, value by value; of many columns, what kinds of values there are. */
function rowOf(columns: AnswerColumn[]): z.ZodType {
  if (columns.length > MAX_SPELLED) return z.record(z.string(), scalar);
  const value = (column: AnswerColumn): z.ZodType => {
    switch (column.type) {
      case 'number':
        return z.number();
      case 'logical':
        return z.boolean();
      case 'factor':
        return labels(column.levels.filter((level) => level !== null));
      default:
        return z.string().meta({ format: column.type === 'date' ? 'date' : 'date-time' });
    }
  };
  return z.object(Object.fromEntries(columns.map((column) => [column.name, z.union([value(column), z.null()])])));
}

/** What an answer has beside its predictions where `explain` is asked for. */
function explanationMembers({ classes, explain, times }: Schema): Record<string, z.ZodType> {
  const explanation = z.object({
    ...(classes ? { class: labels(classes).describe('The class whose number is explained.') } : {}),
    baseline: z.number().describe('The number where no feature is known. With all contributions it adds up to the explained number.'),
    contributions: z.record(z.string(), z.number()).describe('What each feature adds, by its name.'),
    others: z.number().describe('The sum of the contributions that `top` leaves out.').optional(),
    ...(explain?.isRounded ? { rounding: z.number().describe('What 32-bit floats lost.') } : {}),
    ...(hasErrors(explain)
      ? {
          standardErrors: z
            .record(z.string(), z.number())
            .describe('The standard error of each contribution that was found by drawing.')
            .optional(),
        }
      : {}),
  });
  const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
  return {
    explanations: z.array(explanation).describe('Why each prediction is what it is, with `explain`.').optional(),
    explain: z
      .object({
        ...{ output: z.enum(outputsOf(explain!)), background: z.enum(backgroundsOf(explain!)), sha256 },
        ...(times?.length ? { time: z.number().describe('The time of the curve that is explained.').optional() } : {}),
      })
      .optional(),
  };
}

/** The component schemas as JSON Schema. */
export function components(
  schema: Schema,
  { record, element, row, columns, parameters }: Shapes,
  { bodies, parts }: ShownDialects,
): object {
  const registry = z.registry<{ id: string }>();
  const problem = z.object({ path: z.string().describe('A JSON Pointer into the body.'), message: z.string() });
  const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
  const prediction = predictionOf(schema);
  const named: Record<string, z.ZodType> = {
    Body: z.union(bodies),
    ...parts,
    Record: record,
    ...(element === record ? {} : { SparseRecord: element }),
    Row: row,
    Columns: columns,
    Parameters: parameters,
    Prediction: prediction,
    Table: z.record(z.string(), z.array(tableCell(schema))).describe('With `format`: a column a member.'),
    Answer: z.object({
      predictions: z.array(prediction),
      ...(schema.times ? { times: z.array(z.number()).optional() } : {}),
      ...(answerTypes(schema).some(isQuantiles) ? { quantiles: z.array(z.number()).describe('With type "quantiles".').optional() } : {}),
      ...Object.fromEntries(
        listedTypes(schema).map((type) => [type, z.array(prediction).describe('Where several types are asked for.').optional()]),
      ),
      ...(schema.inputs
        ? { steps: z.array(rowOf(schema.inputs)).describe('What the model got from the steps, with `steps`.').optional() }
        : {}),
      ...(answerTypes(schema).includes('se')
        ? { se: z.array(prediction).describe('The standard errors, with type "se".').optional() }
        : {}),
      ...(schema.explain ? explanationMembers(schema) : {}),
      ...(schema.intervals
        ? { interval: z.object({ kind: z.string(), level: z.number(), sha256 }).describe('With `interval`.').optional() }
        : {}),
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
      ...(schema.explain ? { explain: z.looseObject({ sha256 }).describe('What explanations rest on.') } : {}),
      ...(schema.intervals ? { intervals: z.looseObject({ sha256 }).describe('What intervals rest on.').optional() } : {}),
      card: z.looseObject({}),
    }),
    Importance: importanceSchema(),
    Health: z.looseObject({ ok: z.boolean() }),
    Problem: z.object({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      detail: z.string(),
      requestId: z.string().optional(),
      errors: z.array(problem).optional(),
    }),
    ...v2Schemas(),
  };
  for (const [id, type] of Object.entries(named)) registry.add(type, { id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    io: 'input',
    override: ({ jsonSchema }) => closeTuple(jsonSchema),
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $id: _id, $schema: _dialect, ...rest }]) => [id, rest]));
}

/** The answer of GET /model/importance. */
function importanceSchema() {
  const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
  return z.object({
    importance: z
      .array(z.object({ feature: z.string(), importance: z.number(), permutation: z.number().optional() }))
      .describe(
        'The mean of the absolute contributions, the greatest first; and, where the training data had what the model predicts, how much greater the loss is with the feature shuffled.',
      ),
    explain: z.looseObject({ sha256 }).describe('What it rests on.'),
    permutation: z
      .object({ loss: z.enum(LOSSES), target: z.string(), rows: z.int(), value: z.number() })
      .describe('The loss of the answers to rows of the training data, and by which column of them.')
      .optional(),
    model: z.looseObject({ name: z.string(), sha256 }),
  });
}

/** A tuple's end as a number of items: generators of clients do not read `items: false`. */
function closeTuple(schema: z.core.JSONSchema.BaseSchema): void {
  if (!schema.prefixItems || schema.items !== false) return;
  delete schema.items;
  Object.assign(schema, { minItems: schema.prefixItems.length, maxItems: schema.prefixItems.length });
}
