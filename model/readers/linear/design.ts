import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Feature, Level } from '../../../shared/schema/features.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import { areOfFused, type ContrastColumn, indicators, MAX_LEVELS, MAX_POLY, readContrasts } from '../../formula/contrasts.ts';
import { dataColumns } from '../../formula/data-columns.ts';
import type { Read } from '../../formula/feature-table.ts';
import { FormulaReader } from '../../formula/formula.ts';
import { type Coded, type CodedColumn, contrastNames, modelMatrix } from '../../formula/model-matrix.ts';
import { remap } from '../../formula/remap.ts';
import { FormulaSplines } from '../../formula/splines.ts';
import { readLevels, readTerms, type Terms, type Variable } from '../../formula/terms.ts';
import { attributesOf, classOf, element, type RValue, timeZoneOf } from '../../rds/values.ts';
import { withRange } from '../range.ts';

/** The parts of a model that say how its formula becomes a matrix. `frame` is the model frame, where it is kept. */
export type DesignParts = {
  /** The terms as R keeps them, with the levels of factors beside them; or both as somebody else read them. */
  terms: RValue | undefined | { terms: Terms; levels: Map<string, Level[]> };
  xlevels?: RValue | undefined;
  contrasts: RValue | undefined;
  frame?: RValue | undefined;
  /** The call that made the model, and the data that a glm keeps: they tell the data's columns. */
  call?: RValue | undefined;
  data?: RValue | undefined;
  /** An offset that the call has beside the formula. */
  offset?: RValue | undefined;
  /** True where the model does not keep its contrasts, so that R's predict() takes its default ones. */
  hasDefaults?: boolean;
  /** Variables that make no columns by themselves: strata, say. */
  dropped?: ReadonlySet<string>;
  /** Further formulas of the same model, one a linear predictor. */
  more?: { terms: RValue; xlevels: RValue | undefined }[];
  /** Variables that the model has beside this formula, and what reads them; `place` reads the level of a variable that is the model's own. */
  beside?: {
    variables: Variable[];
    levels: Map<string, Level[]>;
    read: (reader: FormulaReader) => void;
    place?: (variable: Variable, reader: FormulaReader) => Expression | undefined;
  };
};

/** A formula's columns, each the product of its expressions, none for the intercept; and what is added to their sum. */
export type DesignColumns = { columns: Expression[][]; offsets: Expression[] };
type NamedColumns = DesignColumns & Pick<Design, 'names'>;

/** A formula as R's model.matrix computes it from new data. */
export type Design = DesignColumns & {
  features: Feature[];
  /** What makes the columns of splines behind the features; none without. Expressions are of what these steps give. */
  steps: BoundStep[];
  /** Whether the first column is the intercept. */
  intercept: boolean;
  /** R's names of the columns, undefined where they are not known: those of contrasts that the model keeps, or of poly() and the like. */
  names: (string | undefined)[];
  /** The columns of the further formulas. */
  more: DesignColumns[];
  isOfFused: boolean;
  /** What no sidecar makes a factor. */
  read: Read;
};

/** Reads a model's formula (stats, models.R and model.c). Throws a ModelError that names what a formula here may not have. */
export function readDesign(parts: DesignParts, label: string): Design {
  const { xlevels, contrasts, frame, offset, hasDefaults = false, dropped, more = [], beside } = parts;
  const given = parts.terms && 'terms' in parts.terms ? parts.terms : undefined;
  const read = given?.terms ?? readTerms(parts.terms as RValue | undefined, `${label}'s terms`);
  const isDropped = (pattern: Uint8Array) => pattern.every((code, at) => code === 0 || dropped?.has(read.variables[at]!.name));
  const factors = dropped ? read.factors.filter((pattern) => !isDropped(pattern)) : read.factors;
  const terms = { ...read, factors, data: dataColumns(parts.call, read.environment, parts.data) };
  const further = more.map((one) => readTerms(one.terms, `${label}'s terms`));
  const own = given?.levels ?? readLevels(xlevels, `${label}'s xlevels`);
  const levels = new Map([...more.flatMap((one) => [...readLevels(one.xlevels, `${label}'s xlevels`)]), ...own]);
  const splines = new FormulaSplines();
  const formulas = [terms, ...further];
  const known = new Set(formulas.flatMap(({ variables }) => variables.map(({ name }) => name)));
  const others = beside?.variables.filter(({ name }) => !known.has(name)) ?? [];
  const whole = { ...terms, variables: [...formulas.flatMap(({ variables }) => variables), ...others] };
  const reader = new FormulaReader(whole, new Map([...(beside?.levels ?? []), ...levels]), `${label}'s formula`, splines);
  const made = formulas.map((one) => readColumns(reader, one, { levels, contrasts, hasDefaults, label, place: beside?.place }));
  if (offset && offset.type !== 'null') made[0]!.offsets.push(reader.number(offset));
  beside?.read(reader);
  const features = reader.features.map((feature) => withFrame(feature, frame, label));
  if (features.length === 0) throw new ModelError(label, 'a formula without features', 'at least one');
  const resolve = (part: Expression) => {
    return splines.isEmpty ? part : remap(part, (place) => splines.column(place, features.length) ?? { feature: place });
  };
  const [first, ...rest] = made.map(({ columns, offsets }): DesignColumns => {
    return { columns: columns.map((factors) => factors.map(resolve)), offsets: offsets.map(resolve) };
  });
  return {
    ...{ features, steps: splines.steps(features, label), intercept: terms.intercept, ...first!, names: made[0]!.names, more: rest },
    read: reader.read,
    isOfFused: [...levels].some(([name, all]) => areOfFused(contrasts && element(contrasts, name), all.length)),
  };
}

