import { expect, test } from '@jest/globals';
import type { RValue } from '../../../model/rds/values.ts';
import { RECIPE_STEPS } from '../../../model/readers/workflow/steps.ts';
import { Frame } from '../../../model/steps/frame.ts';
import { readRecipe } from '../../../model/steps/recipe.ts';
import { generator } from '../../../shared/math/generator.ts';
import { attributed, integers, list, matrix, NULL, named, numbers, symbol, terms, texts } from '../../support/r-objects.ts';

const levels = (count: number, of: string) => Array.from({ length: count }, (_, at) => `${of}${at}`);

test('a column of levels that a step names again and again is refused, before it takes any time and memory', () => {
  const frame = new Frame([{ name: 'f', kind: 'factor', levels: levels(10_000, 'l') }], 'the recipe');
  const objects = attributed(list(...new Array(20_000).fill(NULL)), { names: texts(...new Array(20_000).fill('f')) });
  const step = named({ objects, ref_level: texts('l1') }, 'step_relevel', 'step');
  const told = 'step 1 (step_relevel), column f: found too many levels of all steps, expected at most 16777216';
  expect(() => readRecipe(named({ steps: list(step) }, 'recipe'), frame, 'the recipe', RECIPE_STEPS)).toThrow(told);
});

const variable = (name: string, kind: string) => ({ value: symbol(name), name, kind });

/** A recipe of step_interact() whose terms these are. */
const interacting = (objects: RValue[]) =>
  named({ steps: list(named({ objects: list(...objects), sep: texts('_x_') }, 'step_interact', 'step')) }, 'recipe');

test('products of all terms of step_interact() are counted together', () => {
  const factor = (name: string) => ({ name, kind: 'factor' as const, levels: levels(250, name) });
  const variables = ['f', 'g'].map((name) => variable(name, 'factor'));
  const product = terms(variables, { factors: matrix([[0, 1, 1]], ['y', 'f', 'g']) });
  const read = (count: number) => {
    const frame = new Frame([factor('f'), factor('g')], 'the recipe');
    readRecipe(interacting(new Array(count).fill(product)), frame, 'the recipe', RECIPE_STEPS);
  };
  expect(() => read(1)).not.toThrow();
  expect(() => read(2)).toThrow(
    'step 1 (step_interact): found too many products, or too long names, expected at most 65536 products in all',
  );
});

test('all pairs of 225 columns are products; the three columns of each that R drops again count little', () => {
  const names = levels(225, 'x');
  const pair = (a: string, b: string) =>
    terms([variable(a, 'numeric'), variable(b, 'numeric')], {
      factors: matrix(
        [
          [0, 1, 0],
          [0, 0, 1],
          [0, 1, 1],
        ],
        ['y', a, b],
      ),
    });
  const pairs = names.flatMap((a, at) => names.slice(at + 1).map((b) => pair(a, b)));
  const numbers = names.map((name) => ({ name, kind: 'number' as const }));
  const read = (objects: RValue[]) => {
    const frame = new Frame([...numbers, { name: 'f', kind: 'factor', levels: levels(2_000, 'f') }], 'the recipe');
    readRecipe(interacting(objects), frame, 'the recipe', RECIPE_STEPS);
    return frame.columns;
  };
  const columns = read(pairs);
  expect(columns).toHaveLength(226 + 25_200);
  expect(columns.at(-1)?.name).toBe('x223_x_x224');
  const dropped = terms([variable('f', 'factor')]);
  expect(() => read(new Array(300).fill(dropped))).toThrow('found too many products');
});

test('columns of all steps are counted while they are read', () => {
  const wide = Array.from({ length: 10_000 }, (_, at) => ({ name: `c${at}`, kind: 'number' as const }));
  const frame = new Frame(wide, 'the recipe');
  const change = () => frame.change('step_log', { set: [{ name: 'c0', kind: 'number', value: 1 }] });
  for (let step = 0; step < 200; step += 1) change();
  expect(change).toThrow('the recipe: found too many columns of all steps, expected at most 2000000');
});

