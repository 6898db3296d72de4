import { BOOSTING } from '../../../shared/bodies/boosting/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { ModelError } from '../../../shared/errors.ts';
import { type RValue, typeOf } from '../../rds/values.ts';
import type { FileReader, Imported, Reader } from '../reader.ts';
import { readLightGBM } from './lightgbm.ts';

/** How LightGBM's text begins: the kind of model, and the version of the format (version 1 had none). */
const START = /^tree\r?\n(?:version|num_class)=/;

/** What `Booster.save_model()` or `lgb.save()` wrote. */
export const LIGHTGBM_FILE: FileReader = {
  title: 'a LightGBM model',
  matches: (start) => START.test(Buffer.from(start.subarray(0, 32)).toString('latin1')),
  read: importText,
};

/** LightGBM's text as a model. */
export function importText(bytes: Uint8Array, label: string): Imported {
  const { boosting, ...rest } = readLightGBM(bytes, label);
  return { ...rest, body: bodyOf(BOOSTING, boosting) };
}

/**
 * An lgb.Booster of R, which is an R6 environment. Its member `raw` is the text: a raw vector, or before LightGBM 3.3 one text
 * (R-package/R/lgb.Booster.R). R's predict() uses the best iteration where early stopping noted one.
 */
export const LIGHTGBM_READER: Reader = {
  classes: ['lgb.Booster'],
  title: 'a LightGBM booster',
  read: (value, label) => {
    const model = importText(textOfBooster(value, label), label);
    const { rounds } = model.schema;
    const best = value.type === 'opaque' ? value.variables?.get('best_iter') : undefined;
    const used = best?.type === 'constant' ? best.value : -1;
    if (!rounds || typeof used !== 'number' || !Number.isInteger(used) || used < 1 || used > rounds.all) return model;
    return { ...model, schema: { ...model.schema, rounds: { ...rounds, used } } };
  },
};

function textOfBooster(value: RValue, label: string): Uint8Array {
  const raw = value.type === 'opaque' ? value.variables?.get('raw') : undefined;
  if (raw?.type === 'raw') return raw.values;
  if (raw?.type === 'constant' && typeof raw.value === 'string') return Buffer.from(raw.value);
  const found = value.type === 'opaque' ? 'a booster without its text' : typeOf(value);
  throw new ModelError(
    `${label}'s raw`,
    found,
    'one that lightgbm made it: in R, model$save_raw() before saveRDS(), or lgb.save(model, "model.txt")',
  );
}
