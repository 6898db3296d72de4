import { type Background, type ExplainAsk, type Explainable, type ExplainOutput, timeOf, wayOf } from './explain-ask.ts';
import type { Schema } from './features.ts';

/** What an answer says of its explanations; `time` where they are of a curve at one time. */
export type Explained = { output: ExplainOutput; background: Background; sha256: string; time?: number };

/**
 * Why a prediction is what it is: the baseline and all contributions add up to the explained number. `others` is the sum of the
 * contributions that were left out, `rounding` what 32-bit floats lost.
 */
export type Explanation = {
  class?: string;
  baseline: number;
  contributions: Record<string, number>;
  others?: number;
  rounding?: number;
  /** The standard error of each contribution, where orders of features were drawn. */
  standardErrors?: Record<string, number>;
};

/** Where the parts of an explanation are among its doubles; behind the contributions of all features come their standard errors, if any way has some. */
export const EXPLANATION = { place: 0, baseline: 1, rounding: 2, contributions: 3 } as const;

/** How many steps of computing take a millisecond, at the least (measured: 2026-11-29, 2 cores). */
export const STEPS_PER_MS = 50_000;

/** How many doubles an explanation has. */
export function explanationWidth({ features, explain }: Schema): number {
  return EXPLANATION.contributions + features.length * (hasErrors(explain) ? 2 : 1);
}

/** Whether some way to explain draws orders of features, so that a standard error stands beside each contribution. */
export function hasErrors(explain: Explainable | undefined): boolean {
  return explain?.ways.some(({ isDrawn }) => isDrawn) ?? false;
}

/** Rows, side by side, and whether explanations of them are asked for. */
type Asked = { rows: Float64Array; count: number; parameters: { explain?: ExplainAsk | false } };

/** About how long the explanations of a request's rows take, in milliseconds, without computing any; 0 where none are asked for. */
export function explainMs(schema: Schema, { rows, count, parameters }: Asked): number {
  if (!parameters.explain || count === 0) return 0;
  const { explain } = schema;
  if (!explain) return 0;
  const way = wayOf(explain, parameters.explain);
  if (!way) return 0;
  const { work, workOfMissing } = way;
  const missing = workOfMissing === undefined ? 0 : rowsThatLack(rows, rows.length / count);
  return ((count - missing) * work + missing * (workOfMissing ?? 0)) / STEPS_PER_MS;
}

/** What takes less by the estimate is not tried out. */
const SOON_MS = 5;

/**
 * The same, where the estimate says little by some of the rows, which are computed: that takes a few milliseconds, and as long as a row or two of the
 * model where these take longer. Another time it may be another number.
 */
export function triedExplainMs(schema: Schema, asked: Asked): number {
  const estimate = explainMs(schema, asked);
  const { explain: ask } = asked.parameters;
  const way = ask && estimate > SOON_MS ? schema.explain && wayOf(schema.explain, ask) : undefined;
  if (!way?.msOf) return estimate;
  const named = ask && ask.class !== undefined ? (schema.classes?.indexOf(ask.class) ?? 0) : 0;
  return way.msOf(asked.rows, Math.max(0, named));
}

/** How many rows lack a value. */
export function rowsThatLack(rows: Float64Array, width: number): number {
  let found = 0;
  for (let row = 0; row < rows.length; row += width) if (rows.subarray(row, row + width).some(Number.isNaN)) found += 1;
  return found;
}

/** What an answer says of its explanations. */
export function explainedOf(schema: Schema, ask: ExplainAsk | false | undefined): Explained | undefined {
  const explain = ask ? schema.explain : undefined;
  if (!ask || !explain) return undefined;
  const way = wayOf(explain, ask);
  if (!way) return undefined;
  const output = ask.output ?? way.outputs[0]!;
  const time = timeOf(schema, ask, output);
  return { output, background: way.background, sha256: explain.sha256, ...(time === undefined ? {} : { time }) };
}

/** What GET /model says of explanations: what they rest on, and what can be asked of them. */
export function explainsOf({ explain }: Schema) {
  if (!explain) return undefined;
  const { sha256, ways, isReal } = explain;
  const rows = ways.some(({ background }) => background === 'rows') ? { holdsTrainingRows: isReal } : {};
  return { sha256, background: backgroundsOf(explain), output: outputsOf(explain), ...rows };
}

/** The backgrounds against which can be explained; the default first. */
export function backgroundsOf({ ways }: Explainable): Background[] {
  return [...new Set(ways.map(({ background }) => background))];
}

/** All numbers that can be explained, by one background or another; the default first. */
export function outputsOf({ ways }: Explainable): ExplainOutput[] {
  return [...new Set(ways.flatMap(({ outputs }) => outputs))];
}

/** An explanation from its doubles, which begin at a place. With `top` it has the greatest contributions, and the sum of the others. */
export function toExplanation(schema: Schema, ask: ExplainAsk, doubles: Float64Array, at: number): Explanation {
  const { features, classes, explain } = schema;
  const place = doubles[at + EXPLANATION.place]!;
  const from = at + EXPLANATION.contributions;
  const all = features.map(({ name }, feature): [string, number] => [name, doubles[from + feature]!]);
  const most = ask.top ?? all.length;
  const greatest = most < all.length ? all.toSorted(byStrength).slice(0, most) : all;
  const kept = new Set(greatest);
  const isDrawn = explain && wayOf(explain, ask)?.isDrawn;
  const errors = isDrawn ? all.flatMap((one, feature) => (kept.has(one) ? [[one[0], doubles[from + all.length + feature]!]] : [])) : [];
  const others = all.reduce((sum, one) => (kept.has(one) ? sum : sum + one[1]), 0);
  return {
    ...(classes && place >= 0 ? { class: classes[place]! } : {}),
    baseline: doubles[at + EXPLANATION.baseline]!,
    contributions: Object.fromEntries(greatest),
    ...(most < all.length ? { others } : {}),
    ...(explain?.isRounded ? { rounding: doubles[at + EXPLANATION.rounding]! } : {}),
    ...(isDrawn ? { standardErrors: Object.fromEntries(errors) } : {}),
  };
}

/** The greater contribution first, whatever its sign; of equal ones the earlier feature (sorting is stable). */
function byStrength([, one]: [string, number], [, other]: [string, number]): number {
  return Math.abs(other) - Math.abs(one);
}

/** The contributions in the order in which they are written: that of the features, or, where some are left out, the greatest first. */
export function inOrder({ features }: Schema, { contributions }: Explanation): [string, number][] {
  const given = Object.entries(contributions);
  // An endpoint with another model may have other features, which then stand as they came.
  const known = new Set(features.map(({ name }) => name));
  if (!given.every(([name]) => known.has(name))) return given;
  const ordered = features.flatMap(({ name }): [string, number][] =>
    Object.hasOwn(contributions, name) ? [[name, contributions[name]!]] : [],
  );
  return ordered.length === features.length ? ordered : ordered.toSorted(byStrength);
}
