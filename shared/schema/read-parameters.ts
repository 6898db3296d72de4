import type { Problem } from '../errors.ts';
import { describe, quote } from './describe-value.ts';
import { knownTimes, notExplained, readExplainAsk, withTime } from './explain-ask.ts';
import type { Schema } from './features.ts';
import {
  type AllGiven,
  type AnswerType,
  type Asked,
  choicesFor,
  expectedOf,
  namesFor,
  PARAMETERS,
  type Parameter,
  type ParameterTable,
} from './parameter-table.ts';
import { answerTypes, defaultParameters, type Parameters, standsAlone } from './parameters.ts';
import { pointer } from './pointer.ts';
import { noIntervals } from './spread/interval.ts';

/**
 * Whether the answer of R's `predict()` without further arguments, which a kernel gives, is the answer to these parameters. A
 * member that is not in the table says no.
 */
export function keepsDefaultAnswer(schema: Schema, parameters: Parameters, table: ParameterTable = PARAMETERS): boolean {
  if (parameters.type !== 'response') return false;
  for (const name of Object.keys(parameters) as (keyof Parameters)[]) {
    const value = parameters[name];
    if (name === 'type' || value === undefined) continue;
    const entry = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!entry?.keepsAnswer(value as never, schema)) return false;
  }
  return true;
}

/** The parameters that a model takes beside `type`, each with its entry in the table. */
export function takenParameters(schema: Schema, table: ParameterTable = PARAMETERS) {
  const names: string[] = [...(schema.takes ?? []), ...(schema.later ?? []), ...(schema.inputs ? ['steps'] : [])];
  if (schema.intervals && schema.intervals.kinds.length > 0) names.push('interval', 'level');
  if (schema.explain) names.push('explain', ...(schema.times?.length ? ['time'] : []));
  return names.flatMap((name) => (Object.hasOwn(table, name) ? [{ name: name as string, entry: table[name]! }] : []));
}

/** Reads a body's `parameters`; the problems name each member at fault by its path, and what the model takes. */
export function readParameters(
  schema: Schema,
  value: unknown,
  path: string,
  table: ParameterTable = PARAMETERS,
): { parameters: Parameters; problems: Problem[] } {
  const read: Record<string, unknown> & Parameters = { ...defaultParameters(schema) };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { parameters: read, problems: [{ path, message: `found ${describe(value)}, expected an object` }] };
  }
  const taken = takenParameters(schema, table);
  const problems = Object.entries(value).flatMap(([name, given]): Problem[] => {
    const at = `${path}/${pointer(name)}`;
    if (name === 'type') return readTypes(schema, read, given, at);
    const entry = taken.find((one) => one.name === name)?.entry;
    if (!entry && name === 'explain') return given === false ? [] : [{ path: at, message: notExplained(given, schema) }];
    if (!entry && name === 'interval') return [{ path: at, message: noIntervals(describe(given)) }];
    if (!entry) {
      const takes = ['type', ...taken.map((one) => one.name)].join(', ');
      return [{ path: at, message: `unknown parameter ${quote(name)}; this model takes: ${takes}` }];
    }
    read[name] = readValueOf(entry, schema, given);
    return read[name] === undefined ? [{ path: at, message: `found ${describe(given)}, expected ${expectedOf(entry, schema)}` }] : [];
  });
  if (problems.length === 0) {
    if (read.explain && schema.times) read.explain = withTime(read.explain, read, schema);
    for (const [name, entry] of Object.entries(table)) {
      const value = (read[name] ?? entry.missing?.(read)) as never;
      if (value === undefined) continue;
      read[name] = value;
      const message = entry.misfit?.(value, read as AllGiven, schema);
      if (message !== undefined) return { parameters: read, problems: [{ path, message }] };
    }
    // It stands in what is asked of the explanation, and is no other answer.
    delete read.time;
    if (read.steps) read.also = [...(read.also ?? []), 'steps'];
  }
  return { parameters: read, problems };
}

/** Sets the type of answer, or several; jsonlite writes a single one as an array of one. */
function readTypes(schema: Schema, parameters: Parameters, given: unknown, path: string): Problem[] {
  const types = answerTypes(schema);
  const asked: unknown[] = Array.isArray(given) && given.length > 0 ? given : [given];
  const isMany = asked.length > 1;
  for (const [place, type] of asked.entries()) {
    const at = isMany ? `${path}/${place}` : path;
    const expected = `one of ${types.map(quote).join(', ')}`;
    if (!types.includes(type as AnswerType)) return [{ path: at, message: `found ${describe(type)}, expected ${expected}` }];
    if (asked.indexOf(type) < place) return [{ path: at, message: `found ${describe(type)} twice, expected each type once` }];
    const isAlone = isMany && standsAlone(type as AnswerType);
    if (isAlone) return [{ path: at, message: `found ${describe(type)} among several types, expected it alone` }];
  }
  const [first, ...also] = asked as AnswerType[];
  parameters.type = first!;
  if (isMany) parameters.also = also;
  return [];
}

/**
 * A parameter's value as it was meant: R's jsonlite writes a single value as an array of one, and an array of one as a single
 * value. Undefined where it does not fit.
 */
function readValueOf({ form }: Parameter, schema: Asked, given: unknown): unknown {
  const single = Array.isArray(given) && given.length === 1 ? given[0] : given;
  switch (form.is) {
    case 'flag':
      return typeof single === 'boolean' ? single : undefined;
    case 'whole':
      return isWhole(single, form.least, form.most(schema)) ? single : undefined;
    case 'choice':
      return choicesFor(form, schema).includes(single as string) ? single : undefined;
    case 'level':
      return typeof single === 'number' && single > 0 && single < 1 ? single : undefined;
    case 'range': {
      const most = form.most(schema);
      const isRange = Array.isArray(given) && given.length === 2 && given.every((end) => isWhole(end, 1, most)) && given[0] < given[1];
      return isRange ? given : undefined;
    }
    case 'explain':
      return readExplainAsk(single);
    case 'time': {
      const [from, to] = knownTimes(schema);
      return typeof single === 'number' && single >= from && single <= to ? single : undefined;
    }
    case 'shares': {
      const list: unknown = typeof given === 'number' ? [given] : given;
      const isShare = (share: unknown) => typeof share === 'number' && share >= 0 && share <= 1;
      return Array.isArray(list) && list.length > 0 && list.length <= form.most && list.every(isShare) ? list : undefined;
    }
    case 'numbers': {
      const list: unknown = typeof given === 'number' ? [given] : given;
      return Array.isArray(list) && list.length > 0 && list.length <= form.most && list.every(Number.isFinite) ? list : undefined;
    }
    case 'named': {
      const isNumber = typeof single === 'number' && single >= 0 && single <= form.most;
      return isNumber || (typeof single === 'string' && namesFor(form, schema).includes(single)) ? single : undefined;
    }
  }
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
