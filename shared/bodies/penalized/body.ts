import { NOT_EXACT_LINK } from '../../expressions/links.ts';
import type { Schema } from '../../schema/features.ts';
import type { AnswerType } from '../../schema/parameter-table.ts';
import { takeArrays } from '../arrays.ts';
import type { BodyKind, Measures } from '../kind.ts';
import { count } from '../measures.ts';
import { checkPenalized } from './check.ts';
import type { Path } from './path.ts';
import type { Penalized } from './penalized.ts';
import { predictPenalized } from './predict.ts';

const PATH = { intercepts: Float64Array, starts: Uint32Array, rows: Uint32Array, values: Float64Array } as const;
const RELAXED = {
  ...{ relaxedIntercepts: Float64Array, relaxedStarts: Uint32Array },
  ...{ relaxedRows: Uint32Array, relaxedValues: Float64Array },
} as const;

/** A sum of inputs by penalized coefficients, for each penalty of a path: glmnet's. */
export const PENALIZED: BodyKind<Penalized> = {
  types: ['penalized'],
  lacksLevels: false,
  pack: ({ lambda, path, relaxed, ...scalars }) => ({
    ...{ type: 'penalized', scalars },
    arrays: [
      ['lambda', lambda],
      ['intercepts', path.intercepts],
      ['starts', path.starts],
      ['rows', path.rows],
      ['values', path.values],
      ...(relaxed ? packRelaxed(relaxed) : []),
    ],
  }),
  unpack: ({ scalars, arrays }, label) => {
    const { lambda, ...path } = takeArrays(arrays, { lambda: Float64Array, ...PATH }, label);
    const { groups, response, hasOffset, chosen, s, gamma } = scalars as Partial<Penalized>;
    const relaxed = arrays.has('relaxedStarts') ? unpackRelaxed(takeArrays(arrays, RELAXED, label)) : undefined;
    return { ...{ lambda, path, groups, response, hasOffset, chosen, s, gamma }, ...(relaxed ? { relaxed } : {}) } as Penalized;
  },
  check: checkPenalized,
  answers: (schema, { relaxed }) => ({ types: typesOf(schema), takes: relaxed ? ['s', 'gamma'] : ['s'] }),
  predict: predictPenalized,
  ulp: (_, { response }) => (response.by === 'link' && response.link === NOT_EXACT_LINK ? 4 : 0),
  measure,
  notServed: ({ takes = [] }, { lambda, s }) => {
    if (!takes.includes('s') || lambda.length === 1 || s !== lambda[lambda.length - 1]) return [];
    return [`all ${lambda.length} penalties in one answer, R's default: without s the answer is that of the last one, s = ${s}`];
  },
};

function packRelaxed({ intercepts, starts, rows, values }: Path): [string, Float64Array | Uint32Array][] {
  return [
    ['relaxedIntercepts', intercepts],
    ['relaxedStarts', starts],
    ['relaxedRows', rows],
    ['relaxedValues', values],
  ];
}

function unpackRelaxed({ relaxedIntercepts, relaxedStarts, relaxedRows, relaxedValues }: Record<string, unknown>): Path {
  return { intercepts: relaxedIntercepts, starts: relaxedStarts, rows: relaxedRows, values: relaxedValues } as Path;
}

function typesOf({ kind }: Schema): AnswerType[] {
  return kind === 'probability' ? ['response', 'link', 'class'] : ['response', 'link'];
}

function measure(penalized: Penalized): Measures {
  const { lambda, path, s, relaxed, chosen } = penalized;
  const value = typeof s === 'string' ? ` (${chosen[s]})` : '';
  const text = `${count(lambda.length, 'penalty', 'penalties')}, ${count(path.values.length, 'coefficient')}${relaxed ? ', relaxed' : ''}, s = ${s}${value}`;
  return { name: 'penalized', numbers: { penalties: lambda.length, coefficients: path.values.length, s }, text };
}
