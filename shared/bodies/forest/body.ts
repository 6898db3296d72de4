import { ModelError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import { defaultParameters, type Parameters } from '../../schema/parameters.ts';
import { keepsDefaultAnswer } from '../../schema/read-parameters.ts';
import { pickArrays, takeArrays, takeWidth } from '../arrays.ts';
import type { Answers, BodyKind, InputSplits, Measures, Packed } from '../kind.ts';
import { count } from '../measures.ts';
import { checkForest, depth, type Forest, openPacked, treeCount, type Unnoded } from './forest.ts';
import { kernelFor, prepareForest } from './kernels/kernels.ts';
import { type PackedForest, packNodes } from './packed.ts';
import { firstInSlices } from './packed-check.ts';
import { predictForest } from './predict.ts';

/** The nodes of a forest, level by level. */
const PACKED = { cuts: Float64Array, splits: Uint32Array, cutStarts: Uint32Array, inner: Uint8Array } as const;
/** The same where they lie in another order. */
const NODES = { threshold: Float64Array, left: Uint32Array, right: Uint32Array, feature: Uint16Array } as const;
/** The arrays beside the nodes. */
const BESIDE = {
  leaves: Float64Array,
  roots: Uint32Array,
  partitioned: Uint8Array,
  'codes?': Float64Array,
  'cutoff?': Float64Array,
  'correction?': Float64Array,
  'missing?': Uint32Array,
  'observed?': Float64Array,
  'inbag?': Uint16Array,
} as const;

/** Features that are named in a list. */
const SHOWN = 5;
/** Most levels of a factor that is split by sets of them: the bits of a double. */
const MAX_PARTITIONED = 53;

/** A forest of trees that split at thresholds or by sets of levels: ranger's and randomForest's. */
export const FOREST: BodyKind<Forest> = {
  types: ['forest', 'unordered-forest'],
  lacksLevels: true,
  pack: packForest,
  unpack: ({ type, scalars, arrays }, label) => {
    const width = takeWidth(scalars, `${label}'s ${type}`);
    const rest = { ...takeArrays(arrays, BESIDE, label), width };
    if (type === 'forest') return openPacked(rest as Unnoded, takeArrays(arrays, PACKED, label) as PackedForest);
    return { ...rest, ...takeArrays(arrays, NODES, label) } as Forest;
  },
  check: (schema, forest, label) => {
    if (forest.partitioned.length !== schema.features.length) {
      throw new ModelError(label, `${forest.partitioned.length} features`, `${schema.features.length}, as in the schema`);
    }
    checkForest(forest, label);
    checkLeaves(schema, forest, label);
    checkPartitioned(schema, forest, label);
  },
  answers: answersOf,
  predict: (schema, forest, rows, parameters) => {
    const kernel = isDefaultAnswer(schema, parameters) ? kernelFor(schema, forest, rows.length / schema.features.length) : undefined;
    return kernel ? kernel.predict(rows) : predictForest(schema, forest, rows, parameters);
  },
  prepare: prepareForest,
  splits: splitsOf,
  cuts: cutsOf,
  codes: ({ codes }) => codes && [...codes],
  seed: (forest) => forest.left.length,
  ulp: () => 0,
  earlierUlp: ({ kind }) => (kind === 'survival' ? 1 : 0),
  measure,
  notServed,
};

function packForest(forest: Forest): Packed {
  const packed = forest.packed ?? packNodes(forest);
  const nodes = packed ? pickArrays(packed, PACKED) : pickArrays(forest, NODES);
  const arrays = [...nodes, ...pickArrays(forest, BESIDE)];
  return { type: packed ? 'forest' : 'unordered-forest', scalars: { width: forest.width }, arrays };
}

/** Checks the leaves against what the schema says that a leaf is. */
function checkLeaves(schema: Schema, { leaves, width, codes, cutoff, roots }: Forest, label: string): void {
  const classes = schema.classes?.length ?? 0;
  const widths = { regression: 1, classification: 1, probability: classes, survival: schema.times?.length ?? 0, columns: -1 };
  const expected = widths[schema.kind];
  if (width !== expected) throw new ModelError(label, `${width} doubles a leaf`, String(expected));
  if (schema.trees !== undefined && schema.trees !== roots.length - 1)
    throw new ModelError(label, `${roots.length - 1} trees`, `${schema.trees}, as in the schema`);
  if (cutoff && cutoff.length !== classes) throw new ModelError(label, `${cutoff.length} cutoffs of classes`, String(classes));
  if (codes && codes.length !== classes) throw new ModelError(label, `${codes.length} codes of classes`, String(classes));
  if (codes && !areDistinct(codes)) throw new ModelError(`${label}'s codes of classes`, 'other numbers', 'finite ones, each once');
  if (schema.kind !== 'classification') return;
  const wrong = firstInSlices(leaves.length, (from, to) => firstNoClass(leaves, classes, from, to));
  if (wrong !== -1) throw new ModelError(`${label}'s leaves`, `class ${leaves[wrong]}`, `0 to ${classes - 1}`);
}

/** The first leaf in a slice that is no class's place; -1 where there is none. */
function firstNoClass(leaves: Float64Array, classes: number, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    const place = leaves[at]!;
    if (!(Number.isInteger(place) && place >= 0 && place < classes)) return at;
  }
  return -1;
}

