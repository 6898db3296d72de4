import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isCompressed } from '../../../shared/wire/encoding.ts';
import { answerForm, bodyForm } from '../../../shared/wire/media.ts';
import { statusOf } from '../../support/error-of.ts';

test('any header gives a form or a 4xx, and nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (header) => {
      expect([undefined, 415]).toContain(statusOf(() => bodyForm(header)));
      expect([undefined, 406]).toContain(statusOf(() => answerForm(header)));
      expect([undefined, 415]).toContain(statusOf(() => isCompressed(header)));
    }),
  );
});
