import { ModelError } from '../../../shared/errors.ts';
import { numberText } from '../../../shared/math/significant.ts';
import type { RangerArguments } from '../arguments.ts';
import type { NumericColumn, TrainKind } from './data.ts';
import { type Formula, readFormula } from './formula.ts';
import { orderLevels } from './order.ts';
import type { Column, Table } from './read-csv.ts';

/** Most features and rows of a forest here: their numbers are kept in 16 and 32 bits. */
const MAX_FEATURES = 65_535;
const MAX_ROWS = 50_000_000;

/** What R's model frame is to ranger: the features as numbers, the target, and what of them stands in the schema. */
export type Frame = {
  kind: TrainKind;
  formula: Formula;
  columns: NumericColumn[];
  /** The columns of the features; levels in the order they are coded in. */
  features: Column[];
  y: Float64Array;
  status: Uint8Array | undefined;
  /** The target's levels where it is a factor. */
  classes: string[] | undefined;
  caseWeights: Float64Array;
  /** Whether levels were put in the order of the target (respect.unordered.factors = "order"). */
  reordered: boolean;
};

/** Takes a formula's columns out of a table, in the way of ranger's R code. Throws a ModelError that names column and row. */
export function makeFrame(table: Table, formulaText: string, given: RangerArguments): Frame {
  const { label, rows } = table;
  if (rows === 0) throw new ModelError(label, '0 rows', 'at least 2');
  if (rows > MAX_ROWS) throw new ModelError(label, `${rows} rows`, `at most ${MAX_ROWS}`);
  const formula = readFormula(
    formulaText,
    table.columns.map(({ name }) => name),
  );
  if (formula.features.length > MAX_FEATURES) throw new ModelError(label, `${formula.features.length} features`, `at most ${MAX_FEATURES}`);
  const column = (name: string) => table.columns.find((one) => one.name === name) as Column;
  const { target } = formula;
  const raw = column(target.type === 'survival' ? target.time : target.name);
  const chosen = formula.features.map(column);
  for (const one of [raw, ...chosen]) expectComplete(label, one);
  const response = target.type === 'factor' ? asFactor(raw) : raw;
  const kind = kindOf(response, target.type === 'survival', given);
  const classes = response.type === 'factor' ? response.levels : undefined;
  const status = target.type === 'survival' ? readStatus(label, column(target.status)) : undefined;
  expectVaried(label, response, kind, rows);
  const mode = given['respect.unordered.factors'] ?? (given.splitrule === 'extratrees' ? 'partition' : 'ignore');
  if (mode === 'partition') for (const one of chosen) expectFewLevels(label, one);
  const reordered = mode === 'order';
  const features = reordered ? chosen.map((one) => orderLevels(one, response, kind, label)) : chosen;
  const weights = given['case.weights'];
  return {
    kind,
    formula,
    features,
    columns: features.map(({ name, values, type }) => ({ name, values, ordered: !(mode === 'partition' && type === 'factor') })),
    y: response.values,
    status,
    classes,
    caseWeights: weights === undefined ? new Float64Array(0) : readWeights(table, weights),
    reordered,
  };
}

/** Most levels of a factor that is split by sets of levels: those are bits of a double (ranger has the same bound). */
const MOST_IN_SETS = 53;

function expectFewLevels(label: string, { name, type, levels = [] }: Column): void {
  if (type !== 'factor' || levels.length <= MOST_IN_SETS) return;
  throw new ModelError(
    `${label}, column "${name}"`,
    `${levels.length} levels`,
    `at most ${MOST_IN_SETS} with respect.unordered.factors=partition, extratrees' default; order and ignore take more`,
  );
}

function kindOf(response: Column, isSurvival: boolean, given: RangerArguments): TrainKind {
  if (isSurvival) return 'survival';
  if (given.probability) return 'probability';
  return response.type === 'factor' || response.type === 'logical' || given.classification ? 'classification' : 'regression';
}

