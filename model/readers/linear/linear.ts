import type { Linear } from '../../../shared/bodies/linear/predict.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Feature, Level, Schema } from '../../../shared/schema/features.ts';
import { areOfFused, type ContrastColumn, indicators, MAX_LEVELS, MAX_POLY, readContrasts } from '../../formula/contrasts.ts';
import { deparse } from '../../formula/deparse.ts';
import { FormulaReader } from '../../formula/formula.ts';
import { readLink } from '../../formula/links.ts';
import { type Coded, type CodedColumn, modelMatrix } from '../../formula/model-matrix.ts';
import { readLevels, readTerms, type Variable } from '../../formula/terms.ts';
import { attributesOf, classOf, element, numbersOf, type RValue, typeOf } from '../../rds/values.ts';
import { withRange } from '../range.ts';

/** An lm or glm as a schema and a sum of columns. */
export type LinearModel = { schema: Schema; linear: Linear; call: string; isOfFused: boolean };

/**
 * Turns what `lm()` or `glm()` returned into a sum of columns, as predict.lm and model.matrix would compute it from new data
 * (stats, lm.R, models.R and model.c). Of a glm's family only the names are read. Throws a ModelError that names what a
 * formula here may not have.
 */
export function readLinear(value: RValue, label: string): LinearModel {
  const isGlm = classOf(value).includes('glm');
  const terms = readTerms(element(value, 'terms'), `${label}'s terms`);
  const call = element(value, 'call');
  const levels = readLevels(element(value, 'xlevels'), `${label}'s xlevels`);
  const reader = new FormulaReader(terms, levels, `${label}'s formula`);
  const coded = terms.variables.map((variable, at): Coded | undefined => {
    const isUsed = terms.factors.some((pattern) => pattern[at]! > 0);
    return isUsed ? codeVariable(reader, variable, { levels, contrasts: element(value, 'contrasts'), label }) : undefined;
  });
  const columns = modelMatrix(terms, coded, label).map(({ factors }) => factors);
  const { order, coefficients } = readCoefficients(value, columns.length, label);
  const offsets = terms.offsets.map((at) => reader.number((terms.variables[at] as Variable).source));
  const offset = call?.type === 'language' ? call.values[call.tags.indexOf('offset')] : undefined;
  if (offset && offset.type !== 'null') offsets.push(reader.number(offset));
  const features = reader.features.map((feature) => withFrame(feature, element(value, 'model'), label));
  if (features.length === 0) throw new ModelError(label, 'a formula without features', 'at least one');
  const schema: Schema = { kind: 'regression', features, takesMissing: false, types: isGlm ? ['response', 'link'] : ['response'] };
  const linear: Linear = {
    columns: order.map((column) => columns[column] as Expression[]),
    coefficients,
    offsets,
    ...(isGlm ? readLink(value, label) : { link: 'identity' }),
  };
  const contrasts = element(value, 'contrasts');
  const isOfFused = [...levels].some(([name, all]) => areOfFused(contrasts && element(contrasts, name), all.length));
  return { schema, linear, isOfFused, call: call?.type === 'language' ? deparse(call) : isGlm ? 'glm' : 'lm' };
}

type CodeContext = { levels: Map<string, Level[]>; contrasts: RValue | undefined; label: string };

/** A variable of the model frame as columns: itself where it is numeric, the columns of its contrasts where it has levels. */
function codeVariable(reader: FormulaReader, variable: Variable, { levels, contrasts, label }: CodeContext): Coded {
  const { name, kind } = variable;
  const names = levels.get(name);
  if (kind !== 'logical' && !names) {
    if (kind !== 'numeric' && kind !== 'other' && kind !== 'unknown' && !/^nmatrix\.\d+$/.test(kind)) {
      throw new ModelError(`${label}, variable ${name}`, `the class ${kind}`, 'numbers, a logical, or a factor with its levels');
    }
    const columns = reader.columns(variable);
    if (kind.startsWith('nmatrix.') && columns.length !== Number(kind.slice('nmatrix.'.length))) {
      throw new ModelError(`${label}, variable ${name}`, `${columns.length} columns`, kind.slice('nmatrix.'.length));
    }
    return { contrasts: unnamed(columns), levels: undefined };
  }
  const place = reader.category(variable, names);
  const count = names?.length ?? 2;
  if (count > MAX_LEVELS) throw new ModelError(`${label}, variable ${name}`, `${count} levels`, `at most ${MAX_LEVELS}`);
  const named = contrasts && element(contrasts, name);
  // R codes a factor without contrasts by the options of the session; lm and glm always keep them.
  const matrix = readContrasts(named, count, `${label}'s contrasts of ${name}`, MAX_POLY);
  return { contrasts: unnamed(tables(place, matrix)), levels: unnamed(tables(place, indicators(count))) };
}

