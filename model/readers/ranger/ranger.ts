import { checkForest, type Forest } from '../../../shared/bodies/forest/forest.ts';
import { ModelError } from '../../../shared/errors.ts';
import { firstRepeated } from '../../../shared/schema/distinct.ts';
import type { Feature, Kind, Schema } from '../../../shared/schema/features.ts';
import type { AnswerType, ParameterName } from '../../../shared/schema/parameter-table.ts';
import { deparse } from '../../formula/deparse.ts';
import { classOf, element, levelsOf, listOf, numbersOf, type RValue, textOf, textsOf, typeOf } from '../../rds/values.ts';
import { ClassPlaces } from './class-places.ts';
import { readInbag, readObserved } from './extras.ts';
import { convertOldForest } from './old-forest.ts';
import { joinTrees, readTrees } from './trees.ts';

/** ranger's `treetype` and the kind of model it is here. */
const KINDS: Record<string, Kind> = {
  Regression: 'regression',
  Classification: 'classification',
  'Probability estimation': 'probability',
  Survival: 'survival',
};
const MAX_FEATURES = 65_535;

/** A ranger object as a schema (types as far as the file has them) and a forest. */
export type RangerModel = { schema: Schema; forest: Forest; call: string; version: string };

/**
 * Turns what `ranger()` returned (or its `$forest`) into a forest, by ranger's field names (R/ranger.R and
 * src/rangerCpp.cpp). Throws a ModelError for what is not a forest of a kind served here.
 */
export function readRanger(value: RValue, label: string): RangerModel {
  const classes = classOf(value);
  const found = classes.includes('ranger.forest') ? value : element(value, 'forest');
  if (!classes.includes('ranger') && !classes.includes('ranger.forest')) {
    throw new ModelError(
      label,
      classes.length > 0 ? `an object of class ${classes.join(', ')}` : 'an object without a class',
      'a ranger forest',
    );
  }
  if (!found) throw new ModelError(label, 'a ranger object without its forest', 'one grown with write.forest = TRUE');
  const names = textsOf(element(found, 'independent.variable.names'), `${label}'s independent.variable.names`);
  const forest = convertOldForest(found, names.length, label);
  const treetype = textOf(element(forest, 'treetype'), `${label}'s treetype`);
  const kind = KINDS[treetype];
  if (!kind) throw new ModelError(label, `a forest of the type ${treetype}`, `one of ${Object.keys(KINDS).join(', ')}`);
  const { schema, places } = readSchema(forest, kind, label);
  const trees = readTrees(forest, schema, places, label);
  const out: Forest = joinTrees(forest, trees, schema, places, label);
  const observed = kind === 'regression' ? readObserved(value, trees, label) : undefined;
  const inbag = readInbag(value, trees.length, label);
  if (observed) out.observed = observed;
  if (inbag && (kind === 'regression' || kind === 'probability')) out.inbag = inbag;
  checkForest(out, label);
  const call = element(value, 'call');
  return {
    schema: withAnswers(schema, out),
    forest: out,
    call: call?.type === 'language' ? deparse(call) : 'ranger',
    version: versionOf(value, forest, out),
  };
}

/** Which ranger made a forest: its file does not say, but each version added something (NEWS.md). */
function versionOf(value: RValue, forest: RValue, { missing }: Forest): string {
  if (element(forest, 'dependent.varID')) return 'ranger before 0.11.5';
  if (missing) return 'ranger 0.16.4 or newer';
  if (element(value, 'dependent.variable.name')) return 'ranger 0.16.0 or newer';
  return element(forest, 'num.samples.nodes') ? 'ranger 0.15.4 or newer' : 'ranger 0.11.5 or newer';
}

/** A schema with what predict() of ranger answers for such a forest, and the parameters that it takes. */
function withAnswers(schema: Schema, forest: Forest): Schema {
  const types: AnswerType[] = ['response'];
  const takes: ParameterName[] = ['predictAll', 'numTrees'];
  if (schema.kind === 'survival') types.push('chf');
  types.push('terminalNodes');
  if (forest.observed) {
    types.push('quantiles');
    takes.push('quantiles');
  }
  if (forest.inbag) {
    types.push('se');
    takes.push('seMethod');
  }
  if (schema.kind === 'classification') takes.push('seed');
  return { ...schema, takesMissing: forest.missing !== undefined, types, takes };
}

/** The schema, and where it has classes, the place of each of ranger's class values among them. */
function readSchema(forest: RValue, kind: Kind, label: string): { schema: Schema; places: ClassPlaces | undefined } {
  const names = textsOf(element(forest, 'independent.variable.names'), `${label}'s independent.variable.names`);
  if (names.length === 0 || names.length > MAX_FEATURES) throw new ModelError(label, `${names.length} features`, `1 to ${MAX_FEATURES}`);
  checkUnique(names, `${label}'s independent.variable.names`);
  const levels = element(forest, 'covariate.levels');
  if (levels && listOf(levels, `${label}'s covariate.levels`).length !== names.length) {
    throw new ModelError(`${label}'s covariate.levels`, typeOf(levels), `one element for each of ${names.length} features`);
  }
  const features = names.map((name, at): Feature => {
    const given = levels?.type === 'list' ? levels.values[at] : undefined;
    if (given?.type !== 'character') return { name, type: 'number' };
    return { name, type: 'factor', levels: levelsOf(given, `${label}'s levels of ${name}`) };
  });
  const trees = Number(numbersOf(element(forest, 'num.trees'), `${label}'s num.trees`)[0]);
  const schema: Schema = { kind, features, takesMissing: false, trees };
  if (kind === 'regression') return { schema, places: undefined };
  if (kind === 'survival') {
    schema.times = Array.from(numbersOf(element(forest, 'unique.death.times'), `${label}'s unique.death.times`));
    return { schema, places: undefined };
  }
  const labels = element(forest, 'levels');
  const texts = labels === undefined ? undefined : textsOf(labels, `${label}'s levels`);
  const values = numbersOf(element(forest, 'class.values'), `${label}'s class.values`);
  const places = new ClassPlaces(values, texts !== undefined, `${label}'s class.values`);
  schema.classes = Array.from(places.codes, (value) => {
    if (!texts) return String(value);
    const text = texts[value - 1];
    if (text === undefined) throw new ModelError(label, `class value ${value}`, `1 to ${texts.length}, as there are levels`);
    return text;
  });
  checkUnique(schema.classes, `${label}'s levels`);
  return { schema, places };
}

/** Throws where a name stands twice. */
export function checkUnique(names: readonly string[], label: string): void {
  const at = firstRepeated(names);
  if (at !== -1) throw new ModelError(label, `${JSON.stringify(names[at])} twice`, 'each once');
}
