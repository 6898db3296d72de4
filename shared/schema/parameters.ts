import type { Problem } from '../errors.ts';
import type { Schema } from './features.ts';
import type { AnswerType, ParameterValues } from './parameter-table.ts';

/** What a body asks for beside its rows, under R's names for the arguments of `predict()`. */
export type Parameters = ParameterValues & {
  type: AnswerType;
  /** The types that are asked for beside `type`, where there are several. */
  also?: readonly AnswerType[];
};

/** A type of answer that may stand beside others: it is a list under its name, and needs no second one. */
export type ListedType = Exclude<AnswerType, 'se' | 'quantiles' | 'uquantiles'>;
/** Those that may not: their lists are called as what belongs to them. */
const ALONE: readonly AnswerType[] = ['se', 'quantiles', 'uquantiles'] satisfies Exclude<AnswerType, ListedType>[];
/** Most rows for which R's infinitesimal jackknife is not calibrated at random (rInfJack in ranger's R/infinitesimalJackknife.R). */
const MAX_UNCALIBRATED = 20;

/** Whether a type of answer may not stand beside others. */
export function standsAlone(type: AnswerType): boolean {
  return ALONE.includes(type);
}

/** The types of answer of a model, the default first. */
export function answerTypes(schema: Schema): AnswerType[] {
  const types = schema.types ?? ['response'];
  const { types: more = [], hasErrors = false } = schema.intervals ?? {};
  const beside = [...more, ...(hasErrors ? (['se'] as const) : [])].filter((type) => !types.includes(type));
  return beside.length > 0 ? [...types, ...beside] : types;
}

/** Those of a model's types that may be asked for together; none where there are not two. */
export function listedTypes(schema: Schema): ListedType[] {
  const types = answerTypes(schema).filter((type): type is ListedType => !standsAlone(type));
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

/** What is wrong with parameters for that many rows: a forest's standard errors alone depend on how many there are. */
export function misfitRows({ takes = [] }: Schema, { type, seMethod }: Parameters, rows: number): Problem | undefined {
  if (type !== 'se' || !takes.includes('seMethod') || seMethod === 'jack' || rows <= MAX_UNCALIBRATED) return undefined;
  const message = `found ${rows} rows, expected at most ${MAX_UNCALIBRATED}: for more, R calibrates the infinitesimal jackknife at random`;
  return { path: '/parameters/type', message };
}
