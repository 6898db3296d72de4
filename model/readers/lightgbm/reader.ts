import { BOOSTING } from '../../../shared/bodies/boosting/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import type { FileReader, Imported } from '../reader.ts';
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
