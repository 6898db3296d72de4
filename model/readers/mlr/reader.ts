import { ModelError } from '../../../shared/errors.ts';
import type { Reader } from '../reader.ts';
import { readWrappedModel } from './wrapped-model.ts';

/** What mlr's train() returned for a learner by itself, or for one that was tuned. */
export const MLR_READER: Reader = {
  classes: ['WrappedModel', 'TuneModel'],
  title: "mlr's WrappedModel",
  read: (value, label, inner) => {
    if (!inner) throw new ModelError(label, 'no reader of the model inside', 'the readers of the families');
    return readWrappedModel(value, label, inner);
  },
};
