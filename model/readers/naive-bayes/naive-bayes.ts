import type { NaiveBayes } from '../../../shared/bodies/naive-bayes/naive-bayes.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { COLUMNS } from '../../../shared/steps/columns.ts';
import { type BoundStep, stepOf } from '../../../shared/steps/kind.ts';
import { deparse } from '../../formula/deparse.ts';
import { attributesOf, element, listOf, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import { naiveBayesMeans } from './means.ts';

/** A naiveBayes as a schema, a step where a logical is a level, and its tables. */
export type NaiveBayesModel = { schema: Schema; steps?: BoundStep[]; naiveBayes: NaiveBayes; means?: Float64Array; call: string };

type Table = { feature: Feature; width: number; cells: number[] };

/** Where a normal distribution has nearly all of its values, in standard deviations from the mean. */
const WIDE = 2;

/** Turns what e1071's naiveBayes() returned into tables (e1071, R/naiveBayes.R). Throws a ModelError that names what is wrong. */
export function readNaiveBayes(value: RValue, label: string): NaiveBayesModel {
  const apriori = Float64Array.from(numbersOf(element(value, 'apriori'), `${label}'s apriori`));
  const classes = classesOf(element(value, 'levels'), label);
  if (apriori.length !== classes.length) throw new ModelError(`${label}'s apriori`, `${apriori.length} counts`, `${classes.length}`);
  const found = element(value, 'tables');
  const names = textsOf(found && attributesOf(found).get('names'), `${label}'s tables`);
  const isNumeric = element(value, 'isnumeric');
  if (!isNumeric) throw new ModelError(`${label}'s isnumeric`, 'nothing', 'a model of e1071 1.7 or newer');
  const flags = numbersOf(isNumeric, `${label}'s isnumeric`);
  const tables = listOf(found, `${label}'s tables`).map((table, at) => {
    const name = names[at] as string;
    return readTable(table, { name, isNumber: flags[at] === 1, classes: classes.length }, `${label}'s table of ${name}`);
  });
  const features = tables.map(({ feature }) => feature);
  const schema: Schema = { kind: 'classification', features, classes, takesMissing: true, types: ['class', 'prob'] };
  const call = element(value, 'call');
  const naiveBayes = {
    apriori,
    widths: Uint32Array.from(tables, ({ width }) => width),
    tables: Float64Array.from(tables.flatMap(({ cells }) => cells)),
  };
  const means = naiveBayesMeans(schema, naiveBayes);
  return {
    ...{ schema, ...stepsOf(features), naiveBayes },
    ...(means?.every(Number.isFinite) ? { means } : {}),
    call: call?.type === 'language' ? deparse(call) : 'naiveBayes',
  };
}

/** The classes: R keeps those of a logical as FALSE and TRUE, and none of texts, for which its predict() has no class. */
function classesOf(levels: RValue | undefined, label: string): string[] {
  if (levels?.type === 'logical') return ['FALSE', 'TRUE'];
  if (levels) return textsOf(levels, `${label}'s levels`);
  throw new ModelError(`${label}'s levels`, 'none, as of an outcome of texts', 'a factor as the outcome');
}

type Context = { name: string; isNumber: boolean; classes: number };

function readTable(table: RValue, { name, isNumber, classes }: Context, label: string): Table {
  const cells = Array.from(numbersOf(table, label));
  const [rows, width] = Array.from(numbersOf(attributesOf(table).get('dim'), `${label}'s dim`)) as [number, number];
  if (rows !== classes || cells.length !== rows * width) throw new ModelError(label, `${rows} rows`, `${classes}, one a class`);
  if (!cells.every(Number.isFinite)) throw new ModelError(label, 'a class without values', 'at least two training rows of each class');
  if (isNumber) {
    if (width !== 2) throw new ModelError(label, `${width} columns`, 'mean and standard deviation');
    const [means, deviations] = [cells.slice(0, rows), cells.slice(rows)];
    const least = means.reduce((most, mean, at) => Math.min(most, mean - WIDE * deviations[at]!), Number.POSITIVE_INFINITY);
    const most = means.reduce((greatest, mean, at) => Math.max(greatest, mean + WIDE * deviations[at]!), Number.NEGATIVE_INFINITY);
    return { feature: { name, type: 'number', range: [least, most] }, width, cells };
  }
  const levels = textsOf(listOf(attributesOf(table).get('dimnames'), `${label}'s dimnames`)[1], `${label}'s levels`);
  if (levels.length !== width || new Set(levels).size !== width)
    throw new ModelError(label, `${levels.length} levels`, `${width}, each once`);
  const isLogical = levels.length === 2 && levels[0] === 'FALSE' && levels[1] === 'TRUE';
  // R makes NA, which says nothing, of a level that training did not have.
  const feature: Feature = isLogical ? { name, type: 'logical' } : { name, type: 'factor', levels, others: 'missing' };
  return { feature, width, cells };
}

/** A logical as the place of its level. */
function stepsOf(features: Feature[]): { steps?: BoundStep[] } {
  if (!features.some(({ type }) => type === 'logical')) return {};
  const columns = features.map(({ name, type }, at) => {
    if (type !== 'logical') return at;
    return { name, value: { call: '+', of: [{ feature: at }, 1] }, levels: ['FALSE', 'TRUE'] };
  });
  return { steps: [stepOf(COLUMNS, { step: 'columns', of: 'naiveBayes', columns })] };
}
