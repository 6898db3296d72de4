import { ModelError } from '../../../shared/errors.ts';
import type { Level } from '../../../shared/schema/features.ts';
import { attributesOf, levelsOf, listOf, numbersOf, type RValue, textsOf } from '../../rds/values.ts';

/** What a merMod knows of one factor of groups: its levels, each row's level, and for each column its effects by level. */
export type GroupEffects = { levels: Level[]; codes: ArrayLike<number>; columns: Map<string, Float64Array> };

/** Most products that give the effects of one term: two seconds. */
const MOST_PRODUCTS = 2 ** 31;

/** A grouping factor's name without what R's deparse may write in one way or another. */
export function plainName(text: string): string {
  return text.replace(/[`() ]/g, '');
}

/**
 * The random effects of each grouping factor, by its plain name (lme4, ranef.merMod): b = Lambda u, where each group of a term has the
 * same lower triangle of theta, column by column. Of columns with one name the first counts, as in R's predict().
 */
export function readEffects(slots: ReadonlyMap<string, RValue>, label: string): Map<string, GroupEffects> {
  const part = (name: string) => slots.get(name);
  const [theta, u] = ['theta', 'u'].map((name) => numbersOf(part(name), `${label}'s ${name}`)) as [Float64Array, Float64Array];
  if (!u.every(Number.isFinite) || !theta.every(Number.isFinite))
    throw new ModelError(`${label}'s u and theta`, 'a number that is not finite', 'a fit that has converged to numbers');
  const [factors, columns] = [listOf(part('flist'), `${label}'s flist`), listOf(part('cnms'), `${label}'s cnms`)];
  const names = textsOf(attributesOf(part('flist')!).get('names'), `${label}'s names of flist`);
  const assign = numbersOf(attributesOf(part('flist')!).get('assign'), `${label}'s assign`);
  if (assign.length !== columns.length) throw new ModelError(`${label}'s assign`, String(assign.length), `${columns.length}, one a term`);
  const made = new Map<string, GroupEffects>();
  let [at, from] = [0, 0];
  for (const [term, own] of columns.entries()) {
    const factor = factors[assign[term]! - 1];
    const name = names[assign[term]! - 1];
    if (!factor || name === undefined) throw new ModelError(`${label}'s assign`, String(assign[term]), `1 to ${factors.length}`);
    const levels = levelsOf(attributesOf(factor).get('levels'), `${label}'s groups by ${name}`);
    const known = made.get(plainName(name)) ?? { levels, codes: numbersOf(factor, `${label}'s groups by ${name}`), columns: new Map() };
    made.set(plainName(name), known);
    const labels = textsOf(own, `${label}'s columns of ${name}`);
    const width = labels.length;
    const triangle = theta.subarray(from, from + (width * (width + 1)) / 2);
    const spherical = u.subarray(at, at + width * levels.length);
    if (triangle.length !== (width * (width + 1)) / 2 || spherical.length !== width * levels.length)
      throw new ModelError(`${label}'s u and theta`, `${u.length} and ${theta.length} numbers`, 'those of its terms');
    if (triangle.length * levels.length > MOST_PRODUCTS)
      throw new ModelError(
        `${label}'s theta`,
        `${width} columns for ${levels.length} groups of ${name}`,
        `at most ${MOST_PRODUCTS} products`,
      );
    for (const [column, text] of labels.entries()) {
      const effects = Float64Array.from(levels, (_, level) => effectOf(triangle, spherical.subarray(level * width), width, column));
      if (!known.columns.has(text)) known.columns.set(text, effects);
    }
    at += spherical.length;
    from += triangle.length;
  }
  if (at !== u.length || from !== theta.length) throw new ModelError(`${label}'s u and theta`, 'other lengths', `${at} and ${from}`);
  return made;
}

/** One element of Lambda u: a row of the lower triangle, which lies column by column. */
function effectOf(triangle: Float64Array, spherical: Float64Array, width: number, row: number): number {
  let sum = 0;
  for (let column = 0; column <= row; column += 1) {
    const start = column * width - (column * (column - 1)) / 2;
    sum += triangle[start + row - column]! * spherical[column]!;
  }
  return sum;
}
