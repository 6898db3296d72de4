import * as z from 'zod';
import { DAYS, SECONDS } from '../../schema/dates.ts';
import { knownTimes } from '../../schema/explain-ask.ts';
import { backgroundsOf, outputsOf } from '../../schema/explanation.ts';
import type { Feature, Label, Level, Schema } from '../../schema/features.ts';
import { choicesFor, namesFor, PARAMETERS, type Parameter, type ParameterTable } from '../../schema/parameter-table.ts';
import { answerTypes, listedTypes } from '../../schema/parameters.ts';
import { takenParameters } from '../../schema/read-parameters.ts';

/** Most features whose values the document spells out; GET /model alone lists those of a wider model. */
export const MAX_SPELLED = 200;

/** A cell of a row, whatever its feature is. */
export const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()]);
/** What a body may ask for beside its rows: what the model's answers and the table of parameters are. */
export function parametersOf(schema: Schema, table: ParameterTable = PARAMETERS): z.ZodType {
  const taken = takenParameters(schema, table).map(({ name, entry }): [string, z.ZodType] => {
    return [name, valuesOf(entry, schema).optional().describe(entry.summary)];
  });
  const listed = listedTypes(schema);
  const one = z.literal(answerTypes(schema));
  const several = z.array(z.literal(listed)).min(1).max(listed.length);
  const first = 'The type of answer, by the name R has for it; the first one by default.';
  const type =
    listed.length === 0 ? one.describe(first) : z.union([one, several]).describe(`${first} Or several types: an answer of each.`);
  return z.strictObject({ type: type.optional(), ...Object.fromEntries(taken) });
}

/** What may be asked of an explanation. */
function explainAsk({ features, classes, explain }: Schema): z.ZodType {
  const wishes = {
    top: z.int().min(1).describe(`The greatest contributions alone, of ${features.length}; the others are one sum.`).optional(),
    output: z
      .enum(explain ? outputsOf(explain) : ['response'])
      .describe('The number that is explained; by default the first one that the background has.')
      .optional(),
    background: z
      .enum(explain ? backgroundsOf(explain) : ['path'])
      .describe('Where a feature is not known: `path` goes as the training rows did, `rows` takes the value of each background row.')
      .optional(),
    ...(classes
      ? { class: labels(classes).describe('The class whose number is explained; the predicted one by default.').optional() }
      : {}),
  };
  return z.union([z.boolean(), z.strictObject(wishes)]);
}

/** The values of a parameter. */
function valuesOf({ form }: Parameter, schema: Schema): z.ZodType {
  switch (form.is) {
    case 'flag':
      return z.boolean();
    case 'whole':
      return z
        .int()
        .min(form.least)
        .max(Math.max(form.least, form.most(schema)));
    case 'choice':
      return z.enum(choicesFor(form, schema) as [string]);
    case 'level':
      return z.number().gt(0).lt(1);
    case 'range':
      return z
        .array(
          z
            .int()
            .min(1)
            .max(Math.max(1, form.most(schema))),
        )
        .length(2);
    case 'explain':
      return explainAsk(schema);
    case 'time': {
      const [from, to] = knownTimes(schema);
      return z.number().min(from).max(to);
    }
    case 'shares':
      return z.array(z.number().min(0).max(1)).min(1).max(form.most);
    case 'numbers':
      return z.array(z.number()).min(1).max(form.most);
    case 'named': {
      const number = form.most === Number.MAX_VALUE ? z.number().min(0) : z.number().min(0).max(form.most);
      const names = namesFor(form, schema);
      return names.length === 0 ? number : z.union([number, z.enum(names)]);
    }
  }
}

/**
 * The shapes that most dialects are made of, and the parameters beside them. `element` is a record among records, in which a key may
 * be missing where the model takes missing values.
 */
export type Shapes = { record: z.ZodType; element: z.ZodType; row: z.ZodType; columns: z.ZodType; parameters: z.ZodType };

/** A record, a row and columns of a model, value by value; of a wide one, only what kinds of values there are. */
export function shapes(schema: Schema): Shapes {
  const { features } = schema;
  const parameters = parametersOf(schema);
  if (features.length > MAX_SPELLED) {
    const record = z.record(z.string(), scalar).describe(`A value for each of the ${features.length} features that GET /model lists.`);
    return {
      record,
      element: record,
      row: z.array(scalar).length(features.length),
      columns: z.record(z.string(), z.union([scalar, z.array(scalar)])),
      parameters,
    };
  }
  const values = features.map((feature) => featureValue(schema, feature));
  const members = (make: (value: z.ZodType, feature: Feature) => z.ZodType) => {
    return z.object(Object.fromEntries(features.map((feature, at) => [feature.name, make(values[at] as z.ZodType, feature)])));
  };
  const record = members((value) => value);
  return {
    record,
    element: schema.takesMissing ? members((value, feature) => (feature.required ? value : value.optional())) : record,
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
  return describeFeature(schema.takesMissing && !feature.required ? z.union([value, z.null()]) : value, feature);
}

function plainValue(feature: Feature): z.ZodType {
  if (feature.type === 'number') return z.number();
  if (feature.type === 'integer64') return z.int().min(0);
  if (feature.type === 'date') return z.union([z.string().meta({ format: 'date' }), z.number().min(DAYS[0]).max(DAYS[1])]);
  if (feature.type === 'datetime') return z.union([z.string().meta({ format: 'date-time' }), z.number().min(SECONDS[0]).max(SECONDS[1])]);
  if (feature.type === 'logical') return z.union([z.boolean(), z.literal([0, 1])]);
  return feature.others ? z.string().meta({ examples: feature.levels }) : labels(feature.levels);
}

/** One of some labels; in their order, which z.enum does not keep for labels that are whole numbers. */
export function labels(texts: Level[]): z.ZodType {
  return texts.length > 0 ? z.literal(texts) : z.string();
}

function describeFeature(value: z.ZodType, feature: Feature): z.ZodType {
  const range = 'range' in feature && feature.range ? `the model knows values from ${feature.range[0]} to ${feature.range[1]}` : '';
  const zone = feature.type === 'datetime' ? `a time without an offset is one of ${feature.timeZone ?? 'UTC'}` : '';
  const words = [feature.label === undefined ? '' : english(feature.label), range, zone].filter((text) => text !== '');
  return words.length > 0 ? value.describe(words.join('; ')) : value;
}

/** A label's text in English. */
export function english(label: Label): string {
  return typeof label === 'string' ? label : label.en;
}
