import { ModelError } from '../../../shared/errors.ts';
import type { Booster } from './booster.ts';
import { type RawTree, TreeBuilder } from './trees.ts';

/** Bytes of the parts that have one size (structs of 1.x and 2.x, all little-endian). */
const SIZE = { learner: 136, booster: 160, linear: 136, tree: 148, node: 20, stats: 16 };
const MAX_TEXT = 2 ** 24;
const LEAST_NODE = SIZE.node + SIZE.stats;
/** The bit of a node's feature that says where missing values go. */
const MISSING_LEFT = 0x80000000;

/** The bytes of a binary file, read from front to back. */
class Bytes {
  readonly #view: DataView;
  readonly #label: string;
  at = 0;

  constructor(bytes: Uint8Array, label: string) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#label = label;
  }

  get left(): number {
    return this.#view.byteLength - this.at;
  }

  /** The place where so many bytes begin, which are passed over. */
  take(count: number, what: string): number {
    if (!(count >= 0 && count <= this.left)) throw this.error(`${this.left} bytes left (cut off?)`, `${count} for ${what}`);
    const at = this.at;
    this.at += count;
    return at;
  }

  int(at: number): number {
    return this.#view.getInt32(at, true);
  }

  uint(at: number): number {
    return this.#view.getUint32(at, true);
  }

  float(at: number): number {
    return this.#view.getFloat32(at, true);
  }

  /** A length in 64 bits. */
  length(what: string): number {
    return Number(this.#view.getBigUint64(this.take(8, `the length of ${what}`), true));
  }

  text(what: string): string {
    const length = this.length(what);
    if (length > MAX_TEXT) throw this.error(`${what} of ${length} bytes`, `at most ${MAX_TEXT}`);
    const at = this.take(length, what);
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + at, length).toString('utf8');
  }

  error(found: string, expected: string): ModelError {
    return new ModelError(`${this.#label}, byte ${this.at}`, found, expected);
  }
}

/**
 * Reads xgboost's binary form (up to 3.0: LearnerIO::LoadModel of src/learner.cc), whose mark "binf" is passed over where it is there.
 * Throws a ModelError that names the byte at fault.
 */
export function readBinary(file: Uint8Array, label: string): Booster {
  const start = Buffer.from(file.buffer, file.byteOffset, Math.min(4, file.byteLength)).toString('latin1') === 'binf' ? 4 : 0;
  const bytes = new Bytes(file.subarray(start), label);
  const at = bytes.take(SIZE.learner, 'the parameters of the learner');
  const [features, classes, hasAttributes, major, minor, targets] = [4, 8, 12, 20, 24, 28].map((offset) => bytes.uint(at + offset)) as [
    ...[number, number, number, number, number, number],
  ];
  const baseScore = bytes.float(at);
  const objective = bytes.text('the objective');
  const booster = bytes.text('the booster');
  if (features > 65_535 || classes > 65_535 || targets > 65_535)
    throw bytes.error(`${features} features, ${classes} classes and ${targets} targets`, 'at most 65535 of each');
  if (!/^(?:multi|reg|binary|count|rank|survival|gpu):[a-z]+$/.test(objective))
    throw bytes.error('no name of an objective', 'a model that xgboost saved');
  if (!Number.isFinite(baseScore)) throw bytes.error(`the base score ${baseScore}`, 'a finite number');
  const model = readModel(bytes, booster, label);
  const attributes = hasAttributes !== 0 ? readAttributes(bytes) : new Map<string, string>();
  return {
    version: major === 0 ? undefined : [major, minor, 0],
    objective,
    baseScore: [baseScore],
    isMargin: major === 0,
    ...{ features, classes, targets: Math.max(1, targets), ...model, attributes, names: [], types: [], levels: [] },
  };
}

function readModel(bytes: Bytes, booster: string, label: string): Pick<Booster, 'trees' | 'linear'> {
  if (booster === 'gblinear') {
    bytes.take(SIZE.linear, 'the parameters of the sum');
    const count = bytes.length('the weights');
    const from = bytes.take(4 * count, 'the weights');
    return { trees: undefined, linear: Float64Array.from({ length: count }, (_, at) => bytes.float(from + 4 * at)) };
  }
  if (booster !== 'gbtree' && booster !== 'dart') throw new ModelError(label, `the booster ${booster}`, 'gbtree, dart or gblinear');
  const at = bytes.take(SIZE.booster, 'the parameters of the trees');
  const [count, parallel] = [bytes.int(at), bytes.int(at + 4)];
  if (!(count >= 0 && count * (SIZE.tree + LEAST_NODE) <= bytes.left)) throw bytes.error(`${count} trees in ${bytes.left} bytes`, 'fewer');
  const builder = new TreeBuilder(label);
  for (let tree = 0; tree < count; tree += 1) builder.add(readTree(bytes), 1);
  const from = bytes.take(4 * count, "the trees' groups");
  const groups = Float64Array.from({ length: count }, (_, tree) => bytes.int(from + 4 * tree));
  const weights = booster === 'dart' && count > 0 ? readFloats(bytes, "the trees' weights") : undefined;
  // Before 1.0 the second number counted roots.
  return { trees: { ...builder.take(), groups, weights, starts: undefined, parallel: Math.max(1, parallel) }, linear: undefined };
}

function readTree(bytes: Bytes): RawTree {
  const at = bytes.take(SIZE.tree, 'the parameters of a tree');
  const nodes = bytes.int(at + 4);
  const roots = bytes.int(at);
  if (roots !== 1) throw bytes.error(`a tree with ${roots} roots`, 'one');
  if (!(nodes > 0 && nodes * LEAST_NODE <= bytes.left))
    throw bytes.error(`a tree of ${nodes} nodes in ${bytes.left} bytes`, 'as many as there are');
  const from = bytes.take(nodes * SIZE.node, 'the nodes');
  const stats = bytes.take(nodes * SIZE.stats, 'their statistics');
  const of = (read: (node: number) => number) => Float64Array.from({ length: nodes }, (_, node) => read(from + node * SIZE.node));
  return {
    left: of((node) => bytes.int(node + 4)),
    right: of((node) => bytes.int(node + 8)),
    feature: of((node) => bytes.uint(node + 12) % MISSING_LEFT),
    threshold: of((node) => bytes.float(node + 16)),
    missingLeft: of((node) => (bytes.uint(node + 12) >= MISSING_LEFT ? 1 : 0)),
    // A node's statistics: the gain of its split, the sum of hessians, its weight, a count.
    cover: Float64Array.from({ length: nodes }, (_, node) => bytes.float(stats + node * SIZE.stats + 4)),
  };
}

function readFloats(bytes: Bytes, what: string): Float64Array {
  const count = bytes.length(what);
  const from = bytes.take(4 * count, what);
  return Float64Array.from({ length: count }, (_, at) => bytes.float(from + 4 * at));
}

function readAttributes(bytes: Bytes): Map<string, string> {
  const attributes = new Map<string, string>();
  for (let left = bytes.length('the attributes'); left > 0; left -= 1)
    attributes.set(bytes.text('an attribute'), bytes.text('an attribute'));
  return attributes;
}
