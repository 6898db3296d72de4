import { describe, expect, test } from '@jest/globals';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import type { BodyForm } from '../../../shared/wire/media.ts';
import { AGE, numbers, read, refusal } from '../../support/requests.ts';

describe('values', () => {
  const one = (feature: Feature): Schema => ({ kind: 'regression', features: [feature], takesMissing: false });
  const flag = one({ name: 'x', type: 'logical' });
  const factor = one({ name: 'x', type: 'factor', levels: ['1', 'NA', ' b', ''] });

  test('a logical takes true, false, 1 and 0, and as CSV what R writes', () => {
    expect(read(flag, [{ x: true }, { x: false }, { x: 1 }, { x: 0 }])).toEqual([1, 0, 1, 0]);
    expect(read(flag, 'x\ntrue\nFALSE\nT\nF\n1\n0\n True ', 'csv')).toEqual([1, 0, 1, 0, 1, 0, 1]);
    for (const wrong of [2, -1, 0.5, 'true', 'yes', [], {}]) expect(refusal(flag, [{ x: wrong }]).status).toBe(422);
    expect(refusal(flag, 'x\nyes', 'csv').status).toBe(422);
  });

  test('a factor takes its label, exactly, and never a code', () => {
    expect(read(factor, [{ x: '1' }, { x: 'NA' }, { x: ' b' }, { x: '' }])).toEqual([1, 2, 3, 4]);
    expect(read(factor, 'x\n1\nNA\n b\n""', 'csv')).toEqual([1, 2, 3, 4]);
    for (const wrong of [1, true, 'b', ' 1', 'constructor', null]) expect(refusal(factor, [{ x: wrong }]).status).toBe(422);
  });

  test('an unknown level names the levels there are, ten at most', () => {
    const levels = Array.from({ length: 12 }, (_, at) => `l${at}`);
    const [problem] = refusal(one({ name: 'x', type: 'factor', levels }), { x: 'other' }).problems;
    expect(problem?.message).toContain('found the text "other", expected one of "l0"');
    expect(problem?.message).toContain('"l9" and 2 more');
  });

  test('a number feature takes finite numbers, and in CSV alone a text that spells one', () => {
    expect(read(AGE, '{"age":[1e308,-0.5,5e-324]}')).toEqual([1e308, -0.5, 5e-324]);
    expect(read(AGE, 'age\n1e3\n +2.5 \n.5\n7.', 'csv')).toEqual([1000, 2.5, 0.5, 7]);
    for (const wrong of ['54', [1, 2], [], [[1]], {}, null]) expect(refusal(AGE, [{ age: wrong }]).status).toBe(422);
    for (const wrong of ['0x10', '1e999', 'NaN', 'Inf', '1_000', '1,5', '--1', '1e', 'e1', '.']) {
      expect([wrong, refusal(AGE, `age\n"${wrong}"`, 'csv').status]).toEqual([wrong, 422]);
    }
  });

  test('1e999 is refused as too large for a double', () => {
    expect(refusal(AGE, '{"age":1e999}')).toMatchObject({ status: 422, problems: [{ path: '/age' }] });
    expect(refusal(AGE, '{"age":-1e999}').problems[0]?.message).toContain('a number too large for a double');
  });

  test('a missing value is refused where the model has no answer for it, and NaN where it has', () => {
    const missing: [unknown, BodyForm][] = [
      [{ age: null }, 'json'],
      [[[null]], 'json'],
      ['age\nNA', 'csv'],
      ['age\n""', 'csv'],
      ['NA', 'csv'],
      ['{"age":null}', 'jsonlines'],
    ];
    for (const [body, form] of missing) {
      const error = refusal(AGE, body, form);
      expect([error.status, error.problems.length]).toEqual([422, 1]);
      expect(error.problems[0]?.message).toContain('no answer for missing values');
      expect(read({ ...AGE, takesMissing: true }, body, form)).toEqual([Number.NaN]);
    }
    // A column that is not there is no missing value.
    expect(refusal({ ...AGE, takesMissing: true }, {}).problems[0]?.message).toContain('feature "age" is missing');
  });
});

