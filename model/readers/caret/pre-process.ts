import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { PipelineStep } from '../../../shared/schema/card.ts';
import { SPATIAL_SIGN } from '../../../shared/steps/distances.ts';
import { attributesOf, element, listOf, numbersOf, type RValue, textsOf, typeOf } from '../../rds/values.ts';
import { type Frame, type FrameColumn, finiteNumber, type NewColumn } from '../../steps/frame.ts';
import { yeoJohnson } from '../../steps/numeric.ts';
import { describeStep } from '../../steps/recipe.ts';
import { namedNumbers, namesOf, number, texts } from '../../steps/step-values.ts';
import { baggedTrees, nearestRows } from './imputation.ts';
import { components } from './projections.ts';

/** A preProcess object: its methods by their names, each with its columns, and what they learned. */
export type PreProcess = { value: RValue; methods: ReadonlyMap<string, string[]>; frame: Frame; label: string };

/** What preProcess does, in the order in which its predict() does it, whatever the order was in which a user named it. */
const ORDER: [name: string, apply: (pre: PreProcess) => void][] = [
  ['remove', remove],
  ['invHyperbolicSine', (pre) => each(pre, 'invHyperbolicSine', columnsOf(pre, 'invHyperbolicSine'), inverseSine)],
  ['BoxCox', boxCoxes],
  ['YeoJohnson', (pre) => transformed(pre, 'YeoJohnson', yeoJohnsonLambdas(pre), yeoJohnson)],
  ['expoTrans', (pre) => transformed(pre, 'expoTrans', lambdas(pre, 'et'), manly)],
  ['range', ranges],
  ['center', (pre) => shifted(pre, 'center', 'mean', '-')],
  ['scale', (pre) => shifted(pre, 'scale', 'std', '/')],
  ['knnImpute', nearestRows],
  ['bagImpute', baggedTrees],
  ['medianImpute', medians],
  ['pca', (pre) => components(pre, 'pca')],
  ['ica', (pre) => components(pre, 'ica')],
  ['spatialSign', spatialSign],
];
/** Names among the methods that do nothing to a row: columns that were chosen by their values are among `remove`. */
const SILENT = ['ignore', 'keep', 'zv', 'nzv', 'corr', 'conditionalX'];
/** Members that old objects, whose methods are a plain list of names, have the columns of a method in. */
const OLD: Record<string, string> = {
  ...{ center: 'mean', scale: 'std', YeoJohnson: 'yj', expoTrans: 'et', BoxCox: 'bc', bagImpute: 'bagImp', medianImpute: 'median' },
  ...{ knnImpute: 'mean', pca: 'mean', ica: 'mean', spatialSign: 'mean' },
};

/** Changes a frame as caret's predict.preProcess() does (R/preProcess.R). Throws a ModelError that names what is not served. */
export function applyPreProcess(value: RValue, frame: Frame, label: string): PipelineStep[] {
  const methods = methodsOf(value, label);
  const known = new Set([...ORDER.map(([name]) => name), ...SILENT]);
  const other = [...methods.keys()].find((name) => !known.has(name));
  if (other !== undefined) throw new ModelError(label, `the method ${other}`, ORDER.map(([name]) => name).join(', '));
  const pre: PreProcess = { value, methods, frame, label };
  const done: PipelineStep[] = [];
  for (const [name, apply] of ORDER) {
    if (!methods.has(name) && !(name === 'spatialSign' && signedComponents(pre).length > 0)) continue;
    const before = frame.columns;
    apply(pre);
    const step = describeStep(name, before, frame.columns);
    if (step.gives ?? step.drops) done.push(step);
  }
  return done;
}

