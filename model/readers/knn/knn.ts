import type { Nearest } from '../../../shared/bodies/nearest/nearest.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import type { Read } from '../../formula/feature-table.ts';
import { attributesOf, classOf, element, levelsOf, listOf, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import { checkCoding } from '../linear/check-coding.ts';
import { readDesign } from '../linear/design.ts';
import { designSteps } from '../linear/inputs.ts';
import { withRange } from '../range.ts';

/** A knn3 or knnreg as a schema, the steps that make its columns, and the rows of its training data. */
export type KnnModel = { schema: Schema; steps?: BoundStep[]; nearest: Nearest; isOfFused: boolean; read?: Read; isUnnamed: boolean };

/** Turns what caret's knn3() or knnreg() returned into neighbours (caret, R/knn3.R, R/knnreg.R). Throws a ModelError that names what is wrong. */
export function readKnn(value: RValue, label: string): KnnModel {
  const isClass = classOf(value).includes('knn3');
  const learn = element(value, 'learn');
  const [x, y] = ['X', 'y'].map((part) => learn && element(learn, part)) as [RValue | undefined, RValue | undefined];
  const matrix = readMatrix(x, `${label}'s learn$X`);
  const { cells, rows, width } = matrix;
  checkDots(element(value, 'theDots'), label);
  const [k] = numbersOf(element(value, 'k'), `${label}'s k`);
  const points = Float64Array.from({ length: rows * width }, (_, at) => cells[(at % width) * rows + Math.floor(at / width)]!);
  const values = Float64Array.from(numbersOf(y, `${label}'s learn$y`), (one) => (isClass ? one - 1 : one));
  if (values.length !== rows) throw new ModelError(`${label}'s learn$y`, `${values.length} values`, `${rows}, one a row`);
  const inputs = inputsOf(value, matrix, label);
  const common = { features: inputs.features, takesMissing: false };
  const schema: Schema = isClass
    ? { ...common, kind: 'probability', classes: classesOf(y as RValue, values, label), types: ['prob', 'class'] }
    : { ...common, kind: 'regression', types: ['response'] };
  const nearest = { k: Math.min(Math.trunc(k ?? Number.NaN), rows), points, values };
  return { ...inputs.rest, schema, nearest };
}

/** The levels of the outcome. R's predict() fails where one of them has no row. */
function classesOf(y: RValue, codes: Float64Array, label: string): string[] {
  const levels = levelsOf(attributesOf(y).get('levels'), `${label}'s classes`);
  const most = codes.reduce((greatest, code) => Math.max(greatest, code), 0) + 1;
  const known = new Set(codes);
  if (known.size !== most || most > levels.length)
    throw new ModelError(`${label}'s classes`, 'a class without a training row', 'droplevels() before the fit');
  return textsOf({ type: 'character', values: levels.slice(0, most) }, `${label}'s classes`);
}

/** Arguments that caret passes on: ties by chance and classes in doubt have no answer of their own. */
function checkDots(dots: RValue | undefined, label: string): void {
  const isList = dots?.type === 'list' && dots.values.length > 0;
  const names = isList ? textsOf(attributesOf(dots).get('names'), `${label}'s theDots`) : [];
  const isUsual = (name: string) => {
    const argument = dots && element(dots, name);
    const [number] = argument?.type === 'logical' || argument?.type === 'double' || argument?.type === 'integer' ? argument.values : [];
    return name === 'prob' || number === (name === 'use.all' ? 1 : 0);
  };
  const odd = names.find((name) => !isUsual(name));
  if (odd !== undefined) throw new ModelError(label, `another ${odd} than caret's default`, 'use.all = TRUE and l = 0');
}

type Matrix = { cells: ArrayLike<number>; rows: number; width: number; names: string[] | undefined };

/** A matrix of numbers, or a data frame of them, by columns. */
function readMatrix(value: RValue | undefined, label: string): Matrix {
  const isFrame = value?.type === 'list';
  const attributes = value ? attributesOf(value) : new Map<string, RValue>();
  const columns = isFrame ? value.values.map((column) => numbersOf(column, label)) : [numbersOf(value, label)];
  const isCoded = isFrame && value.values.some((column) => attributesOf(column).has('levels'));
  if (isCoded) throw new ModelError(label, 'a factor', 'numbers');
  const cells = Float64Array.from(columns.flatMap((column) => Array.from(column)));
  const dim = isFrame ? [columns[0]?.length ?? 0, columns.length] : Array.from(numbersOf(attributes.get('dim'), `${label}'s dim`));
  const [rows, width] = dim as [number, number];
  if (!(rows >= 1 && width >= 1 && cells.length === rows * width))
    throw new ModelError(label, `${cells.length} numbers`, `${rows} rows of ${width}`);
  const dimnames = attributes.get('dimnames');
  const named = isFrame ? attributes.get('names') : dimnames && listOf(dimnames, `${label}'s dimnames`)[1];
  return { cells, rows, width, names: named?.type === 'character' ? textsOf(named, `${label}'s columns`) : undefined };
}

type Inputs = { features: Feature[]; rest: Omit<KnnModel, 'schema' | 'nearest'> };

function inputsOf(value: RValue, { cells, rows, width, names }: Matrix, label: string): Inputs {
  const [terms, xlevels, contrasts, call] = ['terms', 'xlevels', 'contrasts', 'call'].map((part) => element(value, part));
  if (terms) {
    const design = readDesign({ terms, xlevels, contrasts, call, hasDefaults: true }, label);
    const used = design.columns.length - (design.intercept ? 1 : 0);
    if (used !== width) throw new ModelError(`${label}'s formula`, `${used} columns`, `${width}, as the training data have`);
    checkCoding(design, names, label);
    const steps = designSteps(design);
    return {
      features: design.features,
      rest: { ...(steps.length > 0 ? { steps } : {}), isOfFused: design.isOfFused, read: design.read, isUnnamed: false },
    };
  }
  const features = Array.from({ length: width }, (_, at): Feature => {
    const column = Array.from({ length: rows }, (_, row) => cells[at * rows + row]!);
    const least = column.reduce((one, other) => Math.min(one, other));
    const most = column.reduce((one, other) => Math.max(one, other));
    return withRange({ name: names?.[at] ?? `x${at + 1}`, type: 'number' }, [least, most]);
  });
  return { features, rest: { isOfFused: false, isUnnamed: names === undefined } };
}
