import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Model } from '../../shared/artifact.ts';
import { answerQuery } from '../../shared/predict.ts';
import { ulps } from '../../shared/proof/compare.ts';
import type { Kind, Schema } from '../../shared/schema/features.ts';
import { pairNames } from '../../shared/schema/pairs.ts';
import { type Prediction, termsOf } from '../../shared/schema/shape.ts';
import { INTERVAL } from '../../shared/schema/spread/interval.ts';
import { readValue } from '../../shared/wire/wire.ts';

/** The folder of the golden files. */
const FOLDER = fileURLToPath(new URL('../golden/', import.meta.url));

/** What R said when asked by other parameters: to the first rows, and how far ours may lie from it. */
type Answer = {
  parameters: Record<string, unknown>;
  predictions: Prediction[];
  se: Prediction[] | undefined;
  rows: number;
  /** The rows that were asked, where these are others than the golden's. */
  given?: Golden['rows'];
  /** How many doubles ours may lie away, or by which share. */
  ulp: number;
  relative: number | undefined;
};

/**
 * A model made in R, and R's predictions for some rows. `file` is the path of its RDS. `ties` has, for each row (from
 * 0) where classes tie, the classes that do: R draws one of them at random, we give the first in class order.
 */
export type Golden = {
  name: string;
  file: string;
  kind: Kind;
  rows: Record<string, number | string | boolean | null>[];
  predictions: Prediction[];
  classes: string[] | undefined;
  times: number[] | undefined;
  /** How many doubles ours may lie away from R's, where the model itself promises no less: the C library's sin, cos, tan, atan. */
  ulp: number;
  ties: Map<number, string[]>;
  others: Answer[];
  /** For each row of a linear model the sum of its absolute terms: where terms are not exact and cancel, ours may lie 1e-13 of it off. */
  terms: number[] | undefined;
};

/** Every RDS in a folder (tests/golden) with a JSON of its name beside it. */
export function goldens(folder = FOLDER): Golden[] {
  const models = readdirSync(folder).filter((file) => file.endsWith('.RDS'));
  return models.flatMap((model): Golden[] => {
    const name = model.slice(0, -'.RDS'.length);
    return existsSync(`${folder}${name}.json`) ? [readGolden(folder, name)] : [];
  });
}

/** One golden of each form that a schema and its answers may have, for tests that ask of each what all have alike. */
export function variety(): Golden[] {
  const names = ['chickwts-order', 'heart-age', 'heart-probability', 'iris', 'na-class', 'quantreg', 'survival-c', 'veteran-survival'];
  return [...names, 'warpbreaks-ignore', 'warpbreaks-partition'].map(golden);
}

/** The golden of that name. */
export function golden(name: string): Golden {
  if (!existsSync(`${FOLDER}${name}.json`)) throw new Error(`no golden called ${name}`);
  return readGolden(FOLDER, name);
}

function readGolden(folder: string, name: string): Golden {
  // Shares of classes stand as arrays in the files, in class order.
  const {
    kind,
    rows,
    classes,
    times,
    predictions,
    ties,
    others,
    terms,
    ulp: told,
  } = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8'));
  const ulp = told ?? (/^glm-\d|cauchit/.test(name) ? 4 : 0);
  return {
    ...{ name, file: `${folder}${name}.RDS`, kind, rows, classes, times, ulp, terms: told === undefined ? undefined : terms },
    predictions: (predictions as Prediction[]).map((prediction) => {
      return Array.isArray(prediction) && classes ? Object.fromEntries(prediction.map((share, at) => [classes[at], share])) : prediction;
    }),
    ties: new Map(Object.entries<string[]>(ties ?? {}).map(([row, tied]) => [Number(row), tied])),
    others: (others ?? []).map((other: Partial<Answer>) => ({
      ...{ rows: rows.length, se: undefined, relative: undefined },
      ...{ ulp: other.parameters?.type === undefined || other.parameters.type === 'se' ? ulp : 0, ...other },
    })),
  };
}

