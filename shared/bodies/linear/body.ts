import { callsOneOf } from '../../expressions/expressions.ts';
import { NOT_EXACT } from '../../expressions/functions.ts';
import { NOT_EXACT_LINK } from '../../expressions/links.ts';
import { takeArrays } from '../arrays.ts';
import type { BodyKind, Measures } from '../kind.ts';
import { count } from '../measures.ts';
import { checkLinear, type Linear, predictLinear } from './predict.ts';

/** The arrays of a linear model; its formula is JSON. */
const ARRAYS = { coefficients: Float64Array } as const;

/** A sum of columns and the link it goes through: lm's and glm's. */
export const LINEAR: BodyKind<Linear> = {
  types: ['linear'],
  lacksLevels: false,
  pack: ({ coefficients, ...scalars }) => ({ type: 'linear', scalars, arrays: [['coefficients', coefficients]] }),
  unpack: ({ scalars: { columns, offsets, link, lambda }, arrays }, label) => {
    const parts = { columns, offsets, link, ...(lambda === undefined ? {} : { lambda }) };
    return { ...takeArrays(arrays, ARRAYS, label), ...parts } as Linear;
  },
  check: checkLinear,
  answers: () => ({ types: ['response', 'link'], takes: [] }),
  predict: predictLinear,
  ulp: (_, { columns, offsets, link }) => {
    const isExact = link !== NOT_EXACT_LINK && ![...columns.flat(), ...offsets].some((part) => callsOneOf(NOT_EXACT, part));
    return isExact ? 0 : 4;
  },
  earlierUlp: () => 4,
  measure,
};

function measure({ coefficients, offsets, link, lambda }: Linear): Measures {
  const name = lambda === undefined ? link : `${link}(${lambda})`;
  const numbers = { coefficients: coefficients.length, offsets: offsets.length, link: name };
  return {
    name: 'linear',
    numbers,
    text: `${count(coefficients.length, 'coefficient')}, ${count(offsets.length, 'offset')}, link ${name}`,
  };
}
