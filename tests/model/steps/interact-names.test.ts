import { expect, test } from '@jest/globals';
import { RECIPE_STEPS } from '../../../model/readers/workflow/steps.ts';
import { Frame } from '../../../model/steps/frame.ts';
import { readRecipe } from '../../../model/steps/recipe.ts';
import { list, matrix, named, symbol, terms, texts } from '../../support/r-objects.ts';

/** A trained recipe of step_interact(~ f:x), at whose end R has these columns. */
function recipeOf(columns: string[]) {
  const variables = [
    { value: symbol('f'), name: 'f', kind: 'factor' },
    { value: symbol('x'), name: 'x', kind: 'numeric' },
  ];
  const product = terms(variables, { factors: matrix([[0, 1, 1]], ['y', 'f', 'x']) });
  const step = named({ objects: list(product), sep: texts('_x_') }, 'step_interact', 'step');
  return named({ steps: list(step), term_info: named({ variable: texts(...columns) }) }, 'recipe');
}

function read(columns: string[]): string[] {
  const frame = new Frame(
    [
      { name: 'f', kind: 'factor', levels: ['a', 'b'] },
      { name: 'x', kind: 'number' },
    ],
    'the recipe',
  );
  readRecipe(recipeOf(columns), frame, 'the recipe', RECIPE_STEPS);
  return frame.columns.map(({ name }) => name);
}

test('step_interact() of a factor by other contrasts than the usual ones is refused by its columns', () => {
  expect(read(['f', 'x', 'fb_x_x'])).toEqual(['f', 'x', 'fb_x_x']);
  expect(() => read(['f', 'x', 'f1_x_x'])).toThrow('the column "fb_x_x", which R has under another name');
});
