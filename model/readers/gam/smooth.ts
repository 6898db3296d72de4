import type { Basis, Margin, Smooth } from '../../../shared/bodies/gam/gam.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Level } from '../../../shared/schema/features.ts';
import { splineValues } from '../../../shared/steps/splines.ts';
import { indicators } from '../../formula/contrasts.ts';
import { type Coded, modelMatrix } from '../../formula/model-matrix.ts';
import { derivatives } from '../../formula/spline-basis.ts';
import { attributesOf, classOf, element, levelsOf, listOf, numbersOf, type RValue, textOf, textsOf, typeOf } from '../../rds/values.ts';
import { readConstraint } from './constraint.ts';
import { matrixOf, type NumberPool } from './pool.ts';
import { readDuchon, readProcess, readThinPlate } from './radial.ts';
import { productColumns } from './tensor.ts';
import type { SmoothVariables } from './variables.ts';

/** What smooths are read with. */
export type SmoothContext = { variables: SmoothVariables; pool: NumberPool; label: string };

/** Most coefficients of a gam. */
const MAX_COEFFICIENTS = 65_536;

/** Smooths that are read, for an error. */
const SERVED = 'tp, ts, cr, cs, cc, ps, cp, bs, ad, re, gp, ds, fs, mrf, or te, ti, t2 of these';

/** A smooth term of a gam. Throws a ModelError that names what is not served. */
export function readSmooth(value: RValue, context: SmoothContext): Smooth {
  const name = textOf(element(value, 'label'), `${context.label}'s label of a smooth`);
  const inner = { ...context, label: `${context.label}, ${name}` };
  const place = (part: string) => {
    const [number] = numbersOf(element(value, part), `${inner.label}'s ${part}`);
    return (number ?? Number.NaN) - 1;
  };
  const [first, last] = [place('first.para'), place('last.para')];
  if (!(Number.isInteger(first) && Number.isInteger(last) && first >= 0 && last >= first - 1 && last < MAX_COEFFICIENTS))
    throw new ModelError(inner.label, `the coefficients ${first + 1} to ${last + 1}`, `places from 1 to at most ${MAX_COEFFICIENTS}`);
  if (element(value, 'diagRP')) throw new ModelError(inner.label, 'diagRP', 'a smooth in its own parameters');
  const basis = readBasis(value, inner);
  const constraint = readConstraint(value, inner.pool, inner.label);
  const gone = attributesOf(value).get('del.index');
  const by = readBy(value, inner);
  return {
    ...{ label: name, first, width: last - first + 1, basis },
    ...(by ? { by } : {}),
    ...(constraint ? { constraint } : {}),
    ...(gone ? { without: Array.from(numbersOf(gone, `${inner.label}'s del.index`), (column) => column - 1) } : {}),
  };
}

/** The by variable: a number, or one level of a factor. */
function readBy(value: RValue, { variables, label }: SmoothContext): Smooth['by'] {
  const name = textOf(element(value, 'by'), `${label}'s by`);
  if (name === 'NA') return undefined;
  const levels = variables.levelsOf(name);
  if (!levels) return { value: variables.number(name) };
  const level = levels.indexOf(textOf(element(value, 'by.level'), `${label}'s by.level`));
  if (level < 0) throw new ModelError(`${label}'s by.level`, 'no level', levels.join(', '));
  return { place: variables.category(name), level: level + 1 };
}

/** A basis by its class in R, which is `as` for what another smooth holds. */
function readBasis(value: RValue, context: SmoothContext, as = classOf(value)[0] ?? typeOf(value)): Basis {
  const { variables, pool, label } = context;
  const terms = () => textsOf(element(value, 'term'), `${label}'s term`);
  const of = () => terms().map((name) => variables.place(name));
  const [deriv = 0] = element(value, 'deriv') ? numbersOf(element(value, 'deriv'), `${label}'s deriv`) : [];
  if (deriv !== 0) throw new ModelError(label, `derivative ${deriv} of a smooth`, 'the smooth itself');
  switch (as) {
    case 'tprs.smooth':
    case 'ts.smooth':
      return readThinPlate(value, of(), pool, label);
    case 'duchon.spline':
      return readDuchon(value, of(), pool, label);
    case 'gp.smooth':
      return readProcess(value, of(), pool, label);
    case 'cr.smooth':
    case 'cs.smooth': {
      const [knots, second] = ['xp', 'F'].map((part) => pool.add(numbersOf(element(value, part), `${label}'s ${part}`), label));
      return { basis: 'cubic', of: of()[0]!, knots: knots!, second: second! };
    }
    case 'cyclic.smooth': {
      const [knots, second] = ['xp', 'BD'].map((part) => pool.add(numbersOf(element(value, part), `${label}'s ${part}`), label));
      return { basis: 'cyclic', of: of()[0]!, knots: knots!, second: second! };
    }
    case 'pspline.smooth':
    case 'Bspline.smooth':
    case 'cpspline.smooth':
      return readSpline(value, as, of()[0]!, context);
    case 'random.effect':
      return { basis: 'columns', columns: effectColumns(terms(), context) };
    case 'mrf.smooth':
      return readField(value, terms()[0]!, context);
    case 'fs.interaction':
      return readFactorSmooth(value, context);
    case 'tensor.smooth':
      return readTensor(value, context);
    case 't2.smooth':
      return readProducts(value, context);
    default:
      throw new ModelError(label, `a smooth of class ${as}`, SERVED);
  }
}

