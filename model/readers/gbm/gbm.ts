import type { Boosting } from '../../../shared/bodies/boosting/boosting.ts';
import type { Objective } from '../../../shared/bodies/boosting/transforms.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Feature, Level, Schema } from '../../../shared/schema/features.ts';
import { dataColumns } from '../../formula/data-columns.ts';
import { deparse } from '../../formula/deparse.ts';
import { FormulaReader } from '../../formula/formula.ts';
import { readTerms } from '../../formula/terms.ts';
import { element, levelsOf, listOf, numbersOf, type RValue, textOf, textsOf } from '../../rds/values.ts';
import { readTrees, type SplitVariable } from './trees.ts';

/** A gbm object as a schema and a body; `inputs` where its formula computes something, log(x) say. */
export type GbmModel = { schema: Schema; boosting: Boosting; inputs?: Expression[]; call: string; cover?: Float64Array };

const MAX_VARIABLES = 65_535;

/** From the link to the response, by distribution (R/predict.gbm.R); all others answer the link. */
const RESPONSES: Record<string, Objective> = {
  bernoulli: { transform: 'sigmoid', parameter: 1 },
  pairwise: { transform: 'sigmoid', parameter: 1 },
  adaboost: { transform: 'sigmoid', parameter: 2 },
  poisson: { transform: 'exp' },
  multinomial: { transform: 'shares' },
};
const IDENTITY = ['gaussian', 'laplace', 'tdist', 'huberized', 'coxph', 'quantile'];

/** A variable of the model: what it is of a row, and its levels where it is a factor. */
type Variable = { name: string; levels: Level[] | undefined; split: SplitVariable };

/**
 * Turns what `gbm()` or `gbm.fit()` returned into boosted trees: the start value, then the trees in their order, in doubles. Throws a
 * ModelError.
 */
export function readGbm(value: RValue, label: string): GbmModel {
  const variables = readVariables(value, label);
  const distribution = element(value, 'distribution');
  const name = textOf(distribution && element(distribution, 'name'), `${label}'s distribution`);
  const objective = Object.hasOwn(RESPONSES, name) ? RESPONSES[name]! : { transform: 'identity' };
  if (!Object.hasOwn(RESPONSES, name) && !IDENTITY.includes(name))
    throw new ModelError(`${label}'s distribution`, name, [...IDENTITY, ...Object.keys(RESPONSES)].join(', '));
  const each = classCount(value, label);
  const { cover, ...trees } = readTrees(
    value,
    variables.map(({ split }) => split),
    label,
  );
  const count = trees.roots.length - 1;
  if (count % each !== 0) throw new ModelError(`${label}'s trees`, String(count), `a multiple of its ${each} classes`);
  const classes = name === 'multinomial' ? textsOf(element(value, 'classes'), `${label}'s classes`) : undefined;
  if (classes ? classes.length !== each : each !== 1) throw new ModelError(`${label}'s classes`, String(classes?.length ?? 0), `${each}`);
  const [start] = numbersOf(element(value, 'initF'), `${label}'s initF`);
  if (start === undefined || Number.isNaN(start)) throw new ModelError(`${label}'s initF`, String(start), 'a number');
  const { features, inputs } = readFeatures(value, variables, label);
  const rounds = count / each;
  const schema: Schema = {
    kind: classes ? 'probability' : 'regression',
    features,
    ...(classes ? { classes } : {}),
    takesMissing: true,
    types: ['response', 'link'],
    takes: ['nTrees'],
    rounds: { all: rounds, used: usedRounds(value, rounds, label), trees: each },
    ...(each > 1 ? { margins: each } : {}),
  };
  const boosting: Boosting = {
    ...{ precision: 'double', compare: 'less', ...trees, width: 1, objective },
    base: new Float64Array(each).fill(start),
    ...(each > 1 ? { group: Uint16Array.from({ length: count }, (_, tree) => tree % each) } : {}),
  };
  const call = element(value, 'call');
  const made = call?.type === 'language' ? deparse(call) : 'gbm';
  return { schema, boosting, ...(inputs ? { inputs } : {}), call: made, ...(cover ? { cover } : {}) };
}

/** The rounds that R's predict() takes where nobody says how many: the best by the test rows, or by cross-validation, or all (predict.gbm.R). */
function usedRounds(value: RValue, all: number, label: string): number {
  const numbers = (member: string) => {
    const found = element(value, member);
    return found ? numbersOf(found, `${label}'s ${member}`) : [];
  };
  const [fraction = 1] = numbers('train.fraction');
  const errors = Array.from(numbers(fraction < 1 ? 'valid.error' : 'cv.error'));
  const least = errors.reduce((one, other) => (other < one ? other : one), Number.POSITIVE_INFINITY);
  const best = errors.indexOf(least) + 1;
  return best > 0 ? Math.min(best, all) : all;
}

