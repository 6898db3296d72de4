import { RequestError } from '../../errors.ts';
import { MAX_PLAYERS, shapleyValues } from '../../explain/exact.ts';
import { rowsShap } from '../../explain/rows-shap.ts';
import type { Basis } from '../../explain/section.ts';
import { type Contributions, type Explaining, type TreeGame, treeShap } from '../../explain/tree-shap.ts';
import { type WeightedTrees, weighTrees } from '../../explain/trees.ts';
import type { ExplainOutput } from '../../schema/explain-ask.ts';
import type { Schema } from '../../schema/features.ts';
import type { Explainer, ExplainerKind, Questions } from '../explainer.ts';
import { treeWays } from '../tree-ways.ts';
import { directionOf, findNode, type Rpart } from './predict.ts';

/** Explains one tree with surrogate splits: the number or the share of a class in the node where a row ends. */
export const EXPLAIN_RPART: ExplainerKind<Rpart> = {
  types: ['rpart'],
  leaves: ({ left }) => left.reduce((sum, child) => sum + (child === 0 ? 1 : 0), 0),
  open: (schema, rpart, basis) => {
    if (!isTree(rpart)) return undefined;
    const game = gameOf(rpart, basis);
    const players = Math.min(MAX_PLAYERS, new Set(rpart.input).size);
    const outputs: ExplainOutput[] = schema.classes ? ['response', 'probability'] : ['response'];
    const explainer: Explainer = {
      ways: treeWays({
        ...{ basis, outputs: { path: outputs, rows: outputs }, game: () => game, inputs: schema.features.length },
        // Each coalition goes through the tree.
        moreOfMissing: schema.takesMissing ? 2 ** players * rpart.left.length : 0,
      }),
      isRounded: false,
      explain: (questions) => explainRows(schema, rpart, { game: game!, basis }, questions),
    };
    return explainer;
  },
};

/** Whether each node is the child of one other at most. A file may say otherwise, and then ways have no end. */
function isTree({ left, right }: Rpart): boolean {
  const isReached = new Uint8Array(left.length);
  for (let node = 0; node < left.length; node += 1) {
    if (left[node] === 0) continue;
    for (const child of [left[node]!, right[node]!]) {
      if (isReached[child] === 1) return false;
      isReached[child] = 1;
    }
  }
  return true;
}

function treesOf({ left, right, first, input }: Rpart, cover: ArrayLike<number> | undefined): WeightedTrees | undefined {
  const places = new Map<number, number>();
  left.forEach((child, node) => {
    if (child === 0) places.set(node, places.size);
  });
  return weighTrees(Uint32Array.of(0, left.length), { left, right, input: Array.from(first, (split) => input[split] ?? 0) }, (leaf) =>
    cover ? cover[places.get(leaf)!]! : 1,
  );
}

/** A tree by its first splits, with the weights of its leaves, where the basis has them; undefined where it is too large. */
export function gameOf(rpart: Rpart, { cover }: Basis): TreeGame | undefined {
  const trees = treesOf(rpart, cover);
  if (!trees) return undefined;
  const { left, right, first, values, width } = rpart;
  return {
    trees,
    next: (some, row, node) => (directionOf(rpart, first[node]!, some, row) === 1 ? left[node]! : right[node]!),
    leaf: (_, node, output) => values[node * width + output]!,
    adds: () => true,
  };
}

type Opened = { game: TreeGame; basis: Basis };

function explainRows(schema: Schema, rpart: Rpart, { game, basis }: Opened, { rows, places, background }: Questions): Contributions {
  const inputs = schema.features.length;
  const outputs = Uint32Array.from({ length: rows.length / inputs }, (_, row) => places?.[row] ?? 0);
  const explaining = { rows, inputs, outputs, from: 0, to: 1 };
  // Where a split has no value in a row, surrogates stand in: inputs play together then, which no tree's formula has.
  if (background === 'rows') return besideRows(rpart, game, explaining, basis.background!);
  const found = treeShap(game, explaining);
  for (let row = 0; row < outputs.length; row += 1) {
    if (!needsSurrogates(rpart, rows, row * inputs)) continue;
    const exact = explainExactly(rpart, game.trees, rows, { row, inputs, output: outputs[row]! });
    found.contributions.set(exact, row * inputs);
  }
  return found;
}

/** Beside background rows: of pairs of rows that both have a value at every split by the formula, of others by all coalitions. */
function besideRows(rpart: Rpart, game: TreeGame, explaining: Explaining, background: Float64Array): Contributions {
  const { rows, inputs, outputs } = explaining;
  const given = Array.from({ length: background.length / inputs }, (_, z) => background.subarray(z * inputs, (z + 1) * inputs));
  const isWhole = given.map((other) => !needsSurrogates(rpart, other, 0));
  const ofWhole = Float64Array.from(given.flatMap((other, z) => (isWhole[z] ? [...other] : [])));
  if (ofWhole.length === background.length && !outputs.some((_, row) => needsSurrogates(rpart, rows, row * inputs)))
    return rowsShap(game, explaining, { background });
  const out = { baselines: new Float64Array(outputs.length), contributions: new Float64Array(rows.length) };
  outputs.forEach((output, row) => {
    const own = rows.subarray(row * inputs, (row + 1) * inputs);
    const byFormula = ofWhole.length > 0 && !needsSurrogates(rpart, own, 0);
    const numberOf = (some: Float64Array) => rpart.values[findNode(rpart, some, 0) * rpart.width + output]!;
    const sums = byFormula
      ? rowsShap(game, { ...explaining, rows: own, outputs: Uint32Array.of(output) }, { background: ofWhole }).contributions
      : new Float64Array(inputs);
    if (byFormula) for (let input = 0; input < inputs; input += 1) sums[input]! *= ofWhole.length / inputs;
    given.forEach((other, z) => {
      if (!(byFormula && isWhole[z])) addPair(rpart, { own, other, row }, numberOf, sums);
      out.baselines[row]! += numberOf(other) / given.length;
    });
    sums.forEach((sum, input) => {
      out.contributions[row * inputs + input] = sum / given.length;
    });
  });
  return out;
}

