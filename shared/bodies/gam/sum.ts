import { featuresOf } from '../../expressions/expressions.ts';
import type { SumKind, Summed } from '../sum-kind.ts';
import { basisExpressions } from './check-basis.ts';
import type { Basis, Gam, Smooth } from './gam.ts';

/** The link of a gam of one linear predictor is the sum of its columns, its offsets and its smooths. */
export const SUM_GAM: SumKind<Gam> = {
  types: ['gam'],
  sum: (_, gam) => (gam.predictors.length === 1 ? summed(gam) : undefined),
};

function summed(gam: Gam): Summed {
  return {
    summands: [
      ...gam.blocks.flatMap(({ columns, offsets }) => [
        ...columns.map((factors) => factors.flatMap(featuresOf)),
        ...offsets.map(featuresOf),
      ]),
      ...gam.smooths.map((smooth) => inputsOf(gam, smooth)),
    ],
    isResponse: gam.response.by === 'link' && gam.response.link === 'identity',
    numbers: gam.coefficients.length + gam.numbers.length,
  };
}

function inputsOf({ variables }: Gam, { basis, by }: Smooth): number[] {
  const ofBy = by ? featuresOf('value' in by ? by.value : by.place) : [];
  return [...variablesOf(basis).flatMap((place) => featuresOf(variables[place]!)), ...basisExpressions(basis).flatMap(featuresOf), ...ofBy];
}

/** The places of a basis's variables. */
function variablesOf(basis: Basis): number[] {
  switch (basis.basis) {
    case 'radial':
      return basis.of;
    case 'columns':
      return [];
    case 'tensor':
    case 'products':
      return basis.margins.flatMap((margin) => variablesOf(margin.basis));
    default:
      return [basis.of];
  }
}
