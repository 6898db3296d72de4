import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decodeArtifact, encodeArtifact, type Model } from '../../../shared/artifact.ts';
import { BOOSTING } from '../../../shared/bodies/boosting/body.ts';
import type { Boosting } from '../../../shared/bodies/boosting/boosting.ts';
import { type Basis, decodeSection } from '../../../shared/explain/section.ts';
import { generator } from '../../../shared/math/generator.ts';
import { predictRows } from '../../../shared/predict.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { shapTrees } from '../../explain/shap-trees.ts';
import { PROJECT } from '../../support/project.ts';

/** A model under the clock: the files that ours and shap read, and how shap's numbers of its trees become ours. */
export type Timed = { name: string; what: string; artifact: string; rows: string; trees: string; background: string; scale: number };

const HEART = path.join(PROJECT, 'model/examples/heart/heart.canopy');
const FEATURES = 13;
const ROWS = 10_000;
const BACKGROUND = 100;
const TREES = 500;
const DEPTH = 6;

/** Puts heart's forest and 500 full trees of depth 6 into a folder, with 10,000 rows each. */
export function makeExplained(folder: string): Timed[] {
  const random = generator(6);
  const bytes = new Uint8Array(readFileSync(HEART));
  const heart = decodeArtifact(bytes, HEART);
  const { sha256: _, ...ofHeart } = decodeSection(bytes.slice(Buffer.from(bytes).lastIndexOf('EXPLAIN\n')), HEART, undefined);
  const known = ofHeart.background!;
  // Each value is one that a patient has.
  const rowsOfHeart = Float64Array.from(
    { length: ROWS * FEATURES },
    (_value, at) => known[Math.floor(random() * (known.length / FEATURES)) * FEATURES + (at % FEATURES)]!,
  );
  const full = fullTrees(heart, random);
  // 32-bit floats, as shap has no others beside background rows.
  const rowsOfFull = Float64Array.from({ length: ROWS * FEATURES }, () => Math.fround(random()));
  return [
    put(folder, 'heart', "heart's forest", { model: heart, basis: ofHeart, rows: rowsOfHeart, scale: 1 / 500 }),
    put(folder, 'full', '500 full trees of depth 6', { ...full, rows: rowsOfFull, scale: 1 }),
  ];
}

type Made = { model: Model; basis: Basis };

function put(folder: string, name: string, what: string, given: Made & { rows: Float64Array; scale: number }): Timed {
  const { model, basis, rows, scale } = given;
  const file = (ending: string) => path.join(folder, `explain-${name}.${ending}`);
  const timed = { name, what, artifact: file('canopy'), rows: file('rows'), trees: file('json'), background: file('background'), scale };
  writeFileSync(timed.artifact, encodeArtifact({ ...model, basis }));
  writeFileSync(timed.rows, rows);
  writeFileSync(timed.background, basis.background!);
  writeFileSync(timed.trees, JSON.stringify({ trees: shapTrees(model, basis, 1), features: FEATURES }));
  return timed;
}

/** Boosted trees with all their splits, of features and at places that are drawn. */
function fullTrees({ card }: Model, random: () => number): Made {
  const [nodes, leaves] = [2 ** (DEPTH + 1) - 1, 2 ** DEPTH];
  const all = TREES * nodes;
  const [left, right, feature] = [new Uint32Array(all), new Uint32Array(all), new Uint32Array(all)];
  const threshold = new Float64Array(all);
  for (let node = 0; node < all; node += 1) {
    const [tree, place] = [Math.floor(node / nodes), node % nodes];
    if (place >= leaves - 1) {
      right[node] = tree * leaves + place - leaves + 1;
      continue;
    }
    left[node] = tree * nodes + 2 * place + 1;
    right[node] = left[node]! + 1;
    feature[node] = Math.floor(random() * FEATURES);
    threshold[node] = Math.fround(random());
  }
  const boosting: Boosting = {
    ...{ precision: 'double', compare: 'less', width: 1, objective: { transform: 'identity' }, base: new Float64Array(1) },
    ...{ roots: Uint32Array.from({ length: TREES + 1 }, (_, tree) => tree * nodes), left, right, feature, threshold },
    ...{ flags: new Uint8Array(all), leaves: Float64Array.from({ length: TREES * leaves }, random) },
  };
  const schema: Schema = {
    kind: 'regression',
    features: Array.from({ length: FEATURES }, (_, at) => ({ name: `x${at}`, type: 'number' })),
    takesMissing: true,
    types: ['response', 'margin'],
    rounds: { all: TREES, used: TREES, trees: 1 },
  };
  const body = { kind: BOOSTING, data: boosting };
  const rows = Float64Array.from({ length: 16 * FEATURES }, () => Math.fround(random()));
  const checks = { rows, outputs: predictRows({ schema, body }, rows) };
  const bytes = encodeArtifact({ schema, body, card, checks });
  const cover = Float64Array.from({ length: TREES * leaves }, () => 1 + Math.floor(random() * 50));
  const background = Float64Array.from({ length: BACKGROUND * FEATURES }, () => Math.fround(random()));
  return { model: decodeArtifact(bytes, 'full trees'), basis: { cover, background } };
}
