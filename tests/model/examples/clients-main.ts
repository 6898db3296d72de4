import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadModel } from '../../../model/artifact/import.ts';
import { verify } from '../../../model/artifact/verify.ts';
import { ANSWERS, askWith } from '../../support/ask-examples.ts';
import { PROJECT } from '../../support/project.ts';

// node tests/model/examples/clients-main.ts: the examples in Python and R, which a stage of .ci/run installs.
assert.deepEqual(JSON.parse(await askWith('python3', 'ask.py')), ANSWERS);
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-examples-'));
try {
  execFileSync('Rscript', [path.join(PROJECT, 'model/examples/clients/save.R'), folder], { stdio: 'inherit' });
  const rows = path.join(folder, 'rows.json');
  const { wrong, numbers } = verify(loadModel(path.join(folder, 'flowers.RDS')), readFileSync(rows, 'utf8'), rows);
  assert.deepEqual(wrong, []);
  assert.equal(numbers, 150);
  console.log(`the examples in Python and R: ${ANSWERS.length + numbers} numbers are R's, to the bit`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