type Pair = { own: Float64Array; other: Float64Array; row: number };

/** Adds the contributions of a row beside one background row, by all coalitions of the inputs that can decide where a mixture of them goes. */
function addPair(rpart: Rpart, { own, other, row }: Pair, numberOf: (some: Float64Array) => number, sums: Float64Array): void {
  const players = [...playersOf(rpart, own, other)];
  if (players.length > MAX_PLAYERS) throw tooMany(row, players.length);
  const mixed = Float64Array.from(other);
  const worth = (coalition: number) => {
    players.forEach((input, player) => {
      mixed[input] = ((coalition >> player) & 1 ? own : other)[input]!;
    });
    return numberOf(mixed);
  };
  shapleyValues(players.length, worth).forEach((value, player) => {
    sums[players[player]!]! += value;
  });
}

/** The inputs in which two rows differ and that a node is asked for, which a mixture of the two can come to. */
function playersOf(rpart: Rpart, own: Float64Array, other: Float64Array): Set<number> {
  const { left, right, first, splits, input, majority } = rpart;
  const players = new Set<number>();
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (left[node] === 0) continue;
    const directions = new Set<number>();
    let mayBeOpen = true;
    for (let split = first[node]!; split < first[node]! + splits[node]! && mayBeOpen; split += 1) {
      const asked = input[split]!;
      if (!Object.is(own[asked], other[asked])) players.add(asked);
      const ways = [directionOf(rpart, split, own, 0), directionOf(rpart, split, other, 0)];
      for (const way of ways) directions.add(way);
      mayBeOpen = ways.includes(0);
    }
    if (mayBeOpen) directions.add(majority[node]!);
    if (directions.has(1)) open.push(left[node]!);
    if (directions.has(2)) open.push(right[node]!);
  }
  return players;
}

function tooMany(row: number, count: number): RequestError {
  const found = `${count} features decide where this row goes, as it lacks values of some`;
  const message = `found ${found}; expected at most ${MAX_PLAYERS}, or a row without missing values`;
  return new RequestError(422, `row ${row + 1} cannot be explained`, [{ path: `/${row}`, message }]);
}

/** Whether the first split of some node sends a row nowhere. */
function needsSurrogates(rpart: Rpart, rows: Float64Array, row: number): boolean {
  return rpart.left.some((child, node) => child !== 0 && directionOf(rpart, rpart.first[node]!, rows, row) === 0);
}

type Row = { row: number; inputs: number; output: number };

/**
 * The contributions of a row by all coalitions of inputs. Where the inputs that decide at a node are all known, the row goes as it goes
 * in predict(); where one of them is not, it goes both ways by the shares of training rows.
 */
function explainExactly(rpart: Rpart, trees: WeightedTrees, rows: Float64Array, { row, inputs, output }: Row): Float64Array {
  const at = row * inputs;
  const decisions = rpart.left.length === 0 ? [] : Array.from(rpart.left, (_, node) => decisionOf(rpart, node, rows, at));
  const players = [...new Set(decisions.flatMap(({ by }) => by))];
  if (players.length > MAX_PLAYERS) throw tooMany(row, players.length);
  const bits = decisions.map(({ by }) => by.reduce((sum, input) => sum | (1 << players.indexOf(input)), 0));
  const { left, right, values, width } = rpart;
  const worthAt = (node: number, coalition: number): number => {
    if (left[node] === 0) return values[node * width + output]!;
    const [l, r] = [left[node]!, right[node]!];
    if ((bits[node]! & ~coalition) !== 0) return trees.share[l]! * worthAt(l, coalition) + trees.share[r]! * worthAt(r, coalition);
    const { direction } = decisions[node]!;
    if (direction === 0) return values[node * width + output]!;
    return worthAt(direction === 1 ? l : r, coalition);
  };
  const found = shapleyValues(players.length, (coalition) => worthAt(0, coalition));
  const contributions = new Float64Array(inputs);
  players.forEach((input, player) => {
    contributions[input] = found[player]!;
  });
  return contributions;
}

/** Where a row goes from a node (0: it stays), and the inputs that decide it: those that are asked until one has a value. */
function decisionOf(rpart: Rpart, node: number, rows: Float64Array, at: number): { direction: number; by: number[] } {
  const { left, first, splits, input, majority } = rpart;
  const by: number[] = [];
  if (left[node] === 0) return { direction: 0, by };
  const from = first[node]!;
  for (let split = from; split < from + splits[node]!; split += 1) {
    by.push(input[split]!);
    const direction = directionOf(rpart, split, rows, at);
    if (direction !== 0) return { direction, by };
  }
  return { direction: majority[node]!, by };
}
