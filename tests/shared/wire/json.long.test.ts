import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_DEPTH, parseJson } from '../../../shared/wire/json.ts';

test('every JSON text whose keys are unique is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: MAX_DEPTH - 1, noUnicodeString: false }), fc.constantFrom(undefined, 2), (text, indent) => {
      const value = JSON.parse(text);
      fc.pre(!text.includes('__proto__'));
      expect(parseJson(JSON.stringify(value, null, indent))).toEqual(value);
    }),
  );
});
