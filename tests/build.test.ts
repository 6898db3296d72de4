import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { buildArtifact } from '../model/build.ts';
import { golden } from './golden.ts';
import { PROJECT } from './lambda.ts';

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
