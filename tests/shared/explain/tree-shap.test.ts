import { describe, expect, test } from '@jest/globals';
import { shapleyValues } from '../../../shared/explain/exact.ts';
import { writeAdd } from '../../../shared/explain/paths/code.ts';
import { MOST_POINTS } from '../../../shared/explain/paths/kernel.ts';
import { gaussLegendre } from '../../../shared/explain/quadrature.ts';
import { treeShap } from '../../../shared/explain/tree-shap.ts';
import { MAX_DEPTH, pointsOf, weighTrees, workOf } from '../../../shared/explain/trees.ts';
import { generator as seeded } from '../../../shared/math/generator.ts';
import { instantiate } from '../../../shared/wasm/assembler.ts';
import { byAllOrders, gameByCuts, gameOf, layNodes, type RandomNode, randomTree, worthOf } from '../../support/explain/random-trees.ts';

/** Rows of numbers from 0 to 1, some of them missing. */
function rowsOf(random: () => number, rows: number, inputs: number): Float64Array {
  return Float64Array.from({ length: rows * inputs }, () => (random() < 0.15 ? Number.NaN : random()));
}

describe('contributions of trees', () => {
  test.each([
    ['one input', 1, 6],
    ['few inputs that split again and again', 2, 7],
    ['as many inputs as splits', 4, 4],
    ['more inputs than splits', 10, 5],
    ['deep trees of many inputs', 9, 8],
  ])('are the Shapley values by all coalitions: %s', (_, inputs, depth) => {
    let [worst, compared] = [0, 0];
    for (let seed = 1; seed <= 10; seed += 1) {
      const random = seeded(1_000 * inputs + seed);
      const roots = Array.from({ length: 3 }, () => randomTree(random, inputs, depth));
      const rows = rowsOf(random, 4, inputs);
      const found = treeShap(gameOf(roots), { rows, inputs, outputs: new Uint32Array(4), from: 0, to: 3 });
      for (let row = 0; row < 4; row += 1) {
        const own = rows.subarray(row * inputs, (row + 1) * inputs);
        const worth = (coalition: number) => roots.reduce((sum, root) => sum + worthOf(root, own, coalition), 0);
        const expected = shapleyValues(inputs, worth);
        expected.forEach((value, input) => {
          worst = Math.max(worst, Math.abs(value - found.contributions[row * inputs + input]!));
        });
        worst = Math.max(worst, Math.abs(found.baselines[row]! - worth(0)));
        const sum = found.contributions.subarray(row * inputs, (row + 1) * inputs).reduce((all, one) => all + one, found.baselines[row]!);
        worst = Math.max(worst, Math.abs(sum - worth(2 ** inputs - 1)));
        compared += 1;
      }
    }
    expect(compared).toBe(40);
    expect(worst).toBeLessThan(1e-12);
  });

  test('are of the trees that are asked for alone', () => {
    const random = seeded(7);
    const roots = Array.from({ length: 4 }, () => randomTree(random, 3, 4));
    const rows = rowsOf(random, 2, 3);
    const asked = { rows, inputs: 3, outputs: new Uint32Array(2) };
    const some = treeShap(gameOf(roots), { ...asked, from: 1, to: 3 });
    const alone = treeShap(gameOf(roots.slice(1, 3)), { ...asked, from: 0, to: 2 });
    expect(some).toEqual(alone);
  });

  test('have the same bits whether a row comes alone or among others', () => {
    const random = seeded(11);
    const game = gameOf(Array.from({ length: 5 }, () => randomTree(random, 6, 6)));
    const rows = rowsOf(random, 9, 6);
    const all = treeShap(game, { rows, inputs: 6, outputs: new Uint32Array(9), from: 0, to: 5 });
    for (let row = 0; row < 9; row += 1) {
      const own = rows.subarray(6 * row, 6 * row + 6);
      const one = treeShap(game, { rows: own, inputs: 6, outputs: new Uint32Array(1), from: 0, to: 5 });
      expect(one.contributions).toEqual(all.contributions.slice(6 * row, 6 * row + 6));
    }
  });
});

