import type { Problem } from '../errors.ts';
import { describe, quote } from './describe-value.ts';
import { notExplained } from './explain-ask.ts';
import type { Schema } from './features.ts';
import {
  type AllGiven,
  type AnswerType,
  expectedOf,
  PARAMETERS,
  type ParameterTable,
  type ParameterValues,
  readValueOf,
} from './parameter-table.ts';
import { pointer } from './pointer.ts';

/** What a body asks for beside its rows, under R's names for the arguments of `predict()`. */
export type Parameters = ParameterValues & {
  type: AnswerType;
  /** The types that are asked for beside `type`, where there are several. */
  also?: readonly AnswerType[];
};

/** A type of answer that may stand beside others: it is a list under its name, and needs no second one. */
export type ListedType = Exclude<AnswerType, 'se' | 'quantiles'>;
/** Those that may not: their lists are called as what belongs to them. */
const ALONE: readonly AnswerType[] = ['se', 'quantiles'] satisfies Exclude<AnswerType, ListedType>[];

/** Most rows for which R's infinitesimal jackknife is not calibrated at random (rInfJack in ranger's R/infinitesimalJackknife.R). */
const MAX_UNCALIBRATED = 20;

/** The types of answer of a model, the default first. */
export function answerTypes(schema: Schema): AnswerType[] {
  return schema.types ?? ['response'];
}

/** Those of a model's types that may be asked for together; none where there are not two. */
export function listedTypes(schema: Schema): ListedType[] {
  const types = answerTypes(schema).filter((type): type is ListedType => !ALONE.includes(type));
  return types.length > 1 ? types : [];
}

/** The parameters of each type that is asked for, where there are several; the first type first. */
export function eachType({ also = [], steps: _, ...rest }: Parameters): (Parameters & { type: ListedType })[] {
  return [rest.type, ...also].map((type) => ({ ...rest, type: type as ListedType }));
}

const DEFAULTS = new WeakMap<Schema, Parameters>();
/** The last schema that was asked for: most processes have one, and to look it up takes as long as a small forest's answer. */
let recent: { schema: Schema; parameters: Parameters } | undefined;

/** What is computed where a body asks for nothing else; one frozen object for a schema. */
export function defaultParameters(schema: Schema): Parameters {
  if (recent?.schema === schema) return recent.parameters;
  const parameters = DEFAULTS.get(schema) ?? Object.freeze({ type: answerTypes(schema)[0] as AnswerType });
  DEFAULTS.set(schema, parameters);
  recent = { schema, parameters };
  return parameters;
}

/**
 * Whether the answer of R's `predict()` without further arguments, which a kernel gives, is the answer to these parameters. A
 * member that is not in the table says no.
 */
export function keepsDefaultAnswer(schema: Schema, parameters: Parameters, table: ParameterTable = PARAMETERS): boolean {
  if (parameters.type !== 'response') return false;
  // Asked at every row by itself, and mostly of the defaults: without a list of the members, which takes longer than a small forest.
  if (parameters === defaultParameters(schema)) return true;
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
  const names: string[] = [...(schema.takes ?? []), ...(schema.inputs ? ['steps'] : []), ...(schema.explain ? ['explain'] : [])];
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
    if (!entry && name === 'explain') return given === false ? [] : [{ path: at, message: notExplained(given) }];
    if (!entry) {
      const takes = ['type', ...taken.map((one) => one.name)].join(', ');
      return [{ path: at, message: `unknown parameter ${quote(name)}; this model takes: ${takes}` }];
    }
    read[name] = readValueOf(entry, schema, given);
    return read[name] === undefined ? [{ path: at, message: `found ${describe(given)}, expected ${expectedOf(entry, schema)}` }] : [];
  });
  if (problems.length === 0) {
    for (const [name, entry] of Object.entries(table)) {
      const value = (read[name] ?? entry.missing?.(read)) as never;
      if (value === undefined) continue;
      read[name] = value;
      const message = entry.misfit?.(value, read as AllGiven, schema);
      if (message !== undefined) return { parameters: read, problems: [{ path, message }] };
    }
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
    const isAlone = isMany && ALONE.includes(type as AnswerType);
    if (isAlone) return [{ path: at, message: `found ${describe(type)} among several types, expected it alone` }];
  }
  const [first, ...also] = asked as AnswerType[];
  parameters.type = first!;
  if (isMany) parameters.also = also;
  return [];
}

/** What is wrong with parameters for that many rows: a forest's standard errors alone depend on how many there are. */
export function misfitRows({ takes = [] }: Schema, { type, seMethod }: Parameters, rows: number): Problem | undefined {
  if (type !== 'se' || !takes.includes('seMethod') || seMethod === 'jack' || rows <= MAX_UNCALIBRATED) return undefined;
  const message = `found ${rows} rows, expected at most ${MAX_UNCALIBRATED}: for more, R calibrates the infinitesimal jackknife at random`;
  return { path: '/parameters/type', message };
}
