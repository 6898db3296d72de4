import type { Cell } from '../schema/answer-columns.ts';
import type { Schema } from '../schema/features.ts';
import { type Beside, listsOf, type Predicted, type Prediction } from '../schema/shape.ts';
import { csvField } from './csv.ts';
import type { TableForm } from './media.ts';

/** The shortest text that reads back as the same double, -0 among them, which JSON.stringify would make 0. */
export function numberText(number: number): string {
  return Object.is(number, -0) ? '-0' : String(number);
}

/** A column's value as JSON. */
export function cellText(cell: Cell): string {
  return typeof cell === 'number' ? numberText(cell) : JSON.stringify(cell);
}

/** A column's value as a field of CSV; NA where it is missing, as R writes it. */
export function csvCell(cell: Cell): string {
  if (cell === null) return 'NA';
  return typeof cell === 'number' ? numberText(cell) : csvField(String(cell));
}

/** A part of a prediction: the prediction itself, a value by its label, or an element of an array. */
type Part = Prediction | Cell;

/** A prediction as JSON. JSON.stringify would move labels that look like whole numbers out of the class order. */
export function jsonText(schema: Schema, prediction: Part): string {
  if (typeof prediction !== 'object' || prediction === null) return cellText(prediction);
  if (Array.isArray(prediction)) return `[${prediction.map((one) => jsonText(schema, one)).join(',')}]`;
  return `{${labelsOf(schema, prediction)
    .map((label) => `${JSON.stringify(label)}:${jsonText(schema, prediction[label] as Part)}`)
    .join(',')}}`;
}

/** A prediction as a line of CSV: a number, a label, or all its numbers in order (shares in class order). */
export function csvLine(schema: Schema, prediction: Part): string {
  if (typeof prediction !== 'object' || prediction === null) return csvCell(prediction);
  const parts: Part[] = Array.isArray(prediction) ? prediction : labelsOf(schema, prediction).map((label) => prediction[label] as Part);
  return parts.map((part) => csvLine(schema, part)).join(',');
}

/** The labels in the order of the classes or columns; an endpoint with another model may have others, which then stand as they came. */
export function labelsOf(schema: Schema, prediction: object): string[] {
  const labels = Object.keys(prediction);
  const orders = [schema.classes, namesOf(schema.columns), namesOf(schema.inputs)];
  const isKnown = (known: string[]) => known.length === labels.length && known.every((label) => Object.hasOwn(prediction, label));
  return orders.find((known) => known !== undefined && isKnown(known)) ?? labels;
}

function namesOf(columns: Schema['columns']): string[] | undefined {
  return columns?.map(({ name }) => name);
}

/** What of an answer its columns are called by. */
type Named = Predicted & Pick<Beside, 'times' | 'quantiles'>;

/** An answer's lists by their names where it has more than its predictions: those of several types, or of the standard errors beside them. */
export function columnsOf(answer: Predicted): [string, Prediction[]][] {
  const { predictions, se } = answer;
  return se
    ? [
        ['predictions', predictions],
        ['se', se],
      ]
    : listsOf(answer);
}

/**
 * The header line of an answer as CSV, made from its first row: `predictions` (and `se`), or the name of each type where there are several; behind
 * a dot the label, the time, the probability or the place (from 1) of each of its numbers, as in `prob.LABEL`. Where an answer is columns,
 * their names.
 */
export function csvHeader(schema: Schema, answer: Named): string {
  const lists = columnsOf(answer);
  const named: [string, Prediction[]][] = lists.length > 0 ? lists : [['predictions', answer.predictions]];
  const [row] = answer.predictions;
  if (schema.kind === 'columns' && lists.length === 0 && typeof row === 'object') return labelsOf(schema, row).map(csvField).join(',');
  return named
    .flatMap(([name, [first]]) => (first === undefined ? [] : columnNames(schema, name, first, sideOf(name, first, answer))))
    .map(csvField)
    .join(',');
}

/** What the elements of an array stand for: times or probabilities. The leaves of trees stand for neither. */
function sideOf(name: string, first: Prediction, { times, quantiles }: Named): number[] | undefined {
  const side = times ?? quantiles;
  return name !== 'terminalNodes' && Array.isArray(first) && first.length === side?.length ? side : undefined;
}

function columnNames(schema: Schema, name: string, prediction: Part, side?: number[]): string[] {
  if (typeof prediction !== 'object' || prediction === null) return [name];
  if (Array.isArray(prediction)) {
    return prediction.flatMap((part, at) => columnNames(schema, `${name}.${side ? numberText(side[at]!) : at + 1}`, part));
  }
  return labelsOf(schema, prediction).flatMap((label) => columnNames(schema, `${name}.${label}`, prediction[label] as Part));
}

/** How a table's columns are called: those of vetiver's servers in Python, and those of tidymodels, which its servers in R have. */
const COLUMNS: Record<TableForm, { number: string; label: string; each: string; error: string }> = {
  table: { number: 'predict', label: 'predict', each: 'predict_', error: 'se' },
  tidymodels: { number: '.pred', label: '.pred_class', each: '.pred_', error: '.std_error' },
};

/**
 * An answer as a bare table: a column of predictions, or one a class, and nothing that is not as long. Of several types, a column
 * whose name another one has already gets its type's name in it (`.pred_link`).
 */
export function writeTable(schema: Schema, answer: Predicted, form: TableForm): string {
  const { number, label, each, error } = COLUMNS[form];
  const taken = new Set<string>();
  const columns = (values: Prediction[], alone: string, before: string, type = ''): string[] => {
    const [first] = values;
    const isShares = typeof first === 'object' && !Array.isArray(first);
    const column = (name: string, otherwise: string, pick: (value: Prediction) => Part) => {
      let free = taken.has(name) ? otherwise : name;
      while (taken.has(free)) free += '_';
      taken.add(free);
      return `${JSON.stringify(free)}:[${values.map((value) => jsonText(schema, pick(value))).join(',')}]`;
    };
    if (!isShares) return [column(alone, before + type, (value) => value)];
    const pick = (one: string) => (value: Prediction) => (value as Record<string, Part>)[one] as Part;
    return labelsOf(schema, first).map((one) => column(before + one, `${before}${type}_${one}`, pick(one)));
  };
  const alone = (values: Prediction[]) => (typeof values[0] === 'string' ? label : number);
  const prefix = schema.kind === 'columns' ? '' : each;
  const lists = listsOf(answer);
  const members =
    lists.length > 0
      ? lists.flatMap(([type, values]) => columns(values, alone(values), type === 'steps' ? 'steps_' : prefix, type))
      : columns(answer.predictions, alone(answer.predictions), prefix);
  return `{${[...members, ...(answer.se ? columns(answer.se, error, `${error}_`) : [])].join(',')}}`;
}