test('distances to many classes by many columns are refused, and the matrix of pooled classes is inverted once', () => {
  const read = (classes: number, side: number, pool = 1, steps = 1) => {
    const columns = levels(side, 'x');
    const center = attributed(numbers(...new Array(side).fill(0)), { names: texts(...columns) });
    const names = texts(...levels(classes, 'class'));
    const identity = numbers(...Array.from({ length: side * side }, (_, at) => (at % (side + 1) === 0 ? 2 : 0)));
    const scale = attributed(identity, { dim: integers(side, side) });
    const alone = attributed(list(...new Array(classes).fill(named({ center, scale }))), { names });
    const pooled = named({ center: attributed(list(...new Array(classes).fill(center)), { names }), scale });
    const objects = pool === 1 ? pooled : alone;
    const members = { objects, pool: { type: 'logical', values: Int32Array.of(pool) }, prefix: texts('d_') } as const;
    const step = named(members, 'step_classdist', 'step');
    const frame = new Frame(
      columns.map((name) => ({ name, kind: 'number' })),
      'the recipe',
    );
    readRecipe(named({ steps: list(...new Array(steps).fill(step)) }, 'recipe'), frame, 'the recipe', RECIPE_STEPS);
    return frame.steps[0]!.data as unknown as { inverses: number[][][] };
  };
  expect(read(3, 2).inverses).toEqual(
    new Array(3).fill([
      [0.5, 0],
      [0, 0.5],
    ]),
  );
  const start = process.cpuUsage();
  expect(read(150, 120).inverses).toHaveLength(150);
  // 0.05 s; inverted for each class 2 s.
  expect(process.cpuUsage(start).user / 1_000).toBeLessThan(700);
  const alone = process.cpuUsage();
  expect(read(4, 300, 0).inverses).toHaveLength(4);
  // 0.1 s; in rows that are lists made anew 2 s.
  expect(process.cpuUsage(alone).user / 1_000).toBeLessThan(1_000);
  expect(() => read(47, 300)).toThrow('found distances to 47 classes by 300 columns');
  expect(() => read(30, 300, 1, 2)).toThrow('step 2 (step_classdist): found distances to 30 classes by 300 columns');
  expect(() => read(200, 300)).toThrow(
    'found distances to 200 classes by 300 columns, expected fewer of them, as by step_pca(): at most 4194304 of classes x columns^2 in all',
  );
});

/** The inverse by elimination with row pivots, a number after the other. */
function plainInverse(matrix: readonly number[][]): number[][] {
  const side = matrix.length;
  const rows = matrix.map((row, at) => [...row, ...row.map((_, column) => (column === at ? 1 : 0))]);
  const takeAway = (row: number, from: number, factor: number) => {
    for (let column = 0; column < 2 * side; column += 1) rows[row]![column]! -= factor * rows[from]![column]!;
  };
  for (let at = 0; at < side; at += 1) {
    let pivot = at;
    for (let row = at; row < side; row += 1) if (Math.abs(rows[row]![at]!) > Math.abs(rows[pivot]![at]!)) pivot = row;
    [rows[at], rows[pivot]] = [rows[pivot]!, rows[at]!];
    for (let row = at + 1; row < side; row += 1) takeAway(row, at, rows[row]![at]! / rows[at]![at]!);
  }
  for (let at = side - 1; at >= 0; at -= 1) {
    const own = rows[at]![at]!;
    for (let column = side; column < 2 * side; column += 1) rows[at]![column]! /= own;
    for (let row = 0; row < at; row += 1) {
      const factor = rows[row]![at]!;
      for (let column = side; column < 2 * side; column += 1) rows[row]![column]! -= factor * rows[at]![column]!;
    }
  }
  return rows.map((row) => row.slice(side));
}

test('the inverse by fours is that of a number after the other, to the bit', () => {
  const draw = generator(1);
  const next = () => 2 * draw() - 1;
  for (let side = 1; side <= 14; side += 1) {
    const matrix = Array.from({ length: side }, () => Array.from({ length: side }, next));
    const columns = levels(side, 'x');
    const center = attributed(numbers(...new Array(side).fill(0)), { names: texts(...columns) });
    const byColumns = columns.flatMap((_, column) => matrix.map((row) => row[column]!));
    const scale = attributed(numbers(...byColumns), { dim: integers(side, side) });
    const objects = attributed(list(named({ center, scale })), { names: texts('a') });
    const members = { objects, pool: { type: 'logical', values: Int32Array.of(0) }, prefix: texts('d_') } as const;
    const frame = new Frame(
      columns.map((name) => ({ name, kind: 'number' })),
      'the recipe',
    );
    readRecipe(named({ steps: list(named(members, 'step_classdist', 'step')) }, 'recipe'), frame, 'the recipe', RECIPE_STEPS);
    expect((frame.steps[0]!.data as unknown as { inverses: number[][][] }).inverses).toEqual([plainInverse(matrix)]);
  }
});