/** The doubles of a prediction in class order, or its label. */
function parts(schema: Schema, prediction: Prediction): (number | string)[] {
  if (typeof prediction !== 'object') return [prediction];
  const lists = [INTERVAL, termsOf(schema), schema.columns?.map(({ name }) => name), schema.classes, pairNames(schema.classes ?? [])];
  if (Array.isArray(prediction)) return prediction.flatMap((part) => parts(schema, part));
  const labels = lists.find((list) => list?.length && list.every((label) => Object.hasOwn(prediction, label)));
  if (labels === undefined) throw new Error(`no order is known of the parts ${Object.keys(prediction).join(', ')}`);
  return labels.flatMap((label) => parts(schema, prediction[label] as Prediction));
}

/** `isOfWidest`: the share is that of the greatest number of the prediction, as of an interval, whose ends may be near 0. */
type Bound = { ulp: number; relative?: number | undefined; isOfWidest?: boolean; terms?: number[] | undefined };

function within(one: number | string, other: number | string | undefined, { ulp, relative, terms }: Bound, row: number): boolean {
  if (ulps(one, other) <= ulp) return true;
  if (terms && ulp > 0 && Math.abs(Number(one) - Number(other)) <= 1e-13 * terms[row]!) return true;
  return (
    relative !== undefined && typeof one === 'number' && typeof other === 'number' && Math.abs(one - other) <= relative * Math.abs(other)
  );
}

/** The rows where ours lie further from R's than the bound lets them. */
function unequal(schema: Schema, ours: Prediction[], theirs: Prediction[], bound: Bound, what = ''): string[] {
  if (ours.length !== theirs.length) return [`${what}: ${ours.length} rows, expected ${theirs.length}`];
  return ours.flatMap((prediction, row) => {
    const [computed, expected] = [parts(schema, prediction), parts(schema, theirs[row] as Prediction)];
    const greatest = expected.reduce((most: number, value) => Math.max(most, Math.abs(Number(value))), 0);
    const room = bound.isOfWidest ? (bound.relative ?? 0) * greatest : 0;
    const isNear = (value: number | string, other: number | string | undefined) =>
      within(value, other, bound, row) || (room > 0 && Math.abs(Number(value) - Number(other)) <= room);
    const same = computed.length === expected.length && computed.every((value, at) => isNear(value, expected[at]));
    return same ? [] : [`${what} row ${row}: ${JSON.stringify(prediction)}, R gave ${JSON.stringify(theirs[row])}`];
  });
}

/** The rows where our predictions differ from R's in any bit, ties aside. */
export function differences(golden: Golden, schema: Schema, ours: Prediction[]): string[] {
  return ours.flatMap((prediction, row) => {
    const expected = golden.predictions[row] as Prediction;
    const ties = golden.ties.get(row);
    const bound = { ...golden, terms: golden.terms?.slice(row) };
    if (!ties) return unequal(schema, [prediction], [expected], bound).map((text) => text.replace('row 0', `row ${row}`));
    const first = (schema.classes as string[]).find((label) => ties.includes(label));
    return prediction === first && ties.includes(expected as string) ? [] : [`row ${row}: ${prediction}, expected ${first} of a tie`];
  });
}

/**
 * Every difference between a model's answers and R's that is larger than it may be: than the golden says, and than the model
 * promises. `asked` counts the predictions compared.
 */
export function compare(given: Golden, model: Model): { wrong: string[]; asked: number } {
  const promised = model.body.kind.ulp(model.schema, model.body.data);
  const golden = { ...given, ulp: Math.min(given.ulp, promised) };
  const ask = (parameters: object, instances: Golden['rows']) => answerQuery(model, readValue(model.schema, { instances, parameters }));
  const wrong = differences(golden, model.schema, ask({}, golden.rows).predictions);
  let asked = golden.rows.length;
  for (const { parameters, predictions, se, rows, given, ...bound } of golden.others) {
    const what = JSON.stringify(parameters);
    const ours = ask(parameters, given ?? golden.rows.slice(0, rows));
    bound.ulp = Math.min(bound.ulp, promised);
    const isOfWidest = 'interval' in parameters;
    wrong.push(...unequal(model.schema, ours.predictions, predictions, { ...bound, isOfWidest, terms: golden.terms }, what));
    if (se) wrong.push(...unequal(model.schema, ours.se ?? [], se, bound, `${what}, se`));
    asked += rows;
  }
  return { wrong, asked };
}
