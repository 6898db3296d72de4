import { GAM } from '../../../shared/bodies/gam/body.ts';
import { type Reader, withBody } from '../reader.ts';
import { readGam } from './gam.ts';

/** What mgcv's `gam()` and `bam()` returned. */
export const GAM_READER: Reader = {
  classes: ['gam', 'bam'],
  title: 'a gam of mgcv',
  read: withBody('gam', GAM, readGam),
};
