import { explainByMeans } from '../explain/means.ts';
import type { ExplainOutput } from '../schema/explain-ask.ts';
import { computeInputs, usesOf } from '../steps/pipeline.ts';
import { type Answering, sumKindOf, summandsOf, sumOf } from './answering.ts';
import { type Places, placesOf } from './body-places.ts';
import { numberOf } from './explained-number.ts';
import type { Explainer } from './explainer.ts';

/** The numbers of a model that are sums: the features of each summand, how many sums there are, and which of them a class's is. */
type Sums = { outputs: ExplainOutput[]; summands: readonly ReadonlySet<number>[]; sums: number; placeOf?: Places['place'] };

/**
 * Explains a sum by its means in the training data; undefined where these are not known, or a summand is of several features: what part of
 * it each of these has, depends on how they lie together in the data.
 */
export function explainSum(model: Answering): Pick<Explainer, 'ways' | 'explain'> | undefined {
  const { schema, steps, body, bodySchema, means } = model;
  const kind = sumKindOf(body);
  const sum = sumOf(model);
  if (!means || !kind?.values || !sum) return undefined;
  const found = sum.isOfClasses ? sumsOfClasses(model, sum.summands) : sumsOfNumbers(model);
  if (!found) return undefined;
  const { outputs, summands, sums, placeOf } = found;
  if (summands.length * sums !== means.length || summands.some(({ size }) => size > 1) || !means.every(Number.isFinite)) return undefined;
  const featureOf = summands.map((features) => [...features][0]);
  const values = (rows: Float64Array) => kind.values!(bodySchema, body.data, steps ? computeInputs(schema, steps, rows).inputs : rows);
  return {
    ways: [{ background: 'means', outputs, work: sum.numbers }],
    explain: ({ rows, places }) =>
      explainByMeans({ features: schema.features.length, featureOf, sums, means, values }, rows, placeOf && places?.map(placeOf)),
  };
}

/** The numbers among a model's answers that are the body's sum. */
function sumsOfNumbers(model: Answering): Sums | undefined {
  const { schema } = model;
  const found = (['margin', 'response'] as const).flatMap((output): [ExplainOutput, ReadonlySet<number>[]][] => {
    const number = schema.classes ? undefined : numberOf(schema, output);
    const summands = number && summandsOf(model, number);
    return summands ? [[output, summands]] : [];
  });
  const [first] = found;
  return first && { outputs: found.map(([output]) => output), summands: first[1], sums: 1 };
}

/** The log-odds of the model's classes, where they are the body's. */
function sumsOfClasses(model: Answering, inputs: readonly (readonly number[])[]): Sums | undefined {
  const { schema, steps, bodySchema } = model;
  const places = placesOf(model);
  if (!places?.outputs.includes('margin') || !bodySchema.classes) return undefined;
  const uses = steps && usesOf(schema, steps);
  const summands = inputs.map((some) => new Set(some.flatMap((input) => (uses ? [...uses[input]!] : [input]))));
  return { outputs: ['margin'], summands, sums: bodySchema.classes.length, placeOf: places.place };
}
