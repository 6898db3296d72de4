import { element, numbersOf, textOf } from '../../../model/rds/values.ts';
import type { Reader } from '../../../model/readers/reader.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { LINE } from './body.ts';

/** Reads what R's `structure(list(slope, intercept, variable), class = "toy")` is. */
export const TOY_READER: Reader = {
  classes: ['toy'],
  title: 'a toy',
  read: (value, label) => {
    const numberOf = (name: string) => Number(numbersOf(element(value, name), `${label}'s ${name}`)[0]);
    const name = textOf(element(value, 'variable'), `${label}'s variable`);
    return {
      schema: { kind: 'regression', features: [{ name, type: 'number' }], takesMissing: false },
      body: bodyOf(LINE, { terms: Float64Array.of(numberOf('slope'), numberOf('intercept')) }),
      call: 'toy(y ~ x)',
    };
  },
};
