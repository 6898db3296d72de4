import { explainByMeans } from '../explain/means.ts';
import type { ExplainOutput } from '../schema/explain-ask.ts';
import { computeInputs } from '../steps/pipeline.ts';
import { type Answering, sumKindOf, summandsOf, sumOf } from './answering.ts';
import { numberOf } from './explained-number.ts';
import type { Explainer } from './explainer.ts';

/**
 * Explains a sum by its means in the training data; undefined where these are not known, or a summand is of several features: what part of
 * it each of these has, depends on how they lie together in the data.
 */
export function explainSum(model: Answering): Pick<Explainer, 'ways' | 'explain'> | undefined {
  const { schema, steps, body, bodySchema, means } = model;
  const kind = sumKindOf(body);
  if (!means || !kind?.values) return undefined;
  const found = (['margin', 'response'] as const).flatMap((output): [ExplainOutput, ReadonlySet<number>[]][] => {
    const number = schema.classes ? undefined : numberOf(schema, output);
    const summands = number && summandsOf(model, number);
    return summands ? [[output, summands]] : [];
  });
  const [first] = found;
  if (!first || first[1].length !== means.length || first[1].some(({ size }) => size > 1)) return undefined;
  if (!means.every(Number.isFinite)) return undefined;
  const featureOf = first[1].map((features) => [...features][0]);
  const values = (rows: Float64Array) => kind.values!(bodySchema, body.data, steps ? computeInputs(schema, steps, rows).inputs : rows);
  return {
    ways: [{ background: 'means', outputs: found.map(([output]) => output), work: sumOf(model)!.numbers }],
    explain: ({ rows }) => explainByMeans({ features: schema.features.length, featureOf, means, values }, rows),
  };
}
