import { GAM } from '../../../shared/bodies/gam/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import type { Reader } from '../reader.ts';
import { readGam } from './gam.ts';

/** What mgcv's `gam()` and `bam()` returned. */
export const GAM_READER: Reader = {
  classes: ['gam', 'bam'],
  title: 'a gam of mgcv',
  read: (value, label) => {
    const { gam, ...rest } = readGam(value, label);
    return { ...rest, body: bodyOf(GAM, gam) };
  },
};
