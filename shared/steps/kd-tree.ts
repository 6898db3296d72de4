/**
 * The tree of points that ANN's nearest neighbours come from (RANN's nn2(), which caret's knnImpute asks): of points that are as far the tree's
 * order decides, so that the tree is built as ANN builds it (ANNkd_tree: buckets of one point, cells halved and slid to the points).
 * Nodes are rows of arrays: a leaf has its point in `low`.
 */
export type KdTree = {
  points: readonly Float64Array[];
  /** The column that a node cuts; -1 of a leaf. */
  column: Int32Array;
  cut: Float64Array;
  /** The bounds of the node's cell in that column. */
  least: Float64Array;
  most: Float64Array;
  low: Int32Array;
  high: Int32Array;
  /** The cell around all points. */
  bounds: Cell;
};

type Cell = { least: Float64Array; most: Float64Array };
/** The places from `from` to `to` (without it) of the order of points, which become a node, and its cell. */
type Open = { node: number; from: number; to: number; cell: Cell };

/** Sides of a cell that are nearly as long as the longest are long ones. */
const NEARLY = 1 - 0.001;

/**
 * Most numbers that are looked at while a tree is built, for each number of the points, and beyond these, and of the largest trees: points of
 * every usual kind take 5 to 70 for each, some kinds with very long tails 400. Points each of which is half as far from others as the one before take the square of their count.
 */
const MOST_LOOKS = { each: 512, beside: 2 ** 25, all: 300_000_000 };

/** How many numbers may be looked at for a tree of that many numbers. */
export function mostLooks(numbers: number): number {
  return Math.min(MOST_LOOKS.all, MOST_LOOKS.each * numbers + MOST_LOOKS.beside);
}

/**
 * Builds the tree of points, given column by column: at least one, of finite numbers. Undefined where more than `most` numbers would have to
 * be looked at: the order of points that are as far as others takes R's own tree, however deep that is.
 */
export function kdTree(points: readonly Float64Array[], most = mostLooks(points.length * points[0]!.length)): KdTree | undefined {
  const count = points[0]!.length;
  const nodes = 2 * count - 1;
  const numbers = () => new Float64Array(nodes);
  const places = () => new Int32Array(nodes);
  const bounds = boundsOf(points);
  const tree = {
    points,
    column: places().fill(-1),
    cut: numbers(),
    least: numbers(),
    most: numbers(),
    low: places(),
    high: places(),
    bounds,
  };
  const order = Int32Array.from({ length: count }, (_, at) => at);
  const open: Open[] = [{ node: 0, from: 0, to: count, cell: bounds }];
  let made = 1;
  let looks = 0;
  // A list of what is to do and no recursion: a tree of strange points is deep.
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, from, to, cell } = next;
    if (to - from === 1) {
      tree.low[node] = order[from]!;
      continue;
    }
    const { column, cut, many, looked } = split(points, order, next);
    looks += looked;
    if (looks > most) return undefined;
    tree.column[node] = column;
    tree.cut[node] = cut;
    tree.least[node] = cell.least[column]!;
    tree.most[node] = cell.most[column]!;
    tree.low[node] = made;
    tree.high[node] = made + 1;
    open.push({ node: made, from, to: from + many, cell: { least: cell.least, most: cell.most.with(column, cut) } });
    open.push({ node: made + 1, from: from + many, to, cell: { least: cell.least.with(column, cut), most: cell.most } });
    made += 2;
  }
  return tree;
}

/** The nearest points to one, the nearest first; as many as there are, where `count` is more. */
export function nearestIn(tree: KdTree, point: readonly number[], count: number): number[] {
  const found: number[] = [];
  const far: number[] = [];
  const last = () => (found.length === count ? far[count - 1]! : Number.MAX_VALUE);
  // What is left to look at, and how far it is away; it is looked at only if that is still near enough.
  const nodes = [0];
  const away = [boxDistance(tree.bounds, point)];
  while (nodes.length > 0) {
    const [node, distance] = [nodes.pop()!, away.pop()!];
    if (node !== 0 && !(distance < last())) continue;
    const leaf = descend(tree, point, node, distance, nodes, away);
    const near = distanceTo(tree.points, point, leaf, last());
    if (near === undefined) continue;
    let at = found.length;
    while (at > 0 && far[at - 1]! > near) at -= 1;
    found.splice(at, 0, leaf);
    far.splice(at, 0, near);
    if (found.length > count) {
      found.pop();
      far.pop();
    }
  }
  return found;
}

