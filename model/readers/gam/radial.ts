import type { Basis, Kernel } from '../../../shared/bodies/gam/gam.ts';
import { ModelError } from '../../../shared/errors.ts';
import { element, numbersOf, type RValue } from '../../rds/values.ts';
import { matrixOf, type NumberPool } from './pool.ts';

type Radial = Extract<Basis, { basis: 'radial' }>;

/** Most variables and the greatest order of a thin plate, so that its powers stay few. */
const [MAX_DIMENSION, MAX_ORDER, MAX_POWERS] = [10, 20, 10_000];

/** Thin plate regression splines (tp, ts). */
export function readThinPlate(smooth: RValue, of: number[], pool: NumberPool, label: string): Radial {
  const d = of.length;
  const [given = 0] = numbersOf(element(smooth, 'p.order'), `${label}'s p.order`);
  const m = orderOf(given > 0 ? given : 0, d, label);
  const powers = powersOf(m, d, label);
  const [dropped = 0] = element(smooth, 'drop.null') ? numbersOf(element(smooth, 'drop.null'), `${label}'s drop.null`) : [];
  const { knots, map } = matrices(smooth, 'Xu', d, label);
  if (map.rows !== knots.rows + powers.length) throw new ModelError(`${label}'s UZ`, `${map.rows} rows`, `${knots.rows + powers.length}`);
  const width = dropped > 0 ? map.columns - powers.length : map.columns;
  const centre = dropped > 0 ? pool.add(numbersOf(element(smooth, 'cmX'), `${label}'s cmX`), label) : undefined;
  const kernel: Kernel = { kernel: 'thinPlate', m, d, factor: plateFactor(m, d) };
  return { ...parts(smooth, of, pool, label, 'Xu'), kernel, powers, inside: true, width, ...(centre ? { centre } : {}) };
}

/** Duchon splines (ds). */
export function readDuchon(smooth: RValue, of: number[], pool: NumberPool, label: string): Radial {
  const d = of.length;
  const [m = Number.NaN, s = Number.NaN] = numbersOf(element(smooth, 'p.order'), `${label}'s p.order`);
  if (!(Number.isInteger(m) && m >= 1 && m <= MAX_ORDER && Number.isFinite(s)))
    throw new ModelError(`${label}'s p.order`, `${m}, ${s}`, 'its order');
  const power = 2 * m + 2 * s - d;
  const sign = 1 - 2 * ((((Math.floor(power / 2) + 1) % 2) + 2) % 2);
  const powers = powersOf(m, d, label);
  const { map } = matrices(smooth, 'knt', d, label);
  const kernel: Kernel = { kernel: 'duchon', power, sign };
  return { ...parts(smooth, of, pool, label, 'knt'), kernel, powers, inside: false, width: map.columns + powers.length };
}

/** Gaussian processes (gp). */
export function readProcess(smooth: RValue, of: number[], pool: NumberPool, label: string): Radial {
  const [kind = Number.NaN, range = -1, power = 1] = numbersOf(element(smooth, 'gp.defn'), `${label}'s gp.defn`);
  const type = Math.abs(kind);
  if (![1, 2, 3, 4, 5].includes(type) || !(range > 0) || !(power > 0 && power <= 2))
    throw new ModelError(`${label}'s gp.defn`, `${kind}, ${range}, ${power}`, 'a correlation function with its range');
  const d = of.length;
  const constant = new Array<number>(d).fill(0);
  const powers = kind < 0 ? [constant] : [constant, ...constant.map((_, at) => constant.map((__, other) => (at === other ? 1 : 0)))];
  const { map } = matrices(smooth, 'knt', d, label);
  const kernel: Kernel = { kernel: 'gp', type, range, power };
  return { ...parts(smooth, of, pool, label, 'knt'), kernel, powers, inside: false, width: map.columns + powers.length };
}

function matrices(smooth: RValue, name: string, d: number, label: string) {
  const knots = matrixOf(element(smooth, name), `${label}'s ${name}`);
  const map = matrixOf(element(smooth, 'UZ'), `${label}'s UZ`);
  if (knots.columns !== d) throw new ModelError(`${label}'s ${name}`, `${knots.columns} columns`, `${d}, one a variable`);
  return { knots, map };
}

function parts(smooth: RValue, of: number[], pool: NumberPool, label: string, name: string) {
  const [shift, knots, map] = ['shift', name, 'UZ'].map((part) => pool.add(numbersOf(element(smooth, part), `${label}'s ${part}`), label));
  return { basis: 'radial' as const, of, shift: shift!, knots: knots!, map: map! };
}

/** The order of a thin plate's penalty: the least that is smooth enough, where none is given. */
function orderOf(given: number, d: number, label: string): number {
  let m = given;
  if (d > MAX_DIMENSION) throw new ModelError(label, `${d} variables`, `at most ${MAX_DIMENSION}`);
  if (2 * m <= d) {
    m = 0;
    while (2 * m < d + 2) m += 1;
  }
  if (!Number.isInteger(m) || m > MAX_ORDER) throw new ModelError(`${label}'s p.order`, String(m), `at most ${MAX_ORDER}`);
  return m;
}

/** The powers of each variable in the polynomials below the order m, in mgcv's order (tprs.c, gen_tps_poly_powers). */
function powersOf(m: number, d: number, label: string): number[][] {
  let count = 1;
  for (let at = 0; at < d; at += 1) count *= d + m - 1 - at;
  for (let at = 2; at <= d; at += 1) count /= at;
  if (!(count <= MAX_POWERS)) throw new ModelError(label, `${count} polynomials`, `at most ${MAX_POWERS}`);
  const index = new Array<number>(d).fill(0);
  return Array.from({ length: count }, () => {
    const now = [...index];
    let sum = index.reduce((all, one) => all + one, 0);
    if (sum < m - 1) index[0] = index[0]! + 1;
    else {
      sum -= index[0]!;
      index[0] = 0;
      for (let at = 1; at < d; at += 1) {
        index[at] = index[at]! + 1;
        sum += 1;
        if (sum !== m) break;
        sum -= index[at]!;
        index[at] = 0;
      }
    }
    return now;
  });
}

/** The constant of a thin plate's kernel (tprs.c, eta_const). */
function plateFactor(m: number, d: number): number {
  const half = Math.floor(d / 2);
  const root = Math.sqrt(Math.PI);
  if (d % 2 === 0) {
    let factor = (m + 1 + half) % 2 === 1 ? -1 : 1;
    for (let at = 0; at < 2 * m - 1; at += 1) factor /= 2;
    for (let at = 0; at < half; at += 1) factor /= Math.PI;
    for (let at = 2; at < m; at += 1) factor /= at;
    for (let at = 2; at <= m - half; at += 1) factor /= at;
    return factor;
  }
  let factor = root;
  for (let at = 0; at < m - (d - 1) / 2; at += 1) factor /= -0.5 - at;
  for (let at = 0; at < m; at += 1) factor /= 4;
  for (let at = 0; at < half; at += 1) factor /= Math.PI;
  factor /= root;
  for (let at = 2; at < m; at += 1) factor /= at;
  return factor;
}
