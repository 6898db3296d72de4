import { formatDate } from './dates.ts';
import { areDistinct } from './distinct.ts';
import type { AnswerColumn, Feature } from './features.ts';

/** A value of such a column: null is missing. Dates and times are ISO 8601 texts, times in UTC. */
export type Cell = number | string | boolean | null;

/** Names of columns that stand again get underscores, at most so many; then a number. */
const MOST_UNDERSCORES = 8;

/** The columns of an answer that has what a step gives, each under a name of its own. */
export function answerColumns(features: readonly Feature[]): AnswerColumn[] {
  const taken = new Set<string>();
  // Where the numbers of a name go on: below it all are taken. Without it a million columns of one name would take no end.
  const next = new Map<string, number>();
  return features.map((feature): AnswerColumn => {
    const name = freeName(feature.name, taken, next);
    taken.add(name);
    if (feature.type === 'factor') return { name, type: 'factor', levels: feature.levels };
    return { name, type: feature.type === 'integer64' ? 'number' : feature.type };
  });
}

function freeName(given: string, taken: ReadonlySet<string>, next: Map<string, number>): string {
  let name = given;
  for (let added = 0; added <= MOST_UNDERSCORES; added += 1) {
    if (!taken.has(name)) return name;
    name += '_';
  }
  let number = next.get(given) ?? MOST_UNDERSCORES + 1;
  while (taken.has(`${given}_${number}`)) number += 1;
  next.set(given, number + 1);
  return `${given}_${number}`;
}

/** A column's double as a value. `columnProblem` says which doubles have none. */
export function cellOf(column: AnswerColumn, value: number): Cell {
  if (Number.isNaN(value)) return null;
  switch (column.type) {
    case 'factor':
      return column.levels[value - 1] ?? null;
    case 'logical':
      return value !== 0;
    case 'date':
      return formatDate(value);
    case 'datetime':
      return new Date(value * 1000).toISOString().replace(/\.000Z$/, 'Z');
    case 'number':
      return value;
  }
}

/** Why a column's double has no value: it is infinite, or a label that the model does not know. Undefined where it has one. */
export function columnProblem(column: AnswerColumn, value: number): string | undefined {
  if (Number.isNaN(value)) return undefined;
  const { name } = column;
  if (column.type === 'factor')
    return column.levels[value - 1] === undefined ? `column "${name}" has a label that training did not have` : undefined;
  const most = column.type === 'date' ? MOST_MS / DAY_MS : column.type === 'datetime' ? MOST_MS / 1000 : Number.MAX_VALUE;
  return Math.abs(value) <= most ? undefined : `column "${name}" is ${value}, expected a finite number`;
}

/** What a Date of JavaScript holds, in milliseconds. */
const MOST_MS = 8.64e15;
const DAY_MS = 86_400_000;

/** Whether a value can stand in a column. */
export function isCellOf(column: AnswerColumn, value: unknown): boolean {
  if (value === null) return true;
  switch (column.type) {
    case 'factor':
      return typeof value === 'string' && column.levels.includes(value);
    case 'logical':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    default:
      return typeof value === 'string';
  }
}

/** Most bytes that a column's value takes as JSON or CSV, with what stands behind it. */
export function cellBytes(column: AnswerColumn): number {
  if (column.type !== 'factor') return MOST_CELL;
  return column.levels.reduce((most, level) => Math.max(most, new TextEncoder().encode(JSON.stringify(level)).length + 1), MOST_CELL);
}

/** A double of 24 characters, or a time, with a comma. */
const MOST_CELL = 25;

/** Whether a value from a file is a list of columns, each under a name of its own. */
export function areAnswerColumns(value: unknown): boolean {
  const isColumn = (column: Partial<AnswerColumn> | null) => {
    const { name, type } = column ?? {};
    if (typeof name !== 'string') return false;
    if (type !== 'factor') return type === 'number' || type === 'logical' || type === 'date' || type === 'datetime';
    const { levels } = column as { levels?: unknown };
    return Array.isArray(levels) && levels.every((level) => typeof level === 'string' || level === null);
  };
  return Array.isArray(value) && value.length > 0 && value.every(isColumn) && areDistinct(value.map(({ name }) => name as string));
}
