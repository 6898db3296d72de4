import { expect, test } from '@jest/globals';
import { readTerms } from '../../../../model/formula/terms.ts';
import type { RValue } from '../../../../model/rds/values.ts';
import { columnsOfTerms } from '../../../../model/readers/workflow/raw-columns.ts';
import { call, named, numbers, symbol, type Told, terms, texts } from '../../../support/r-objects.ts';

const [a, f, g] = [symbol('a'), symbol('f'), symbol('g')];
const told = (value: RValue, name: string, kind = 'factor'): Told => ({ value, name, kind });

test.each<[string, Told[], Record<string, RValue>, object[]]>([
  [
    'cut()',
    [told(symbol('b'), 'b', 'numeric'), told(call('cut', [a, call('c', [numbers(0), numbers(5), numbers(9)])]), 'cut(a)')],
    { 'cut(a)': texts('(0,5]', '(5,9]') },
    [
      { name: 'b', type: 'number' },
      { name: 'a', type: 'number' },
    ],
  ],
  [
    'factor() of a comparison',
    [told(call('factor', [call('>', [a, numbers(2)])]), 'factor(a > 2)')],
    { 'factor(a > 2)': texts('FALSE', 'TRUE') },
    [{ name: 'a', type: 'number' }],
  ],
  [
    'interaction() of factors',
    [told(call('interaction', [f, g]), 'f.g')],
    { 'f.g': texts('x.u', 'y.u', 'x.v', 'y.v') },
    [
      { name: 'f', type: 'factor', levels: ['x', 'y'] },
      { name: 'g', type: 'factor', levels: ['u', 'v'] },
    ],
  ],
])('what a factor of a formula is made of by %s is a column of the data', (_, variables, levels, features) => {
  const { columns, features: found } = columnsOfTerms(readTerms(terms(variables), 'terms'), named(levels), 'm.RDS');
  expect(found).toMatchObject(features);
  expect(columns.map(({ name }) => name)).toEqual(found.map(({ name }) => name));
});