/** The number of classes; objects of version 1.6 have none. */
function classCount(value: RValue, label: string): number {
  const member = element(value, 'num.classes');
  if (!member) return 1;
  const [count] = numbersOf(member, `${label}'s num.classes`);
  if (count !== undefined && Number.isInteger(count) && count >= 1 && count <= MAX_VARIABLES) return count;
  throw new ModelError(`${label}'s num.classes`, String(count), 'a whole number above 0');
}

/** The variables in the order of the trees' places. An ordered factor is split at thresholds between its codes, which are 0, 1, 2... in gbm. */
function readVariables(value: RValue, label: string): Variable[] {
  const names = textsOf(element(value, 'var.names'), `${label}'s var.names`);
  if (names.length === 0 || names.length > MAX_VARIABLES)
    throw new ModelError(`${label}'s var.names`, String(names.length), `1 to ${MAX_VARIABLES}`);
  const types = numbersOf(element(value, 'var.type'), `${label}'s var.type`);
  const levels = listOf(element(value, 'var.levels'), `${label}'s var.levels`);
  if (types.length !== names.length || levels.length !== names.length)
    throw new ModelError(`${label}'s var.type and var.levels`, `${types.length} and ${levels.length}`, String(names.length));
  return names.map((name, place): Variable => {
    const ofVariable = levels[place]!;
    const isFactor = ofVariable.type === 'character';
    const isCategory = types[place] !== 0;
    if (isCategory && !isFactor) throw new ModelError(`${label}'s var.levels[[${place + 1}]]`, 'no levels', 'those of a factor');
    const found = isFactor ? levelsOf(ofVariable, `${label}'s var.levels[[${place + 1}]]`) : undefined;
    // Thresholds between the codes 0, 1, 2 ... are halves: 1 more is exact.
    return { name, levels: found, split: { levels: found?.length ?? 0, isCategory, shift: found && !isCategory ? 1 : 0 } };
  });
}

/** What R writes for some characters between backticks (R, deparse.c and EncodeString). */
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

/** The column that a term's label names: R writes a name that is none in R's grammar between backticks, and some characters by a backslash. */
function columnOf(term: string): string {
  if (!(term.length > 2 && term.startsWith('`') && term.endsWith('`'))) return term;
  return term.slice(1, -1).replaceAll(/\\([ntrabfv\\`"'])/g, (_, one: string) => ESCAPES[one] ?? one);
}

/** The features of a row, and, where the formula computes something of them, the expressions that give the variables. */
function readFeatures(value: RValue, named: Variable[], label: string): { features: Feature[]; inputs?: Expression[] } {
  const terms = element(value, 'Terms');
  const read = terms && readTerms(terms, `${label}'s Terms`);
  // The columns of gbm's frame are the variables of x:z, and not their product, though the column has the name x:z.
  if (read?.factors.some((codes) => codes.filter((code) => code > 0).length > 1))
    throw new ModelError(`${label}'s formula`, 'an interaction, for which gbm takes a column of its variables', 'their product: I(x * z)');
  const variables = read ? named.map((one) => ({ ...one, name: columnOf(one.name) })) : named;
  // R's predict() goes by the terms' labels: scale(x) has another centre with each request, and not that of training, which the terms keep.
  const written = (read?.variables ?? []).map((variable) => ({ ...variable, value: variable.source }));
  const known = new Map(written.map((variable) => [variable.name, variable]));
  const plain = ({ name, levels }: Variable): Feature => (levels ? { name, type: 'factor', levels } : { name, type: 'number' });
  const isPlain = variables.every(({ name }) => (known.get(name)?.value.type ?? 'symbol') === 'symbol');
  if (!read || isPlain) return { features: variables.map(plain) };
  const levels = new Map(
    variables.flatMap(({ name, levels: ofVariable }): [string, Level[]][] => (ofVariable ? [[name, ofVariable]] : [])),
  );
  const names = new Set(variables.map(({ name }) => name));
  const used = written.filter(({ name }) => names.has(name));
  const data = dataColumns(element(value, 'call'), read.environment);
  const reader = new FormulaReader({ ...read, variables: used, data }, levels, `${label}'s formula`);
  const inputs = variables.map(({ name, levels: ofVariable }) => {
    const variable = known.get(name);
    if (!variable) throw new ModelError(`${label}'s Terms`, `no variable ${name}`, 'each of its var.names');
    if (ofVariable && variable.value.type !== 'symbol')
      throw new ModelError(`${label}'s formula`, name, 'factors that stand alone: make the factor in the data before gbm()');
    const columns = ofVariable ? [reader.category(variable, ofVariable)] : reader.columns(variable);
    if (columns.length !== 1) throw new ModelError(`${label}'s formula`, `${columns.length} columns of ${name}`, 'one a variable');
    return columns[0]!;
  });
  return { features: reader.features, inputs };
}
