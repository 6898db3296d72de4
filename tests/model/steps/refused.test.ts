import { expect, test } from '@jest/globals';
import type { RValue } from '../../../model/rds/values.ts';
import { RECIPE_STEPS } from '../../../model/readers/workflow/steps.ts';
import { Frame } from '../../../model/steps/frame.ts';
import { readRecipe } from '../../../model/steps/recipe.ts';

/** The steps of recipes 1.0.4, and some of other packages, that are not served. */
const REFUSED = [
  ...['arrange', 'depth', 'dummy_extract', 'dummy_multi_choice', 'filter', 'harmonic', 'impute_roll', 'isomap', 'kpca', 'kpca_poly'],
  ...['kpca_rbf', 'lag', 'naomit', 'nnmf', 'nnmf_sparse', 'poly_bernstein', 'profile', 'rename_at', 'rollimpute', 'sample', 'shuffle'],
  ...[
    'slice',
    'spline_b',
    'spline_convex',
    'spline_monotone',
    'spline_natural',
    'spline_nonnegative',
    'window',
    'umap',
    'woe',
    'lencode_glm',
  ],
];

/** A trained recipe of one step. */
function recipeOf(step: string): RValue {
  const named = (names: string[], values: RValue[], of: string): RValue => {
    const attributes = new Map<string, RValue>([
      ['names', { type: 'character', values: names }],
      ['class', { type: 'character', values: [of] }],
    ]);
    return { type: 'list', values, attributes };
  };
  const steps: RValue = { type: 'list', values: [named(['trained'], [{ type: 'logical', values: Int32Array.of(1) }], step)] };
  return named(['steps'], [steps], 'recipe');
}

test.each(REFUSED)('step_%s is refused by its name and place, with what to do instead or the reason', (name) => {
  const frame = new Frame([{ name: 'a', kind: 'number' }], 'the recipe');
  const read = () => readRecipe(recipeOf(`step_${name}`), frame, 'the recipe', RECIPE_STEPS);
  const start = `the recipe, step 1 (step_${name}): found a step that is not served, expected a recipe without it`;
  expect(read).toThrow(new RegExp(`^${start.replaceAll(/[()]/g, '.')}(?:, as with |, or with |: its )`));
});

test('a check is refused, as it depends on all rows of a request', () => {
  const frame = new Frame([{ name: 'a', kind: 'number' }], 'the recipe');
  expect(() => readRecipe(recipeOf('check_missing'), frame, 'the recipe', RECIPE_STEPS)).toThrow(
    /found a check, which depends on all rows/,
  );
});
