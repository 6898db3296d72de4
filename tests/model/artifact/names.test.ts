import { expect, test } from '@jest/globals';
import { withLackingLevels } from '../../../model/artifact/lacking.ts';
import { applyNames } from '../../../model/artifact/names.ts';
import type { Schema } from '../../../shared/schema/features.ts';

const COUNT = 65_535;
const named = (letter: string) => Array.from({ length: COUNT }, (_, at) => `${letter}${at}`);
const schemaOf = (features: Schema['features']): Schema => ({ kind: 'regression', takesMissing: false, features });
const csv = (lines: string[]) => ({ bytes: Buffer.from(lines.join('\n')), file: 'rows.csv', order: 'c' as const });

test('names are given to as many features as a model may have, in time by their number', () => {
  const schema = schemaOf(named('f').map((name) => ({ name, type: 'number' })));
  const given = { names: named('x'), sidecarFile: 'm.model.json', data: undefined };
  expect(applyNames(schema, true, given).features.map(({ name }) => name)).toEqual(given.names);
  expect(() => applyNames(schema, true, { ...given, names: [...given.names.slice(1), 'x1'] })).toThrow('found the name "x1" twice');
  // The header has the made names in another order: they stay.
  const data = csv([named('f').reverse().join(), '']);
  expect(applyNames(schema, true, { ...given, names: undefined, data })).toBe(schema);
});

test('levels that the file lacks are found in the data in time by their number, also those whose names R changed', () => {
  const levels = named('a b');
  const known = levels.map((level, at) => (at === 0 ? undefined : level.replace(' ', '.')));
  const schema = schemaOf([{ name: 'k', type: 'factor', levels: [] }]);
  const data = csv(['k', ...levels.map((level) => `"${level}"`)]);
  const lacking = new Map([['k', known]]);
  const [feature] = withLackingLevels(schema, lacking, { file: 'm.RDS', sidecar: {}, data }).features;
  expect(feature).toEqual({ name: 'k', type: 'factor', levels });
});
