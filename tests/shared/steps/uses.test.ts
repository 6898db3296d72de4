import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { computeInputs, usesOf } from '../../../shared/steps/pipeline.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { PROJECT } from '../../support/project.ts';

const FOLDER = path.join(PROJECT, 'tests/golden/pipelines');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.RDS'));

/** The rows of a golden that the model reads, side by side, at most so many. */
function rowsOf(file: string, most: number): { model: ReturnType<typeof loadModel>; rows: Float64Array } {
  const model = loadModel(path.join(FOLDER, file));
  const { rows: instances } = JSON.parse(readFileSync(path.join(FOLDER, file.replace(/RDS$/, 'json')), 'utf8')) as { rows: object[] };
  const read = instances.slice(0, 3 * most).flatMap((instance) => {
    try {
      return [[...readValue(model.schema, { instances: [instance] }).rows]];
    } catch {
      return [];
    }
  });
  return { model, rows: Float64Array.from(read.slice(0, most).flat()) };
}

test('the goldens have steps of most kinds', () => {
  const kinds = new Set(files.flatMap((file) => (loadModel(path.join(FOLDER, file)).steps ?? []).map(({ kind }) => kind.step)));
  for (const kind of ['columns', 'complete', 'calendar', 'neighbors', 'nearest', 'interpolation', 'splines', 'distances', 'projection'])
    expect(kinds).toContain(kind);
});

test.each(files)('an input changes only with features that it is said to be computed of: %s', (file) => {
  const { model, rows } = rowsOf(file, 12);
  const { schema, steps } = model;
  if (!steps) return;
  const uses = usesOf(schema, steps);
  const width = schema.features.length;
  const before = computeInputs(schema, steps, rows).inputs;
  const inputs = uses.length;
  for (let feature = 0; feature < width; feature += 1) {
    // Each row gets the value of the row before it.
    const changed = rows.map((value, at) => (at % width === feature ? rows.at(at - width)! : value));
    const after = computeInputs(schema, steps, changed).inputs;
    const wrong = [...after.keys()].filter((at) => !Object.is(after[at], before[at]) && !uses[at % inputs]!.has(feature));
    expect(wrong.map((at) => `input ${at % inputs} by ${schema.features[feature]!.name}`)).toEqual([]);
  }
});
