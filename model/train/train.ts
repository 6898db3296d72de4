import { ModelError } from '../../shared/errors.ts';
import type { RValue } from '../rds/values.ts';
import type { RangerArguments } from './arguments.ts';
import { indexData, type TrainingData, type TrainKind } from './data/data.ts';
import { type Frame, makeFrame } from './data/frame.ts';
import type { Table } from './data/read-csv.ts';
import { expectEnd } from './endless.ts';
import { type GrownForest, growForest, type OnProgress } from './forest.ts';
import { type NodeValues, quantileValues } from './grow/quantiles.ts';
import { RRandom } from './numbers/r-random.ts';
import { toRangerObject } from './object.ts';
import type { SplitRule, TrainSettings } from './settings.ts';

/**
 * Where randomness starts: `seed` is what set.seed() is given in R before ranger(), `rangerSeed` ranger's argument seed=. With
 * both, R's generator serves quantreg alone.
 */
export type Seeds = { seed?: number | undefined; rangerSeed?: number | undefined };
export type TrainOptions = { formula: string; arguments?: RangerArguments; seeds: Seeds; onProgress?: OnProgress };

/** A trained forest: ranger's object as R would save it, and what the report and the card are made of. */
export type Trained = {
  frame: Frame;
  data: TrainingData;
  settings: TrainSettings;
  grown: GrownForest;
  /** quantreg: a value of the target for each node and tree. */
  nodeValues: NodeValues | undefined;
  object: RValue;
};

const DEFAULT_RULES: Record<TrainKind, SplitRule> = {
  regression: 'variance',
  classification: 'gini',
  probability: 'gini',
  survival: 'logrank',
};
const DEFAULT_SIZES: Record<TrainKind, number> = { regression: 5, classification: 1, probability: 10, survival: 3 };
const RULES_OF: Record<TrainKind, SplitRule[]> = {
  regression: ['variance', 'extratrees', 'maxstat'],
  classification: ['gini', 'extratrees', 'hellinger'],
  probability: ['gini', 'extratrees', 'hellinger'],
  survival: ['logrank', 'extratrees', 'maxstat'],
};

/**
 * Grows the forest that ranger 0.14.1 grows of the same data, arguments and seed, node by node. Throws a ModelError for
 * what cannot be used.
 */
export async function trainForest(table: Table, options: TrainOptions): Promise<Trained> {
  const given = options.arguments ?? {};
  const frame = makeFrame(table, options.formula, given);
  const data = indexData(frame.columns, frame, frame.caseWeights);
  const random = options.seeds.seed === undefined ? undefined : new RRandom(options.seeds.seed);
  const settings = resolveSettings(frame, data, given, options.seeds.rangerSeed ?? random?.rangerSeed());
  if (given.quantreg && frame.kind !== 'regression') throw new ModelError('quantreg', `a ${frame.kind} forest`, 'a regression');
  if (given.quantreg && !random) throw new ModelError('quantreg', 'no --seed', 'one: its values are drawn by R, not by ranger');
  setClassWeights(frame, data, given);
  expectEnd(
    table.label,
    frame.columns.map(({ name }) => name),
    data,
    settings,
  );
  const grown = await growForest(data, settings, given['num.threads'] ?? 0, options.onProgress);
  const nodeValues = given.quantreg && random ? quantileValues(data, grown.trees, random) : undefined;
  return { frame, data, settings, grown, nodeValues, object: toRangerObject(frame, data, grown.trees, nodeValues) };
}