/** B-splines (ps, bs), and those on a cycle (cp). */
function readSpline(value: RValue, as: string, of: number, { pool, label }: SmoothContext): Basis {
  const [m = Number.NaN] = numbersOf(element(value, 'm'), `${label}'s m`);
  const order = as === 'Bspline.smooth' ? m + 1 : m + 2;
  const given = Array.from(numbersOf(element(value, 'knots'), `${label}'s knots`)).sort((a, b) => a - b);
  // A cycle has knots before its first, too.
  const least = as === 'cpspline.smooth' ? order : 2 * order;
  if (!(Number.isInteger(order) && order >= 1 && order <= 20) || given.length < least || !given.every(Number.isFinite))
    throw new ModelError(`${label}'s knots`, `${given.length} of the order ${order}`, `at least ${least}`);
  const count = given.length;
  if (as === 'cpspline.smooth') {
    // The knots before the first are those before the last, a cycle earlier (cSplineDes).
    const before = given.slice(count - order, count - 1).map((knot) => given[0]! - (given[count - 1]! - knot));
    return { basis: 'cycle', of, knots: pool.add([...before, ...given], label), order };
  }
  const [mono = 0] = element(value, 'mono') ? numbersOf(element(value, 'mono'), `${label}'s mono`) : [];
  if (as === 'pspline.smooth' && mono !== 0) throw new ModelError(label, 'a monotonic P-spline (mono)', 'one without it');
  const ends = [given[order - 1]!, given[count - order]!].flatMap((end) => [
    ...splineValues(given, order, end),
    ...derivatives(given, order, end, 1),
  ]);
  return { basis: 'spline', of, knots: pool.add(given, label), order, ends: pool.add(ends, label) };
}

/** The columns of random effects: products of factors' indicators and of numbers, without an intercept (`~ x:g - 1`). */
function effectColumns(names: string[], { variables, pool, label }: SmoothContext): Expression[][] {
  pool.takeColumns(
    names.reduce((product, name) => product * (variables.levelsOf(name)?.length ?? 1), 1),
    label,
  );
  const coded = names.map((name): Coded => {
    const levels = variables.levelsOf(name);
    if (!levels) return { contrasts: [{ name, value: variables.number(name) }], levels: undefined };
    const columns = levelColumns(name, levels.length, variables, true).map((value) => ({ name: '', value }));
    return { contrasts: columns, levels: columns };
  });
  const terms = { variables: [], factors: [new Uint8Array(names.length).fill(2)], intercept: false, offsets: [] };
  return modelMatrix(terms, coded, label).map(({ factors }) => factors);
}

/** One column a level: 1 where a row has it. */
function levelColumns(name: string, count: number, variables: SmoothVariables, isEffect = false): Expression[] {
  const place = variables.category(name, isEffect);
  return indicators(count).map((column) => (typeof column === 'number' ? { is: place, level: column } : { table: place, values: column }));
}

function placesOf(levels: readonly Level[]): Map<Level, number> {
  return new Map(levels.map((level, at) => [level, at]));
}

/** A Markov random field (mrf): the regions' indicators, in the order of its knots, and a matrix behind. */
function readField(value: RValue, name: string, { variables, pool, label }: SmoothContext): Basis {
  const knots = element(value, 'knots');
  const regions = levelsOf(knots && attributesOf(knots).get('levels'), `${label}'s regions`);
  const levels = variables.levelsOf(name) ?? [];
  pool.takeColumns(levels.length + regions.length, label);
  const all = levelColumns(name, levels.length, variables);
  const [known, places] = [new Set(regions), placesOf(levels)];
  const lost = levels.find((level) => !known.has(level));
  if (lost !== undefined) throw new ModelError(label, `the level "${lost}", which is no region`, regions.join(', '));
  const columns = regions.map((region): Expression[] => [all[places.get(region) ?? -1] ?? 0]);
  const matrix = element(value, 'P');
  const map = matrix && pool.add(matrixOf(matrix, `${label}'s P`).values, label);
  return { basis: 'tensor', margins: [{ basis: { basis: 'columns', columns }, ...(map ? { map } : {}) }] };
}

