import path from 'node:path';
import { ModelError } from '../../shared/errors.ts';
import type { Feature, Schema } from '../../shared/schema/features.ts';
import { isLike, type LackingLevels, likeFinder } from '../readers/levels-by-names.ts';
import { sortLevels } from './levels.ts';
import type { Sidecar } from './sidecar/form.ts';
import { columnValues, hasEmpty, type TrainingData } from './training-rows.ts';

/** What may name the levels that a file lacks: its sidecar and the training data. */
type Given = { file: string; sidecar: Sidecar; data: TrainingData | undefined };

/** A schema with the levels that its file lacks, by a sidecar or the training data. Throws a ModelError where neither has them, or they do not fit. */
export function withLackingLevels(schema: Schema, lacking: LackingLevels, given: Given): Schema {
  if (lacking.size === 0) return schema;
  const features = schema.features.map((feature): Feature => {
    const known = lacking.get(feature.name);
    if (feature.type !== 'factor' || !known) return feature;
    const levels = ofSidecar(feature.name, given.sidecar) ?? ofData(feature.name, known, given.data);
    const inR = `in R: levels(data$${feature.name})`;
    if (!levels) {
      const lacks = known.filter((level) => level === undefined).length;
      const what = lacks === 1 && known[0] === undefined ? 'its first level' : 'its levels';
      const expected = `its levels in ${path.parse(given.file).name}.model.json: {"features": {"${feature.name}": {"levels": [...]}}}, ${inR}; or import it with --data training.csv`;
      throw new ModelError(given.file, `the factor "${feature.name}" without ${what}, which the model does not keep`, expected);
    }
    const fits = levels.length === known.length && known.every((level, at) => isLike(level, levels[at]));
    if (!fits) {
      const show = (all: readonly (string | null | undefined)[]) => all.map((level) => level ?? '?').join(', ');
      throw new ModelError(
        `${given.file}, feature "${feature.name}"`,
        `the levels ${show(levels)}`,
        `${show(known)}, as the file has them`,
      );
    }
    return { ...feature, levels };
  });
  return { ...schema, features };
}

function ofSidecar(name: string, { features = {} }: Sidecar): (string | null)[] | undefined {
  return Object.hasOwn(features, name) ? features[name]?.levels : undefined;
}

/** The levels by the training data: the one that the file does not name comes first. */
function ofData(name: string, known: readonly (string | undefined)[], data: TrainingData | undefined): string[] | undefined {
  if (!data) return undefined;
  const values = columnValues(data, name);
  if (known.every((level) => level === undefined)) {
    // To read.csv() of R an empty field of a text is a level: the file says how many there are.
    const isLevel = known.length === values.length + 1 && hasEmpty(data, name);
    return sortLevels(isLevel ? ['', ...values] : values, `${data.file}, column "${name}"`, data.order);
  }
  const likeOf = likeFinder(values);
  const named = known.map((level) => (level === undefined ? undefined : likeOf(level)));
  const taken = new Set(named);
  const others = values.filter((value) => !taken.has(value));
  let next = 0;
  return named.map((level, at) => level ?? (known[at] === undefined ? others[next++] : undefined) ?? '').concat(others.slice(next));
}

/** A schema in which the features that are doubted are codes again where a sidecar gives them a type or levels. */
export function withoutDoubted(schema: Schema, doubted: readonly string[] | undefined, { features: said = {} }: Sidecar): Schema {
  const again = new Set(doubted?.filter((name) => Object.hasOwn(said, name) && (said[name]!.type ?? said[name]!.levels) !== undefined));
  const features = schema.features.map((one): Feature => (again.has(one.name) ? { name: one.name, type: 'number' } : one));
  return again.size === 0 ? schema : { ...schema, features };
}
