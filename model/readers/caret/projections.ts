import { ModelError } from '../../../shared/errors.ts';
import { type Matrix, PROJECTION } from '../../../shared/steps/projection.ts';
import { attributesOf, element, listOf, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import type { Frame, FrameColumn } from '../../steps/frame.ts';
import { matrixOf } from '../../steps/projections.ts';

/** What of a preProcess object is needed here. */
type Learned = { value: RValue; methods: ReadonlyMap<string, string[]>; frame: Frame; label: string };

/** preProcess's principal (PC1 ...) and independent components (ICA1 ...) stand behind the columns that they leave. */
export function components({ value, methods, frame, label }: Learned, method: 'pca' | 'ica'): void {
  const from = (methods.get(method) ?? []).map((name) => {
    frame.number(name, label);
    return frame.place(name, label);
  });
  const matrices = method === 'pca' ? [rotationOf(value, label)] : unmixing(value, label);
  if (matrices[0]?.length !== from.length)
    throw new ModelError(`${label}'s ${method}`, `a matrix of ${matrices[0]?.length} rows`, `${from.length}, one a column`);
  const count = matrices.at(-1)?.[0]?.length ?? 0;
  const names = method === 'pca' ? rotationNames(value, count, label) : numbered('ICA', count);
  const kept = new Set(methods.get(methods.has('keep') ? 'keep' : 'spatialSign') ?? []);
  const gone = new Set((methods.get(method) ?? []).filter((name) => !kept.has(name)));
  const keep = frame.columns.flatMap(({ name }, place) => (gone.has(name) ? [] : [place]));
  const next = [
    ...keep.map((place) => frame.columns[place] as FrameColumn),
    ...names.map((name): FrameColumn => ({ name, kind: 'number' })),
  ];
  frame.push(PROJECTION, { step: 'projection', of: method, keep, from, matrices, names }, next);
}

/** The rotation; of one component R keeps a vector. */
function rotationOf(value: RValue, label: string): Matrix {
  const rotation = element(value, 'rotation');
  if (rotation && attributesOf(rotation).has('dim')) return matrixOf(rotation, `${label}'s rotation`);
  return Array.from(numbersOf(rotation, `${label}'s rotation`), (cell) => [cell]);
}

function rotationNames(value: RValue, count: number, label: string): string[] {
  const rotation = element(value, 'rotation');
  const dimnames = rotation && attributesOf(rotation).get('dimnames');
  const names = dimnames && count > 1 ? textsOf(listOf(dimnames, `${label}'s rotation`)[1], `${label}'s rotation`) : numbered('PC', count);
  return names;
}

function unmixing(value: RValue, label: string): Matrix[] {
  const ica = element(value, 'ica');
  return ['K', 'W'].map((part) => {
    const found = ica && element(ica, part);
    if (!found) throw new ModelError(`${label}'s ica`, `no ${part}`, 'a trained ica');
    return matrixOf(found, `${label}'s ${part}`);
  });
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at + 1}`);
}
