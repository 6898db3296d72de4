import path from 'node:path';
import { expect, test } from '@jest/globals';
import { describeText } from '../../../model/artifact/describe.ts';
import { type ImportOptions, loadModel } from '../../../model/artifact/import.ts';
import { describeCommand } from '../../../model/commands/describe.ts';
import { golden } from '../../support/golden.ts';
import { PROJECT } from '../../support/project.ts';

const HEART = path.join(PROJECT, 'model/heart/heart-age.RDS');
const text = (file: string, options: ImportOptions) => describeText({ file, bytes: 1, model: loadModel(file, options) });

test.each([
  ['heart-age', HEART],
  ...['survival-logrank', 'heart-rpart', 'heart-glm', 'iris'].map((name) => [name, golden(name).file]),
])('the text of %s says the same, however much of what explains it was imported', (_, file) => {
  expect(text(file!, { isBrief: true })).toBe(text(file!, {}));
});

test('the sha256 of what explains, which JSON has, covers all of that', () => {
  const { explain } = JSON.parse(describeCommand([HEART, '--json']));
  expect(explain.sha256).toBe(loadModel(HEART).schema.explain!.sha256);
  expect(loadModel(HEART, { isBrief: true }).schema.explain!.sha256).not.toBe(explain.sha256);
});

test('training data that do not fit are refused in the text, too', () => {
  const data = { bytes: Buffer.from('target\n1\n'), file: 'other.csv', order: undefined };
  expect(() => text(golden('heart-age').file, { isBrief: true, data })).toThrow('other.csv: found no column "age"');
});
