import path from 'node:path';
import type { SchemaElement } from 'hyparquet/src/types.js';
import { columnsReader, topLevel } from '../../../shared/batch/parquet-input.ts';
import { ModelError, RequestError } from '../../../shared/errors.ts';
import { openParquetFile } from '../../batch/parquet-file.ts';
import { validNames } from '../../rds/names.ts';
import { type Column, factor, MAX_CELLS, type Table } from './read-csv.ts';

/** What becomes of a column. */
type Kind = 'logical' | 'integer' | 'double' | 'text';

/**
 * Reads a Parquet file as readCsv reads CSV: texts are factors with their levels in the order of their code points, whole numbers that fit
 * 32 bits are integers, a null is NA, and names are made valid as R makes them. `levels` settles those of a column. A column of another type
 * than numbers, booleans and texts is refused once a formula names it. Throws a ModelError for what is damaged.
 */
export async function readParquet(file: string, levels: Record<string, string[]>): Promise<Table> {
  const label = path.basename(file);
  try {
    const { parquet, check } = await openParquetFile(file);
    const { metadata } = parquet;
    const elements = topLevel(metadata).map(({ element }) => element);
    const rows = Number(metadata.num_rows);
    if (elements.length * rows > MAX_CELLS) throw new ModelError(label, `${elements.length * rows} cells`, `at most ${MAX_CELLS}`);
    const names = validNames(elements.map(({ name }) => name));
    const read = columnsReader(parquet);
    const seen = new Set<string>();
    const columns: Column[] = [];
    for (const [at, element] of elements.entries()) {
      const name = names[at] as string;
      // A column is found by its name, so that a second one would have the values of the first.
      const kind = seen.has(element.name) ? twice(element.name, label) : kindOf(element, label);
      seen.add(element.name);
      const isRead = typeof kind === 'string';
      columns.push(isRead ? columnOf(name, kind, await read(element.name), label, levels) : refused(name, kind));
    }
    check();
    return { label, rows, columns };
  } catch (error) {
    throw error instanceof RequestError ? inWords(error, label) : error;
  }
}

/** An error of a file, whose sentence may say already what was found and what was expected. */
function inWords({ message }: RequestError, label: string): ModelError {
  const [, found = message, expected = 'a Parquet file'] = /^found (.*), expected (.*)$/s.exec(message) ?? [];
  return new ModelError(label, found, expected);
}

/** A column that is not read. */
function refused(name: string, why: ModelError): Column {
  return { name, type: 'double', values: new Float64Array(0), refused: why };
}

function twice(name: string, label: string): ModelError {
  return new ModelError(`${label}, column "${name}"`, 'a second column of that name', 'names that differ');
}

/** The kind of a column, or why one is refused whose values are no number, boolean or text. */
function kindOf(
  { name, type, num_children, repetition_type, converted_type, logical_type }: SchemaElement,
  label: string,
): Kind | ModelError {
  const meant = logical_type?.type ?? converted_type;
  if (num_children === undefined && type !== undefined && repetition_type !== 'REPEATED') {
    if (type === 'BOOLEAN') return 'logical';
    if (type === 'BYTE_ARRAY' && (meant === undefined || ['STRING', 'UTF8', 'ENUM'].includes(meant))) return 'text';
    if ((type === 'FLOAT' || type === 'DOUBLE') && meant === undefined) return 'double';
    if ((type === 'INT32' || type === 'INT64') && (meant === undefined || /^U?INT(?:_\d+|EGER)?$/.test(meant))) return 'integer';
  }
  const found = num_children === undefined ? `${type ?? 'no type'}${meant === undefined ? '' : ` as ${meant}`}` : 'a nested column';
  return new ModelError(`${label}, column "${name}"`, found, 'numbers, booleans or texts');
}

function columnOf(name: string, kind: Kind, values: unknown[], label: string, levels: Record<string, string[]>): Column {
  const isMissing = (value: unknown) => value === null || value === undefined || Number.isNaN(value);
  const given = Object.hasOwn(levels, name) ? levels[name] : undefined;
  if (kind === 'text' || given) {
    const textOf = (value: unknown) => (typeof value === 'boolean' ? String(value).toUpperCase() : String(value));
    const fields = values.map((value) => (isMissing(value) ? 'NA' : textOf(value)));
    return factor(name, fields, label, given);
  }
  const beyond = values.findIndex((value) => typeof value === 'bigint' && !Number.isSafeInteger(Number(value)));
  if (beyond !== -1) {
    const where = `${label}, column "${name}", row ${beyond + 1}`;
    return refused(name, new ModelError(where, 'a whole number beyond 2^53', 'one that a double holds'));
  }
  const numbers = Float64Array.from(values, (value) => (isMissing(value) ? Number.NaN : Number(value)));
  const isInteger = kind === 'integer' && numbers.every((value) => Number.isNaN(value) || Math.abs(value) < 2 ** 31);
  return { name, type: kind === 'integer' && !isInteger ? 'double' : kind, values: numbers } as Column;
}

/** Most cells that are written as CSV for explanations: these are made without the data where there are more. */
const MOST_WRITTEN = 20_000_000;

/** A table as CSV, which the reading of explanations takes; undefined where it is too large. */
export function writeCsv({ columns: all, rows }: Table): Uint8Array | undefined {
  const columns = all.filter((column) => column.refused === undefined);
  if (columns.length * rows > MOST_WRITTEN) return undefined;
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const cellOf = ({ type, values, levels }: Column, row: number) => {
    const value = values[row] as number;
    if (Number.isNaN(value)) return 'NA';
    if (type === 'factor') return quoted(levels?.[value - 1] ?? '');
    return type === 'logical' ? (value === 1 ? 'TRUE' : 'FALSE') : String(value);
  };
  const lines = [columns.map(({ name }) => quoted(name)).join(',')];
  for (let row = 0; row < rows; row += 1) lines.push(columns.map((column) => cellOf(column, row)).join(','));
  return Buffer.from(`${lines.join('\n')}\n`);
}
