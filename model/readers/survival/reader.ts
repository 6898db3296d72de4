import { COX } from '../../../shared/bodies/cox/body.ts';
import { SURVREG } from '../../../shared/bodies/survreg/body.ts';
import { type Reader, withBody } from '../reader.ts';
import { readCoxph } from './coxph.ts';
import { readSurvreg } from './survreg.ts';

/** What survival's `coxph()` returned. */
export const COXPH_READER: Reader = {
  classes: ['coxph', 'coxph.penal'],
  title: 'a coxph',
  read: withBody('cox', COX, readCoxph),
};

/** What survival's `survreg()` returned. */
export const SURVREG_READER: Reader = {
  classes: ['survreg', 'survreg.penal'],
  title: 'a survreg',
  read: withBody('survreg', SURVREG, readSurvreg),
};
