import { ModelError } from '../../../shared/errors.ts';
import type { Reader } from '../reader.ts';
import { type Inner, readTrain } from './train.ts';

/** What caret's train() returned. */
export const CARET_READER: Reader = {
  classes: ['train'],
  title: "caret's train",
  read: (value, label, inner) => {
    const engine: Inner = (own, at) => {
      if (inner) return inner(own, at);
      throw new ModelError(at, 'no reader of the model inside', 'the readers of the families');
    };
    return readTrain(value, label, engine);
  },
};