/** The columns of one formula, and its offsets. */
function readColumns(reader: FormulaReader, terms: Terms, context: CodeContext): NamedColumns {
  const coded = terms.variables.map((variable, at): Coded | undefined => {
    const isUsed = terms.factors.some((pattern) => pattern[at]! > 0);
    return isUsed ? codeVariable(reader, variable, context) : undefined;
  });
  const matrix = modelMatrix(terms, coded, context.label);
  return {
    columns: matrix.map(({ factors }) => factors),
    names: matrix.map(({ name }) => (name.includes(UNNAMED) ? undefined : name)),
    offsets: terms.offsets.map((at) => reader.number((terms.variables[at] as Variable).source)),
  };
}

type CodeContext = { levels: Map<string, Level[]>; contrasts: RValue | undefined; hasDefaults: boolean; label: string } & {
  place: NonNullable<DesignParts['beside']>['place'];
};

/** A variable of the model frame as columns: itself where it is numeric, the columns of its contrasts where it has levels. */
function codeVariable(reader: FormulaReader, variable: Variable, context: CodeContext): Coded {
  const { levels, contrasts, hasDefaults, label } = context;
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
    const isPlain = variable.value.type === 'symbol' && columns.length === 1;
    return { contrasts: named(columns, isPlain ? [name] : []), levels: undefined };
  }
  const place = context.place?.(variable, reader) ?? reader.category(variable, names);
  const count = names?.length ?? 2;
  if (count > MAX_LEVELS) throw new ModelError(`${label}, variable ${name}`, `${count} levels`, `at most ${MAX_LEVELS}`);
  const usual: RValue = { type: 'character', values: [kind === 'ordered' ? 'contr.poly' : 'contr.treatment'] };
  const kept = contrasts && element(contrasts, name);
  // R codes a factor without contrasts by the options of the session; lm and glm always keep them.
  const own = { tables: reader.tables, mostOfPoly: MAX_POLY };
  const matrix = readContrasts(kept ?? (hasDefaults ? usual : undefined), count, `${label}'s contrasts of ${name}`, own);
  const labels = names ?? ['FALSE', 'TRUE'];
  const usualNames = kept ? [] : contrastNames(name, labels, kind === 'ordered' ? 'poly' : 'treatment');
  return {
    contrasts: named(tables(place, matrix), usualNames),
    levels: named(tables(place, indicators(count)), contrastNames(name, labels, 'levels')),
  };
}

/** Stands in the name of a column that is not known. */
const UNNAMED = '\0';

/** Columns with R's names, as far as they are known. */
function named(columns: Expression[], names: readonly string[]): CodedColumn[] {
  return columns.map((value, at) => ({ name: names[at] ?? UNNAMED, value }));
}

/** Columns of contrasts as functions of a level's place. */
function tables(place: Expression, columns: ContrastColumn[]): Expression[] {
  return columns.map((column) => (typeof column === 'number' ? { is: place, level: column } : { table: place, values: column }));
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
  const timeZone = timeZoneOf(attributesOf(column).get('tzone'));
  return { name, type: 'datetime', ...(timeZone === undefined ? {} : { timeZone }) };
}
