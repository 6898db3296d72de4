import { type Boosting, FLAGS } from '../../../shared/bodies/boosting/boosting.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { BoostedTrees } from '../boosted-trees.ts';
import type { Codes } from '../reader.ts';
import { countWords, integerIn, type Members, textIn } from './members.ts';
import { type ReadObjective, readObjective } from './objective.ts';
import { readPandasLevels } from './pandas.ts';
import { splitText } from './text.ts';
import { readTree, type Split, type Tree } from './tree.ts';

/** A LightGBM model as a schema and a body. */
export type LightGBMModel = {
  schema: Schema;
  boosting: Boosting;
  call: string;
  version: string;
  cover?: Float64Array;
  codes: (Codes | undefined)[];
  note?: string;
  doubted?: readonly string[];
};

const MAX_FEATURES = 65_535;
const MAX_CLASSES = 10_000;

/**
 * Turns LightGBM's text model into boosted trees, by its field names (src/boosting/gbdt_model_text.cpp, src/io/tree.cpp): doubles
 * in tree order, `x <= threshold`, and for every split its rule for missing values. Throws a ModelError that names the part.
 */
export function readLightGBM(bytes: Uint8Array, label: string): LightGBMModel {
  let width: number | undefined;
  const { header, trees, pandas } = splitText(bytes, label, (members, place, header) => {
    width ??= featureCount(header, label);
    return readTree(members, width, `${label}, tree ${place}`);
  });
  const count = featureCount(header, label);
  const each = integerIn(header, 'num_tree_per_iteration', label, integerIn(header, 'num_class', label, 1));
  if (each < 1 || each > MAX_CLASSES || trees.length % each !== 0)
    throw new ModelError(`${label}'s num_tree_per_iteration`, `${each} with ${trees.length} trees`, 'a whole number of rounds');
  if (trees.length === 0) throw new ModelError(label, 'no trees', 'a model that was trained');
  checkSizes(header, trees.length, label);
  const read = readObjective(textIn(header, 'objective', label), label);
  const classes = read.isMulticlass && each > 1 ? Array.from({ length: each }, (_, place) => String(place)) : undefined;
  const rounds = trees.length / each;
  const { features, codes, note, doubted } = readFeatures(header, count, pandas, label);
  const schema: Schema = {
    kind: classes ? 'probability' : 'regression',
    features,
    ...(classes ? { classes } : {}),
    takesMissing: true,
    types: classes ? ['response', 'class', 'margin', 'leaf'] : ['response', 'margin', 'leaf'],
    takes: ['nTrees', 'iterationRange'],
    rounds: { all: rounds, used: rounds, trees: each },
    ...(each > 1 ? { margins: each } : {}),
  };
  const { cover, ...body } = boostingOf(trees, each, read);
  const boosting = { ...body, ...(header.has('average_output') ? { average: true } : {}) };
  const version = `LightGBM, model format ${textIn(header, 'version', label) ?? 'of version 1'}`;
  const more = { ...(cover ? { cover } : {}), ...(note === undefined ? {} : { note }), ...(doubted ? { doubted } : {}) };
  return { schema, boosting, codes, ...more, call: `LightGBM: objective ${read.name}, ${rounds} iterations`, version };
}

function featureCount(header: Members, label: string): number {
  const last = integerIn(header, 'max_feature_idx', label);
  if (last < MAX_FEATURES) return last + 1;
  throw new ModelError(`${label}'s max_feature_idx`, String(last), `at most ${MAX_FEATURES - 1}`);
}

/** As many trees as the header has sizes of trees, where it has them: a text may be cut off between two trees, and mended. */
function checkSizes(header: Members, trees: number, label: string): void {
  const list = header.get('tree_sizes');
  const sizes = list === undefined ? trees : countWords(list);
  if (sizes !== trees) throw new ModelError(label, `${trees} trees`, `${sizes}, as its tree_sizes say`);
}

/** The features by their names; those that LightGBM split by categories of a pandas column have their levels. */
function readFeatures(
  header: Members,
  count: number,
  pandas: string | undefined,
  label: string,
): Pick<LightGBMModel, 'codes' | 'note' | 'doubted'> & Pick<Schema, 'features'> {
  const names = (textIn(header, 'feature_names', label) ?? '').split(' ', MAX_FEATURES + 1);
  if (names.length !== count) throw new ModelError(`${label}'s feature_names`, `${names.length} names`, String(count));
  const infos = (textIn(header, 'feature_infos', label) ?? '').trim().split(' ', MAX_FEATURES + 1);
  if (infos.length !== count) throw new ModelError(`${label}'s feature_infos`, `${infos.length} values`, String(count));
  // "[least:greatest]" is a number, "none" a column without use, and "0:3:1" the categories that were seen.
  const isCategory = infos.map((info) => info !== 'none' && !info.startsWith('['));
  const codes = infos.map((info, place) => (isCategory[place] ? codesOf(info) : undefined));
  const { lists, levels } = readPandasLevels(
    pandas,
    codes.flatMap((of) => (of ? [of.greatest] : [])),
    label,
  );
  let next = 0;
  const features = names.map((name, place): Feature => {
    const categories = isCategory[place] ? levels[next++] : undefined;
    return categories ? { name, type: 'factor', levels: categories } : { name, type: 'number', ...endsOf(infos[place]!) };
  });
  if (lists > levels.length) return { features, codes, note: unknownLists(lists) };
  return { features, codes, ...doubtOf(features, infos) };
}

