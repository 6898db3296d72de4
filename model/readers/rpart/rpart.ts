import type { Rpart } from '../../../shared/bodies/rpart/predict.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Level, Schema } from '../../../shared/schema/features.ts';
import { dataColumns } from '../../formula/data-columns.ts';
import { deparse } from '../../formula/deparse.ts';
import type { Read } from '../../formula/feature-table.ts';
import { FormulaReader } from '../../formula/formula.ts';
import { readLevels, readTerms } from '../../formula/terms.ts';
import { attributesOf, element, numbersOf, type RValue, textsOf, typeOf } from '../../rds/values.ts';
import { readCover } from './cover.ts';
import { type Frame, readFrame } from './frame.ts';

const MAX_INPUTS = 65_535;

/** An rpart object as a schema and a tree. */
/** `inputs`: what the tree's inputs are of a row, where they are not its features as they stand: log(x), say. */
export type RpartModel = {
  schema: Schema;
  rpart: Rpart;
  inputs?: Expression[];
  call: string;
  others: string[];
  read: Read;
  cover?: number[];
};

/** A column of the matrix that rpart splits: its name, what it is of a row, and its levels. */
type Input = { name: string; expression: Expression; levels: Level[] | undefined };

/**
 * Turns what `rpart()` returned into a tree, by rpart's field names (R/predict.rpart.R, R/pred.rpart.R and
 * src/pred_rpart.c): anova, poisson and exp give a number, class gives shares, a method that a user wrote gives its yval. Throws a
 * ModelError for what predict() itself could not use. With `classAlone` the shares of classes are not read: a tree whose sample lacks the last
 * class has none of it, and R still has the class of each leaf.
 */
export function readRpart(value: RValue, label: string, classAlone = false): RpartModel {
  const frame = element(value, 'frame');
  const read = readFrame(frame, label);
  const { reader, inputs, others } = readInputs(value, label);
  const labels = attributesOf(value).get('ylevels');
  const classes = labels && labels.type !== 'null' ? textsOf(labels, `${label}'s ylevels`) : undefined;
  if (classes && (classes.length === 0 || new Set(classes).size !== classes.length))
    throw new ModelError(`${label}'s ylevels`, 'other labels', 'labels, each once');
  const schema: Schema = {
    kind: classes ? 'probability' : 'regression',
    features: reader.features,
    ...(classes ? { classes } : {}),
    takesMissing: true,
    types: classes ? ['prob', 'class'] : ['vector'],
  };
  const splits = readSplits(value, inputs, label);
  const { kept, ...nodes } = readNodes(read, usesurrogate(value, label), splits.count, label);
  const isPlain = inputs.every(
    ({ expression }, place) => typeof expression === 'object' && 'feature' in expression && expression.feature === place,
  );
  const rpart: Rpart = {
    ...nodes,
    ...splits.keep(kept),
    ...readValues(frame as RValue, classAlone ? 'class' : 'shares', schema, read.numbers.length, label),
  };
  const computed = isPlain && inputs.length === reader.features.length ? {} : { inputs: inputs.map(({ expression }) => expression) };
  const call = element(value, 'call');
  const cover = readCover(frame as RValue, nodes, classes?.length, label);
  return {
    schema,
    rpart,
    ...computed,
    ...(cover ? { cover } : {}),
    call: call?.type === 'language' ? deparse(call) : 'rpart',
    others,
    read: reader.read,
  };
}

/** The nodes as the tree has them, and which splits they keep, in the order in which they keep them: competitors are for people to read. */
function readNodes({ numbers, isLeaf, cases, competitors, surrogates }: Frame, surrogacy: number, splits: number, label: string) {
  const places = new Map(numbers.map((number, at) => [number, at]));
  const child = (number: number, node: number) => {
    const place = places.get(number);
    if (place !== undefined && place > node) return place;
    throw new ModelError(`${label}, node ${numbers[node]}`, `no node ${number} after it`, 'both its children');
  };
  const each = () => new Uint32Array(numbers.length);
  const out = { left: each(), right: each(), first: each(), splits: each(), majority: new Uint8Array(numbers.length) };
  const kept: number[] = [];
  let at = 0;
  numbers.forEach((number, node) => {
    // The primary split is followed by its competitors, and these by its surrogates.
    const from = at + (isLeaf[node] ? 0 : 1) + competitors[node]!;
    const end = from + surrogates[node]!;
    if (end > splits) throw new ModelError(`${label}, node ${number}`, 'splits beyond the last', `${splits} splits`);
    if (!isLeaf[node]) {
      const [l, r] = [child(2 * number, node), child(2 * number + 1, node)];
      const [ln, rn] = [cases[l]!, cases[r]!];
      out.left[node] = l;
      out.right[node] = r;
      out.majority[node] = surrogacy > 1 && ln !== rn ? (ln > rn ? 1 : 2) : 0;
      out.first[node] = kept.length;
      kept.push(at);
      for (let split = from; surrogacy > 0 && split < end; split += 1) kept.push(split);
      out.splits[node] = kept.length - out.first[node]!;
    }
    at = end;
  });
  return { ...out, kept };
}

