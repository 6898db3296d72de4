import { NOT_EXACT_LINK } from '../../expressions/links.ts';
import type { Schema } from '../../schema/features.ts';
import type { AnswerType } from '../../schema/parameter-table.ts';
import { pickArrays, takeArrays } from '../arrays.ts';
import type { BodyKind } from '../kind.ts';
import { count } from '../measures.ts';
import { checkEarth, type Earth, predictEarth } from './earth.ts';

const ARRAYS = { coefficients: Float64Array, 'weights?': Float64Array } as const;

/** Sums of hinge terms, with or without a glm behind: earth's. */
export const EARTH: BodyKind<Earth> = {
  types: ['earth'],
  lacksLevels: false,
  pack: ({ coefficients, weights, ...scalars }) => ({
    type: 'earth',
    scalars,
    arrays: pickArrays({ coefficients, weights }, ARRAYS),
  }),
  unpack: ({ scalars: { outputs, hasOffset, glms, isShared }, arrays }, label) => {
    const some = { ...(glms === undefined ? {} : { glms }), ...(isShared === undefined ? {} : { isShared }) };
    return { ...takeArrays(arrays, ARRAYS, label), outputs, hasOffset, ...some } as Earth;
  },
  check: checkEarth,
  answers: (schema, { glms }) => ({ types: typesOf(schema, glms !== undefined), takes: [] }),
  predict: predictEarth,
  ulp: (_, { glms = [] }) => (glms.some(({ link }) => link === NOT_EXACT_LINK) ? 4 : 0),
  measure: ({ outputs, coefficients, glms }) => {
    const terms = coefficients.length / outputs;
    const links = glms ? [...new Set(glms.map(({ link }) => link))].join(', ') : 'none';
    const text = `${count(terms, 'term')}, ${count(outputs, 'output')}${glms ? `, link ${links}` : ''}`;
    return { name: 'earth', numbers: { terms, outputs, link: links }, text };
  },
  notServed: () => ['type "terms"; interval; thresh'],
};

function typesOf({ kind }: Schema, hasGlm: boolean): AnswerType[] {
  return ['response', ...(hasGlm ? (['link', 'earth'] as const) : []), ...(kind === 'probability' ? (['class'] as const) : [])];
}
