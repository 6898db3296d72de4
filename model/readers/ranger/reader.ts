import { FOREST } from '../../../shared/bodies/forest/body.ts';
import { type Reader, withBody } from '../reader.ts';
import { readRanger } from './ranger.ts';

/** What `ranger()` returned, or its `$forest`. */
export const RANGER_READER: Reader = {
  classes: ['ranger', 'ranger.forest'],
  title: 'a ranger forest',
  read: withBody('forest', FOREST, readRanger),
};
