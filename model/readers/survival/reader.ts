import { COX } from '../../../shared/bodies/cox/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { SURVREG } from '../../../shared/bodies/survreg/body.ts';
import type { Reader } from '../reader.ts';
import { readCoxph } from './coxph.ts';
import { readSurvreg } from './survreg.ts';

/** What survival's `coxph()` returned. */
export const COXPH_READER: Reader = {
  classes: ['coxph', 'coxph.penal'],
  title: 'a coxph',
  read: (value, label) => {
    const { cox, ...rest } = readCoxph(value, label);
    return { ...rest, body: bodyOf(COX, cox) };
  },
};

/** What survival's `survreg()` returned. */
export const SURVREG_READER: Reader = {
  classes: ['survreg', 'survreg.penal'],
  title: 'a survreg',
  read: (value, label) => {
    const { survreg, ...rest } = readSurvreg(value, label);
    return { ...rest, body: bodyOf(SURVREG, survreg) };
  },
};
