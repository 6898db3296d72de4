import { expect, test } from '@jest/globals';
import { ModelError, RequestError } from '../../shared/errors.ts';

test('a RequestError, of which a payload may cause hundreds of thousands, notes no stack; other errors do as ever', () => {
  const refused = new RequestError(422, 'found "old", expected a number');
  expect(refused).toBeInstanceOf(Error);
  expect(refused.stack).not.toContain(' at ');
  expect(new Error('ours').stack).toContain('errors.test.ts');
  expect(new ModelError('m.RDS', 'nothing', 'a model').stack).toContain('errors.test.ts');
});
