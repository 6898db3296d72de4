import { expect, test } from '@jest/globals';
import { timeColumn } from '../../../model/readers/workflow/raw-columns.ts';
import { RECIPE_STEPS } from '../../../model/readers/workflow/steps.ts';
import { Frame, type FrameColumn } from '../../../model/steps/frame.ts';
import { readRecipe } from '../../../model/steps/recipe.ts';
import { list, named, texts } from '../../support/r-objects.ts';

/** What only training rows can prove of the hours of a column. */
function unprovedHours(column: FrameColumn) {
  const frame = new Frame([column], 'the recipe');
  const step = named({ columns: texts('t'), features: texts('hour') }, 'step_time');
  readRecipe(named({ steps: list(step) }, 'recipe'), frame, 'the recipe', RECIPE_STEPS);
  expect(frame.columns.map(({ name }) => name)).toContain('t_hour');
  return frame.unproved;
}

test.each([
  ['no zone', undefined],
  ['an empty one, as as.POSIXct() writes', texts('')],
])('hours of times with %s are those of the zone that R ran in, which training rows alone can prove', (_, zone) => {
  const unproved = unprovedHours(timeColumn('t', zone, 'the recipe'));
  expect(unproved?.label).toBe('the recipe, step 1 (step_time), column t');
  expect(unproved?.found).toContain('times without a zone');
  expect(unproved?.help).toContain('times in UTC: lubridate::with_tz(x, "UTC")');
});

test.each(['UTC', 'GMT', 'Etc/UTC'])('hours of times of the zone %s need no proof, and those of another are refused', (zone) => {
  expect(unprovedHours(timeColumn('t', texts(zone), 'the recipe'))).toBeUndefined();
  expect(() => unprovedHours(timeColumn('t', texts('America/Sao_Paulo'), 'the recipe'))).toThrow(/found times of the zone America/);
});
