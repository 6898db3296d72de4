import { FOREST } from '../../../shared/bodies/forest/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import type { Reader } from '../reader.ts';
import { readRandomForest } from './random-forest.ts';

/** What `randomForest()` returned. */
export const RANDOM_FOREST_READER: Reader = {
  classes: ['randomForest', 'randomForest.formula'],
  title: 'a randomForest',
  read: (value, label) => {
    const { forest, ...rest } = readRandomForest(value, label);
    return { ...rest, body: bodyOf(FOREST, forest), isFiniteOnly: true };
  },
};
