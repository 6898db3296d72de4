import type { Linear } from '../../../shared/bodies/linear/predict.ts';
import type { Mixed } from '../../../shared/bodies/mixed/mixed.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Feature, Level, Schema } from '../../../shared/schema/features.ts';
import { dataColumns } from '../../formula/data-columns.ts';
import { deparse } from '../../formula/deparse.ts';
import { argumentsOf, Expander } from '../../formula/expand.ts';
import { readLink } from '../../formula/links.ts';
import type { Terms } from '../../formula/terms.ts';
import { attributesOf, numbersOf, type RValue, typeOf } from '../../rds/values.ts';
import { readDesign } from '../linear/design.ts';
import type { Imported } from '../reader.ts';
import { partBars } from './bars.ts';
import { readEffects } from './effects.ts';
import { ModelFrame } from './frame.ts';
import { type GroupTerms, RandomPart } from './group-terms.ts';

/** A merMod as a schema and its effects. */
export type MixedModel = Omit<Imported, 'body'> & { mixed: Mixed };

/**
 * Turns what lme4's `lmer()` or `glmer()` returned into fixed and random effects, as predict.merMod computes them from new data (lme4,
 * R/predict.R). Throws a ModelError that names what a formula here may not have.
 */
export function readMixed(value: RValue, label: string): MixedModel {
  const slots = attributesOf(value);
  const frame = new ModelFrame(slots.get('frame'), label);
  const call = slots.get('call');
  if (call?.type === 'language' && call.tags.includes('offset'))
    throw new ModelError(label, "an offset beside the formula, which lme4's predict() leaves out", 'offset() in the formula');
  const formula = attributesOf(frame.frame).get('formula');
  const [, side] = (formula && argumentsOf(formula, '~')) ?? [];
  if (!side) throw new ModelError(`${label}'s formula`, typeOf(formula), 'y ~ x + (1 | g)');
  const { fixed, bars } = partBars(side, label);
  if (bars.length === 0) throw new ModelError(`${label}'s formula`, 'no random effects', '(1 | g)');
  const random = new RandomPart(bars, frame, label);
  const terms = fixedTerms(fixed, frame, label);
  const known = readEffects(slots, label);
  const matrix = fieldsOf(slots.get('pp'), `${label}'s pp`).get('X');
  const levels = (variables: Terms['variables']) =>
    new Map(
      variables.flatMap((variable): [string, Level[]][] => (frame.levels(variable) ? [[variable.name, frame.levels(variable)!]] : [])),
    );
  let groups: GroupTerms = { terms: [], keys: [], effects: [] };
  const { environment } = frame;
  const design = readDesign(
    {
      terms: {
        terms: { ...terms, ...(environment ? { environment } : {}), data: dataColumns(call, environment) },
        levels: levels(terms.variables),
      },
      ...{ contrasts: matrix && attributesOf(matrix).get('contrasts'), frame: frame.frame, call },
      beside: {
        ...{ variables: random.variables, levels: levels(random.variables) },
        read: (reader) => {
          groups = random.read(reader, known);
        },
      },
    },
    label,
  );
  const { columns, coefficients } = fixedColumns(slots, matrix, design.columns, label);
  const isGlm = fieldsOf(slots.get('resp'), `${label}'s resp`).has('family');
  const linear: Linear = { columns, coefficients, offsets: design.offsets, ...(isGlm ? linkOf(slots, call, label) : { link: 'identity' }) };
  const fixedNames = new Set(terms.variables.map(({ name }) => name));
  const isNew = (name: string) => random.groupsOnly.has(name) && !fixedNames.has(name);
  const schema: Schema = {
    ...{ kind: 'regression', takesMissing: false, types: isGlm ? ['response', 'link'] : ['response'] },
    features: design.features.map((feature) => groupFeature(feature, frame, random.groupNames.includes(feature.name), isNew(feature.name))),
    takes: ['random', 'allowNewLevels'],
  };
  return {
    ...{ schema, isOfFused: design.isOfFused, read: design.read, ...(design.steps.length > 0 ? { steps: design.steps } : {}) },
    mixed: { fixed: linear, terms: groups.terms, keys: Float64Array.from(groups.keys), effects: Float64Array.from(groups.effects) },
    call: call?.type === 'language' ? deparse(call) : isGlm ? 'glmer' : 'lmer',
  };
}

/** The terms of the fixed effects, which the file has only in a formula. */
function fixedTerms(fixed: RValue, frame: ModelFrame, label: string): Terms {
  const table = new Expander(`${label}'s formula`);
  const { factors, intercept, offsets } = table.expand(fixed);
  const variables = frame.variables(table.variables, 'predvars.fixed');
  return { variables, factors, intercept, offsets };
}

/** The columns that have a coefficient: lmer() takes out those that depend on others. */
function fixedColumns(slots: ReadonlyMap<string, RValue>, matrix: RValue | undefined, all: Expression[][], label: string) {
  const dropped = matrix && attributesOf(matrix).get('col.dropped');
  const gone = new Set(dropped ? Array.from<number>(numbersOf(dropped, `${label}'s dropped columns`)) : []);
  const columns = all.filter((_, at) => !gone.has(at + 1));
  const coefficients = Float64Array.from(numbersOf(slots.get('beta'), `${label}'s beta`));
  if (coefficients.length !== columns.length)
    throw new ModelError(`${label}'s beta`, String(coefficients.length), `${columns.length}, one a column of its formula`);
  return { columns, coefficients };
}

/** The fields of an object of a reference class. */
function fieldsOf(value: RValue | undefined, label: string): ReadonlyMap<string, RValue> {
  const environment = value && attributesOf(value).get('.xData');
  if (environment?.type === 'opaque' && environment.fields) return environment.fields;
  throw new ModelError(label, typeOf(value), "an object of lme4's, saved whole");
}

/** The link of a glmer's family, checked against the fitted values as a glm's. */
function linkOf(slots: ReadonlyMap<string, RValue>, call: RValue | undefined, label: string): Pick<Linear, 'link' | 'lambda'> {
  const fields = fieldsOf(slots.get('resp'), `${label}'s resp`);
  const parts: [string, RValue | undefined][] = [
    ['family', fields.get('family')],
    ['linear.predictors', fields.get('eta')],
    ['fitted.values', fields.get('mu')],
    ['call', call],
  ];
  const there = parts.filter((part): part is [string, RValue] => part[1] !== undefined);
  const names: RValue = { type: 'character', values: there.map(([name]) => name) };
  return readLink({ type: 'list', values: there.map(([, part]) => part), attributes: new Map([['names', names]]) }, label);
}

/** A feature that makes groups starts at the group of the first training row; a factor that makes nothing else takes other labels. */
function groupFeature(feature: Feature, frame: ModelFrame, isGroup: boolean, isNew: boolean): Feature {
  if (!isGroup) return feature;
  const first = frame.first(feature.name);
  const started = first === undefined ? feature : ({ ...feature, default: first } as Feature);
  return isNew && started.type === 'factor' ? { ...started, others: 'new' } : started;
}
