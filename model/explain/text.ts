import type { Model } from '../../shared/artifact.ts';
import { printable } from '../artifact/printable.ts';
import { permutationParts, permutationText } from './permutation.ts';
import {
  baselineName,
  type ExplainedRow,
  type ExplainedRows,
  greatestReasons,
  importanceOf,
  numberName,
  shortNumber,
  signed,
} from './reasons.ts';

/** Most rows that are printed one by one, most features of each, and the longest bar. */
const MOST_ROWS = 10;
const MOST_FEATURES = 20;
const BAR = 24;

/** Explained rows as lines for a terminal: a table for each of the first rows, then how much each feature adds on average. */
export function explainedText(model: Model, explained: ExplainedRows, top = MOST_FEATURES): string {
  const { rows, explain } = explained;
  const most = Math.min(top, MOST_FEATURES);
  const head = `${model.card.name}: each row starts at its baseline, ${baselineName(explained)}, and its features add up to its number`;
  const parts = rows.slice(0, MOST_ROWS).map((row, at) => rowText(explained, row, at, most));
  if (rows.length > MOST_ROWS) parts.push(printable(`${rows.length - MOST_ROWS} more rows are not printed; --report has charts of all`));
  if (rows.length > 1) parts.push(importanceText(explained, most));
  const shuffled = permutationLines(model, most);
  if (shuffled) parts.push(shuffled);
  const foot = `output ${explain.output}, background ${explain.background}, sha256 of what this rests on ${explain.sha256}`;
  return `${[printable(head), ...parts, printable(foot)].join('\n\n')}\n`;
}

function rowText(explained: ExplainedRows, row: ExplainedRow, at: number, most: number): string {
  const { greatest, others } = greatestReasons(row, most);
  const lines = greatest.map(({ feature, value, adds, error }): string[] => {
    return [
      feature,
      value,
      signed(adds),
      bar(adds, greatest[0]!.adds),
      ...(error === undefined ? [] : [`standard error ${shortNumber(error)}`]),
    ];
  });
  if (others.count > 0) lines.push([`${others.count} other${others.count === 1 ? '' : 's'}`, '', signed(others.adds), '']);
  const head = `row ${at + 1}: ${numberName(explained, row)} ${shortNumber(row.number)}, from ${shortNumber(row.baseline)}`;
  return [printable(head), ...columns(lines)].join('\n');
}

function importanceText(explained: ExplainedRows, most: number): string {
  const all = importanceOf(explained).slice(0, most);
  const lines = all.map(({ feature, mean }) => [feature, shortNumber(mean), bar(mean, all[0]!.mean)]);
  return [`all ${explained.rows.length} rows: what a feature adds or takes away, on average`, ...columns(lines)].join('\n');
}

/** How much worse the answers get with each feature shuffled; undefined where the artifact does not have that. */
function permutationLines(model: Model, most: number): string | undefined {
  const { features, permutation } = permutationParts(model);
  if (!permutation) return undefined;
  const lines = features.slice(0, most).map(({ name, value }) => [name, shortNumber(value), bar(value, features[0]!.value)]);
  return [printable(permutationText(permutation)), ...columns(lines)].join('\n');
}

/** A bar as long as a number beside the greatest one: signs that say where it goes. */
function bar(value: number, greatest: number): string {
  const length = greatest === 0 ? 0 : Math.round((BAR * Math.abs(value)) / Math.abs(greatest));
  return (value < 0 ? '-' : '+').repeat(length);
}

/** Cells below one another; numbers stand at the right of their column. */
function columns(lines: string[][]): string[] {
  const texts = lines.map((cells) => cells.map(printable));
  const widths = texts.reduce<number[]>((found, cells) => cells.map((cell, at) => Math.max(found[at] ?? 0, cell.length)), []);
  return texts.map((cells) => {
    const padded = cells.map((cell, at) => (/^[-+]?\d/.test(cell) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)));
    return `  ${padded.join('  ')}`.trimEnd();
  });
}
