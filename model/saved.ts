import { ModelError } from '../shared/errors.ts';
import { classOf, type RValue, typeOf } from './r-values.ts';
import type { RFile } from './rds.ts';

/** The classes of what is worth looking for among all that save() wrote: every family that an import reads. */
const MODEL_CLASSES = ['ranger', 'ranger.forest', 'randomForest', 'rpart', 'lm', 'glm'];
const SHOWN = 10;

/** The model of a file: what saveRDS() wrote, or the one model among what save() wrote. Throws a ModelError that names what is there. */
export function modelIn({ saved, value }: RFile, thing: string): RValue {
  if (saved === 'saveRDS') return value;
  const values = value.type === 'pairlist' ? value.values : [];
  const models = values.filter((one) => classOf(one).some((name) => MODEL_CLASSES.includes(name)));
  if (models.length === 1) return models[0] as RValue;
  const tags = value.type === 'pairlist' ? value.tags : [];
  const all = values.map((one, at) => `${tags[at] ?? 'a value'} (${classOf(one)[0] ?? typeOf(one)})`);
  const listed = `${all.slice(0, SHOWN).join(', ')}${all.length > SHOWN ? ` and ${all.length - SHOWN} more` : ''}`;
  throw new ModelError(
    thing,
    `${models.length} models among ${listed || 'nothing'}`,
    'one model in a file of save(), or one saved by saveRDS()',
  );
}
