import { bodyOf } from '../../../shared/bodies/kind.ts';
import { LINEAR } from '../../../shared/bodies/linear/body.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Level, Schema } from '../../../shared/schema/features.ts';
import { functionName } from '../../formula/constants.ts';
import { deparse } from '../../formula/deparse.ts';
import { FormulaReader } from '../../formula/formula.ts';
import { checkFunctions } from '../../formula/scope.ts';
import type { Variable } from '../../formula/terms.ts';
import { attributesOf, element, levelsOf, listOf, numbersOf, type RValue, textsOf, typeOf } from '../../rds/values.ts';
import type { Imported, Reader } from '../reader.ts';
import { MAX_CHOICES, parametersOf, withParameters } from './parameters.ts';

/** What `nls()` returned: its formula's right side, of a row's features and the parameters. */
export const NLS_READER: Reader = { classes: ['nls'], title: 'an nls', read: readNls };

type Fields = ReadonlyMap<string, RValue>;

/**
 * Turns a nonlinear model into its expression, or of the algorithm plinear into the sum of its columns by their coefficients (stats, nls.R:
 * predict.nls evaluates the formula's right side). The file holds its numbers in the environment of the functions of `m`. Throws a
 * ModelError that names what a formula here may not have.
 */
function readNls(value: RValue, label: string): Imported {
  const frame = frameOf(value, label);
  const environment = frame.get('env');
  const own: Fields = (environment?.type === 'opaque' && environment.fields) || new Map();
  const form = frame.get('form');
  const right = form?.type === 'language' ? form.values[2] : undefined;
  if (!right) throw new ModelError(`${label}'s formula`, typeOf(form), 'a formula of two sides');
  checkFunctions(environment, [right], label);
  const places = frame.get('ind');
  const named = places && attributesOf(places).get('names');
  const names = named ? textsOf(named, `${label}'s names of the parameters`) : [];
  const parameters = parametersOf(names, own, label);
  const lin = frame.get('lin');
  const coefficients = lin ? Float64Array.from(numbersOf(lin, `${label}'s linear parameters`)) : Float64Array.of(1);
  const columns = lin ? columnsOf(right, coefficients.length, label) : [right];
  const values = { parameters, variables: own, choices: { left: MAX_CHOICES } };
  const put = columns.map((column) => withParameters(column, values, label));
  const { variables, levels } = variablesOf(value, own, label);
  const data = new Set(variables.map(({ name }) => name));
  const calls = put.filter(({ type }) => type === 'language');
  const whole = calls.map((part): Variable => ({ name: deparse(part), value: part, source: part, kind: 'unknown' }));
  const reader = new FormulaReader(
    { variables: [...variables, ...whole], data, ...(environment ? { environment } : {}) },
    levels,
    `${label}'s formula`,
  );
  const sum = put.map((part) => [reader.number(part)]);
  const other = reader.features.find(({ name }) => !data.has(name));
  if (other)
    throw new ModelError(`${label}'s formula`, `the variable ${other.name}`, 'columns of the data, parameters, and one number each');
  const schema: Schema = { kind: 'regression', features: reader.features, takesMissing: false, types: ['response'] };
  const call = element(value, 'call');
  return {
    schema,
    body: bodyOf(LINEAR, { columns: sum, coefficients, offsets: [], link: 'identity' }),
    call: call?.type === 'language' ? deparse(call) : 'nls',
    read: reader.read,
  };
}

/** The variables around the functions of `m`. */
function frameOf(value: RValue, label: string): Fields {
  const members = element(value, 'm');
  for (const member of members ? listOf(members, `${label}'s m`) : []) {
    const environment = member.type === 'opaque' ? member.enclosing : undefined;
    if (environment?.type === 'opaque' && environment.fields?.has('internalPars')) return environment.fields;
  }
  throw new ModelError(`${label}'s m`, typeOf(members), 'functions with the formula and the parameters around them, as nls() gives them');
}

/** The columns that the algorithm plinear has a coefficient for each. */
function columnsOf(right: RValue, count: number, label: string): RValue[] {
  const isBound = right.type === 'language' && functionName(right.values[0]) === 'cbind';
  const columns = isBound ? right.values.slice(1) : [right];
  if (isBound && right.tags.includes('deparse.level')) throw new ModelError(`${label}'s formula`, 'deparse.level of cbind()', 'columns');
  if (columns.length !== count)
    throw new ModelError(`${label}'s linear parameters`, `${count}`, `${columns.length}, one a column of cbind()`);
  return columns;
}

/** The columns of the data in the formula with R's classes, and the levels of those that are factors. */
function variablesOf(value: RValue, own: Fields, label: string): { variables: Variable[]; levels: Map<string, Level[]> } {
  const classes = element(value, 'dataClasses');
  if (!classes) throw new ModelError(`${label}'s dataClasses`, 'nothing', 'the columns of the data that the formula names');
  const kinds = textsOf(classes, `${label}'s dataClasses`);
  const names = textsOf(attributesOf(classes).get('names'), `${label}'s names of dataClasses`);
  const levels = new Map<string, Level[]>();
  const variables = names.map((name, at): Variable => {
    const column = own.get(name);
    const known = column && attributesOf(column).get('levels');
    if (known) levels.set(name, levelsOf(known, `${label}'s levels of ${name}`));
    const symbol: RValue = { type: 'symbol', name };
    return { name, value: symbol, source: symbol, kind: kinds[at] ?? 'unknown' };
  });
  return { variables, levels };
}
