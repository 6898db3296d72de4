import { ModelError } from '../../../shared/errors.ts';
import { deparse } from '../../formula/deparse.ts';
import { attributesOf, classOf, element, numbersOf, type RValue, textsOf, typeOf } from '../../rds/values.ts';
import type { FileReader, Imported, Reader } from '../reader.ts';
import { formOf, readBooster } from './file.ts';
import { importBooster } from './import.ts';

/** What xgb.train() and xgboost() return, as every version of the package keeps it. */
export const XGBOOST_READER: Reader = {
  classes: ['xgb.Booster', 'xgboost'],
  title: 'an xgboost booster',
  read: readXgboost,
};

/** A booster's file, whoever made it: R, Python, Julia ... */
export const XGBOOST_FILE: FileReader = {
  title: 'an XGBoost model',
  matches: (start) => formOf(start) !== undefined,
  read: (bytes, label) => importBooster(readBooster(bytes, label), {}, label),
};

function readXgboost(value: RValue, label: string): Imported {
  const booster = readBooster(rawOf(value, label), label);
  const metadata = attributesOf(value).get('metadata');
  const levels = metadata && element(metadata, 'y_levels');
  const names = element(value, 'feature_names');
  const best = element(value, 'best_iteration');
  const call = element(value, 'call') ?? attributesOf(value).get('call');
  const imported = importBooster(
    booster,
    {
      names: names && textsOf(names, `${label}'s feature_names`),
      classes: levels && textsOf(levels, `${label}'s y_levels`),
      best: best && numbersOf(best, `${label}'s best_iteration`)[0],
    },
    label,
  );
  return call?.type === 'language' ? { ...imported, call: deparse(call) } : imported;
}

/** The bytes of the booster: a member of a list (before 2.1), or the state that an ALTREP object was saved with. */
function rawOf(value: RValue, label: string): Uint8Array {
  const raw = value.type === 'opaque' ? value.state : element(value, 'raw');
  if (raw?.type === 'raw') return raw.values;
  const found = raw === undefined ? 'a booster without its bytes' : `${typeOf(raw)} in place of its bytes`;
  throw new ModelError(label, `${found} (class ${classOf(value)[0]})`, 'one with them: in R, xgb.save(model, "model.ubj")');
}