/** The methods with their columns; objects of caret before 6.0-47 only name them. */
export function methodsOf(value: RValue, label: string): Map<string, string[]> {
  const found = element(value, 'method');
  if (found?.type === 'character') {
    return new Map(
      textsOf(found, `${label}'s method`).flatMap((name): [string, string[]][] => {
        if (name === 'range') throw new ModelError(label, 'the method range of an old caret, which does not name its columns', 'a new fit');
        const member = OLD[name] === undefined ? undefined : element(value, OLD[name] as string);
        return member ? [[name, namesOf(member, `${label}'s ${name}`)]] : [];
      }),
    );
  }
  if (found?.type !== 'list') throw new ModelError(`${label}'s method`, typeOf(found), "preProcess()'s list of methods");
  const names = namesOf(found, `${label}'s method`);
  return new Map(names.map((name, at): [string, string[]] => [name, texts(found.values[at], `${label}'s ${name}`)]));
}

/** The columns of a method. */
export function columnsOf({ methods }: PreProcess, method: string): string[] {
  return methods.get(method) ?? [];
}

function call(name: string, ...of: Expression[]): Expression {
  return { call: name, of };
}

/** The same function of each column. */
function each({ frame, label }: PreProcess, of: string, columns: string[], make: (x: Expression) => Expression): void {
  const set = columns.map((name): NewColumn => ({ name, kind: 'number', value: make(frame.number(name, label)) }));
  frame.change(of, { set });
}

function remove({ frame, methods }: PreProcess): void {
  frame.change('remove', { drop: (methods.get('remove') ?? []).filter((name) => frame.has(name)) });
}

function inverseSine(x: Expression): Expression {
  return call('log', call('+', x, call('sqrt', call('+', call('^', x, 2), 1))));
}

/** A function of each column with its lambda. */
function transformed({ frame, label }: PreProcess, of: string, all: [string, number][], make: typeof yeoJohnson): void {
  const set = all.flatMap(([name, lambda]): NewColumn[] => {
    return Number.isNaN(lambda) ? [] : [{ name, kind: 'number', value: make(frame.number(name, label), lambda) }];
  });
  frame.change(of, { set });
}

/** The lambda of each column's object. */
function lambdas({ value, label }: PreProcess, member: string): [string, number][] {
  const found = element(value, member);
  if (!found) return [];
  const names = namesOf(found, `${label}'s ${member}`);
  return names.map((name, at): [string, number] => {
    const entry = element(listOf(found, `${label}'s ${member}`)[at] as RValue, 'lambda');
    const [lambda = Number.NaN] = entry ? numbersOf(entry, `${label}'s lambda of ${name}`) : [];
    return [name, entry?.type === 'double' ? lambda : Number.NaN];
  });
}

/** Numbers by their columns, or, before caret 6.0-80, an object of car's powerTransform() for each. */
function yeoJohnsonLambdas(pre: PreProcess): [string, number][] {
  const found = element(pre.value, 'yj');
  if (found?.type === 'list') return lambdas(pre, 'yj');
  return namedNumbers(found, `${pre.label}'s yj`);
}

/** caret's predict.BoxCoxTrans(): a lambda within the fudge of 0 is a logarithm, one within it of 1 is nothing. */
function boxCoxes(pre: PreProcess): void {
  const { frame, value, label } = pre;
  const found = element(value, 'bc');
  const set = lambdas(pre, 'bc').flatMap(([name, lambda]): NewColumn[] => {
    const entry = found && element(found, name);
    const fudge = entry ? number(entry, 'fudge', `${label}'s bc of ${name}`) : 0;
    if (Number.isNaN(lambda)) return [];
    const x = frame.number(name, label);
    const isLog = lambda < fudge && lambda > -fudge;
    if (!isLog && lambda < 1 + fudge && lambda > 1 - fudge) return [];
    const made = isLog ? call('log', x) : call('/', call('-', call('^', x, lambda), 1), lambda);
    return [{ name, kind: 'number', value: made }];
  });
  frame.change('BoxCox', { set });
}

/** caret's manly(). */
function manly(x: Expression, lambda: number): Expression {
  return lambda === 0 ? x : call('/', call('-', call('exp', call('*', lambda, x)), 1), lambda);
}

