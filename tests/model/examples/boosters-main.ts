import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadModel } from '../../../model/artifact/import.ts';
import { verify } from '../../../model/artifact/verify.ts';
import { PROJECT } from '../../support/project.ts';

// node tests/model/examples/boosters-main.ts PYTHON: the example of boosters, by a Python that has both packages (a stage of .ci/run installs it).
const python = process.argv[2] ?? 'python3';
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-boosters-'));
try {
  for (const [name, file] of [
    ['xgboost', 'heart.ubj'],
    ['lightgbm', 'heart.txt'],
  ] as const) {
    const place = path.join(folder, name);
    mkdirSync(place);
    execFileSync(python, [path.join(PROJECT, 'model/examples/boosters/train.py'), name, place], { stdio: 'inherit' });
    const model = loadModel(path.join(place, file));
    assert.ok(
      model.schema.features.some((feature) => feature.name === 'sexmale'),
      'the features have their names',
    );
    const rows = path.join(place, 'rows.json');
    const { wrong, numbers } = verify(model, readFileSync(rows, 'utf8'), rows);
    assert.deepEqual(wrong, []);
    assert.equal(numbers, 296);
    console.log(`the example of ${name}: ${numbers} numbers are its own, to the bit`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
