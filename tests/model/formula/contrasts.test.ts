import { expect, test } from '@jest/globals';
import { ContrastTables } from '../../../model/formula/contrasts.ts';
import { LINEAR_READER } from '../../../model/readers/linear/reader.ts';
import { lm, number } from '../../support/lm-objects.ts';
import { named, symbol, texts } from '../../support/r-objects.ts';

test.each(['contr.sum', 'contr.helmert'])('%s of many levels is refused when all factors together have too many', (name) => {
  const labels = texts(...Array.from({ length: 1000 }, (_, at) => `l${at}`));
  const names = ['f1', 'f2', 'f3', 'f4', 'f5'];
  const all = (value: typeof labels) => named(Object.fromEntries(names.map((name) => [name, value])));
  const variables = names.map((name) => number(symbol(name), name, 'factor'));
  const value = lm({ variables, members: { xlevels: all(labels), contrasts: all(texts(name)) } });
  const message = `m.RDS's contrasts of f5: found ${name} of too many levels in all, expected at most 4000000 numbers`;
  expect(() => LINEAR_READER.read(value, 'm.RDS')).toThrow(message);
});

test('factors of as many levels share their contrasts', () => {
  const tables = new ContrastTables();
  const first = tables.take('contr.poly', 20, 'm.RDS');
  expect(tables.take('contr.poly', 20, 'm.RDS')).toBe(first);
  expect(tables.take('contr.poly', 19, 'm.RDS')).toHaveLength(18);
  expect(tables.take('contr.sum', 20, 'm.RDS')).toHaveLength(19);
  for (let factor = 0; factor < 467; factor += 1) tables.take('contr.poly', 93, 'm.RDS');
  expect(() => tables.take('contr.poly', 93, 'm.RDS')).toThrow('contr.poly of too many levels in all');
});
