import { ModelError } from '../../../shared/errors.ts';
import { classOf } from '../../rds/values.ts';
import type { Reader } from '../reader.ts';
import { readDummyVars, readPreProcess } from './alone.ts';
import { type Inner, readTrain } from './train.ts';

/** What caret's train() returned, or its preProcess() or dummyVars() alone. */
export const CARET_READER: Reader = {
  classes: ['train', 'preProcess', 'dummyVars'],
  title: "caret's train",
  read: (value, label, inner) => {
    const engine: Inner = (fit, at) => {
      if (inner) return inner(fit, at);
      throw new ModelError(at, 'no reader of the model inside', 'the readers of the families');
    };
    const classes = classOf(value);
    if (classes.includes('preProcess')) return readPreProcess(value, label);
    return classes.includes('dummyVars') ? readDummyVars(value, label) : readTrain(value, label, engine);
  },
  readBefore: (value, label, passed) =>
    classOf(value).includes('preProcess') ? readPreProcess(value, label, passed) : readDummyVars(value, label),
};