function unknownLists(lists: number): string {
  const what = `the file has ${lists === 1 ? 'a list' : `${lists} lists`} of pandas' categories, and does not say of which columns`;
  return `${what} (ordered ones are numbers to LightGBM): callers send codes, 0, 1, ... in the order of the categories, where a sidecar names no levels`;
}

/**
 * The factors whose levels may be the list of another feature: an ordered category is a number to LightGBM, from 0 to its last code, and its list stands
 * among the others. Where as many columns of codes were named as categories, their number proves nothing. It is said where a number has all codes
 * of a list, and not of each 0 and 1.
 */
function doubtOf(features: readonly Feature[], infos: readonly string[]): Pick<LightGBMModel, 'note' | 'doubted'> {
  const lists = features.flatMap((feature) => (feature.type === 'factor' ? [feature] : []));
  const last = Math.max(-1, ...lists.map(({ levels }) => levels.length - 1));
  const mayOwn = (info: string) => info === 'none' || Number(/^\[\d+:(\d+)\]$/.exec(info)?.[1] ?? Number.NaN) <= last;
  if (lists.length === 0 || !infos.some(mayOwn)) return {};
  const doubted = lists.map(({ name }) => name);
  const ends = new Set(['none', ...lists.map(({ levels }) => `[0:${levels.length - 1}]`)]);
  const other = features.find((_, place) => ends.has(infos[place]!));
  if (!other) return { doubted };
  const shown = (name: string) => JSON.stringify(name.slice(0, 40));
  const whose = `${doubted.slice(0, 3).map(shown).join(', ')}${doubted.length > 3 ? ', ...' : ''}`;
  const note =
    `the file has lists of pandas' categories, and does not say of which columns: they are taken for those of ${whose}. ` +
    `Where ${shown(other.name)} was an ordered category in training, this is wrong: a sidecar gives the right levels, or "type": "number" for codes`;
  return { note, doubted };
}

/** The codes of categories that LightGBM saw; -1 stands for a missing one. */
function codesOf(info: string): Codes {
  const codes = info.split(':').map(Number);
  const least = codes.reduce((least, code) => (code >= 0 ? Math.min(least, code) : least), Number.POSITIVE_INFINITY);
  return { least, greatest: codes.reduce((most, code) => Math.max(most, code), -1) };
}

const ENDS = /^\[([^:\]]{1,30}):([^:\]]{1,30})\]$/;

/** The least and the greatest value that LightGBM saw, for the page's slider; nothing where both are the same. */
function endsOf(info: string): { min?: number; max?: number } {
  const [, least, most] = ENDS.exec(info) ?? [];
  const [min, max] = [Number(least), Number(most)];
  return Number.isFinite(min) && Number.isFinite(max) && min < max ? { min, max } : {};
}

function boostingOf(trees: Tree[], each: number, { objective }: ReadObjective): Boosting & { cover: Float64Array | undefined } {
  const nodes = new BoostedTrees();
  for (const { splits, leaves, cover } of trees) {
    nodes.startTree();
    const child = (place: number) => (place >= 0 ? place : splits.length + ~place);
    for (const split of splits) {
      const { feature, threshold, categories, left, right } = split;
      const sets = categories && { sets: [categories] };
      nodes.split({ feature, threshold, left: child(left), right: child(right), flags: flagsOf(split), ...sets });
    }
    leaves.forEach((value, leaf) => {
      nodes.leaf(value, leaf, cover?.[leaf]);
    });
  }
  const isLinear = trees.some(({ lines }) => lines !== undefined);
  return {
    precision: 'double',
    compare: 'atMost',
    ...nodes.arrays(),
    width: 1,
    base: new Float64Array(each),
    ...(each > 1 ? { group: Uint16Array.from(trees, (_, tree) => tree % each) } : {}),
    ...(isLinear ? linesOf(trees) : {}),
    objective,
    cover: nodes.cover(),
  };
}

/** A split's rule for missing values (tree.h, NumericalDecision and CategoricalDecision). */
function flagsOf({ categories, missing, isDefaultLeft }: Split): number {
  // A missing category goes right, whatever else the split says.
  if (categories) return FLAGS.wholePart;
  const side = isDefaultLeft ? FLAGS.missingLeft : 0;
  if (missing === 'nan') return side;
  return missing === 'zero' ? side | FLAGS.missingIsZero | FLAGS.zeroIsMissing : FLAGS.missingIsZero;
}

/** The lines of all leaves; a tree whose leaves are constants has lines without terms. */
function linesOf(trees: Tree[]): Partial<Boosting> {
  const constants: number[] = [];
  const starts: number[] = [0];
  const places: number[] = [];
  const coefficients: number[] = [];
  for (const { leaves, lines } of trees) {
    leaves.forEach((value, leaf) => {
      const line = lines?.[leaf] ?? { constant: value, features: [], coefficients: [] };
      constants.push(line.constant);
      for (const feature of line.features) places.push(feature);
      for (const coefficient of line.coefficients) coefficients.push(coefficient);
      starts.push(places.length);
    });
  }
  return {
    linearConstants: Float64Array.from(constants),
    linearStarts: Uint32Array.from(starts),
    linearFeatures: Uint32Array.from(places),
    linearCoefficients: Float64Array.from(coefficients),
  };
}
