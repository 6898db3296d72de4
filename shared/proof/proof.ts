import { ModelError, RequestError } from '../errors.ts';
import { answerQuery, type Predictor, predictRows } from '../predict.ts';
import type { ProofCard } from '../schema/card.ts';
import { MAX_DEPTH } from '../schema/card.ts';
import { isShallow } from '../schema/check-schema.ts';
import { DECIMAL } from '../schema/decimal.ts';
import { type Feature, type Schema, takesMissing } from '../schema/features.ts';
import { answerTypes } from '../schema/parameters.ts';
import { type Beside, outputWidth, type Prediction } from '../schema/shape.ts';
import { isCurve } from '../schema/spread/types.ts';
import { readValue } from '../wire/wire.ts';
import { flat, ulps } from './compare.ts';
import type { Proof, ProofAnswer } from './section.ts';

/**
 * How far standard errors, intervals and curves may be from R's, as a part of the greatest of them: R gets them by other sums, mostly within 1e-12,
 * and by fewer digits where columns nearly depend on others.
 */
const SPREAD_WITHIN = 1e-9;

/** How a model's answers are to R's: the rows that agree in all of them, of how many, and a sentence on the first that differs. */
export type Proven = { rows: number; agreed: number; numbers: number; first?: string };

/**
 * Computes R's predictions again, of as many rows as there is time for in `ms` where steps come before the model. Types of answer that the model does
 * not offer are left out. Throws a ModelError where the rows are none that the model takes.
 */
export function prove(model: Predictor, proof: Proof, label: string, ms = Number.POSITIVE_INFINITY, now = () => performance.now()): Proven {
  const { schema } = model;
  const types = answerTypes(schema) as readonly unknown[];
  // What is nested deeper than any answer would end the stack.
  if (!isShallow(proof.answers)) throw new ModelError(label, "R's predictions in another form", `values nested at most ${MAX_DEPTH} deep`);
  const kinds: readonly unknown[] = schema.intervals?.kinds ?? [];
  const offered = proof.answers
    .map((answer) => asNamed(answer, types))
    .filter(
      ({ parameters: { type, interval } }) =>
        (type === undefined || types.includes(type)) && (interval === undefined || kinds.includes(interval)),
    );
  if (offered.length === 0) throw new ModelError(label, "R's predictions of no type that the model has", types.join(', '));
  checkWork(proof, offered, label);
  const { body: taken, places } = takenRows(schema, inOrder(schema, proof, label), label);
  const body = taken.slice(0, rowsWithin(ms / offered.length, model, taken, now));
  // Standard errors may depend on all rows of a request.
  const answers = body.length < taken.length ? offered.filter(({ parameters: { type } }) => type !== 'se') : offered;
  const wrong = new Map<number, string>();
  let numbers = 0;
  for (const answer of answers) {
    const ours = ask(model, body, answer, label);
    const compare = (made: Prediction[], said: unknown[], within: number) => {
      const expected = places.map((place) => flat(schema, said[place] as Prediction));
      const bound = within * greatest(expected.flat());
      made.forEach((prediction, row) => {
        const values = flat(schema, prediction);
        numbers += values.length;
        const differs = difference(values, expected[row]!, proof, bound);
        if (differs !== undefined && !wrong.has(row))
          wrong.set(row, `row ${places[row]! + 1}${nameOf(answer)}: ${differs.replace('R said', `${proof.by} said`)}`);
      });
    };
    compare(ours.predictions, answer.predictions, withinOf(answer, proof));
    if (answer.se) compare(ours.se ?? [], answer.se, Math.max(proof.within, SPREAD_WITHIN));
  }
  const [first] = [...wrong].sort(([one], [other]) => one - other);
  return { rows: body.length, agreed: body.length - wrong.size, numbers, ...(first ? { first: first[1] } : {}) };
}

/** Most rows that are computed, one for each list of answers, and most numbers of a list: each start computes them before its first answer. */
const MOST_ROWS = 2_000;
const MOST_NUMBERS = 2 ** 22;

/** Refuses what a start would compute for seconds: explanations, which nobody but this code gives, take up to a second a row. */
function checkWork({ rows }: Proof, answers: readonly ProofAnswer[], label: string): void {
  const fail = (found: string, expected: string) => new ModelError(`${label}'s predictions of R`, found, expected);
  const count = rows.length * answers.length;
  if (count > MOST_ROWS) throw fail(`${rows.length} rows in ${answers.length} lists`, `at most ${MOST_ROWS} in all`);
  if (answers.some(({ parameters: { explain } }) => explain)) throw fail('the parameter explain', 'predictions alone');
}

/** How many rows the model computes in so many milliseconds, one at least: of steps some take half a second for a row. */
function rowsWithin(ms: number, model: Predictor, rows: unknown[][], now: () => number): number {
  if (!model.steps || ms === Number.POSITIVE_INFINITY) return rows.length;
  const end = now() + ms;
  const isOver = (row: unknown[], at: number) => {
    if (at > 0 && now() >= end) return true;
    try {
      predictRows(model, readValue(model.schema, [row]).rows);
    } catch (error) {
      // What is wrong with a row is said of all together.
      if (!(error instanceof RequestError)) throw error;
    }
    return false;
  };
  const left = rows.findIndex(isOver);
  return left < 0 ? rows.length : left;
}

