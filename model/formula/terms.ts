import { ModelError } from '../../shared/errors.ts';
import type { Level } from '../../shared/schema/features.ts';
import { attributesOf, element, levelsOf, listOf, numbersOf, type RValue, textsOf, typeOf } from '../rds/values.ts';

/** One variable of a model frame. */
export type Variable = {
  /** Its column's name, as R deparses it: "log(x)". */
  name: string;
  /** What computes it from new data: predvars, where poly() and scale() have the numbers of the training data. */
  value: RValue;
  /** What the formula says, which predict.lm uses for an offset. */
  source: RValue;
  /** R's dataClasses: numeric, logical, factor, ordered, character, nmatrix.2... "unknown" where the terms do not say. */
  kind: string;
};

/** A model's terms without its response. */
export type Terms = {
  variables: Variable[];
  /** For each term, by variable: 0 not in it, 1 by contrasts, 2 by an indicator for each level. A byte each: thousands of terms have millions. */
  factors: Uint8Array[];
  intercept: boolean;
  /** The places of offsets among the variables. */
  offsets: number[];
  /** Where R looks for what is no column of the data. */
  environment?: RValue;
  /** The columns of the data that the model was fitted to, where somebody knows them (dataColumns). */
  data?: ReadonlySet<string> | undefined;
};

const MAX_VARIABLES = 10_000;

/** Reads a terms object by its attributes (R's terms.object). */
export function readTerms(value: RValue | undefined, label: string): Terms {
  if (value?.type !== 'language') throw new ModelError(label, typeOf(value), 'a terms object');
  const attributes = attributesOf(value);
  const all = argumentsOf(attributes.get('variables'), `${label}'s variables`);
  if (all.length > MAX_VARIABLES) throw new ModelError(`${label}'s variables`, String(all.length), `at most ${MAX_VARIABLES}`);
  const calls = attributes.get('predvars');
  const values = calls ? argumentsOf(calls, `${label}'s predvars`) : all;
  if (values.length !== all.length) throw new ModelError(`${label}'s predvars`, `${values.length} calls`, String(all.length));
  const response = flag(attributes.get('response'), `${label}'s response`);
  if (response > all.length) throw new ModelError(`${label}'s response`, String(response), `at most ${all.length}`);
  const { names, patterns } = readFactors(attributes.get('factors'), { variables: all.length, response }, `${label}'s factors`);
  const classes = attributes.get('dataClasses');
  const kinds = classes ? textsOf(classes, `${label}'s dataClasses`) : [];
  const columns = classes ? textsOf(attributesOf(classes).get('names'), `${label}'s names of dataClasses`) : names;
  if (all.length > 0 && columns.length < all.length)
    throw new ModelError(`${label}'s dataClasses`, `${columns.length} names`, `${all.length}`);
  const variables = all.map((source, at): Variable => {
    return { name: columns[at] as string, source, value: values[at] as RValue, kind: kinds[at] ?? 'unknown' };
  });
  const offsets = Array.from(attributes.has('offset') ? numbersOf(attributes.get('offset'), `${label}'s offset`) : []);
  if (!offsets.every((at) => Number.isInteger(at) && at >= 1 && at <= all.length)) {
    throw new ModelError(`${label}'s offset`, offsets.slice(0, 10).join(', '), `numbers of its ${all.length} variables`);
  }
  if (new Set(offsets).size !== offsets.length) throw new ModelError(`${label}'s offset`, 'a variable twice', 'each once');
  const environment = attributes.get('.Environment');
  const stays = (_: unknown, at: number) => at !== response - 1;
  return {
    variables: variables.filter(stays),
    factors: patterns.filter((pattern) => pattern.some((code) => code > 0)),
    intercept: flag(attributes.get('intercept'), `${label}'s intercept`) !== 0,
    ...(environment ? { environment } : {}),
    offsets: offsets.filter((at) => at !== response).map((at) => (response > 0 && at > response ? at - 2 : at - 1)),
  };
}

/** For variables that stand alone, by their names: R's class of each. */
export function bareVariables(value: RValue, label: string): Map<string, string> {
  const { variables } = readTerms(value, label);
  return new Map(variables.flatMap(({ value, kind }): [string, string][] => (value.type === 'symbol' ? [[value.name, kind]] : [])));
}

/** The arguments of a call: of `list(y, log(x))`, y and log(x). */
function argumentsOf(value: RValue | undefined, label: string): RValue[] {
  if (value?.type !== 'language') throw new ModelError(label, typeOf(value), 'a call');
  return value.values.slice(1);
}

function flag(value: RValue | undefined, label: string): number {
  const [number] = numbersOf(value, label);
  if (number === undefined || !Number.isInteger(number) || number < 0) throw new ModelError(label, String(number), 'a whole number');
  return number;
}

/** The places of a term's variables. */
export function placesIn(pattern: Uint8Array): number[] {
  return Array.from(pattern.keys()).filter((place) => pattern[place]! > 0);
}

/** The matrix of variables by terms, without the response (counted from 1); integer(0) where there are no terms. */
function readFactors(
  value: RValue | undefined,
  { variables, response }: { variables: number; response: number },
  label: string,
): { names: string[]; patterns: Uint8Array[] } {
  const codes = numbersOf(value, label);
  if (codes.length === 0) return { names: [], patterns: [] };
  const attributes = attributesOf(value as RValue);
  const [rows, terms] = Array.from(numbersOf(attributes.get('dim'), `${label}'s dim`));
  if (rows !== variables || codes.length !== rows * (terms as number)) {
    throw new ModelError(label, `a matrix of ${rows} rows`, `${variables}, one a variable`);
  }
  if (!codes.every((code) => code === 0 || code === 1 || code === 2)) throw new ModelError(label, 'other codes', '0, 1 and 2');
  const dimnames = attributes.get('dimnames');
  const names = dimnames ? textsOf(listOf(dimnames, `${label}'s dimnames`)[0], `${label}'s row names`) : [];
  const patterns = Array.from({ length: terms as number }, (_, term) => {
    const pattern = Uint8Array.from(codes.subarray(term * rows, (term + 1) * rows));
    if (response === 0) return pattern;
    // Not by filter(): of thousands of variables that takes as long as all the rest of an import.
    pattern.copyWithin(response - 1, response);
    return pattern.subarray(0, -1);
  });
  return { names, patterns };
}

/** The levels of each factor or text of a model frame, by its column's name. */
export function readLevels(value: RValue | undefined, label: string): Map<string, Level[]> {
  if (value === undefined || value.type === 'null') return new Map();
  const names = textsOf(attributesOf(value).get('names'), `${label}'s names`);
  return new Map(names.map((name): [string, Level[]] => [name, levelsOf(element(value, name), `${label}'s ${name}`)]));
}
