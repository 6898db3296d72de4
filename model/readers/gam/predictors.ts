import type { Block } from '../../../shared/bodies/gam/gam.ts';
import { ModelError } from '../../../shared/errors.ts';
import { attributesOf, element, listOf, numbersOf, type RValue, textsOf, typeOf } from '../../rds/values.ts';
import type { DesignColumns } from '../linear/design.ts';

/** Most formulas of a gam. */
const MAX_FORMULAS = 1000;

/** The formulas of a gam without its smooths: one, or one a linear predictor and further ones that several predictors share. */
export type Formulas = {
  terms: RValue[];
  xlevels: (RValue | undefined)[];
  /** The place of each formula's first column, before any is dropped. */
  starts: number[];
  counts: number[];
  /** Columns that mgcv dropped since they depend on others, by their places before that. */
  dropped: ReadonlySet<number>;
  /** The coefficients of each linear predictor; undefined where there is one, of all coefficients. */
  predictors?: number[][];
};

/** Reads which formulas a gam has, and which coefficients are of which linear predictor (gam.setup.list of mgcv). */
export function readFormulas(value: RValue, label: string): Formulas {
  const [pterms, nsdf, xlevels, formula] = ['pterms', 'nsdf', 'xlevels', 'formula'].map((part) => element(value, part));
  const counts = Array.from(numbersOf(nsdf, `${label}'s nsdf`));
  if (pterms?.type !== 'list') {
    if (formula?.type === 'list') throw new ModelError(`${label}'s pterms`, typeOf(pterms), 'a list, one a formula');
    return { terms: pterms ? [pterms] : [], xlevels: [xlevels], starts: [0], counts, dropped: new Set() };
  }
  const places = (part: RValue | undefined, name: string) => Array.from(numbersOf(part, `${label}'s ${name}`), (place) => place - 1);
  const terms = pterms.values;
  const attributes = nsdf ? attributesOf(nsdf) : new Map<string, RValue>();
  const starts = places(attributes.get('pstart'), 'pstart');
  const levels = xlevels === undefined || xlevels.type === 'null' ? [] : listOf(xlevels, `${label}'s xlevels`);
  const isFit = terms.length > 0 && terms.length <= MAX_FORMULAS && counts.length === terms.length && starts.length === terms.length;
  if (!isFit) throw new ModelError(`${label}'s nsdf`, `${counts.length} and ${starts.length} places`, `${terms.length}, one a formula`);
  const lpi = formula && attributesOf(formula).get('lpi');
  const predictors = listOf(lpi ?? { type: 'null' }, `${label}'s lpi`).map((one) => places(one, 'lpi'));
  if (predictors.length === 0 || predictors.length > terms.length)
    throw new ModelError(`${label}'s lpi`, `${predictors.length} predictors`, `1 to ${terms.length}, the formulas`);
  const family = element(value, 'family');
  const [known = Number.NaN] = numbersOf(family && element(family, 'nlp'), `${label}'s nlp`);
  if (known !== predictors.length) throw new ModelError(`${label}'s lpi`, `${predictors.length} predictors`, `${known}, as its family has`);
  return {
    ...{ terms, xlevels: terms.map((_, at) => levels[at]), starts, counts },
    dropped: new Set(attributes.has('drop.ind') ? places(attributes.get('drop.ind'), 'drop.ind') : []),
    ...(predictors.length > 1 ? { predictors } : {}),
  };
}

/** The columns of each formula at their places among the coefficients, without those that mgcv dropped. */
export function blocksOf({ starts, counts, dropped, predictors }: Formulas, designs: DesignColumns[], label: string): Block[] {
  const gone = [...dropped].sort((a, b) => a - b);
  const placeOf = (before: number) => before - gone.filter((place) => place < before).length;
  return designs.map(({ columns, offsets }, at): Block => {
    const count = counts[at];
    const start = starts[at]!;
    if (count !== columns.length) throw new ModelError(`${label}'s nsdf`, String(count), `${columns.length}, one a column of its formula`);
    if (offsets.length > 1 && predictors)
      throw new ModelError(label, `${offsets.length} offsets of one linear predictor, of which predict() fails`, 'one at most');
    if (offsets.length > 0 && predictors && at >= predictors.length)
      throw new ModelError(label, 'an offset of several linear predictors', 'one at most of each');
    const isKept = (_: unknown, column: number) => !dropped.has(start + column);
    return { first: placeOf(start), columns: columns.filter(isKept), offsets };
  });
}

/** Terms by their names, and the places of the coefficients of each. */
type NamedPlaces = [string, number[]][];

/**
 * The terms without a smooth by `assign`, each formula's intercept by its coefficient's name. R's own places are wrong where a column was dropped: then
 * there are none.
 */
export function parametricTerms(value: RValue, { starts, counts, dropped }: Formulas, label: string): NamedPlaces | undefined {
  const pterms = element(value, 'pterms');
  const labels = pterms && attributesOf(pterms).get('term.labels');
  const names = labels && 'values' in labels && labels.values.length > 0 ? textsOf(labels, `${label}'s terms`) : [];
  const assigned = element(value, 'assign');
  const lists = assigned?.type === 'list' ? assigned.values : [assigned];
  const assign = lists.map((one) => (one && one.type !== 'null' ? Array.from(numbersOf(one, `${label}'s assign`)) : []));
  const wrong = assign.findIndex((one, at) => one.length !== counts[at]);
  if (wrong >= 0 || assign.length !== counts.length) {
    const found = `${assign[wrong]?.length ?? assign.length} (${typeOf(lists[wrong])})`;
    throw new ModelError(`${label}'s assign`, found, `${counts[wrong] ?? counts.length}`);
  }
  if (dropped.size > 0) return undefined;
  const intercepts: NamedPlaces = [];
  const terms: NamedPlaces = [];
  for (const [at, one] of assign.entries()) {
    const ofTerms = new Map<number, number[]>();
    one.forEach((term, place) => {
      const places = ofTerms.get(term) ?? [];
      places.push(starts[at]! + place);
      ofTerms.set(term, places);
    });
    const constant = ofTerms.get(0);
    if (constant) intercepts.push([at === 0 ? '(Intercept)' : `(Intercept).${at}`, constant]);
    const most = one.reduce((greatest, term) => Math.max(greatest, term), 0);
    // A damaged file may speak of a thousand million terms, of which it names a few.
    if (most > names.length - terms.length) return undefined;
    for (let term = 1; term <= most; term += 1) terms.push([names[terms.length] ?? '', ofTerms.get(term) ?? []]);
  }
  return terms.length === names.length ? [...intercepts, ...terms] : undefined;
}