/** "64 of 64 rows as R 4.5.1 said", for people. */
export function provenText({ rows, agreed, by }: Omit<ProofCard, 'drawn'>): string {
  return `${agreed} of ${rows} rows as ${by} said`;
}

function nameOf({ parameters: { type, interval } }: ProofAnswer): string {
  return `${typeof type === 'string' ? `, type ${type}` : ''}${typeof interval === 'string' ? `, interval ${interval}` : ''}`;
}

function greatest(values: (number | string)[]): number {
  return values.reduce((most: number, value) => (typeof value === 'number' ? Math.max(most, Math.abs(value)) : most), 0);
}

function withinOf({ parameters: { type, interval } }: ProofAnswer, { within }: Proof): number {
  return interval === undefined && !(typeof type === 'string' && isCurve(type)) && type !== 'se' ? within : Math.max(within, SPREAD_WITHIN);
}

/** What of a prediction is not R's, in words; undefined where nothing is. */
function difference(ours: (number | string)[], expected: (number | string)[], { ulp }: Proof, bound: number): string | undefined {
  if (ours.length !== expected.length) return `${ours.length} values here, R said ${expected.length}`;
  for (const [at, value] of ours.entries()) {
    const given = expected[at]!;
    if (typeof value === 'string' || typeof given === 'string') {
      if (value !== String(given)) return `${value} here, R said ${given}`;
      continue;
    }
    const isNear = ulps(value, given) <= ulp || Math.abs(value - given) <= bound;
    if (!isNear) return `${value} here, R said ${given}`;
  }
  return undefined;
}

/** The rows' values in the order of the model's features. */
function inOrder({ features }: Schema, { columns, rows }: Proof, label: string): unknown[][] {
  const placeOf = new Map(columns.map((name, at) => [name, at] as const).reverse());
  const places = features.map(({ name }) => placeOf.get(name) ?? -1);
  const lacking = features.find((_, at) => places[at] === -1);
  if (lacking) {
    const known = new Set(features.map(({ name }) => name));
    const strange = columns.filter((name) => !known.has(name));
    const found = strange.length > 0 ? `R's rows with ${strange.map((name) => `"${name}"`).join(', ')}` : "R's rows";
    throw new ModelError(label, `${found} and without "${lacking.name}"`, "the model's features");
  }
  return rows.map((row) => places.map((place, at) => asSent(features[at]!, row[place])));
}

/** The number of a tree, which R's wrappers around rpart call the response. */
function asNamed(answer: ProofAnswer, types: readonly unknown[]): ProofAnswer {
  const { type, ...others } = answer.parameters;
  return type === 'response' && types.includes('vector') ? { ...answer, parameters: others } : answer;
}

/**
 * The rows that the model takes, and their places. For one that lacks a value R may have an answer where the model has none: of a formula with
 * `g %in% c("a", "b")`, or where R draws it.
 */
function takenRows(schema: Schema, rows: unknown[][], label: string): { body: unknown[][]; places: number[] } {
  const isTaken = (value: unknown, at: number) => {
    const feature = schema.features[at]!;
    return value !== null || takesMissing(schema, feature) || (feature.type === 'factor' && feature.levels.includes(null));
  };
  const places = rows.flatMap((row, place) => (row.every(isTaken) ? [place] : []));
  if (places.length === 0) throw new ModelError(label, "R's rows, of which each lacks a value that the model needs", 'rows that it takes');
  return { body: places.map((place) => rows[place]!), places };
}

/** R numbers and logicals that a formula makes levels of are sent as labels, and labels that are numbers to it as numbers. */
function asSent({ type }: Feature, value: unknown): unknown {
  if (type === 'factor' && typeof value === 'number') return String(value);
  if (type === 'factor' && typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return type === 'number' && typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value;
}

function ask(
  model: Predictor,
  rows: unknown[][],
  { parameters }: ProofAnswer,
  label: string,
): Pick<Beside, 'se'> & { predictions: Prediction[] } {
  const { schema } = model;
  const wrapper = ['instances', 'inputs'].find((name) => !schema.features.some((feature) => feature.name === name));
  try {
    const query = readValue(schema, wrapper === undefined ? rows : { [wrapper]: rows, parameters });
    const numbers = query.count * outputWidth(schema, query.parameters);
    if (numbers > MOST_NUMBERS) throw new ModelError(label, `${numbers} predictions of R in a list`, `at most ${MOST_NUMBERS}`);
    return answerQuery(model, query);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const [problem] = error.problems;
    const found = problem ? `${problem.path}: ${problem.message}` : error.message;
    throw new ModelError(label, `R's rows, of which the model does not take one (${found})`, 'rows that it takes');
  }
}
