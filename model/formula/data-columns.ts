import { type Kept, keptOf, type RValue } from '../rds/values.ts';
import { functionName } from './constants.ts';
import { variablesAround } from './scope.ts';

/** Functions that give the columns of the data frame that they are given first. */
const SAME_COLUMNS = ['[', 'subset', 'na.omit', 'head', 'tail', 'droplevels', '('];

/**
 * The names of the columns of the data that a model was fitted to, as far as its file has them: in the call, in the formula's environment,
 * or in `kept` (a glm keeps its data). Without data in the call there are none, since R took all variables from the environment. Undefined
 * where nothing says it.
 */
export function dataColumns(call: RValue | undefined, environment: RValue | undefined, kept?: RValue): ReadonlySet<string> | undefined {
  const ofKept = kept && columnsOf(keptOf(kept));
  if (ofKept) return ofKept;
  if (call?.type !== 'language') return undefined;
  const at = call.tags.indexOf('data');
  return at < 0 ? new Set() : columnsOfArgument(call.values[at] as RValue, environment);
}

function columnsOfArgument(value: RValue, environment: RValue | undefined): ReadonlySet<string> | undefined {
  if (value.type === 'language') {
    const [head, first] = value.values;
    return SAME_COLUMNS.includes(functionName(head) ?? '') && first ? columnsOfArgument(first, environment) : undefined;
  }
  if (value.type !== 'symbol') return columnsOf(keptOf(value));
  for (const [name, kept] of variablesAround(environment)) if (name === value.name) return columnsOf(kept);
  return undefined;
}

function columnsOf(kept: Kept): ReadonlySet<string> | undefined {
  return kept.type === 'columns' ? new Set(kept.names) : undefined;
}