/** Goes from a node to the leaf whose cell is nearest; what was left aside is put on the list. */
function descend(tree: KdTree, point: readonly number[], start: number, distance: number, nodes: number[], away: number[]): number {
  const { column, cut, least, most, low, high } = tree;
  let node = start;
  while (column[node] !== -1) {
    const value = point[column[node]!]!;
    const past = value - cut[node]!;
    const outside = Math.max(0, past < 0 ? least[node]! - value : value - most[node]!);
    nodes.push(past < 0 ? high[node]! : low[node]!);
    away.push(distance + (past * past - outside * outside));
    node = past < 0 ? low[node]! : high[node]!;
  }
  return low[node]!;
}

/** The squared distance to a point; undefined where it is more than `most`. */
function distanceTo(points: readonly Float64Array[], point: readonly number[], row: number, most: number): number | undefined {
  let sum = 0;
  for (let at = 0; at < points.length; at += 1) {
    const gap = point[at]! - points[at]![row]!;
    sum += gap * gap;
    if (sum > most) return undefined;
  }
  return sum;
}

function boxDistance({ least, most }: Cell, point: readonly number[]): number {
  return point.reduce((sum, value, at) => {
    const outside = value < least[at]! ? least[at]! - value : value > most[at]! ? value - most[at]! : 0;
    return sum + outside * outside;
  }, 0);
}

function boundsOf(points: readonly Float64Array[]): Cell {
  const of = (best: (one: number, other: number) => number) => (values: Float64Array) => values.reduce((one, other) => best(one, other));
  return { least: Float64Array.from(points, of(Math.min)), most: Float64Array.from(points, of(Math.max)) };
}

/** Cuts a cell in two (ANN's sl_midpt_split) and puts the points in order: the first `many` lie below the cut. */
function split(
  points: readonly Float64Array[],
  order: Int32Array,
  { from, to, cell }: Open,
): { column: number; cut: number; many: number; looked: number } {
  const { column, least, most, scanned } = longest(points, order, from, to, cell);
  const values = points[column]!;
  const middle = (cell.least[column]! + cell.most[column]!) / 2;
  const cut = middle < least ? least : middle > most ? most : middle;
  const below = partition(order, from, to, (row) => values[row]! < cut) - from;
  const upTo = partition(order, from + below, to, (row) => values[row]! <= cut) - from;
  const half = Math.floor((to - from) / 2);
  const halved = below > half ? below : upTo < half ? upTo : half;
  const many = middle < least ? 1 : middle > most ? to - from - 1 : halved;
  // Each side is looked through, and each column has its sides.
  return { column, cut, many, looked: (scanned + 2) * (to - from) + points.length };
}

/** Of the columns in which a cell is longest the one in which its points are furthest apart, and their bounds there. */
function longest(points: readonly Float64Array[], order: Int32Array, from: number, to: number, cell: Cell) {
  const length = (at: number) => cell.most[at]! - cell.least[at]!;
  let long = length(0);
  for (let at = 1; at < points.length; at += 1) long = Math.max(long, length(at));
  let found = { column: 0, least: 0, most: -1 };
  // Where a cell has no length at all, its points are one and the same.
  if (long === 0) return { column: 0, least: cell.least[0]!, most: cell.most[0]!, scanned: 0 };
  let scanned = 0;
  points.forEach((values, column) => {
    if (!(length(column) >= NEARLY * long)) return;
    scanned += 1;
    let [least, most] = [values[order[from]!]!, values[order[from]!]!];
    for (let at = from + 1; at < to; at += 1) {
      const value = values[order[at]!]!;
      if (value < least) least = value;
      else if (value > most) most = value;
    }
    if (most - least > found.most - found.least) found = { column, least, most };
  });
  return { ...found, scanned };
}

/** Moves what `isLow` to the front, by exchanges from both ends; the place where the others begin. */
function partition(order: Int32Array, from: number, to: number, isLow: (row: number) => boolean): number {
  let [left, right] = [from, to - 1];
  for (;;) {
    while (left < to && isLow(order[left]!)) left += 1;
    while (right >= from && !isLow(order[right]!)) right -= 1;
    if (left > right) return left;
    [order[left], order[right]] = [order[right]!, order[left]!];
    left += 1;
    right -= 1;
  }
}