/** factor() of R: the levels that are there, numbers in their order; those that R prints alike are one. */
function asFactor(column: Column): Column {
  const { name, values } = column;
  const distinct = [...new Set(values)].sort((one, other) => one - other);
  const texts = new Map(distinct.map((value) => [value, factorText(column, value)]));
  const levels = [...new Set(texts.values())];
  const codes = new Map(levels.map((level, at) => [level, at + 1]));
  return { name, type: 'factor', levels, values: values.map((value) => codes.get(texts.get(value) as string) as number) };
}

/** The level that factor() of R makes of a column's value. */
export function factorText({ type, levels }: Pick<Column, 'type' | 'levels'>, value: number): string {
  if (type === 'factor') return levels?.[value - 1] as string;
  if (type === 'logical') return value === 1 ? 'TRUE' : 'FALSE';
  return type === 'integer' ? String(value) : numberText(value);
}

/** Every value of a column is there and finite. Throws a ModelError. */
export function expectComplete(label: string, { name, values, type, levels, refused }: Column): void {
  if (refused) throw refused;
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong !== -1) {
    const count = values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
    const found = Number.isNaN(values[wrong]) ? 'NA' : String(values[wrong]);
    const more = count > 1 ? ` (and in ${count - 1} more ${count === 2 ? 'row' : 'rows'})` : '';
    throw new ModelError(
      `${label}, column "${name}", row ${wrong + 1}`,
      `${found}${more}`,
      'a value in every row: ranger 0.14.1 grows with complete rows only',
    );
  }
  if (type === 'factor' && levels?.length === 0) throw new ModelError(`${label}, column "${name}"`, 'no level', 'at least one');
}

/** A target from which something can be learnt. */
function expectVaried(label: string, { name, type, values, levels }: Column, kind: TrainKind, rows: number): void {
  if (rows < 2) throw new ModelError(label, `${rows} row`, 'at least 2');
  const first = values[0]!;
  if (kind === 'survival' && type === 'factor') throw new ModelError(`${label}, column "${name}"`, 'text', 'times as numbers');
  if (kind === 'survival' || values.some((value) => value !== first)) return;
  const shown =
    type === 'factor' ? JSON.stringify(levels?.[first - 1]) : type === 'logical' ? (first === 1 ? 'TRUE' : 'FALSE') : String(first);
  const what = kind === 'regression' ? 'a target that varies' : 'at least 2 classes';
  throw new ModelError(`${label}, column "${name}", rows 1 to ${rows}`, `the same target ${shown} in every row`, what);
}

/** Survival's status as Surv() reads it: 1 (or TRUE) is an event, 0 (or FALSE) is censored; of 1 and 2, 2 is the event. */
function readStatus(label: string, column: Column): Uint8Array {
  expectComplete(label, column);
  const { name, type, values } = column;
  const event = type !== 'logical' && values.reduce((most, value) => Math.max(most, value), 0) === 2 ? 2 : 1;
  const wrong = values.findIndex((value) => type === 'factor' || (value !== event && value !== event - 1));
  if (wrong !== -1)
    throw new ModelError(
      `${label}, column "${name}", row ${wrong + 1}`,
      String(values[wrong]),
      'a status: 0 censored, 1 an event (or 1 and 2)',
    );
  return Uint8Array.from(values, (value) => (value === event ? 1 : 0));
}

function readWeights(table: Table, name: string): Float64Array {
  const column = table.columns.find((one) => one.name === name);
  if (!column) throw new ModelError('case.weights', `the column "${name}"`, `one of ${table.columns.map((one) => one.name).join(', ')}`);
  expectComplete(table.label, column);
  const wrong = column.values.findIndex((value) => column.type === 'factor' || value < 0);
  if (wrong !== -1)
    throw new ModelError(`${table.label}, column "${name}", row ${wrong + 1}`, String(column.values[wrong]), 'a weight of 0 or more');
  if (column.values.every((value) => value === 0))
    throw new ModelError(`${table.label}, column "${name}"`, '0 in every row', 'a weight above 0');
  // ranger takes equal weights for none.
  return new Set(column.values).size === 1 ? new Float64Array(0) : column.values;
}
