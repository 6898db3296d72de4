import { callsOneOf } from '../../expressions/expressions.ts';
import { NOT_EXACT } from '../../expressions/functions.ts';
import { NOT_EXACT_LINK } from '../../expressions/links.ts';
import type { AnswerType } from '../../schema/parameter-table.ts';
import { takeArrays } from '../arrays.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { checkGam, expressionsOf } from './check.ts';
import type { Gam } from './gam.ts';
import { predictGam } from './predict.ts';

const ARRAYS = { coefficients: Float64Array, covariance: Float64Array, numbers: Float64Array } as const;

/** Smooth terms of all kinds, added up: mgcv's gam and bam. */
export const GAM: BodyKind<Gam> = {
  types: ['gam'],
  lacksLevels: false,
  pack: ({ coefficients, covariance, numbers, ...scalars }) => ({
    ...{ type: 'gam', scalars },
    arrays: [
      ['coefficients', coefficients],
      ['covariance', covariance],
      ['numbers', numbers],
    ],
  }),
  unpack: ({ scalars: { variables, blocks, smooths, predictors, response, terms }, arrays }, label) =>
    ({ ...takeArrays(arrays, ARRAYS, label), variables, blocks, smooths, predictors, response, terms }) as Gam,
  check: checkGam,
  answers: (schema, gam) => ({ types: typesOf(schema.terms !== undefined, gam), takes: [] }),
  later: (gam) => (hasLinks(gam) ? ['seOf'] : []),
  predict: predictGam,
  ulp: (_, gam) => {
    const isLink = gam.response.by === 'link' && gam.response.link === NOT_EXACT_LINK;
    return isLink || expressionsOf(gam).some((part) => callsOneOf(NOT_EXACT, part)) ? 4 : 0;
  },
  measure: ({ smooths, coefficients, response }) => {
    const link = response.by === 'link' ? `link ${response.link}` : response.by;
    const numbers = { smooths: smooths.length, coefficients: coefficients.length, response: link };
    return { name: 'gam', numbers, text: `${count(smooths.length, 'smooth')}, ${count(coefficients.length, 'coefficient')}, ${link}` };
  },
  notServed: (_, gam) => [
    'type "lpmatrix" and "iterms"; se.fit of terms; terms and exclude; unconditional = TRUE',
    ...(hasLinks(gam) ? [] : ['type "link", two numbers a row where the response is one']),
  ],
};

/** The types of answer of a gam; two linear predictors of one response have no links of the form that the schema says. */
export function typesOf(hasTerms: boolean, gam: Gam): AnswerType[] {
  return ['response', ...(hasLinks(gam) ? (['link'] as const) : []), 'se', ...(hasTerms ? (['terms'] as const) : [])];
}

function hasLinks({ response, predictors }: Gam): boolean {
  return response.by !== 'inflated' || predictors.length === 1;
}
