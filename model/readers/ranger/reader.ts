import { FOREST } from '../../../shared/bodies/forest/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import type { Reader } from '../reader.ts';
import { readRanger } from './ranger.ts';

/** What `ranger()` returned, or its `$forest`. */
export const RANGER_READER: Reader = {
  classes: ['ranger', 'ranger.forest'],
  title: 'a ranger forest',
  read: (value, label) => {
    const { forest, ...rest } = readRanger(value, label);
    return { ...rest, body: bodyOf(FOREST, forest) };
  },
};