/** Columns whose names nobody asks for: coefficients stand in their order. */
function unnamed(columns: Expression[]): CodedColumn[] {
  return columns.map((value) => ({ name: '', value }));
}

/** Columns of contrasts as functions of a level's place. */
function tables(place: Expression, columns: ContrastColumn[]): Expression[] {
  return columns.map((column) => (typeof column === 'number' ? { is: place, level: column } : { table: place, values: column }));
}

/** Which columns have coefficients and in what order they are summed: the first `rank` pivots of the QR decomposition (predict.lm). */
function readCoefficients(value: RValue, columns: number, label: string): { order: number[]; coefficients: Float64Array } {
  const all = numbersOf(element(value, 'coefficients'), `${label}'s coefficients`);
  if (all.length !== columns)
    throw new ModelError(`${label}'s coefficients`, String(all.length), `${columns}, one a column of its formula`);
  const [rank] = numbersOf(element(value, 'rank'), `${label}'s rank`);
  if (!(rank !== undefined && Number.isInteger(rank) && rank >= 0 && rank <= columns))
    throw new ModelError(`${label}'s rank`, String(rank), `0 to ${columns}`);
  if (rank === 0) return { order: [], coefficients: new Float64Array() };
  const qr = element(value, 'qr');
  if (!qr)
    throw new ModelError(`${label}'s qr`, typeOf(qr), "a QR decomposition, without which R's predict() fails too: fit with qr = TRUE");
  const pivots = Array.from(numbersOf(element(qr, 'pivot'), `${label}'s pivots`));
  const isOrder = pivots.length === columns && [...pivots].sort((a, b) => a - b).every((pivot, at) => pivot === at + 1);
  if (!isOrder) throw new ModelError(`${label}'s pivots`, 'other numbers', `1 to ${columns}, each once`);
  const order = pivots.slice(0, rank).map((pivot) => pivot - 1);
  const coefficients = Float64Array.from(order, (column) => all[column]!);
  const wrong = coefficients.findIndex((coefficient) => !Number.isFinite(coefficient));
  if (wrong >= 0) throw new ModelError(`${label}'s coefficient ${order[wrong]! + 1}`, String(coefficients[wrong]), 'a finite number');
  return { order, coefficients };
}

/** A number with the type and the range the model frame shows, where the model kept it and the feature stands alone in it. */
function withFrame(feature: Feature, frame: RValue | undefined, label: string): Feature {
  const column = feature.type === 'number' && frame ? element(frame, feature.name) : undefined;
  if (feature.type !== 'number' || (column?.type !== 'double' && column?.type !== 'integer') || column.values.length === 0) return feature;
  const typed = typedAs(feature, column, label);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of column.values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return Number.isFinite(least) && Number.isFinite(most) ? withRange(typed, [least, most]) : typed;
}

/** A feature by the class of its column in training. */
function typedAs(feature: Feature, column: RValue, label: string): Feature {
  const classes = classOf(column);
  const { name } = feature;
  if (classes.includes('integer64'))
    throw new ModelError(
      `${label}'s ${name}`,
      'a column of the class integer64, whose bits lm() took for a double',
      `as.numeric(${name}) in R`,
    );
  if (classes.includes('Date')) return { name, type: 'date' };
  if (!classes.includes('POSIXct')) return feature;
  const zone = attributesOf(column).get('tzone');
  const timeZone = zone?.type === 'character' ? zone.values[0] : undefined;
  const isUtc = !timeZone || /^(?:UTC|GMT|Etc\/UTC|Etc\/GMT)$/.test(timeZone);
  return { name, type: 'datetime', ...(isUtc ? {} : { timeZone }) };
}
