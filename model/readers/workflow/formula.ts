import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Level } from '../../../shared/schema/features.ts';
import { SPLINES } from '../../../shared/steps/splines.ts';
import type { Read } from '../../formula/feature-table.ts';
import { FormulaReader } from '../../formula/formula.ts';
import { type Coded, modelMatrix, productOf } from '../../formula/model-matrix.ts';
import { remap } from '../../formula/remap.ts';
import { FormulaSplines } from '../../formula/splines.ts';
import type { Terms } from '../../formula/terms.ts';
import { codeVariable, type Indicators } from '../../steps/coded.ts';
import type { Arranged, Frame, FrameColumn } from '../../steps/frame.ts';

/**
 * Changes a frame as hardhat's and parsnip's formulas do: R's model matrix by the default contrasts, without an intercept; with
 * `none` the factors stand behind it as they are. Throws a ModelError for what R would code anew with each request.
 */
export function applyFormula(frame: Frame, given: Terms, kept: Indicators, label: string): void {
  const text = frame.columns.find(({ kind }) => kind === 'text');
  if (text && kept !== 'none')
    throw new ModelError(`${label}, column ${text.name}`, 'texts, which R codes anew with each request', 'a factor in the training data');
  if (given.offsets.length > 0)
    throw new ModelError(label, 'an offset, which parsnip leaves out at predict()', 'a formula without offset()');
  const terms = kept === 'none' ? withoutFactors(given, frame, label) : given;
  const known = new Map(frame.columns.flatMap((column): [string, Level[]][] => ('levels' in column ? [[column.name, column.levels]] : [])));
  const splines = new FormulaSplines();
  const reader = new FormulaReader({ ...terms, data: frame.names }, known, label, splines);
  const coded = terms.variables.map((variable, at): Coded | undefined => {
    const isUsed = terms.factors.some((pattern) => pattern[at]! > 0);
    return isUsed ? codeVariable(reader, variable, { frame, kept, label }) : undefined;
  });
  const columns = modelMatrix(terms, coded, label);
  checkRead(reader.read, frame, label);
  const values = reader.features.map(({ name }) => frame.value(name, label));
  const valueAt = (place: number) => values[place] as Expression;
  const count = addSplines(frame, splines, valueAt);
  const made = columns.flatMap((column): Arranged[] => {
    if (column.factors.length === 0) return [];
    return [
      {
        column: { name: column.name, kind: 'number' },
        value: remap(productOf(column), (place) => splines.column(place, count) ?? valueAt(place)),
      },
    ];
  });
  const factors = kept === 'none' ? frame.columns.filter((column) => 'levels' in column) : [];
  frame.arrange('formula', [...made.map((one) => unchanged(one, frame)), ...factors.map((column) => asItIs(column, frame, label))]);
}

/** Puts a formula's splines behind the columns of a frame; gives the number of columns before them. */
export function addSplines(frame: Frame, splines: FormulaSplines, valueAt: (place: number) => Expression): number {
  const before = frame.columns;
  if (splines.isEmpty) return before.length;
  const number = (name: string): FrameColumn => ({ name, kind: 'number' });
  const inner = splines.values.map(({ name, value }): Arranged => ({ column: number(name), value: remap(value, valueAt) }));
  frame.arrange('formula', [...before.map((column, place) => ({ column, place })), ...inner]);
  const bases = splines.bases(before.length);
  const keep = before.map((_, place) => place);
  frame.push(SPLINES, { step: 'splines', of: 'formula', keep, bases }, [...before, ...bases.flatMap(({ names }) => names.map(number))]);
  return before.length;
}

/** Refuses a formula that reads a factor's codes as if they were numbers. */
function checkRead({ numbers, codes }: Read, frame: Frame, label: string): void {
  const kindOf = (name: string) => (frame.has(name) ? frame.column(name, label) : undefined);
  const factor = numbers.find((name) => 'levels' in (kindOf(name) ?? {}));
  if (factor !== undefined)
    throw new ModelError(label, `arithmetic or a comparison with the factor "${factor}"`, 'numbers, or texts in the comparison');
  const text = codes.find((name) => kindOf(name)?.kind === 'text');
  if (text !== undefined) throw new ModelError(label, `as.numeric() of the texts "${text}"`, 'numbers');
}

/** Terms without the factors that stand alone in them, which stay as they are. */
function withoutFactors(terms: Terms, frame: Frame, label: string): Terms {
  const hasLevels = terms.variables.map(({ value }) => {
    return value.type === 'symbol' && frame.has(value.name) && 'levels' in frame.column(value.name, label);
  });
  const factors = terms.factors.filter((pattern) => !pattern.some((code, at) => code > 0 && hasLevels[at]));
  const isAlone = (pattern: Uint8Array) => pattern.filter((code) => code > 0).length === 1;
  const mixed = terms.factors.find((pattern) => !isAlone(pattern) && pattern.some((code, at) => code > 0 && hasLevels[at]));
  if (mixed) throw new ModelError(label, 'a factor in an interaction, without dummies', 'a formula whose factors stand alone');
  return { ...terms, factors };
}

/** A column that only goes through keeps its class. */
function unchanged(one: Arranged, frame: Frame): Arranged {
  if (!('value' in one) || typeof one.value !== 'object' || !('feature' in one.value)) return one;
  const column = frame.columns[one.value.feature];
  return column?.name === one.column.name && !('levels' in column) ? { column, place: one.value.feature } : one;
}

function asItIs(column: FrameColumn, frame: Frame, label: string): Arranged {
  return { column, place: frame.place(column.name, label) };
}