test('splits by numbers tell what the model tells where it is asked, for values that are cuts and for missing ones', () => {
  const cutsOf = (node: RandomNode): number[] => [node.cut, ...node.children.flatMap(cutsOf)];
  let [worst, turnedAway] = [0, 0];
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = seeded(500 + seed);
    const roots = Array.from({ length: 4 }, () => randomTree(random, 5, 6));
    const cuts = [...roots.flatMap(cutsOf), Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0];
    const rows = rowsOf(random, 40, 5).map((value) => (random() < 0.5 ? cuts[Math.floor(random() * cuts.length)]! : value));
    const asked = { rows, inputs: 5, outputs: new Uint32Array(40), from: 0, to: 4 };
    const { contributions: expected } = treeShap(gameOf(roots), asked);
    for (const isAsked of [() => false, ({ number }: RandomNode) => number < -0.5]) {
      const found = treeShap(gameByCuts(roots, isAsked), asked);
      expect(treeShap(gameByCuts(roots, isAsked), asked, { isPlain: true })).toEqual(found);
      worst = found.contributions.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), worst);
    }
    // Else the rows would tell nothing of who takes the cut itself.
    const others = treeShap(
      gameByCuts(roots.map(turned), () => false),
      asked,
    ).contributions;
    turnedAway += others.reduce((sum, value, at) => sum + (Math.abs(value - expected[at]!) > 1e-6 ? 1 : 0), 0);
  }
  expect(worst).toBeLessThan(1e-13);
  expect(turnedAway).toBeGreaterThan(300);
});

/** The same tree, but that each split gives the cut itself to the other side. */
function turned(node: RandomNode): RandomNode {
  return { ...node, isAtMost: !node.isAtMost, children: node.children.map(turned) };
}

describe('the kernel in WebAssembly', () => {
  test.each([
    ['one input', 1, 6],
    ['few inputs', 3, 7],
    ['many inputs', 12, 9],
  ])('gives the bits of the one in JavaScript: %s', (_, inputs, depth) => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const random = seeded(100 * inputs + seed);
      const roots = Array.from({ length: 4 }, () => randomTree(random, inputs, depth));
      const asked = { rows: rowsOf(random, 5, inputs), inputs, outputs: new Uint32Array(5), from: 0, to: 4 };
      const [game, other] = [gameOf(roots), gameOf(roots)];
      // The first request makes the tables.
      const found = treeShap(game, asked);
      expect(treeShap(game, asked)).toEqual(found);
      for (const _request of [1, 2]) expect(treeShap(other, asked, { isPlain: true })).toEqual(found);
    }
  });

  test('is written for every number of points up to its limit, and this engine takes it', () => {
    const constants = new Map(Array.from({ length: MOST_POINTS }, (_, at) => [at + 1, 64]));
    const memory = new WebAssembly.Memory({ initial: 1 });
    for (let points = 1; points <= MOST_POINTS; points += 1) {
      const add = writeAdd('add', points, { yes: 0, constants, slots: 2_048, rows: 4_096, tables: 8_192 });
      expect(instantiate([add], [{ memory, pages: 1, shared: false }]).add).toEqual(expect.any(Function));
    }
  });

  test('leaves trees of more points to the one in JavaScript, and they add up', () => {
    // A way of 80 inputs: split k has a leaf on its left.
    const random = seeded(80);
    const leaf = () => ({ input: 0, cut: 0, children: [], number: random(), weight: Math.ceil(random() * 9), isAtMost: false, missing: 1 });
    let root: RandomNode = leaf();
    for (let input = 0; input < 80; input += 1) root = { ...leaf(), input, cut: 0.3, children: [leaf(), root] };
    const rows = Float64Array.from({ length: 3 * 80 }, () => 0.3 + 0.7 * random()).map((value, at) =>
      at % 80 < 20 && at > 80 ? 0.1 : value,
    );
    const found = treeShap(gameOf([root]), { rows, inputs: 80, outputs: new Uint32Array(3), from: 0, to: 1 });
    for (let row = 0; row < 3; row += 1) {
      const own = rows.subarray(80 * row, 80 * row + 80);
      const sum = found.contributions.subarray(80 * row, 80 * row + 80).reduce((all, one) => all + one, found.baselines[row]!);
      let at = root;
      while (at.children.length > 0) at = own[at.input]! < at.cut ? at.children[0]! : at.children[1]!;
      expect(sum).toBeCloseTo(at.number, 13);
    }
  });
});

