import { globSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, type Model } from '../../../shared/artifact.ts';
import { ModelError } from '../../../shared/errors.ts';
import { computeInputs } from '../../../shared/steps/pipeline.ts';

const FILES = globSync(path.join(import.meta.dirname, '../../golden/pipelines/*.RDS')).sort();
/** More rows than any block has. */
const ROWS = 2_500;

function modelOf(file: string): Model | undefined {
  try {
    return decodeArtifact(importModel(file), path.basename(file));
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

/** The check rows again and again, an element of each missing in turn. */
function manyRows({ schema, checks }: Model): Float64Array {
  const width = schema.features.length;
  return Float64Array.from({ length: ROWS * width }, (_, at) => {
    const row = Math.floor(at / width);
    return row % (width + 3) === at % width ? Number.NaN : checks.rows[at % checks.rows.length]!;
  });
}

test('many rows together have the columns of each row alone', () => {
  const models = FILES.flatMap((file) => modelOf(file) ?? []).filter(({ steps }) => steps);
  expect(models.length).toBeGreaterThan(50);
  for (const { schema, steps = [], ...model } of models) {
    const rows = manyRows({ schema, ...model });
    const width = schema.features.length;
    const { inputs, unknown } = computeInputs(schema, steps, rows);
    const wide = inputs.length / ROWS;
    for (let row = 0; row < ROWS; row += 37) {
      const alone = computeInputs(schema, steps, rows.slice(row * width, (row + 1) * width));
      expect(inputs.slice(row * wide, (row + 1) * wide)).toEqual(alone.inputs);
      expect(unknown[row]).toBe(alone.unknown[0]);
    }
  }
});
