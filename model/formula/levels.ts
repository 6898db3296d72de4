import type { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import type { Level } from '../../shared/schema/features.ts';
import type { RValue } from '../rds/values.ts';
import { type Argument, areTruths, type Call, constantsOf, finite, matchArguments } from './constants.ts';
import { cutLabels } from './cut.ts';
import { deparse } from './deparse.ts';
import type { FeatureTable } from './feature-table.ts';
import { labelsOf } from './labels.ts';

/** Most breaks of one cut(). */
const MAX_BREAKS = 100_001;
/** The arguments of factor() and of cut(), in their order. */
const FACTOR = ['x', 'levels', 'labels', 'exclude', 'ordered'];
const CUT = ['x', 'breaks', 'labels', 'include.lowest', 'right', 'dig.lab', 'ordered_result'];

/** A call that makes a factor, and the levels that the model knows of it. */
export type FactorCall = { value: Call; args: Argument[]; levels: Level[] };
/** What reads the parts of such a call. */
export type PartReader = {
  number(value: RValue): Expression;
  labelled(value: RValue, levels: Level[]): Expression;
  fail(value: RValue, found: string, expected: string): ModelError;
};

/** factor(x, levels = c(...), labels = c(...)); undefined where the labels are those of x. Without levels R would draw them from each request. */
export function relabelled({ value, args, levels }: FactorCall, reader: PartReader, features: FeatureTable): Expression | undefined {
  const given = matchArguments(args, FACTOR, (found, expected) => reader.fail(value, found, expected));
  if (given.exclude && given.exclude.type !== 'null') throw reader.fail(value, `exclude in ${deparse(value).split('(')[0]}()`, 'levels');
  if (given.x?.type === 'symbol' && areTruths(given.levels) && !features.has(given.x.name))
    features.add({ name: given.x.name, type: 'logical' });
  if (!given.labels) return undefined;
  const [from, to] = [labelsOf(given.levels), labelsOf(given.labels)];
  if (!given.x || !from || from.length !== to?.length)
    throw reader.fail(value, 'labels without as many levels', 'levels = c(...), labels = c(...)');
  const known = new Set<Level>(to);
  if (levels.some((level) => !known.has(level)))
    throw reader.fail(value, `the levels ${levels.slice(0, 10).join(', ')}`, to.slice(0, 10).join(', '));
  return placed(reader.labelled(given.x, from), to, levels);
}

/** cut(x, breaks = c(...)): its intervals by their labels, since unused ones have no level. */
export function cutLevels({ value, args, levels }: FactorCall, reader: PartReader): Expression {
  const given = matchArguments(args, CUT, (found, expected) => reader.fail(value, found, expected));
  const breaks = constantsOf(given.breaks)?.map(Number);
  if (breaks && breaks.length > MAX_BREAKS) throw reader.fail(value, `${breaks.length} breaks`, `at most ${MAX_BREAKS}`);
  const truth = (name: string, standard: boolean) => {
    const argument = given[name];
    return argument === undefined ? standard : constantsOf(argument)?.[0] === 1;
  };
  const digits = given['dig.lab'] === undefined ? 3 : Number(constantsOf(given['dig.lab'])?.[0]);
  if (!given.x || !breaks || breaks.length < 2 || breaks.some(Number.isNaN)) {
    throw reader.fail(value, 'cut() without the numbers of its breaks', 'breaks = c(...), as a count of them depends on the data');
  }
  const [right, lowest] = [truth('right', true), truth('include.lowest', false)];
  breaks.sort((a, b) => a - b);
  const labels = given.labels === undefined ? cutLabels(breaks, { right, lowest, digits }) : labelsOf(given.labels);
  if (labels?.length !== breaks.length - 1) throw reader.fail(value, 'cut() with other labels', 'one for each interval');
  const known = new Set<Level>(labels);
  if (levels.some((level) => !known.has(level)))
    throw reader.fail(value, `the levels ${levels.slice(0, 10).join(', ')}`, labels.slice(0, 10).join(', '));
  return placed({ interval: reader.number(given.x), breaks: breaks.map(finite), right, lowest }, labels, levels);
}

/** The place among `levels` of a label whose place among `labels` is known. */
function placed(place: Expression, labels: string[], levels: Level[]): Expression {
  const places = new Map(levels.map((level, at): [Level, number] => [level, at + 1]));
  return { table: place, values: labels.map((label) => places.get(label) ?? 0) };
}
