import { ModelError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { outputWidth } from '../../schema/shape.ts';
import type { Column } from '../../steps/kind.ts';

/**
 * An rpart tree as parallel arrays. Node n has the children `left[n]` and `right[n]` (0 in a leaf; they come after it), and
 * the splits from `first[n]` on, `splits[n]` of them: the primary one, then its surrogates in rpart's order. A missing value
 * may leave a row at any node, so every node has an answer.
 */
export type Rpart = {
  left: Uint32Array;
  right: Uint32Array;
  first: Uint32Array;
  splits: Uint32Array;
  /** Where the split with no value present goes: 0 stays, 1 left, 2 right (usesurrogate 2: with the majority). */
  majority: Uint8Array;
  /** A split's input. */
  input: Uint16Array;
  /** 0: a value below the threshold goes left, 1: it goes right; above 1 the split is by level, and has as many levels. */
  categories: Uint32Array;
  /** The threshold, or where the levels' directions start. */
  threshold: Float64Array;
  /** For each level of each split by level: 0 no direction, 1 left, 2 right. */
  directions: Uint8Array;
  /** `width` doubles a node: a number, or a share for each class; NaN in a node where a row that stops has no answer. */
  values: Float64Array;
  width: number;
  /** Each node's class, by its place (classification). */
  places?: Uint32Array;
};

/** A tree's answers, row by row: what the node where a row ends holds (rpart's pred_rpart.c). */
export function predictRpart(schema: Schema, rpart: Rpart, rows: Float64Array, parameters: Parameters): Float64Array {
  const inputs = schema.features.length;
  const count = rows.length / inputs;
  const width = outputWidth(schema, parameters);
  const out = new Float64Array(count * width);
  for (let row = 0; row < count; row += 1) {
    const node = findNode(rpart, rows, row * inputs);
    // Where a row may not stop, nothing is known of its class either.
    if (parameters.type === 'class') out[row] = Number.isNaN(rpart.values[node * rpart.width]!) ? Number.NaN : rpart.places![node]!;
    else for (let k = 0; k < width; k += 1) out[row * width + k] = rpart.values[node * width + k]!;
  }
  return out;
}

/** Why a row has no answer: it stops at a node that has none. */
export function stopOf(_: Schema, rpart: Rpart, row: Float64Array): string | undefined {
  if (!Number.isNaN(rpart.values[findNode(rpart, row, 0) * rpart.width]!)) return undefined;
  return 'at a split its value is missing, or a level that the split has not seen, and R draws a way at random; expected a value that decides';
}

/** The node where a row ends, from a node on: the root of one tree among several. */
export function findNode(rpart: Rpart, rows: Float64Array, row: number, root = 0): number {
  const { left, right, first, splits, majority } = rpart;
  let node = root;
  while (left[node] !== 0) {
    let direction = 0;
    const from = first[node]!;
    const end = from + splits[node]!;
    for (let split = from; split < end && direction === 0; split += 1) direction = directionOf(rpart, split, rows, row);
    if (direction === 0) direction = majority[node]!;
    if (direction === 0) break;
    node = (direction === 1 ? left[node] : right[node]) as number;
  }
  return node;
}

/** Where one split sends a row: 1 left, 2 right, 0 nowhere, as its value is missing or a level that the split has not seen. */
export function directionOf({ input, categories, threshold, directions }: Rpart, split: number, rows: Float64Array, row: number): number {
  const value = rows[row + input[split]!]!;
  if (Number.isNaN(value)) return 0;
  const kind = categories[split]!;
  const bound = threshold[split]!;
  if (kind > 1) return value <= kind ? (directions[bound + value - 1] ?? 0) : 0;
  return value < bound === (kind === 0) ? 1 : 2;
}

/** Checks a tree against its invariants, so that predictRpart needs no check. Throws a ModelError that names what is wrong. */
export function checkRpart(schema: Schema, rpart: Rpart, label: string): void {
  const { left, right, first, splits, majority, input, categories, threshold, directions, values, width, places } = rpart;
  const nodes = left.length;
  const fail = (found: string, expected: string, where = label) => new ModelError(where, found, expected);
  if (nodes === 0) throw fail('no nodes', 'at least one');
  const types = schema.types ?? [];
  if (types.length === 0 || !types.every((type) => (schema.kind === 'regression' ? ['vector'] : ['prob', 'class']).includes(type))) {
    throw fail(`answers of the types ${types.join(', ')}`, 'those of rpart');
  }
  const perNode = [right.length, first.length, splits.length, majority.length, values.length / width, places?.length ?? nodes];
  if (perNode.some((length) => length !== nodes)) throw fail('arrays of several lengths', `one place for each of ${nodes} nodes`);
  if (categories.length !== input.length || threshold.length !== input.length) throw fail('splits of several lengths', 'one');
  const classes = schema.classes?.length ?? 0;
  if (schema.kind !== 'regression' && schema.kind !== 'probability') throw fail(`the kind ${schema.kind}`, 'regression or probability');
  if (width !== (schema.kind === 'regression' ? 1 : classes)) throw fail(`${width} doubles a node`, 'one, or one a class');
  if (schema.kind === 'probability' && !places?.every((place) => place < classes))
    throw fail('a class that is not there', `${classes} classes`);
  const isOpen = (at: number) => left[Math.floor(at / width)] !== 0 && Number.isNaN(values[at]);
  const wrong = values.findIndex((value, at) => !Number.isFinite(value) && !isOpen(at));
  if (wrong >= 0) throw fail(String(values[wrong]), 'a finite number', `${label}, node ${Math.floor(wrong / width) + 1}`);
  const known = schema.features.length;
  for (let node = 0; node < nodes; node += 1) {
    const [l, r, where] = [left[node]!, right[node]!, `${label}, node ${node + 1}`];
    if (majority[node]! > 2) throw fail(`direction ${majority[node]}`, '0 to 2', where);
    if (l === 0) continue;
    if (l <= node || r <= node || l >= nodes || r >= nodes) throw fail(`children ${l} and ${r}`, `${node + 1} to ${nodes - 1}`, where);
    if (first[node]! + splits[node]! > input.length) throw fail('a split that is not there', `${input.length} splits`, where);
  }
  for (let split = 0; split < input.length; split += 1) {
    const where = `${label}, split ${split + 1}`;
    const column = input[split]!;
    if (column >= known) throw fail(`input ${column}`, `less than ${known}`, where);
    const bound = threshold[split]!;
    if (Number.isNaN(bound)) throw fail('NaN', 'a number', where);
    const kind = categories[split]!;
    if (kind < 2) continue;
    // A level beyond those of the split has no direction: rows of a checked schema cannot have it.
    const feature = schema.features[column] as Column;
    if (!feature.computed && (feature.type !== 'factor' || feature.levels.length > kind)) {
      throw fail(`${kind} levels of "${feature.name}"`, 'a factor of at most as many', where);
    }
    if (!(Number.isInteger(bound) && bound >= 0 && bound + kind <= directions.length))
      throw fail(`directions from ${bound}`, `${kind} of them`, where);
  }
}
