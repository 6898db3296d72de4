import { LIGHTGBM_FILE } from './lightgbm/reader.ts';
import type { FileReader } from './reader.ts';
import { XGBOOST_FILE } from './xgboost/reader.ts';

/** Every format of a package's files that is read, one line each. A file's first bytes choose among them. */
export const FILE_READERS: readonly FileReader[] = [
  XGBOOST_FILE, // xgb.save(), Booster.save_model(): JSON, UBJSON, binary
  LIGHTGBM_FILE, // Booster.save_model(), lgb.save(): text
];
