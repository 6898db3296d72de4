import { ModelError } from '../../shared/errors.ts';
import type { Level } from '../../shared/schema/features.ts';
import { FormulaReader } from '../formula/formula.ts';
import { type Coded, modelMatrix, productOf } from '../formula/model-matrix.ts';
import { remap } from '../formula/remap.ts';
import { readTerms } from '../formula/terms.ts';
import { makeName } from '../rds/names.ts';
import { element, listOf, type RValue, textOf, textsOf } from '../rds/values.ts';
import { codeVariable } from './coded.ts';
import { type Arranged, type Frame, MOST_PRODUCTS, type NewColumn } from './frame.ts';
import { flag, member, number, type StepContext, type StepReader } from './step-values.ts';

/** What a column that is dropped again counts beside a product; and letters of a name that count as another product. */
const [DROPPED, LONG_NAME] = [1 / 8, 256];

/** Steps that make one column of several: products, ratios; and step_intercept(), which makes one of none. */
export const INTERACTION_STEPS: StepReader = {
  steps: ['step_interact', 'step_ratio', 'step_intercept'],
  read: (step, context) => {
    const { frame, of, label } = context;
    if (of === 'step_interact') {
      const add = interactions(step, context);
      // By other contrasts than R's usual ones, which the step does not keep, the columns of factors have other names.
      for (const { name } of add) frame.guessedNames.add(name);
      frame.change(of, { add });
    } else if (of === 'step_ratio') ratios(step, context);
    else {
      const name = textOf(member(step, 'name', label), `${label}'s name`);
      const first: Arranged = { column: { name, kind: 'number' }, value: number(step, 'value', label, 1) };
      frame.arrange(of, [first, ...frame.columns.map((column, place): Arranged => ({ column, place }))]);
    }
  },
};

/** The columns of each object's model matrix that are products. */
function interactions(step: RValue, { frame, label }: StepContext): NewColumn[] {
  const objects = element(step, 'objects');
  const separator = textOf(member(step, 'sep', label), `${label}'s sep`);
  const parts = objects?.type === 'list' ? listOf(objects, `${label}'s objects`) : [];
  const levels = new Map(
    frame.columns.flatMap((column): [string, Level[]][] => ('levels' in column ? [[column.name, column.levels]] : [])),
  );
  return parts.flatMap((object) => {
    const terms = readTerms(object, `${label}'s terms`);
    const reader = new FormulaReader({ ...terms, data: frame.names }, levels, label);
    const coded = terms.variables.map((variable): Coded => {
      const { value } = variable;
      if (value.type === 'symbol' && frame.has(value.name) && frame.column(value.name, label).kind === 'text')
        throw new ModelError(`${label}, column ${value.name}`, 'texts, which R codes anew with each request', 'numbers or a factor');
      return codeVariable(reader, variable, { frame, kept: 'traditional', label });
    });
    for (const name of reader.read.numbers) frame.number(name, label);
    const values = reader.features.map(({ name }) => frame.value(name, label));
    const columns = modelMatrix(terms, coded, label);
    return columns.flatMap((column): NewColumn[] => {
      // R takes the columns with a colon in their names, be it that of a level.
      if (!takeColumn(column.name, separator, frame, label)) return [];
      const value = remap(productOf(column), (place) => values[place]!);
      frame.parts.take(value, label);
      return [{ name: column.name.replaceAll(':', separator), kind: 'number', value }];
    });
  });
}

/**
 * Takes a column from those that the recipe's terms may still have, and says whether it is a product. For each product R makes an intercept and
 * two columns that it drops again. A name's length is looked at first: that of a product is put together only when its letters are.
 */
function takeColumn(name: string, separator: string, frame: Frame, label: string): boolean {
  const take = (columns: number) => {
    frame.productsLeft -= columns;
    if (frame.productsLeft < 0)
      throw new ModelError(label, 'too many products, or too long names', `at most ${MOST_PRODUCTS} products in all`);
  };
  take(Math.floor(name.length / LONG_NAME));
  let colons = 0;
  for (let at = name.indexOf(':'); at >= 0; at = name.indexOf(':', at + 1)) colons += 1;
  take(colons === 0 ? DROPPED : 1 + Math.floor((colons * separator.length) / LONG_NAME));
  return colons > 0;
}

function ratios(step: RValue, { frame, of, label }: StepContext): void {
  const columns = member(step, 'columns', label);
  const [tops, bottoms] = ['top', 'bottom'].map((part) => textsOf(element(columns, part), `${label}'s ${part}`)) as [string[], string[]];
  const add = tops.map((top, at): NewColumn => {
    const bottom = bottoms[at];
    if (bottom === undefined) throw new ModelError(label, 'a ratio without its denominator', 'one for each');
    const value = { call: '/', of: [frame.number(top, label), frame.number(bottom, label)] };
    return { name: makeName(`${top}_o_${bottom}`), kind: 'number', value };
  });
  const isKept = flag(step, 'keep_original_cols', false);
  frame.change(of, { add, drop: isKept ? [] : [...tops, ...bottoms] });
}
