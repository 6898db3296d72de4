import { ModelError } from '../../../shared/errors.ts';
import type { Booster } from './booster.ts';
import { readLevels } from './categories.ts';
import { floatOf } from './decimal.ts';
import { JsonSource } from './json.ts';
import type { Source } from './source.ts';
import { readTree } from './tree.ts';
import { TreeBuilder, type Trees } from './trees.ts';

/** Most features, and most names or attributes of a file. */
const MAX_FEATURES = 65_535;
const MAX_ENTRIES = 2 ** 20;

/** What is found of a booster on the way through a document; its members come in any order. */
type Found = Partial<Booster> & {
  parameters?: Map<string, string>;
  /** What the trees' part of the document has. */
  builder: TreeBuilder;
  booster?: string;
  groups?: Float64Array;
  starts?: Float64Array;
  weights?: Float64Array;
  parallel?: number;
};

/**
 * Reads a booster out of a document of xgboost (JSON or UBJSON; doc/model.schema of its sources): a model, or what serializing gives,
 * a model beside its configuration. Throws a ModelError that names the byte or the member at fault.
 */
export function readDocument(source: Source, label: string): Booster {
  const found: Found = { builder: new TreeBuilder(label) };
  let hasLearner = false;
  const readModel = () =>
    source.members((name) => {
      if (name === 'version') found.version = readVersion(source);
      else if (name === 'learner') {
        hasLearner = true;
        readLearner(source, found, label);
      } else source.skip();
    });
  source.members((name) => {
    if (name === 'Model') readModel();
    else if (name === 'version') found.version = readVersion(source);
    else if (name === 'learner') {
      hasLearner = true;
      readLearner(source, found, label);
    } else source.skip();
  });
  if (!hasLearner) throw new ModelError(label, 'a document without a learner', 'a model that xgboost saved');
  return assemble(found, label);
}

/** The version that wrote it: three numbers, however many a file has. */
function readVersion(source: Source): number[] {
  return Array.from(source.numbers().subarray(0, 3));
}

function readLearner(source: Source, found: Found, label: string): void {
  source.members((name) => {
    if (name === 'learner_model_param') found.parameters = readTexts(source);
    else if (name === 'objective') found.objective = readNameOf(source);
    else if (name === 'gradient_booster') readBooster(source, found, label);
    else if (name === 'attributes') found.attributes = readTexts(source);
    else if (name === 'feature_names') found.names = readList(source);
    else if (name === 'feature_types') found.types = readList(source);
    else source.skip();
  });
}

/** A booster's part: trees, trees with weights (dart: its trees lie one level deeper), or weights of a sum (gblinear). */
function readBooster(source: Source, found: Found, label: string, isWithin = false): void {
  source.members((name) => {
    if (name === 'name') {
      const booster = source.text();
      // The trees within dart call themselves gbtree.
      found.booster = found.booster === 'dart' ? 'dart' : booster;
    } else if (name === 'gbtree' && !isWithin) {
      readBooster(source, found, label, true);
      found.booster = 'dart';
    } else if (name === 'model') readModelOf(source, found);
    else if (name === 'weight_drop') found.weights = source.floats();
    else source.skip();
  });
}

function readModelOf(source: Source, found: Found): void {
  source.members((name) => {
    if (name === 'weights') found.linear = source.floats();
    else if (name === 'trees') source.elements((place) => readTree(source, found.builder, place));
    else if (name === 'tree_info') found.groups = source.numbers();
    else if (name === 'iteration_indptr') found.starts = source.numbers();
    else if (name === 'weight_drop') found.weights = source.floats();
    else if (name === 'gbtree_model_param') found.parallel = Number(readTexts(source).get('num_parallel_tree') ?? 1);
    else if (name === 'cats') found.levels = readLevels(source);
    else source.skip();
  });
}

/** Named texts; numbers and other values are passed over. */
function readTexts(source: Source): Map<string, string> {
  const texts = new Map<string, string>();
  source.members((name) => {
    const kind = source.peek();
    if (kind === 'text') texts.set(name, source.text());
    else if (kind === 'number') texts.set(name, String(source.number()));
    else source.skip();
    if (texts.size > MAX_ENTRIES) throw source.error(`more than ${MAX_ENTRIES} members`, 'fewer');
  });
  return texts;
}

function readNameOf(source: Source): string {
  return readTexts(source).get('name') ?? '';
}

function readList(source: Source): string[] {
  const texts: string[] = [];
  source.elements(() => {
    texts.push(source.text());
    if (texts.length > MAX_ENTRIES) throw source.error(`more than ${MAX_ENTRIES} texts`, 'fewer');
  });
  return texts;
}

function assemble(found: Found, label: string): Booster {
  const { parameters, objective, version, attributes = new Map(), names = [], types = [], levels = [], booster } = found;
  if (!parameters || objective === undefined || booster === undefined)
    throw new ModelError(label, 'a learner without its parameters, its objective or its booster', 'a model that xgboost saved');
  if (booster !== 'gbtree' && booster !== 'dart' && booster !== 'gblinear')
    throw new ModelError(label, `the booster ${booster}`, 'gbtree, dart or gblinear');
  const whole = (name: string, missing: number) => {
    const value = Number(parameters.get(name) ?? missing);
    if (Number.isInteger(value) && value >= 0 && value <= MAX_FEATURES) return value;
    throw new ModelError(`${label}'s ${name}`, String(parameters.get(name)), `a whole number up to ${MAX_FEATURES}`);
  };
  return {
    ...{ version, objective, isMargin: false, attributes, names, types, levels },
    baseScore: readBaseScore(parameters.get('base_score'), label),
    features: whole('num_feature', 0),
    classes: whole('num_class', 0),
    targets: whole('num_target', 1),
    trees: booster === 'gblinear' ? undefined : treesOf(found, label),
    linear: booster === 'gblinear' ? found.linear : undefined,
  };
}

function treesOf({ builder, groups, weights, starts, parallel = 1 }: Found, label: string): Trees {
  if (!groups || groups.length !== builder.count)
    throw new ModelError(label, `${groups?.length ?? 0} places of trees`, `${builder.count}, one for each tree`);
  return { ...builder.take(), groups, weights, starts, parallel };
}

/** The global bias: a number as text, or a list of them (3.1 and newer). */
function readBaseScore(text: string | undefined, label: string): number[] {
  if (text === undefined) throw new ModelError(label, 'no base_score', 'a number');
  const isList = /^\s*\[/.test(text);
  const scores = isList ? [...new JsonSource(Buffer.from(text), `${label}'s base_score`).floats()] : [floatOf(text.trim())];
  const wrong = scores.find((score) => !Number.isFinite(score));
  if (wrong !== undefined || scores.length === 0) throw new ModelError(`${label}'s base_score`, text.slice(0, 100), 'finite numbers');
  return scores;
}