function resolveSettings(frame: Frame, data: TrainingData, given: RangerArguments, seed: number | undefined): TrainSettings {
  const { kind } = frame;
  const splitrule = given.splitrule ?? DEFAULT_RULES[kind];
  if (!RULES_OF[kind].includes(splitrule))
    throw new ModelError('splitrule', `${splitrule} for a ${kind} forest`, `one of ${RULES_OF[kind].join(', ')}`);
  if (splitrule === 'hellinger' && data.classValues.length !== 2) {
    throw new ModelError('splitrule', `hellinger for ${data.classValues.length} classes`, '2 classes');
  }
  if (splitrule === 'maxstat' && data.ordered.includes(0)) {
    throw new ModelError('splitrule', 'maxstat with respect.unordered.factors=partition', 'order or ignore');
  }
  if (seed === undefined || !Number.isInteger(seed) || seed < 1 || seed > 4294967295) {
    throw new ModelError("ranger's seed", String(seed), 'a whole number from 1 to 4294967295 (0 would be drawn anew by ranger)');
  }
  const mtry = given.mtry ?? Math.max(1, (kind === 'survival' ? Math.ceil : Math.floor)(Math.sqrt(data.columns)));
  if (mtry > data.columns) throw new ModelError('mtry', String(mtry), `at most ${data.columns}, the number of features`);
  const replace = given.replace ?? true;
  const importance = given.importance ?? 'none';
  const oobError = given['oob.error'] ?? true;
  if (importance === 'permutation' && !oobError)
    throw new ModelError('oob.error', 'FALSE with importance=permutation', 'TRUE: without it ranger gives NaN');
  const settings: TrainSettings = {
    seed,
    numTrees: given['num.trees'] ?? 500,
    mtry,
    minNodeSize: given['min.node.size'] ?? DEFAULT_SIZES[kind],
    maxDepth: given['max.depth'] ?? 0,
    replace,
    sampleFraction: sampleFraction(frame, data, given['sample.fraction'] ?? [replace ? 1 : 0.632], replace),
    splitrule,
    numRandomSplits: given['num.random.splits'] ?? 1,
    alpha: given.alpha ?? 0.5,
    minprop: given.minprop ?? 0.1,
    importance,
    keepInbag: given['keep.inbag'] ?? false,
    oobError,
  };
  const weighted = data.caseWeights.reduce((sum, weight) => sum + (weight > 0 ? 1 : 0), 0);
  if (data.caseWeights.length > 0 && !replace && weighted < settings.sampleFraction[0]! * data.rows) {
    throw new ModelError('case.weights', `${weighted} rows with a weight above 0`, 'at least as many as are drawn without replacement');
  }
  return settings;
}

/** ranger's sample.fraction; one a class is put into the order in which the classes appear. */
function sampleFraction(frame: Frame, data: TrainingData, given: number[], replace: boolean): number[] {
  const [only] = given;
  if (given.length === 1) {
    if (!((only as number) > 0)) throw new ModelError('sample.fraction', String(only), 'above 0 and at most 1');
    if (data.rows * (only as number) < 1)
      throw new ModelError('sample.fraction', String(only), `at least ${1 / data.rows}, so that a row is drawn`);
    return given;
  }
  const { classes } = frame;
  if (!classes || given.length !== classes.length) {
    throw new ModelError(
      'sample.fraction',
      `${given.length} shares`,
      classes ? `1 or ${classes.length}, one a class` : '1 where the target is no factor',
    );
  }
  if (data.caseWeights.length > 0) throw new ModelError('sample.fraction', 'one a class with case.weights', 'one of the two');
  const shares = Array.from(data.classValues, (value) => given[value - 1]!);
  if (data.rows * shares[0]! < 1)
    throw new ModelError('sample.fraction', String(shares[0]), 'more of the class of the first row, as ranger asks');
  shares.forEach((share, id) => {
    const ofClass = data.classIds.reduce((sum, other) => sum + (other === id ? 1 : 0), 0);
    if (replace || share * data.rows <= ofClass) return;
    throw new ModelError(
      'sample.fraction',
      `${share * data.rows} rows of class "${classes[data.classValues[id]! - 1]}"`,
      `at most ${ofClass} without replacement`,
    );
  });
  return shares;
}

function setClassWeights(frame: Frame, data: TrainingData, given: RangerArguments): void {
  const weights = given['class.weights'];
  if (!weights) return;
  const { classes } = frame;
  if (!classes)
    throw new ModelError('class.weights', `a ${frame.kind} forest whose target is no factor`, 'a factor, or factor(column) in the formula');
  if (weights.length !== classes.length)
    throw new ModelError('class.weights', `${weights.length} weights`, `${classes.length}, one a class: ${classes.join(', ')}`);
  data.classValues.forEach((value, id) => {
    data.classWeights[id] = weights[value - 1]!;
  });
}
