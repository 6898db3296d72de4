import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { buildArtifact, importerSources } from '../../../model/artifact/build.ts';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { golden } from '../../support/golden.ts';
import { PROJECT } from '../../support/project.ts';

test('an artifact that a power cut left in pieces is made again, one whose check rows fail is not', () => {
  const model = golden('warpbreaks-ignore').file;
  const { file } = buildArtifact(model, PROJECT);
  const whole = readFileSync(file);
  try {
    writeFileSync(file, whole.subarray(0, 500));
    expect(buildArtifact(model, PROJECT).file).toBe(file);
    expect(readFileSync(file).equals(whole)).toBe(true);
    const wrong = Buffer.from(whole);
    wrong[wrong.length - 3]! ^= 1;
    writeFileSync(file, wrong);
    expect(() => buildArtifact(model, PROJECT)).toThrow(/check row 16 gives/);
  } finally {
    rmSync(path.dirname(file), { recursive: true });
  }
});

test('a file that becomes another while it is read gives no artifact under its name', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-replaced-'));
  const file = path.join(folder, 'model.RDS');
  copyFileSync(golden('warpbreaks-ignore').file, file);
  try {
    const replaced = () => {
      copyFileSync(golden('iris').file, file);
      return importModel(file);
    };
    expect(() => buildArtifact(file, PROJECT, replaced)).toThrow('found a change of it');
    copyFileSync(golden('warpbreaks-ignore').file, file);
    const built = buildArtifact(file, PROJECT);
    expect(built.model.sha256).toBe(loadModel(file).sha256);
    rmSync(path.dirname(built.file), { recursive: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('an artifact is served as it is; what is only called one is refused', () => {
  const example = `${PROJECT}model/examples/heart/heart.canopy`;
  const { file } = buildArtifact(example, PROJECT);
  expect(readFileSync(file).equals(readFileSync(example))).toBe(true);
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-called-'));
  try {
    writeFileSync(path.join(folder, 'a.canopy'), readFileSync(golden('heart-age').file));
    expect(() => buildArtifact(path.join(folder, 'a.canopy'), PROJECT)).toThrow('found an R file, expected an artifact');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('sources in sub-folders count too, so that a change of one makes artifacts anew', () => {
  const project = mkdtempSync(path.join(tmpdir(), 'canopy-sources-'));
  try {
    for (const name of ['model/a.ts', 'model/readers/deep/b.ts', 'model/a.csv', 'shared/c.ts', 'shared/bodies/d.ts']) {
      mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
      writeFileSync(path.join(project, name), '');
    }
    expect(importerSources(project)).toEqual(['model/a.ts', 'model/readers/deep/b.ts', 'shared/bodies/d.ts', 'shared/c.ts']);
  } finally {
    rmSync(project, { recursive: true });
  }
});
