import type { FileReader } from '../../../model/readers/reader.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { ModelError } from '../../../shared/errors.ts';
import { LINE } from './body.ts';

/** Reads a format of its own for tests: the line "toy", then slope and intercept. It has no name for its feature. */
export const TOY_FILE: FileReader = {
  title: 'a toy in text',
  matches: (start) => Buffer.from(start).toString('latin1').startsWith('toy\n'),
  read: (bytes, label) => {
    const terms = Float64Array.from(Buffer.from(bytes).toString('latin1').trim().split('\n').slice(1), Number);
    if (terms.length !== 2) throw new ModelError(label, `${terms.length} terms`, '2');
    return {
      schema: { kind: 'regression', features: [{ name: 'f0', type: 'number' }], takesMissing: false },
      body: bodyOf(LINE, { terms }),
      call: 'toy',
      version: 'toy 1',
      isUnnamed: true,
    };
  },
};