/** A smooth for each level of a factor (fs): products of the levels' indicators and of the base smooth's columns. */
function readFactorSmooth(value: RValue, context: SmoothContext): Basis {
  const { variables, pool, label } = context;
  const name = textOf(element(value, 'fterm'), `${label}'s fterm`);
  const levels = variables.levelsOf(name) ?? [];
  const used = textsOf(element(value, 'flev'), `${label}'s flev`);
  const base = element(value, 'base');
  pool.takeColumns(levels.length + used.length, label);
  const all = levelColumns(name, levels.length, variables);
  const places = placesOf(levels);
  const columns = used.map((level): Expression[] => [all[places.get(level) ?? -1] ?? 0]);
  const bs = textOf(base && element(base, 'bs'), `${label}'s base`);
  // It would be read as its own base without end.
  if (bs === 'fs.interaction') throw new ModelError(`${label}'s base`, bs, 'a smooth of a number');
  // The base smooth's parts lie in the whole object, but for what it is of.
  const inner = withElements(value, { term: base && element(base, 'term'), 'bs.dim': base && element(base, 'bs.dim') });
  const map = pool.add(matrixOf(element(value, 'P'), `${label}'s P`).values, label);
  return { basis: 'tensor', margins: [{ basis: { basis: 'columns', columns } }, { basis: readBasis(inner, context, bs), map }] };
}

/** A named list with other elements in their places. */
function withElements(value: RValue, changes: Record<string, RValue | undefined>): RValue {
  const names = attributesOf(value).get('names');
  if (value.type !== 'list' || names?.type !== 'character') return value;
  return { ...value, values: value.values.map((one, at) => changes[names.values[at] ?? ''] ?? one) };
}

/** The margins of a tensor product: each with the constraint of its own where `mc` says so, and a matrix where `XP` has one. */
function readTensor(value: RValue, context: SmoothContext): Basis {
  const { pool, label } = context;
  const list = listOf(element(value, 'margin'), `${label}'s margins`);
  const constrained = element(value, 'mc') ? numbersOf(element(value, 'mc'), `${label}'s mc`) : [];
  const maps = element(value, 'XP') ? listOf(element(value, 'XP'), `${label}'s XP`) : [];
  const margins = list.map((margin, at): Margin => {
    const name = `${label}, margin ${at + 1}`;
    if (element(margin, 'diagRP') || attributesOf(margin).has('del.index'))
      throw new ModelError(name, 'other parameters', 'a smooth of its own');
    const constraint = constrained[at] === 1 ? readConstraint(margin, pool, name) : undefined;
    const map = maps[at] && maps[at].type !== 'null' ? pool.add(matrixOf(maps[at], `${name}'s XP`).values, name) : undefined;
    const basis = readBasis(margin, { ...context, label: name });
    return { basis, ...(constraint ? { constraint } : {}), ...(map ? { map } : {}) };
  });
  const kept = element(value, 'udrop');
  return { basis: 'tensor', margins, ...(kept ? { kept: keptPlaces(kept, label) } : {}) };
}

/** The columns that `udrop` keeps: by their numbers, or by TRUE. */
function keptPlaces(kept: RValue, label: string): number[] {
  const numbers = Array.from(numbersOf(kept, `${label}'s udrop`));
  if (kept.type === 'logical') return numbers.flatMap((flag, at) => (flag === 1 ? [at] : []));
  return numbers.map((number) => number - 1);
}

/** The products of a t2 smooth, whose margins go through the matrices that part what is penalized. */
function readProducts(value: RValue, context: SmoothContext): Basis {
  const { pool, label } = context;
  const list = listOf(element(value, 'margin'), `${label}'s margins`);
  const maps = listOf(element(value, 'P'), `${label}'s P`).map((one, at) => matrixOf(one, `${label}'s P[[${at + 1}]]`));
  if (maps.length !== list.length) throw new ModelError(`${label}'s P`, `${maps.length} matrices`, `${list.length}, one a margin`);
  const margins = list.map((margin, at): Margin => {
    return { basis: readBasis(margin, { ...context, label: `${label}, margin ${at + 1}` }), map: pool.add(maps[at]!.values, label) };
  });
  const ranks = list.map((margin, at) => numbersOf(element(margin, 'rank'), `${label}'s rank of margin ${at + 1}`)[0] ?? Number.NaN);
  const [full = 0] = numbersOf(element(value, 'full'), `${label}'s full`);
  const ord = element(value, 'ord');
  const orders = ord && Array.from(numbersOf(ord, `${label}'s ord`));
  const widths = maps.map(({ columns }) => columns);
  return { basis: 'products', margins, columns: productColumns(widths, ranks, full === 1, orders, label) };
}
