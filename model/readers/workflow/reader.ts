import { ModelError } from '../../../shared/errors.ts';
import { classOf } from '../../rds/values.ts';
import type { Reader } from '../reader.ts';
import { readRecipeAlone } from './recipe.ts';
import { type Inner, lastFitWorkflow, readModelFit, readWorkflow } from './workflow.ts';

/** What tidymodels fitted: a workflow, parsnip's model_fit, tune's last_fit; or a trained recipe alone. */
export const WORKFLOW_READER: Reader = {
  classes: ['workflow', 'model_fit', 'last_fit', 'recipe'],
  title: 'a tidymodels workflow',
  read: (value, label, inner) => {
    const engine: Inner = (fit, at) => {
      if (inner) return inner(fit, at);
      throw new ModelError(at, 'no reader of the model inside', 'the readers of the families');
    };
    const classes = classOf(value);
    if (classes.includes('recipe')) return readRecipeAlone(value, label);
    if (classes.includes('last_fit')) return readWorkflow(lastFitWorkflow(value, label), label, engine);
    return classes.includes('workflow') ? readWorkflow(value, label, engine) : readModelFit(value, label, engine);
  },
};
