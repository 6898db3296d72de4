import { COLUMNS, RECORD } from './columns.ts';
import type { Dialect } from './dialect.ts';
import { inputs, TENSORS } from './inputs.ts';
import { KEYED_COLUMNS, KEYED_ROWS } from './keyed.ts';
import { DATAFRAME_RECORDS, FEATURES, INSTANCES, RECORDS } from './records.ts';
import { DATAFRAME_SPLIT, SPLIT } from './split.ts';
import { TABLE } from './table.ts';

/** The forms of an object that stands alone or is MLflow's `inputs`. The model's feature names win, so that the last takes all others. */
const OBJECTS: readonly Dialect[] = [SPLIT, TABLE, FEATURES, KEYED_COLUMNS, KEYED_ROWS, COLUMNS, RECORD];

/**
 * Every form of a JSON body, in the order in which they are asked. This list is all that the reader of bodies (../wire.ts) and the
 * API's description (../../api/openapi/) know of them, and what wrappers.ts repeats for the quick reader.
 */
export const DIALECTS: readonly Dialect[] = [RECORDS, INSTANCES, TENSORS, inputs(OBJECTS), DATAFRAME_SPLIT, DATAFRAME_RECORDS, ...OBJECTS];
