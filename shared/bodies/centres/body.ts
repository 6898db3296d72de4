import { takeArrays } from '../arrays.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { type Centres, checkCentres, predictCentres } from './centres.ts';

const ARRAYS = { points: Float64Array } as const;

/** The nearest of some centres: kmeans. */
export const CENTRES: BodyKind<Centres> = {
  types: ['centres'],
  lacksLevels: false,
  pack: ({ points }) => ({ type: 'centres', scalars: {}, arrays: [['points', points]] }),
  unpack: ({ arrays }, label) => takeArrays(arrays, ARRAYS, label) as Centres,
  check: checkCentres,
  answers: () => ({ types: ['class'], takes: [] }),
  predict: predictCentres,
  ulp: () => 0,
  measure: ({ points }) => ({ name: 'centres', numbers: { numbers: points.length }, text: count(points.length, 'number') }),
};
