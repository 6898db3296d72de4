import type { Model } from '../../shared/artifact.ts';
import { answerQuery } from '../../shared/predict.ts';
import { answerColumns, cellOf } from '../../shared/schema/answer-columns.ts';
import { type Explained, type Explanation, explainMs } from '../../shared/schema/explanation.ts';
import type { Query } from '../../shared/wire/wire.ts';

/** What a feature is in a row, and what it adds there; `place` is the value as a number, where it is one. */
export type Reason = { feature: string; label: string; value: string; place: number; adds: number; error: number | undefined };

/** A row with its explained number: the baseline and all that the features add. */
export type ExplainedRow = { number: number; class: string | undefined; baseline: number; reasons: Reason[]; rounding: number };

/** Rows that are explained, and what their explanations are of. */
export type ExplainedRows = { explain: Explained; rows: ExplainedRow[] };

/** How far the work is. */
export type Progress = (done: number, all: number) => void;

/** About how long a part of the rows takes, in milliseconds, before the progress is told. */
const PART_MS = 200;

/** Explains the rows of a query whose parameters ask for that, some rows at a time. Throws as answerQuery. */
export function explainRows(model: Model, query: Query, progress: Progress = () => {}): ExplainedRows {
  const { schema } = model;
  const width = schema.features.length;
  const each = explainMs(schema, query) / Math.max(1, query.count);
  const size = Math.max(1, Math.min(query.count, Math.floor(PART_MS / Math.max(each, 0.01))));
  const rows: ExplainedRow[] = [];
  let explain: Explained | undefined;
  for (let first = 0; first < query.count; first += size) {
    const count = Math.min(size, query.count - first);
    const part = query.rows.subarray(first * width, (first + count) * width);
    const answer = answerQuery(model, { ...query, rows: part, count });
    explain = answer.explain;
    for (const [row, explanation] of answer.explanations!.entries())
      rows.push(rowOf(model, part.subarray(row * width, (row + 1) * width), explanation));
    progress(first + count, query.count);
  }
  return { explain: explain!, rows };
}

function rowOf({ schema }: Model, values: Float64Array, explanation: Explanation): ExplainedRow {
  const { class: label, baseline, contributions, standardErrors, rounding = 0 } = explanation;
  const columns = answerColumns(schema.features);
  const reasons = schema.features.map((feature, at): Reason => {
    const { name, label: text = name } = feature;
    const cell = cellOf(columns[at]!, values[at]!);
    return {
      ...{ feature: name, label: typeof text === 'string' ? text : text.en, place: values[at]! },
      value: cell === null ? 'missing' : typeof cell === 'number' ? shortNumber(cell) : String(cell),
      ...{ adds: contributions[name]!, error: standardErrors?.[name] },
    };
  });
  const number = reasons.reduce((sum, { adds }) => sum + adds, baseline) + rounding;
  return { number, class: label, baseline, reasons, rounding };
}

/** A number as people read it: six digits that count. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** What a feature adds, with its sign. */
export function signed(value: number): string {
  const text = shortNumber(Math.abs(value));
  return text === '0' ? '0' : `${value < 0 ? '-' : '+'}${text}`;
}

/** A feature and the mean size of what it adds, the greatest first. */
export function importanceOf({ rows }: ExplainedRows): { feature: string; label: string; mean: number }[] {
  const first = rows[0]?.reasons ?? [];
  const means = first.map(({ feature, label }, at) => {
    const mean = rows.reduce((sum, { reasons }) => sum + Math.abs(reasons[at]!.adds), 0) / rows.length;
    return { feature, label, mean };
  });
  return means.sort((one, other) => other.mean - one.mean);
}

/** The reasons of a row, the greatest first; the least ones as one, where there are more than so many. */
export function greatestReasons({ reasons }: ExplainedRow, most: number): { greatest: Reason[]; others: { count: number; adds: number } } {
  const sorted = reasons.toSorted((one, other) => Math.abs(other.adds) - Math.abs(one.adds));
  const left = sorted.slice(most);
  return { greatest: sorted.slice(0, most), others: { count: left.length, adds: left.reduce((sum, { adds }) => sum + adds, 0) } };
}

/** What the explained number is, in words. */
export function numberName({ explain: { output, time } }: ExplainedRows, { class: label }: ExplainedRow): string {
  if (time !== undefined) return `${output === 'margin' ? 'cumulative hazard up to' : 'chance to live past'} the time ${shortNumber(time)}`;
  const name = { margin: 'sum before the transform', response: 'answer', probability: 'probability' }[output];
  if (label === undefined) return name;
  return output === 'margin' ? `sum for the class "${label}"` : `share of the class "${label}"`;
}

/** What the baseline is, in words. */
export function baselineName({ explain: { background } }: ExplainedRows): string {
  const rows = { rows: 'the background rows', path: 'the training rows', means: 'the training data' }[background];
  return `the mean over ${rows}`;
}