/** 0: a missing value stops the row, 1: surrogates are asked, 2: then the majority. */
function usesurrogate(value: RValue, label: string): number {
  const control = element(value, 'control');
  const [found] = numbersOf(control && element(control, 'usesurrogate'), `${label}'s usesurrogate`);
  if (found !== 0 && found !== 1 && found !== 2) throw new ModelError(`${label}'s usesurrogate`, String(found), '0, 1 or 2');
  return found;
}

/** The columns that rpart.matrix makes of new data. */
function readInputs(value: RValue, label: string): { reader: FormulaReader; inputs: Input[]; others: string[] } {
  const read = readTerms(element(value, 'terms'), `${label}'s terms`);
  const terms = { ...read, data: dataColumns(element(value, 'call'), read.environment) };
  const levels = readLevels(attributesOf(value).get('xlevels'), `${label}'s xlevels`);
  const reader = new FormulaReader(terms, levels, `${label}'s formula`);
  const inputs = terms.variables.flatMap((variable, at): Input[] => {
    if (!terms.factors.some((pattern) => pattern[at]! > 0)) return [];
    const known = levels.get(variable.name);
    if (known) return [{ name: variable.name, expression: reader.category(variable, known), levels: known }];
    const columns = reader.columns(variable);
    // model.matrix names the columns of a matrix after the matrix's names (poly's are counted), but a single one without a name after the variable.
    const isCounted = columns.length > 1 || (variable.value.type === 'language' && /^poly\(/.test(variable.name));
    const name = (place: number) => (isCounted ? `${variable.name}${place + 1}` : variable.name);
    return columns.map((expression, place) => ({ name: name(place), expression, levels: undefined }));
  });
  if (reader.features.length === 0 || inputs.length > MAX_INPUTS)
    throw new ModelError(label, `${inputs.length} inputs`, `1 to ${MAX_INPUTS}`);
  const others = terms.variables.flatMap(({ value, kind }) => (value.type === 'symbol' && kind === 'other' ? [value.name] : []));
  return { reader, inputs, others };
}

/** The matrix of splits, and how those that prediction needs are kept. */
function readSplits(value: RValue, inputs: Input[], label: string) {
  const matrix = element(value, 'splits');
  if (!matrix) return { count: 0, keep: () => keepSplits([]) };
  const cells = numbersOf(matrix, `${label}'s splits`);
  const attributes = attributesOf(matrix);
  const dim = Array.from(numbersOf(attributes.get('dim'), `${label}'s dim of splits`));
  const count = dim[0]!;
  if (!(Number.isInteger(count) && dim[1] !== undefined && dim[1] >= 4 && cells.length === count * dim[1])) {
    throw new ModelError(`${label}'s splits`, `a matrix of ${dim.join(' by ')}`, 'a row a split, and at least 4 columns');
  }
  // A tree that prune() cut down to its root keeps a matrix of no rows, and so without names for them.
  if (count === 0) return { count: 0, keep: () => keepSplits([]) };
  const dimnames = attributes.get('dimnames');
  const names = textsOf(dimnames?.type === 'list' ? dimnames.values[0] : undefined, `${label}'s row names of splits`);
  if (names.length !== count) throw new ModelError(`${label}'s row names of splits`, String(names.length), String(count));
  const places = new Map(inputs.map(({ name }, at) => [name, at]));
  const directions = readDirections(element(value, 'csplit'), `${label}'s csplit`);
  const rows = (kept: number[]) => {
    // rpart has a row of csplit for each split by levels: splits that name one and the same could take any memory.
    let left = directions?.cells.length ?? 0;
    return kept.map((split): Split => {
      const where = `${label}, split ${split + 1}`;
      const input = places.get(names[split] as string);
      if (input === undefined) throw new ModelError(where, `the variable ${names[split]}`, 'one of the formula');
      const levels = inputs[input]?.levels;
      const made = readSplit([cells[count + split]!, cells[3 * count + split]!], { input, levels, directions, where });
      left -= made.sides.length > 0 ? levels!.length : 0;
      if (left < 0) throw new ModelError(where, 'a row of csplit again', 'a row for each split');
      return made;
    });
  };
  return { count, keep: (kept: number[]) => keepSplits(rows(kept)) };
}

/** A split by a threshold, with the side below it, or by the direction of each level. */
export type Split = { input: number; categories: number; threshold: number; sides: number[] };
type Directions = { rows: number; columns: number; cells: ArrayLike<number> } | undefined;
type SplitContext = { input: number; levels: Level[] | undefined; directions: Directions; where: string };

/** One split from its `ncat` and `index`: a threshold, with the side that lies below it, or a row of directions. */
function readSplit([ncat, index]: [number, number], { input, levels, directions, where }: SplitContext): Split {
  if (Math.abs(ncat) === 1) {
    if (Number.isNaN(index)) throw new ModelError(where, 'NaN', 'a threshold');
    return { input, categories: ncat === -1 ? 0 : 1, threshold: index, sides: [] };
  }
  if (!(Number.isInteger(ncat) && ncat >= 2)) throw new ModelError(where, `ncat ${ncat}`, '-1, 1, or the number of levels');
  if (!directions || !(Number.isInteger(index) && index >= 1 && index <= directions.rows))
    throw new ModelError(where, `row ${index} of csplit`, 'one that is there');
  if (!levels || levels.length > directions.columns)
    throw new ModelError(where, `${directions.columns} levels in csplit`, `a factor with at most as many`);
  const sides = levels.map((_, level) => {
    const code = directions.cells[level * directions.rows + index - 1]!;
    if (code !== 1 && code !== 2 && code !== 3) throw new ModelError(where, `the direction ${code}`, '1, 2 or 3');
    return code === 1 ? 1 : code === 3 ? 2 : 0;
  });
  // A factor of one level still splits by level: 1 means a threshold here.
  return { input, categories: Math.max(2, levels.length), threshold: 0, sides: levels.length < 2 ? [...sides, 0] : sides };
}

function readDirections(value: RValue | undefined, label: string): Directions {
  if (!value) return undefined;
  const cells = numbersOf(value, label);
  const [rows, columns] = Array.from(numbersOf(attributesOf(value).get('dim'), `${label}'s dim`)) as [number, number];
  if (!(rows >= 1 && cells.length === rows * columns))
    throw new ModelError(label, `a matrix of ${rows} by ${columns}`, `${cells.length} cells`);
  return { rows, columns, cells };
}

/** Splits side by side, as the tree keeps them. */
export function keepSplits(splits: Split[]): Pick<Rpart, 'input' | 'categories' | 'threshold' | 'directions'> {
  const directions = new Uint8Array(splits.reduce((sum, { sides }) => sum + sides.length, 0));
  const threshold = new Float64Array(splits.length);
  let at = 0;
  splits.forEach((split, place) => {
    threshold[place] = split.sides.length > 0 ? at : split.threshold;
    directions.set(split.sides, at);
    at += split.sides.length;
  });
  return {
    input: Uint16Array.from(splits, ({ input }) => input),
    categories: Uint32Array.from(splits, ({ categories }) => categories),
    threshold,
    directions,
  };
}

/** What each node answers: its yval, or of yval2 the shares of classes, which stand behind class and counts; 0 for each where the class alone is read. */
function readValues(
  frame: RValue,
  wanted: 'class' | 'shares',
  schema: Schema,
  nodes: number,
  label: string,
): Pick<Rpart, 'values' | 'width' | 'places'> {
  const yval = numbersOf(element(frame, 'yval'), `${label}'s yval`);
  if (yval.length !== nodes) throw new ModelError(`${label}'s yval`, `${yval.length} values`, String(nodes));
  const width = schema.classes?.length;
  if (width === undefined) return { values: Float64Array.from(yval), width: 1 };
  const places = Uint32Array.from(yval, (code) => {
    if (!(Number.isInteger(code) && code >= 1 && code <= width)) throw new ModelError(`${label}'s yval`, `class ${code}`, `1 to ${width}`);
    return code - 1;
  });
  const values = new Float64Array(nodes * width);
  if (wanted === 'class') return { values, width, places };
  const matrix = element(frame, 'yval2');
  if (!matrix) throw new ModelError(`${label}'s yval2`, typeOf(matrix), 'a matrix with shares of classes');
  const cells = numbersOf(matrix, `${label}'s yval2`);
  if (cells.length % nodes !== 0 || cells.length / nodes < 1 + 2 * width)
    throw new ModelError(`${label}'s yval2`, `${cells.length} cells`, `${nodes} rows, ${1 + 2 * width} columns or more`);
  for (let node = 0; node < nodes; node += 1) {
    for (let k = 0; k < width; k += 1) values[node * width + k] = cells[(1 + width + k) * nodes + node]!;
  }
  return { values, width, places };
}
