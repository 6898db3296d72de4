import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Feature } from '../../../shared/schema/features.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import type { Read } from '../../formula/feature-table.ts';
import { productOf } from '../../formula/model-matrix.ts';
import { attributesOf, element, listOf, type RValue, textsOf } from '../../rds/values.ts';
import { matrixOf } from '../../steps/projections.ts';
import { checkCoding } from '../linear/check-coding.ts';
import { readDesign } from '../linear/design.ts';
import { withRange } from '../range.ts';
import type { Term } from './terms.ts';

/** What a model takes, and the columns of the matrix that its terms are of, as expressions of what `steps` make. */
type Inputs = {
  features: Feature[];
  steps: BoundStep[];
  columns: Expression[];
  offset: Expression | undefined;
  isOfFused: boolean;
  read?: Read;
};

/** The inputs of an earth of a formula, or of a matrix of numbers. Throws a ModelError that names what is not served. */
export function inputsOf(value: RValue, terms: Term[], label: string): Inputs {
  const dirs = element(value, 'dirs') as RValue;
  const width = matrixOf(dirs, `${label}'s dirs`)[0]!.length;
  const [formula, xlevels, call] = ['terms', 'xlevels', 'call'].map((part) => element(value, part));
  if (!formula) return ofMatrix(value, terms, width, label);
  const offset = call?.type === 'language' ? call.values[call.tags.indexOf('offset')] : undefined;
  if (offset) throw new ModelError(label, 'an offset beside the formula', 'offset() in it');
  const design = readDesign({ terms: formula, xlevels, contrasts: undefined, call, hasDefaults: true }, label);
  const columns = (design.intercept ? design.columns.slice(1) : design.columns).map((factors) => productOf({ name: '', factors }));
  if (columns.length !== width) throw new ModelError(`${label}'s formula`, `${columns.length} columns`, `${width}, as its dirs have`);
  checkCoding(design, namesOfDirs(dirs, label), label);
  if (design.offsets.length > 1) throw new ModelError(label, `${design.offsets.length} offsets`, 'one');
  return {
    ...{ features: design.features, steps: design.steps, columns, isOfFused: design.isOfFused, read: design.read },
    offset: design.offsets[0],
  };
}

/** The names of the columns that the terms are of. */
function namesOfDirs(dirs: RValue, label: string): string[] {
  const [, columns] = listOf(attributesOf(dirs).get('dimnames'), `${label}'s names of dirs`);
  return textsOf(columns, `${label}'s columns`);
}

/** Of a matrix or a data frame: features by its columns' names, with the range of the cuts. */
function ofMatrix(value: RValue, terms: Term[], width: number, label: string): Inputs {
  const names = namesOfDirs(element(value, 'dirs') as RValue, label);
  const modvars = element(value, 'modvars');
  const variables = modvars ? matrixOf(modvars, `${label}'s modvars`) : [];
  // Columns of a factor belong to one variable; which level is the first one, the file does not say.
  const [variableNames] = modvars ? listOf(attributesOf(modvars).get('dimnames'), `${label}'s names of variables`) : [];
  const isPlain = variables.length === width && textsOf(variableNames, `${label}'s variables`).every((name, at) => name === names[at]);
  if (!isPlain)
    throw new ModelError(label, 'an earth of a data frame with factors, whose levels it does not keep', 'an earth of a formula');
  const cuts = names.map((): number[] => []);
  for (const { hinges } of terms) for (const { column, direction, cut } of hinges) if (direction !== 2) cuts[column]?.push(cut);
  const features = names.map((name, at): Feature => {
    const feature: Feature = { name, type: 'number' };
    const own = cuts[at]!;
    return own.length === 0
      ? feature
      : withRange(feature, [own.reduce((one, other) => Math.min(one, other)), own.reduce((one, other) => Math.max(one, other))]);
  });
  return { features, steps: [], columns: features.map((_, at) => ({ feature: at })), offset: undefined, isOfFused: false };
}