/** Whether numbers are finite, and no two the same. Sorted, which takes a tenth of the time of a set of a million. */
function areDistinct(numbers: Float64Array): boolean {
  const sorted = numbers.slice().sort();
  return sorted.every((number, at) => Number.isFinite(number) && (at === 0 || number !== sorted[at - 1]));
}

/** Only the levels of a factor, as many as a set has bits, can be looked up in a set of levels. */
function checkPartitioned({ features }: Schema, { partitioned }: Forest, label: string): void {
  features.forEach((feature, column) => {
    if (partitioned[column] !== 1 || (feature.type === 'factor' && feature.levels.length <= MAX_PARTITIONED)) return;
    const found = feature.type === 'factor' ? `${feature.levels.length} levels` : `the type ${feature.type}`;
    throw new ModelError(
      `${label}'s feature "${feature.name}"`,
      found,
      `a factor of at most ${MAX_PARTITIONED} levels, as it splits by sets`,
    );
  });
}

/** What ranger's and randomForest's predict() answer of such a forest, as far as it has what they need. */
function answersOf({ kind, trees }: Schema, { observed, inbag, codes }: Forest): Answers {
  const { types, takes }: Answers = { types: ['response'], takes: [] };
  if (kind === 'survival') types.push('chf');
  if (kind === 'classification') types.push('prob', 'vote');
  // These give something for each tree, so the schema has to say how many there are.
  if (trees !== undefined) {
    types.push('terminalNodes');
    takes.push('predictAll', 'numTrees');
  }
  if (kind === 'regression' && observed) {
    types.push('quantiles');
    takes.push('quantiles');
  }
  if ((kind === 'regression' || kind === 'probability') && inbag && trees !== undefined) {
    types.push('se');
    takes.push('seMethod');
  }
  if (kind === 'classification' && codes) takes.push('seed');
  return { types, takes };
}

function splitsOf({ left, feature, threshold, partitioned }: Forest): InputSplits[] {
  const splits = Array.from(partitioned, (flag): InputSplits => ({ values: [], isSet: flag === 1 }));
  left.forEach((child, node) => {
    if (child !== 0 && Number.isFinite(threshold[node])) splits[feature[node]!]!.values.push(threshold[node]!);
  });
  return splits;
}

/** A packed forest has its thresholds as a list, so that its nodes are not unpacked for them. */
function cutsOf({ packed, partitioned }: Forest): InputSplits[] | undefined {
  if (!packed) return undefined;
  const { cuts, cutStarts } = packed;
  return Array.from(partitioned, (flag, at) => ({
    values: [...cuts.subarray(cutStarts[at], cutStarts[at + 1])].filter(Number.isFinite),
    isSet: flag === 1,
  }));
}

function measure(forest: Forest): Measures {
  const leaves = forest.left.reduce((sum, child) => sum + (child === 0 ? 1 : 0), 0);
  const numbers = { trees: treeCount(forest), nodes: forest.left.length, leaves, depth: depth(forest) };
  const size = `${count(numbers.trees, 'tree')}, ${count(numbers.nodes, 'node')} (${count(leaves, 'leaf', 'leaves')})`;
  return { name: 'forest', numbers, text: `${size}, at most ${count(numbers.depth, 'split')} deep` };
}

/** The features of type number that may be factors: every split is one between the codes of levels, which are 1, 2, 3... */
function possibleFactors({ left, feature, threshold }: Forest, features: Schema['features']): string[] {
  const [unused, codes, numbers] = [0, 1, 2];
  const seen = new Uint8Array(features.length).fill(unused);
  left.forEach((child, node) => {
    const split = threshold[node]!;
    if (child !== 0 && seen[feature[node]!] !== numbers) seen[feature[node]!] = split >= 1 && Number.isInteger(2 * split) ? codes : numbers;
  });
  return features.filter(({ type }, column) => type === 'number' && seen[column] === codes).map(({ name }) => name);
}

function notServed({ kind, types = [], takesMissing, trees, features }: Schema, forest: Forest): string[] {
  if (trees === undefined || !types.includes('terminalNodes')) return [];
  const out: string[] = [];
  if (kind === 'regression' && !types.includes('quantiles')) out.push('quantiles: the forest was grown without quantreg = TRUE');
  if (kind === 'survival' || kind === 'classification') out.push(`se: ranger has no standard errors for ${kind}`);
  else if (!forest.inbag) out.push('se: the forest was grown without keep.inbag = TRUE');
  else out.push('se of more than 20 rows by the infinitesimal jackknife: R calibrates it at random');
  if (!takesMissing) out.push('missing values: the forest has no default children (na.learn, with missing values in training)');
  const codes = possibleFactors(forest, features);
  const shown = codes.slice(0, SHOWN).join(', ') + (codes.length > SHOWN ? ` and ${codes.length - SHOWN} more` : '');
  if (codes.length > 0) out.push(`labels of ${shown}, if it is a factor in R: the file has no levels for it; see model.json or --data`);
  return out;
}

/** Whether a kernel's answer is the one that is asked for. Most rows ask for nothing: then no list of members is made, which takes longer than a small forest. */
function isDefaultAnswer(schema: Schema, parameters: Parameters): boolean {
  if (parameters === defaultParameters(schema)) return parameters.type === 'response';
  return keepsDefaultAnswer(schema, parameters);
}
