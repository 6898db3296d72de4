import path from 'node:path';
import { expect, test } from '@jest/globals';
import { importModel, ModelError, openModel } from '../../../container/package/library.ts';
import { PROJECT } from '../../support/project.ts';

const FILE = path.join(PROJECT, 'model/heart/heart-age.RDS');

test('a model keeps its numbers where the bytes that it was opened from are used for something else', () => {
  const bytes = Uint8Array.from(importModel(FILE));
  const model = openModel(bytes);
  const expected = model.predict([{ age: 54 }]);
  bytes.fill(0, 200);
  expect(model.predict([{ age: 54 }])).toEqual(expected);
  expect(openModel(FILE).predict([{ age: 54 }])).toEqual(expected);
});

test('a model is opened from bytes in any view and at any place', () => {
  const bytes = importModel(FILE);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const buffer = Uint8Array.from(bytes).buffer;
  const views = [shifted.subarray(3), Buffer.from(bytes), buffer as unknown as Uint8Array];
  expect(views.map((view) => openModel(view).predict([[54]])[0])).toEqual(views.map(() => openModel(FILE).predict([[54]])[0]));
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['the number 5', 5],
  ['an object', {}],
])('%s is no model', (found, given) => {
  expect(() => openModel(given as never)).toThrow(ModelError);
  expect(() => openModel(given as never)).toThrow(`found ${found}`);
});
