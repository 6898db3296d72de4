import { describe, expect, test } from '@jest/globals';
import { type Boosting, FLAGS } from '../../../shared/bodies/boosting/boosting.ts';
import { gameOf as boostingGame } from '../../../shared/bodies/boosting/explain.ts';
import { gameOf as forestGame } from '../../../shared/bodies/forest/explain.ts';
import type { Forest } from '../../../shared/bodies/forest/forest.ts';
import type { TreeGame } from '../../../shared/explain/tree-shap.ts';
import { HOW } from '../../../shared/explain/trees.ts';
import type { Schema } from '../../../shared/schema/features.ts';

const VALUES = [Number.NaN, Number.NEGATIVE_INFINITY, -1, -1e-36, -0, 0, 1e-36, 0.5, 1, 1.5, Number.POSITIVE_INFINITY];
const CUTS = [Number.NEGATIVE_INFINITY, -1, 0, 1e-36, 0.5, 1, Number.POSITIVE_INFINITY, Number.NaN];
const SCHEMA: Schema = { kind: 'regression', features: [{ name: 'x', type: 'number' }], takesMissing: true };

/** Counts where a row goes from the root by its cut, for each value; undefined where the model is asked. */
function waysByCut({ cuts, next }: TreeGame): { same: number; differ: string[] } | undefined {
  const { how, low, high, cut } = cuts!();
  if (how[0] === HOW.asked) return undefined;
  const third = [1, 2, 3].find((node) => node !== low[0] && node !== high[0])!;
  const [one, differ] = [cut[0]!, [] as string[]];
  for (const value of VALUES) {
    const isLow = value < one || ((how[0]! & HOW.atMost) !== 0 && value === one);
    const ofMissing = (how[0]! & HOW.missingLow) !== 0 ? [low[0]] : [high[0], third];
    const expected = Number.isNaN(value) ? ofMissing : [isLow ? low[0] : high[0]];
    const found = next(Float64Array.of(value), 0, 0);
    if (!expected.includes(found)) differ.push(`${value} at ${one}: ${found}`);
  }
  return { same: VALUES.length - differ.length, differ };
}

/** A split with two leaves, and a third one for missing values where it is asked for. */
function boostingOf(cut: number, flag: number, compare: Boosting['compare'], third: number): Boosting {
  const nodes = third === 3 ? 4 : 3;
  return {
    ...{ precision: 'double', compare, width: 1, objective: { transform: 'identity' }, base: new Float64Array(1) },
    ...{
      roots: Uint32Array.of(0, nodes),
      left: Uint32Array.of(1, 0, 0, 0).slice(0, nodes),
      right: Uint32Array.of(2, 0, 1, 2).slice(0, nodes),
    },
    ...{
      feature: new Uint32Array(nodes),
      threshold: new Float64Array(nodes).fill(cut),
      flags: Uint8Array.of(flag, 0, 0, 0).slice(0, nodes),
    },
    ...{ leaves: Float64Array.of(1, 2, 3), ...(third > 0 ? { missing: Uint32Array.of(third, 0, 0, 0).slice(0, nodes) } : {}) },
  };
}

describe('the splits by numbers that explanations rest on', () => {
  test('send each value where boosted trees send it, missing values too', () => {
    let [asked, told] = [0, 0];
    for (const cut of CUTS)
      for (const compare of ['less', 'atMost'] as const)
        for (const third of [0, 1, 2, 3])
          for (const flag of [0, 1, 8, 9, 16, 17, 24, 25]) {
            const found = waysByCut(boostingGame(SCHEMA, boostingOf(cut, flag, compare, third), {})!);
            expect(found?.differ ?? []).toEqual([]);
            if (found) told += 1;
            else asked += 1;
            // What is said of a value alone needs no model.
            if (flag <= FLAGS.missingLeft && !Number.isNaN(cut)) expect(found?.same).toBe(VALUES.length);
          }
    expect([told, asked]).toEqual([140, 372]);
  });

  test('send each value where forests send it, missing values too', () => {
    for (const cut of CUTS)
      for (const missing of [undefined, 0, 1, 2]) {
        const forest: Forest = {
          ...{ roots: Uint32Array.of(0, 3), left: Uint32Array.of(1, 0, 0), right: Uint32Array.of(2, 0, 1), feature: new Uint16Array(3) },
          ...{ threshold: new Float64Array(3).fill(cut), leaves: Float64Array.of(1, 2), width: 1, partitioned: new Uint8Array(1) },
          ...(missing === undefined ? {} : { missing: Uint32Array.of(missing, 0, 0) }),
        };
        const found = waysByCut(forestGame(SCHEMA, forest, {})!);
        expect(found?.differ ?? []).toEqual([]);
        expect(found?.same).toBe(Number.isNaN(cut) ? undefined : VALUES.length);
      }
  });
});
