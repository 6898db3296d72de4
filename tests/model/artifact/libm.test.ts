import { describe, expect, test } from '@jest/globals';
import { describeText } from '../../../model/artifact/describe.ts';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact, failedCheck, type Model } from '../../../shared/artifact.ts';
import { expPlain } from '../../../shared/math/exp.ts';
import { predictRows } from '../../../shared/predict.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { golden } from '../../support/golden.ts';

/** The double after a positive one, so many times. */
function after(x: number, times: number): number {
  const bits = new BigInt64Array(Float64Array.of(x).buffer);
  bits[0] = bits[0]! + BigInt(times);
  return new Float64Array(bits.buffer)[0]!;
}

/** The same model, opened from an artifact whose check rows and card were changed. */
function reopened(model: Model, by: number, card: object): Model {
  const outputs = model.checks.outputs.map((value) => after(value, by));
  return decodeArtifact(encodeArtifact({ ...model, card: { ...model.card, ...card }, checks: { ...model.checks, outputs } }));
}

describe('a model of an R without fused multiplication (libm: plain)', () => {
  const { file } = golden('survival-logrank');
  const [usual, plain] = [loadModel(file), decodeArtifact(importModel(file, { libm: 'plain' }))];

  test('asks that form of the C library', () => {
    const { rows } = usual.checks;
    const hazards = predictRows(plain, rows, { ...defaultParameters(plain.schema), type: 'chf' });
    expect(predictRows(plain, rows)).toEqual(hazards.map((hazard) => expPlain(-hazard)));
    expect(failedCheck(plain)).toBeUndefined();
  });

  test('has a sha256 of its own, and says what it is', () => {
    expect(plain.sha256).not.toBe(usual.sha256);
    expect([usual.schema.libm, plain.schema.libm]).toEqual([undefined, 'plain']);
    const told = (model: Model) => describeText({ model, file, bytes: 1 });
    expect(told(plain)).toMatch(/^C library +without fused multiplication/m);
    expect(told(usual)).not.toContain('C library');
  });

  test('is refused where it names a form that does not exist', () => {
    const other = { ...usual, schema: { ...usual.schema, libm: 'musl' as 'plain' } };
    expect(() => decodeArtifact(encodeArtifact(other))).toThrow('libm: found the text "musl", expected plain, or none');
  });
});

describe('the check rows of an artifact of an earlier version', () => {
  // These were computed with JavaScript's exp(): one double off for survival, up to four for a glm.
  test.each([
    ['survival-logrank', 1],
    ['dose-logit-glm', 4],
  ])('%s: may lie %i doubles away', (name, most) => {
    const model = loadModel(golden(name).file);
    expect(model.card.mathLibrary).toBe('glibc 2.36');
    // JSON leaves out what is undefined.
    const earlier = { mathLibrary: undefined };
    expect(failedCheck(reopened(model, most, earlier))).toBeUndefined();
    expect(failedCheck(reopened(model, 3 * most, earlier))).toMatch(/^check row 1 gives /);
    expect(failedCheck(reopened(model, 1, {}))).toMatch(/^check row 1 gives /);
  });

  test('have the same bits where no function of the C library is asked', () => {
    const model = loadModel(golden('heart-age').file);
    expect(model.card.mathLibrary).toBeUndefined();
    expect(failedCheck(reopened(model, 1, {}))).toMatch(/^check row 1 gives /);
  });
});