test('trees whose tables are too large to keep have the same bits, one table at a time', () => {
  const random = seeded(12);
  const roots = Array.from({ length: 6 }, () => randomTree(random, 6, 6));
  const asked = { rows: rowsOf(random, 3, 6), inputs: 6, outputs: Uint32Array.of(0, 0, 0), from: 0, to: 6 };
  const game = gameOf(roots);
  const few = treeShap(game, asked, { mostKept: 0 });
  expect(treeShap(game, asked, { mostKept: 0 })).toEqual(few);
  const other = gameOf(roots);
  for (const _request of [1, 2, 3]) expect(treeShap(other, asked)).toEqual(few);
});

describe('the values of a game by its coalitions', () => {
  test('are the mean gains over all orders in which players can come', () => {
    const random = seeded(3);
    const worths = Array.from({ length: 32 }, () => random());
    const expected = byAllOrders(5, (coalition) => worths[coalition]!);
    Array.from(shapleyValues(5, (coalition) => worths[coalition]!)).forEach((value, player) => {
      expect(value).toBeCloseTo(expected[player]!, 14);
    });
  });

  test('share the gain of two who win together only', () => {
    expect(Array.from(shapleyValues(3, (coalition) => ((coalition & 3) === 3 ? 6 : 0)))).toEqual([3, 3, 0]);
    expect(Array.from(shapleyValues(0, () => 5))).toEqual([]);
  });
});

describe('the quadrature', () => {
  test.each([1, 2, 3, 7, 20, 60])('of %i points integrates every power below twice as many', (count) => {
    const { points, weights } = gaussLegendre(count);
    for (let power = 0; power < 2 * count; power += 1) {
      const sum = points.reduce((all, point, k) => all + weights[k]! * point ** power, 0);
      expect(sum * (power + 1)).toBeCloseTo(1, 12);
    }
    expect(points.every((point, k) => point > (points[k - 1] ?? 0) && point < 1)).toBe(true);
  });
});

describe('weighed trees', () => {
  /** A tree that goes on to one side: split k has the leaf 2k + 1 and the split 2k + 2. */
  const chain = (depth: number) => {
    const children = (node: number) => (node % 2 === 0 && node < 2 * depth ? [node + 1, node + 2] : []);
    const count = 2 * depth + 1;
    return weighTrees(
      Uint32Array.of(0, count),
      layNodes(count, children, (node) => (node / 2) % 4),
      () => 1,
    );
  };

  test('count the inputs on a way, and the steps of computing a row', () => {
    const trees = chain(6)!;
    expect([trees.inputs[0], pointsOf(trees, 0), workOf(trees)]).toEqual([4, 2, 26]);
    expect(trees.share[1]).toBeCloseTo(1 / 7, 15);
  });

  test('deeper than any real tree are none', () => {
    expect(chain(MAX_DEPTH)).toBeDefined();
    expect(chain(MAX_DEPTH + 1)).toBeUndefined();
  });

  test('that would take gigabytes are none: nodes times the inputs on a way', () => {
    // Beside a way of many inputs stand many leaves, a number for each node and each point.
    const comb = (ways: number, depth: number) => {
      const size = 2 * depth + 1;
      const children = (node: number) => {
        if (node < ways) return [node + 1, ways + 1 + node * size];
        const at = node === ways ? 0 : (node - ways - 1) % size;
        return node > ways && at % 2 === 0 && at < 2 * depth ? [node + 1, node + 2] : [];
      };
      const input = (node: number) => (node < ways ? 0 : Math.floor(((node - ways - 1) % size) / 2) + 1);
      const count = ways + 1 + ways * size;
      return weighTrees(Uint32Array.of(0, count), layNodes(count, children, input), () => 1);
    };
    expect(comb(20, 200)).toBeDefined();
    expect(comb(200, 400)).toBeUndefined();
  });
});