function ranges(pre: PreProcess): void {
  const { value, label } = pre;
  const found = element(value, 'ranges');
  const cells = numbersOf(found, `${label}'s ranges`);
  const bounds = element(value, 'rangeBounds');
  const [lower = 0, upper = 1] = bounds ? numbersOf(bounds, `${label}'s rangeBounds`) : [];
  const places = new Map(columnsOf(pre, 'range').map((name, at) => [name, at]));
  const names = [...places.keys()];
  if (cells.length !== 2 * names.length) throw new ModelError(`${label}'s ranges`, `${cells.length} numbers`, String(2 * names.length));
  const set = names.map((name): NewColumn => {
    const at = 2 * (places.get(name) as number);
    const [low, high] = [finiteNumber(cells[at], label), finiteNumber(cells[at + 1], label)];
    const scaled = call('/', call('-', pre.frame.number(name, label), low), (high - low) / (upper - lower));
    return { name, kind: 'number', value: call('+', scaled, finiteNumber(lower, label)) };
  });
  pre.frame.change('range', { set });
}

/** Columns less their means, or divided by their standard deviations; both stand in the order of the method's columns. */
function shifted(pre: PreProcess, method: string, member: string, by: string): void {
  const { value, label } = pre;
  const numbers = numbersOf(element(value, member), `${label}'s ${member}`);
  const names = columnsOf(pre, method);
  if (numbers.length !== names.length)
    throw new ModelError(`${label}'s ${member}`, `${numbers.length} numbers`, `${names.length}, one a column`);
  const set = names.map((name, at): NewColumn => {
    return { name, kind: 'number', value: call(by, pre.frame.number(name, label), finiteNumber(numbers[at], `${label}'s ${member}`)) };
  });
  pre.frame.change(method, { set });
}

/** A missing value of any column that has a median. */
function medians({ frame, value, label }: PreProcess): void {
  const set = namedNumbers(element(value, 'median'), `${label}'s median`).flatMap(([name, median]): NewColumn[] => {
    if (!frame.has(name)) return [];
    return [{ name, kind: 'number', value: call('coalesce', frame.number(name, label), finiteNumber(median, `${label}'s median`)) }];
  });
  frame.change('medianImpute', { set });
}

/** The components that a user asked a spatial sign of, before they were there. */
function signedComponents({ value, frame }: PreProcess): string[] {
  const wildcards = element(value, 'wildcards');
  return [
    ['PCA', 'PC'],
    ['ICA', 'ICA'],
  ].flatMap(([which, prefix]) => {
    const found = wildcards && element(wildcards, which as string);
    const isSigned = found?.type === 'character' && found.values.includes('spatialSign');
    if (!isSigned) return [];
    return frame.columns.flatMap(({ name }) => (new RegExp(`^${prefix}\\d+$`).test(name) ? [name] : []));
  });
}

function spatialSign(pre: PreProcess): void {
  const { frame, label } = pre;
  const names = [...columnsOf(pre, 'spatialSign'), ...signedComponents(pre)];
  const columns = names.map((name) => {
    frame.number(name, label);
    return frame.place(name, label);
  });
  if (columns.length === 0) return;
  const made = new Set(columns);
  const next = frame.columns.map((column, at): FrameColumn => (made.has(at) ? { name: column.name, kind: 'number' } : column));
  frame.push(SPATIAL_SIGN, { step: 'spatial-sign', of: 'spatialSign', columns, skips: true, least: Number.EPSILON }, next);
}

/** The names of a matrix's columns. */
export function columnNames(matrix: RValue, label: string): string[] | undefined {
  const dimnames = attributesOf(matrix).get('dimnames');
  const names = dimnames ? listOf(dimnames, label)[1] : undefined;
  return names?.type === 'character' ? textsOf(names, label) : undefined;
}
