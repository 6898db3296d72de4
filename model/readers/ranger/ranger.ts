import { checkForest, type Forest } from '../../../shared/bodies/forest/forest.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { AnswerType, Feature, Kind, ParameterName, Schema } from '../../../shared/schema/features.ts';
import { deparse } from '../../formula/deparse.ts';
import { classOf, element, levelsOf, listOf, numbersOf, type RValue, textOf, textsOf, typeOf } from '../../rds/values.ts';
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

/** A ranger object as a schema (types as far as the file tells them) and a forest. */
export type RangerModel = { schema: Schema; forest: Forest; call: string; version: string };

/**
 * Turns what `ranger()` returned (or its `$forest`) into a forest, by ranger's own field names (R/ranger.R and
 * src/rangerCpp.cpp). Throws a ModelError for what is not a forest of a kind served here.
 */
export function readRanger(value: RValue, thing: string): RangerModel {
  const classes = classOf(value);
  const found = classes.includes('ranger.forest') ? value : element(value, 'forest');
  if (!classes.includes('ranger') && !classes.includes('ranger.forest')) {
    throw new ModelError(
      thing,
      classes.length > 0 ? `an object of class ${classes.join(', ')}` : 'an object without a class',
      'a ranger forest',
    );
  }
  if (!found) throw new ModelError(thing, 'a ranger object without its forest', 'one grown with write.forest = TRUE');
  const names = textsOf(element(found, 'independent.variable.names'), `${thing}'s independent.variable.names`);
  const forest = convertOldForest(found, names.length, thing);
  const treetype = textOf(element(forest, 'treetype'), `${thing}'s treetype`);
  const kind = KINDS[treetype];
  if (!kind) throw new ModelError(thing, `a forest of the type ${treetype}`, `one of ${Object.keys(KINDS).join(', ')}`);
  const { schema, places } = readSchema(forest, kind, thing);
  const trees = readTrees(forest, schema, places, thing);
  const out: Forest = joinTrees(forest, trees, schema, places, thing);
  const observed = kind === 'regression' ? readObserved(value, trees, thing) : undefined;
  const inbag = readInbag(value, trees.length, thing);
  if (observed) out.observed = observed;
  if (inbag && (kind === 'regression' || kind === 'probability')) out.inbag = inbag;
  checkForest(out, thing);
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

/** The schema, and for each of ranger's class values its place among the classes as R's predict() gives them. */
function readSchema(forest: RValue, kind: Kind, thing: string): { schema: Schema; places: Map<number, number> } {
  const names = textsOf(element(forest, 'independent.variable.names'), `${thing}'s independent.variable.names`);
  if (names.length === 0 || names.length > MAX_FEATURES) throw new ModelError(thing, `${names.length} features`, `1 to ${MAX_FEATURES}`);
  checkUnique(names, `${thing}'s independent.variable.names`);
  const levels = element(forest, 'covariate.levels');
  if (levels && listOf(levels, `${thing}'s covariate.levels`).length !== names.length) {
    throw new ModelError(`${thing}'s covariate.levels`, typeOf(levels), `one element for each of ${names.length} features`);
  }
  const features = names.map((name, at): Feature => {
    const own = levels?.type === 'list' ? levels.values[at] : undefined;
    if (own?.type !== 'character') return { name, type: 'number' };
    return { name, type: 'factor', levels: levelsOf(own, `${thing}'s levels of ${name}`) };
  });
  const trees = Number(numbersOf(element(forest, 'num.trees'), `${thing}'s num.trees`)[0]);
  const schema: Schema = { kind, features, takesMissing: false, trees };
  const places = new Map<number, number>();
  if (kind === 'regression') return { schema, places };
  if (kind === 'survival') {
    schema.times = Array.from(numbersOf(element(forest, 'unique.death.times'), `${thing}'s unique.death.times`));
    return { schema, places };
  }
  const values = Array.from(numbersOf(element(forest, 'class.values'), `${thing}'s class.values`));
  if (values.length === 0 || !values.every(Number.isFinite)) {
    throw new ModelError(`${thing}'s class.values`, values.length === 0 ? 'none' : values.join(', ').slice(0, 100), 'numbers');
  }
  const labels = element(forest, 'levels');
  const texts = labels === undefined ? undefined : textsOf(labels, `${thing}'s levels`);
  // predict.ranger.forest (R/predict.R) orders probabilities by level; where there are no levels, they stay as they come.
  const ordered = texts ? [...values].sort((a, b) => a - b) : values;
  for (const value of values) places.set(value, 0);
  if (places.size !== values.length) checkUnique(values, `${thing}'s class.values`);
  for (const [place, value] of ordered.entries()) places.set(value, place);
  schema.classes = ordered.map((value) => {
    if (!texts) return String(value);
    const label = texts[value - 1];
    if (label === undefined) throw new ModelError(thing, `class value ${value}`, `1 to ${texts.length}, as there are levels`);
    return label;
  });
  checkUnique(schema.classes, `${thing}'s levels`);
  return { schema, places };
}

/** Throws where a name or value stands twice. */
export function checkUnique(values: (string | number)[], thing: string): void {
  // One pass by what is compiled already; which one it is matters only where there is one.
  if (new Set(values).size === values.length) return;
  const seen = new Set<string | number>();
  for (const value of values) {
    if (seen.has(value)) throw new ModelError(thing, `${JSON.stringify(value)} twice`, 'each once');
    seen.add(value);
  }
}
