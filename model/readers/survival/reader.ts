import { COX } from '../../../shared/bodies/cox/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import type { Reader } from '../reader.ts';
import { readCoxph } from './coxph.ts';

/** What survival's `coxph()` returned. */
export const COXPH_READER: Reader = {
  classes: ['coxph', 'coxph.penal'],
  title: 'a coxph',
  read: (value, label) => {
    const { cox, ...rest } = readCoxph(value, label);
    return { ...rest, body: bodyOf(COX, cox) };
  },
};
