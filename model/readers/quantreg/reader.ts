import type { Reader } from '../reader.ts';
import { readRq } from './rq.ts';

/** What quantreg's `rq()` returned, for one tau or several. */
export const RQ_READER: Reader = {
  classes: ['rq', 'rqs', 'rq.process', 'lassorq', 'scadrq', 'lassorqs', 'scadrqs'],
  title: 'an rq',
  read: readRq,
};
