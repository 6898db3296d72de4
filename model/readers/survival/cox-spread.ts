import type { IntervalPart } from '../../../shared/intervals/section.ts';
import { attributesOf, element, type RValue } from '../../rds/values.ts';

/** Most columns of a fit whose covariances are kept: a square of so many has 2 MB. */
const MOST_COLUMNS = 500;

/**
 * What a coxph has for terms, expected events and standard errors (survival, predict.coxph): the columns' means, the covariances of the
 * coefficients, the term of each column, and the hazards. What the file lacks, or has in another form, is left out.
 */
export function coxSpread(value: RValue, means: Float64Array, hazards: Float64Array | undefined, hasOffset: boolean): IntervalPart {
  // With an offset R's predict() has another linear predictor where it gives standard errors.
  const variance = hasOffset ? undefined : varianceOf(value, means.length);
  const assign = assignOf(element(value, 'assign'), means.length);
  return {
    ...{ by: 'cox', scalars: {} },
    arrays: [
      ['means', means],
      ...(variance ? [['variance', variance] satisfies [string, Float64Array]] : []),
      ...(assign ? [['assign', assign.places] satisfies [string, Float64Array]] : []),
      ...(hazards ? [['hazards', hazards] satisfies [string, Float64Array]] : []),
    ],
    ...(assign ? { names: assign.names } : {}),
  };
}

/**
 * The covariances of so many coefficients, column after column; what lies behind them (that of the scale of a survreg) is left out. Undefined
 * where the file has fewer, or one that is not finite.
 */
export function varianceOf(value: RValue, width: number): Float64Array | undefined {
  const found = element(value, 'var');
  if (found?.type !== 'double' || width > MOST_COLUMNS) return undefined;
  const dim = attributesOf(found).get('dim');
  const sides = dim?.type === 'integer' ? Array.from(dim.values) : [];
  const side = sides[0] ?? 0;
  if (sides.length !== 2 || sides[1] !== side || side < width || found.values.length !== side * side) return undefined;
  const square = Float64Array.from({ length: width * width }, (_, at) => found.values[Math.floor(at / width) * side + (at % width)]!);
  return square.every(Number.isFinite) ? square : undefined;
}

/** The number of the term of each column, from 1, and the names of the terms; undefined where a column has none, or two. */
function assignOf(assign: RValue | undefined, width: number): { places: Float64Array; names: string[] } | undefined {
  const named = assign && attributesOf(assign).get('names');
  if (assign?.type !== 'list' || named?.type !== 'character' || width === 0) return undefined;
  const names = named.values.filter((name) => name !== null);
  const isNamed = names.length === assign.values.length && names.every((name) => name !== '') && new Set(names).size === names.length;
  const places = new Float64Array(width);
  const isEach = assign.values.every((columns, at) => {
    if (columns.type !== 'integer' && columns.type !== 'double') return false;
    return Array.from(columns.values).every((column) => {
      const isFree = Number.isInteger(column) && column >= 1 && column <= width && places[column - 1] === 0;
      if (isFree) places[column - 1] = at + 1;
      return isFree;
    });
  });
  return isNamed && isEach && places.every((place) => place > 0) ? { places, names } : undefined;
}