describe('CSV', () => {
  const schema = numbers('1', '2', 'age');

  test('a first line that is both a header and a row is refused, since either way may be wrong', () => {
    for (const text of ['1,2\n3,4', '2,1\n3,4', '2,1'])
      expect(refusal(numbers('1', '2'), text, 'csv').message).toContain('both a header and a row');
    const level: Schema = { ...AGE, features: [{ name: 'f', type: 'factor', levels: ['f', 'g'] }] };
    expect(refusal(level, 'f\nf\ng', 'csv').status).toBe(422);
    expect(read(level, 'g\nf', 'csv')).toEqual([2, 1]);
  });
  test('a line of numbers some of which are names of features is a row, unless it is no row', () => {
    expect(read(numbers('1', '2'), '1,3\n3,4', 'csv')).toEqual([1, 3, 3, 4]);
    expect(read(schema, 'age,2,1\n3,4,5', 'csv')).toEqual([5, 4, 3]);
  });
  test('names may be quoted, or have spaces around them', () => {
    expect(read(AGE, '"id","age"\n1,2', 'csv')).toEqual([2]);
    expect(read(AGE, ' id , age \n1,2', 'csv')).toEqual([2]);
  });
  test('a line too short or too long is named by its number, with the other problems', () => {
    const error = refusal(schema, 'age,1,2\n1,2\n1,2,3,4\n1,x,3', 'csv');
    expect(error.status).toBe(422);
    expect(error.problems.map(({ path }) => path)).toEqual(['/0', '/1', '/2/1']);
    expect(error.problems[0]?.message).toBe('found 2 fields on line 2, expected 3 fields, as the header line has');
  });
  test('semicolons and tabs are read as R writes them, where commas do not fit', () => {
    const two = numbers('age', 'weight');
    const wool: Schema = { ...AGE, features: [{ name: 'wool', type: 'factor', levels: ['A;B', 'C'] }] };
    const good: [Schema, string, number[]][] = [
      [AGE, 'age;sex\n54;1', [54]],
      [AGE, 'age\tsex\n54\t1', [54]],
      [two, 'age;weight\n54;70', [54, 70]],
      // As R's write.csv2 writes them.
      [two, '"age";"weight"\r\n54,5;70,25\r\n', [54.5, 70.25]],
      [two, '\ufeffage;weight\n54;70', [54, 70]],
      [two, '54\t70', [54, 70]],
      [two, '54,5;70', [54.5, 70]],
      [wool, 'wool;x\nC;1', [2]],
      // Where commas fit, what else stands in a field is its own matter.
      [wool, 'A;B\nC', [1, 2]],
      [AGE, 'note;a,age\nx;y,54', [54]],
      [AGE, ' 54\t\n', [54]],
    ];
    for (const [model, text, expected] of good) expect([text, ...read(model, text, 'csv')]).toEqual([text, ...expected]);
    expect(refusal(two, 'weight;age;x', 'csv').message).toContain('there are no rows');
    expect(refusal(AGE, '54;1', 'csv').problems[0]?.message).toBe('found 2 fields on line 1, expected 1 field: age');
    expect(refusal(wool, 'D;E', 'csv').problems[0]?.message).toContain('found the text "D;E"');
    expect(refusal(two, 'age,weight\n1;2,3', 'csv').problems[0]?.path).toBe('/0/age');
    expect(refusal(two, '1,2,3', 'csv').problems[0]?.message).toBe('found 3 fields on line 1, expected 2 fields: age, weight');
  });
  test('a header alone is no row', () => expect(refusal(AGE, 'age\n', 'csv')).toMatchObject({ status: 422 }));
  test('a feature twice is refused', () => expect(refusal(AGE, 'age,age\n1,2', 'csv')).toMatchObject({ status: 422 }));
  test('a missing column is named once', () => {
    expect(refusal(numbers('a', 'b'), 'a\n1\n2\n3', 'csv').problems.map(({ path }) => path)).toEqual(['/0/b']);
  });
  test('a wide header of unknown names is refused', () => {
    const wide = numbers(...Array.from({ length: 2_000 }, (_, at) => `f${at}`));
    expect(refusal(wide, `f0,${'x,'.repeat(2_000)}y\n1`, 'csv').status).toBe(422);
  });
});
