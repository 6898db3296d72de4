import { computeInputs, replaceUndefined, usesOf } from '../steps/pipeline.ts';
import type { Answering } from './answering.ts';
import { type Places, placesOf } from './body-places.ts';
import type { Explainer, Questions } from './explainer.ts';
import { treesOf } from './trees-of.ts';

/**
 * Explains trees behind steps by the weights of their leaves: what an input adds is added to the feature that it is made of. Undefined
 * where an input is made of several features, or the model's number is not the trees'.
 */
export function explainThroughSteps(model: Answering): Explainer | undefined {
  const { schema, steps = [], body, bodySchema, cover } = model;
  const places = placesOf(model);
  const uses = usesOf(schema, steps);
  if (!cover || !places || uses.some(({ size }) => size > 1)) return undefined;
  const inner = treesOf(body)?.open(bodySchema, body.data, { cover });
  const ways = (inner?.ways ?? []).flatMap((way) => {
    const outputs = way.outputs.filter((output) => places.outputs.includes(output));
    return outputs.length > 0 ? [{ ...way, outputs }] : [];
  });
  if (!inner || ways.length === 0) return undefined;
  const featureOf = uses.map((features) => [...features][0]);
  return { ways, isRounded: inner.isRounded, explain: (questions) => explain(model, { inner, places, featureOf }, questions) };
}

type Through = { inner: Explainer; places: Places; featureOf: (number | undefined)[] };

function explain(model: Answering, { inner, places, featureOf }: Through, questions: Questions) {
  const { schema, steps = [], body, bodySchema } = model;
  const { rows } = questions;
  const { inputs } = computeInputs(schema, steps, rows);
  const instead = body.kind.undefinedAs?.(body.data);
  if (instead !== undefined) replaceUndefined(schema, steps, rows, inputs, instead);
  // A body of one number has no classes.
  const own = bodySchema.classes ? questions.places?.map(places.place) : undefined;
  const found = inner.explain({ ...questions, rows: inputs, places: own });
  const [width, from] = [schema.features.length, featureOf.length];
  const contributions = new Float64Array(rows.length);
  const signs = Float64Array.from(found.baselines, (_, row) => places.sign(questions.places?.[row] ?? 0));
  const baselines = found.baselines.map((baseline, row) => signs[row]! * baseline);
  found.contributions.forEach((value, at) => {
    const [row, feature] = [Math.floor(at / from), featureOf[at % from]];
    // An input of no feature is always the same.
    if (feature === undefined) baselines[row]! += signs[row]! * value;
    else contributions[row * width + feature]! += signs[row]! * value;
  });
  const numbers = found.numbers?.map((number, row) => signs[row]! * number);
  return { baselines, contributions, ...(numbers ? { numbers } : {}) };
}
