import type { Expression } from '../../shared/expressions/expressions.ts';
import type { Level } from '../../shared/schema/features.ts';
import type { RValue } from '../rds/values.ts';
import { constantsOf } from './constants.ts';
import type { FeatureTable } from './feature-table.ts';
import type { FactorCall, PartReader } from './levels.ts';

/** Most factors of one interaction(), and most combinations of their levels. */
const MAX_FACTORS = 10;
const MAX_COMBINATIONS = 1_000_000;

/** Arguments of interaction() that are no factors. They change the order of the levels or leave some out, which the model's levels show. */
const OPTIONS = ['drop', 'sep', 'lex.order'];

/** interaction(f, g): the place of the levels, joined by `sep`, among the model's. A combination that training did not have has no place. */
export function interactionLevels({ value, args, levels }: FactorCall, reader: PartReader, features: FeatureTable): Expression {
  const factors = args.filter(({ tag }) => tag === undefined || !OPTIONS.includes(tag)).map((argument) => argument.value);
  const given = args.find(({ tag }) => tag === 'sep');
  const sep = given ? constantsOf(given.value)?.[0] : '.';
  if (factors.length < 2 || factors.length > MAX_FACTORS || typeof sep !== 'string' || sep === '')
    throw reader.fail(value, 'interaction() of another form', `interaction(f, g), of 2 to ${MAX_FACTORS} factors`);
  const eachLevels = levelsOfEach(factors, levels, sep, features);
  if (!eachLevels) {
    const expected = 'factors that stand alone in the formula too, or another sep';
    throw reader.fail(value, `levels that "${sep}" does not part into ${factors.length}`, expected);
  }
  const size = eachLevels.reduce((product, { length }) => product * (length + 1), 1);
  if (size > MAX_COMBINATIONS) throw reader.fail(value, `${size} combinations of levels`, `at most ${MAX_COMBINATIONS}`);
  const known = new Map(levels.map((level, at): [Level, number] => [level, at + 1]));
  // A number with a digit for each factor, whose 0 is a level that is not known.
  const labels = eachLevels.reduce<(string | undefined)[]>(
    (before, each) => before.flatMap((text) => [undefined, ...each].map((level) => joined(text, level, sep))),
    [''],
  );
  const values = labels.map((label) => (label === undefined ? 0 : (known.get(label.slice(sep.length)) ?? 0)));
  const place = factors.reduce<Expression>((sum, factor, at) => {
    const code = reader.labelled(factor, eachLevels[at] as Level[]);
    return { call: '+', of: [{ call: '*', of: [sum, (eachLevels[at] as Level[]).length + 1] }, code] };
  }, 0);
  return { table: { call: '+', of: [place, 1] }, values };
}

function joined(text: string | undefined, level: Level | undefined, sep: string): string | undefined {
  return text === undefined || level === undefined || level === null ? undefined : `${text}${sep}${level}`;
}

/** The levels of each factor: those that the formula has, else the parts of the interaction's levels; undefined where these do not tell. */
function levelsOfEach(factors: RValue[], levels: Level[], sep: string, features: FeatureTable): Level[][] | undefined {
  const known = factors.map((factor) => {
    const feature = factor.type === 'symbol' ? features.featureOf(factor.name) : undefined;
    if (feature?.type === 'logical') return ['FALSE', 'TRUE'];
    return feature?.type === 'factor' ? feature.levels : undefined;
  });
  if (known.every((one) => one !== undefined)) return known as Level[][];
  const parts = levels.map((level) => level?.split(sep) ?? []);
  if (!parts.every(({ length }) => length === factors.length)) return undefined;
  return factors.map((factor, at) => {
    const found = known[at] ?? [...new Set(parts.map((part) => part[at] as string))];
    // A name that nothing else tells of is a factor or text with these labels.
    if (!known[at] && factor.type === 'symbol' && !features.has(factor.name)) features.add(featureOf(factor.name, found));
    return found;
  });
}

function featureOf(name: string, levels: Level[]): Parameters<FeatureTable['add']>[0] {
  const numbers = levels.map((level) => (level === null || level.trim() === '' ? Number.NaN : Number(level)));
  if (numbers.every(Number.isFinite)) {
    // Too many to be arguments of one call.
    const [least, most] = [numbers.reduce((one, other) => Math.min(one, other)), numbers.reduce((one, other) => Math.max(one, other))];
    return { name, type: 'number', range: [least, most], default: numbers[0] as number };
  }
  const isLogical = levels.every((level) => level === 'TRUE' || level === 'FALSE');
  return isLogical ? { name, type: 'logical' } : { name, type: 'factor', levels };
}
