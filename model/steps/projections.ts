import { ModelError } from '../../shared/errors.ts';
import { type Matrix, PROJECTION } from '../../shared/steps/projection.ts';
import { attributesOf, element, listOf, numbersOf, type RValue, textOf, textsOf } from '../rds/values.ts';
import type { FrameColumn } from './frame.ts';
import { numberedNames } from './r-names.ts';
import { flag, member, namesOf, number, type StepContext, type StepReader, texts } from './step-values.ts';

/** step_pca(), step_ica() and step_pls(): columns become their products with matrices. */
export const PROJECTION_STEPS: StepReader = {
  steps: ['step_pca', 'step_ica', 'step_pls'],
  read: (step, context) => {
    const count = number(step, 'num_comp', context.label, 0);
    const result = element(step, 'res');
    // With no components to make a step leaves the columns as they are.
    if (count < 1 || !result) return;
    const parts = READERS[context.of]!(step, result, context);
    if (parts) project(step, Math.floor(count), parts, context);
  },
};

type Parts = { columns: string[]; center?: number[]; scale?: number[]; matrices: Matrix[]; factors?: number[]; isKept?: boolean };

const READERS: Record<string, (step: RValue, result: RValue, context: StepContext) => Parts | undefined> = {
  step_pca: (_, result, { label }) => {
    const rotation = element(result, 'rotation');
    if (rotation?.type !== 'double') return undefined;
    const columns = rowNames(rotation, `${label}'s rotation`);
    const [center, scale] = ['center', 'scale'].map((part) => vectorOf(element(result, part), columns.length, `${label}'s ${part}`));
    return { columns, ...(center ? { center } : {}), ...(scale ? { scale } : {}), matrices: [matrixOf(rotation, `${label}'s rotation`)] };
  },
  step_ica: (step, result, { label }) => {
    const columns = texts(element(step, 'columns'), `${label}'s columns`);
    if (columns.length === 0) return undefined;
    const center = vectorOf(element(result, 'means'), columns.length, `${label}'s means`);
    const matrices = ['K', 'W'].map((part) => matrixOf(member(result, part, label), `${label}'s ${part}`));
    return { columns, ...(center ? { center } : {}), matrices };
  },
  step_pls: (step, result, { label }) => {
    const names = namesOf(result, label);
    // What mixOmics could not fit leaves the columns as they are.
    if (names.length === 0) return undefined;
    if (!names.includes('mu') || !names.includes('coefs'))
      throw new ModelError(`${label}'s res`, names.join(', '), 'mu, sd, coefs and col_norms, as recipes has them since 0.1.14');
    const columns = namesOf(element(result, 'mu'), `${label}'s mu`);
    const matrix = matrixOf(member(result, 'coefs', label), `${label}'s coefs`);
    const [center, scale] = ['mu', 'sd'].map((part) => vectorOf(element(result, part), columns.length, `${label}'s ${part}`));
    const factors = vectorOf(element(result, 'col_norms'), matrix[0]!.length, `${label}'s col_norms`);
    const isKept = flag(step, 'preserve', true) && flag(step, 'keep_original_cols', false);
    const parts = { ...(center ? { center } : {}), ...(scale ? { scale } : {}), ...(factors ? { factors } : {}) };
    return { columns, ...parts, matrices: [matrix], isKept };
  },
};

function project(
  step: RValue,
  count: number,
  { columns, matrices, isKept: kept, ...rest }: Parts,
  { frame, of, label }: StepContext,
): void {
  const prefix = textOf(member(step, 'prefix', label), `${label}'s prefix`);
  const made = matrices.at(-1)?.[0]?.length ?? 0;
  const names = numberedNames(Math.min(count, made), prefix);
  const from = columns.map((name) => {
    frame.number(name, label);
    return frame.place(name, label);
  });
  const isKept = kept ?? flag(step, 'keep_original_cols', false);
  const gone = new Set(isKept ? [] : columns);
  const keep = frame.columns.flatMap(({ name }, place) => (gone.has(name) ? [] : [place]));
  const next = [
    ...keep.map((place) => frame.columns[place] as FrameColumn),
    ...names.map((name): FrameColumn => ({ name, kind: 'number' })),
  ];
  frame.push(PROJECTION, { step: 'projection', of, keep, from, ...rest, matrices, names }, next);
}

/** The centres or scales of columns; undefined for FALSE, as R has it for none. */
function vectorOf(value: RValue | undefined, length: number, label: string): number[] | undefined {
  if (!value || value.type === 'logical') return undefined;
  const numbers = Array.from(numbersOf(value, label));
  if (numbers.length !== length || !numbers.every(Number.isFinite))
    throw new ModelError(label, `${numbers.length} numbers`, String(length));
  return numbers;
}

function rowNames(matrix: RValue, label: string): string[] {
  return textsOf(listOf(attributesOf(matrix).get('dimnames'), label)[0], `${label}'s row names`);
}

/** The rows of an R matrix, which lies column by column. */
export function matrixOf(value: RValue | undefined, label: string): Matrix {
  const cells = numbersOf(value, label);
  const [rows, columns] = Array.from(numbersOf(attributesOf(value as RValue).get('dim'), `${label}'s dim`)) as [number, number];
  if (!(rows >= 1 && columns >= 1 && cells.length === rows * columns))
    throw new ModelError(label, `${cells.length} cells`, `${rows} x ${columns}`);
  return Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => cells[column * rows + row]!));
}
