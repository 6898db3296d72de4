import { BOOSTING } from '../../../shared/bodies/boosting/body.ts';
import type { Boosting } from '../../../shared/bodies/boosting/boosting.ts';
import { BOOSTED_SUM } from '../../../shared/bodies/boosting/sum-body.ts';
import { type Body, bodyOf } from '../../../shared/bodies/kind.ts';
import { ModelError } from '../../../shared/errors.ts';
import { areDistinct } from '../../../shared/schema/distinct.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import type { Rounds } from '../../../shared/schema/parameter-table.ts';
import type { Imported } from '../reader.ts';
import { type Booster, marginsOf } from './booster.ts';
import { baseMargins, readObjective } from './objectives.ts';
import type { Trees } from './trees.ts';

/** What is known of a booster beside its file: R's names, classes and best iteration (counted from 1). */
export type Beside = { names?: readonly string[] | undefined; classes?: readonly string[] | undefined; best?: number | undefined };

/** A booster as a model: its schema and body. Throws a ModelError that names what cannot be answered. */
export function importBooster(booster: Booster, beside: Beside, label: string): Imported {
  const { features: count, version, objective: name } = booster;
  const margins = marginsOf(booster);
  const { kind, objective } = readObjective(booster, label);
  const names = booster.names.length > 0 ? booster.names : beside.names;
  const schema: Schema = {
    kind,
    features: featuresOf(booster, names, label),
    takesMissing: true,
    ...(margins === 1 ? {} : { margins }),
  };
  if (kind !== 'regression') schema.classes = classesOf(booster, beside, label);
  else if (beside.classes?.length === 2 && margins === 1) {
    schema.kind = 'probability';
    schema.classes = [...beside.classes];
    objective.positive = 1;
  }
  // R's predict() has no class for an xgb.Booster: people take the greatest share. That of the class xgboost takes the margin.
  if (schema.kind === 'probability' && !beside.classes) objective.classBy = 'share';
  const base = baseMargins(booster, label);
  const body = booster.trees
    ? treesBody(booster, booster.trees, beside, { schema, base, objective }, label)
    : sumBody(booster, { schema, base, objective }, label);
  const isCoded = kind !== 'regression' && !beside.classes;
  return {
    ...{ schema, body, call: `${name} of ${count} features` },
    ...(booster.trees?.cover ? { cover: booster.trees.cover } : {}),
    version: version ? `xgboost ${version.join('.')}` : 'xgboost before 1.0',
    ...(names ? {} : { isUnnamed: true }),
    ...(isCoded ? { isCoded } : {}),
  };
}

/** What the trees and the sum have alike. */
type Parts = { schema: Schema; base: Float64Array; objective: Boosting['objective'] };

function treesBody(booster: Booster, trees: Trees, { best }: Beside, { schema, base, objective }: Parts, label: string): Body {
  const { groups, weights, parallel, starts, width, categories, cover: _, ...nodes } = trees;
  schema.rounds = roundsOf(trees, base.length, best ?? bestIn(booster), label);
  schema.types = ['response', 'margin', ...(schema.kind === 'probability' ? (['class'] as const) : []), 'leaf'];
  schema.takes = ['nTrees', 'iterationRange'];
  const wrong = groups.find((group) => !(Number.isInteger(group) && group >= 0 && group < base.length));
  if (wrong !== undefined) throw new ModelError(label, `a tree of margin ${wrong}`, `0 to ${base.length - 1}`);
  const beyond = nodes.feature.findIndex((feature, node) => nodes.left[node] !== 0 && feature >= schema.features.length);
  if (beyond !== -1) throw new ModelError(label, `a split of the feature ${nodes.feature[beyond]}`, `0 to ${schema.features.length - 1}`);
  const boosting: Boosting = {
    ...{ precision: 'float', compare: 'less', width, ...nodes, base, objective },
    ...(categories.length > 0 ? { categories } : {}),
    ...(width === 1 && base.length > 1 ? { group: Uint16Array.from(groups) } : {}),
    ...(weights && weights.length > 0 ? { weights: weightsOf(weights, groups.length) } : {}),
  };
  // A leaf is added to 0 before it is weighed (Dart::PredictBatchImpl): -0 becomes 0.
  if (boosting.weights) boosting.leaves = boosting.leaves.map((leaf) => leaf + 0);
  return bodyOf(BOOSTING, boosting);
}

/** One weight a tree; trees behind the last weight have 1. */
function weightsOf(weights: Float64Array, trees: number): Float64Array {
  const all = new Float64Array(trees).fill(1);
  all.set(weights.subarray(0, trees));
  return all;
}

/** The rounds of the trees, which all have as many of them. Throws a ModelError where they do not. */
function roundsOf({ roots, starts, parallel, width }: Trees, margins: number, best: number | undefined, label: string): Rounds {
  const trees = roots.length - 1;
  if (trees === 0) throw new ModelError(label, 'no trees', 'at least one');
  const each = starts && starts.length > 1 ? starts[1]! - starts[0]! : parallel * (width > 1 ? 1 : margins);
  const isEven = !starts || starts.every((start, round) => start === round * each);
  const all = trees / each;
  if (!(each > 0 && Number.isInteger(all) && isEven))
    throw new ModelError(label, `${trees} trees in rounds of different numbers of trees`, 'as many trees in each round');
  const used = best !== undefined && Number.isInteger(best) && best >= 1 && best <= all ? best : all;
  return { all, used, trees: each };
}

/** The best iteration, counted from 1, where early stopping noted one: R's predict() stops there. */
function bestIn({ attributes }: Booster): number | undefined {
  const best = attributes.get('best_iteration');
  return best !== undefined && /^\d{1,9}$/.test(best) ? Number(best) + 1 : undefined;
}

/** A sum of weighted inputs (gblinear): a weight for each input and margin, and a bias for each margin at the end. */
function sumBody({ linear, features }: Booster, { schema, base, objective }: Parts, label: string): Body {
  const expected = (features + 1) * base.length;
  if (linear?.length !== expected) throw new ModelError(label, `${linear?.length ?? 0} weights`, String(expected));
  schema.types = ['response', 'margin', ...(schema.kind === 'probability' ? (['class'] as const) : [])];
  // GBLinear adds the first base score to every margin, also where there is one for each (PredictBatchInternal).
  return bodyOf(BOOSTED_SUM, { base: base.map(() => base[0]!), weights: linear, objective });
}

function featuresOf({ features: count, types, levels }: Booster, names: readonly string[] | undefined, label: string): Feature[] {
  if (count === 0) throw new ModelError(label, 'no features', 'at least one');
  if (names && names.length !== count)
    throw new ModelError(`${label}'s names`, `${names.length} of them`, `${count}, one for each feature`);
  if (names && !areDistinct([...names])) throw new ModelError(`${label}'s names`, 'a name twice', 'a name for each feature');
  return Array.from({ length: count }, (_, place): Feature => {
    const name = names?.[place] ?? `f${place}`;
    const categories = types[place] === 'c' ? levels[place] : undefined;
    if (!categories) return { name, type: 'number' };
    if (!areDistinct([...categories])) throw new ModelError(`${label}, feature "${name}"`, 'a category twice', 'each once');
    return { name, type: 'factor', levels: [...categories] };
  });
}

/** The classes in the order of the margins: R's levels, or the numbers that the labels were. */
function classesOf({ classes }: Booster, beside: Beside, label: string): string[] {
  const names = beside.classes ?? Array.from({ length: classes }, (_, place) => String(place));
  if (names.length === classes && classes > 0) return [...names];
  throw new ModelError(`${label}'s classes`, `${names.length} names`, `${classes}`);
}
