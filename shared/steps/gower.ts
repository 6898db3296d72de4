/**
 * A column of the training rows: the place of its values among a row's columns, how they are compared, and the values, NaN where one is missing:
 * none of a column that `isWhole`.
 */
export type Known = { from: number; type: 'number' | 'integer' | 'logical' | 'level' | 'blank'; values: Float64Array; isWhole: boolean };
/** The column whose missing values are imputed, and those that the distance to its training rows is of. */
export type Target = { target: Known; by: readonly Known[] };
/** The distance of a row to each training row, for each of some targets; NaN where the target's value is missing, and where nothing is compared. */
export type Distances = (row: Float64Array, targets: readonly Target[]) => Float64Array[];

/** What a row is compared by for a target: what the columns give, and the range of each. */
type Compared = { parts: Part[]; ranges: number[] };
/**
 * What a column gives for some training rows: how alike each is to the row's value `x` by a range, and, where not all are compared, which are.
 * The training rows begin at `from`; `isOld` is what another row left.
 */
type Part = {
  column: Known;
  isOld: boolean;
  x: number;
  range: number;
  from: number;
  alike: Float64Array;
  counts: Float64Array | undefined;
};

/** So many training rows go at once, so that what all columns give for them stays in a processor's cache. */
const ROWS = 256;
/** So many of a column's least and greatest values are known by their rows: most targets have a value in one of these. */
const ENDS = 8;

/**
 * Gower's distances (gower::gower_topn). What a column gives is computed once for all targets that are missing in a row, and so are the sums
 * of targets that are compared alike. Numbers closer than `eps` count as a column of one value, which is not compared.
 */
export function gowerDistances(eps: number): Distances {
  const endsFor = endsFinder();
  const numbers = () => new Float64Array(ROWS);
  const [sums, counts, spare] = [numbers(), numbers(), { alike: numbers(), counts: numbers() }];
  const parts = new Map<Known, Part>();
  return (row, targets) => {
    for (const part of parts.values()) part.isOld = true;
    const compared = targets.map((target) => comparedBy(row, parts, target, endsFor(target), eps));
    const isSameColumns = compared.map(({ parts: own }, at) => at > 0 && areSame(own, compared[at - 1]!.parts));
    const isSame = compared.map(({ ranges }, at) => isSameColumns[at]! && areSame(ranges, compared[at - 1]!.ranges));
    const count = targets[0]?.target.values.length ?? 0;
    const distances = targets.map(() => new Float64Array(count));
    for (let from = 0; from < count; from += ROWS) {
      const many = Math.min(ROWS, count - from);
      compared.forEach(({ parts: own, ranges }, at) => {
        if (!isSame[at]) addAlike(sums, own, ranges, { from, many, spare });
        if (!isSameColumns[at]) addCounts(counts, own, many);
        const [distance, known] = [distances[at]!, targets[at]!.target.values];
        for (let place = 0; place < many; place += 1) {
          const isThere = counts[place]! > 0 && !Number.isNaN(known[from + place]);
          distance[from + place] = isThere ? 1 - sums[place]! / counts[place]! : Number.NaN;
        }
      });
    }
    return distances;
  };
}

/** The columns that a row is compared by for a target: with nothing to compare R imputes nothing. */
function comparedBy(
  row: Float64Array,
  parts: Map<Known, Part>,
  { by }: Target,
  [low, high]: readonly [Float64Array, Float64Array],
  eps: number,
): Compared {
  const made: Compared = { parts: [], ranges: [] };
  if (by.every(({ from }) => Number.isNaN(row[from]))) return made;
  by.forEach((column, at) => {
    const { type } = column;
    const x = row[column.from]!;
    if (Number.isNaN(x) && type !== 'blank') return;
    const isNumber = type === 'number' || type === 'integer';
    const range = isNumber ? Math.max(high[at]!, x) - Math.min(low[at]!, x) : 1;
    const isFlat = type === 'integer' ? range === 0 : range < eps;
    if (isNumber && (isFlat || !Number.isFinite(range))) return;
    const part = parts.get(column) ?? partOf(column);
    parts.set(column, part);
    if (part.isOld) Object.assign(part, { isOld: false, x, range, from: -1 });
    made.parts.push(part);
    made.ranges.push(range);
  });
  return made;
}

/** What a column will give; it is kept for the first range that a row is asked for, which most targets share. */
function partOf(column: Known): Part {
  const isWhole = column.isWhole && column.type !== 'logical';
  const numbers = () => new Float64Array(Math.min(ROWS, column.values.length));
  return { column, isOld: true, x: 0, range: 0, from: -1, alike: numbers(), counts: isWhole ? undefined : numbers() };
}

function areSame<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}

type Rows = { from: number; many: number; spare: { alike: Float64Array; counts: Float64Array } };

/** Adds up how alike some training rows are to the row, column by column in R's order. */
function addAlike(sums: Float64Array, parts: readonly Part[], ranges: readonly number[], { from, many, spare }: Rows): void {
  sums.fill(0);
  parts.forEach((part, at) => {
    if (part.from !== from) compare(part.alike, part.counts, part, part.range, from, many);
    part.from = from;
    const isKept = part.range === ranges[at];
    if (!isKept) compare(spare.alike, part.counts && spare.counts, part, ranges[at]!, from, many);
    const { alike } = isKept ? part : spare;
    for (let place = 0; place < many; place += 1) sums[place] = sums[place]! + alike[place]!;
  });
}

/** How many columns some training rows are compared by. */
function addCounts(counts: Float64Array, parts: readonly Part[], many: number): void {
  counts.fill(parts.filter((part) => part.counts === undefined).length);
  for (const part of parts) {
    if (part.counts === undefined) continue;
    for (let place = 0; place < many; place += 1) counts[place] = counts[place]! + part.counts[place]!;
  }
}

/** How alike the row's value is to those of some training rows, from 0 to 1, and which of them are compared. */
function compare(
  alike: Float64Array,
  counts: Float64Array | undefined,
  { column, x }: Part,
  range: number,
  from: number,
  many: number,
): void {
  const { type, values } = column;
  if (type === 'number' || type === 'integer') {
    for (let at = 0; at < many; at += 1) alike[at] = 1 - Math.abs(x - values[from + at]!) / range;
  } else for (let at = 0; at < many; at += 1) alike[at] = likeness(type, x, values[from + at]!);
  if (!counts) return;
  for (let at = 0; at < many; at += 1) {
    const y = values[from + at]!;
    const isCompared = !(Number.isNaN(y) || (type === 'logical' && x === 0 && y === 0));
    counts[at] = isCompared ? 1 : 0;
    if (!isCompared) alike[at] = 0;
  }
}

function likeness(type: Known['type'], x: number, y: number): number {
  if (type === 'blank') return y;
  return type === 'level' ? Number(x === y) : x * y;
}

/** Finds the least and the greatest value of each column by which a target is compared, among the rows that have the target's value. */
function endsFinder(): (target: Target) => [Float64Array, Float64Array] {
  const found = new Map<Target, [Float64Array, Float64Array]>();
  const outer = new Map<Known, { least: number[]; most: number[] }>();
  return (target) => {
    const before = found.get(target);
    if (before) return before;
    const known = target.target.values;
    const ends = target.by.map((column): [number, number] => {
      const { values } = column;
      const rows = outer.get(column) ?? { least: outermost(values, 1), most: outermost(values, -1) };
      outer.set(column, rows);
      const isKnown = (row: number) => !Number.isNaN(known[row]);
      const [low, high] = [rows.least.find(isKnown), rows.most.find(isKnown)];
      return low === undefined || high === undefined ? endsOf(values, known) : [values[low]!, values[high]!];
    });
    const made: [Float64Array, Float64Array] = [Float64Array.from(ends, ([low]) => low), Float64Array.from(ends, ([, high]) => high)];
    found.set(target, made);
    return made;
  };
}

/** The rows of the least (`sign` 1) or the greatest (-1) values, the outermost first. */
function outermost(values: Float64Array, sign: 1 | -1): number[] {
  const rows: number[] = [];
  for (let row = 0; row < values.length; row += 1) {
    const value = sign * values[row]!;
    if (Number.isNaN(value) || (rows.length === ENDS && value >= sign * values[rows[ENDS - 1]!]!)) continue;
    let at = rows.length;
    while (at > 0 && value < sign * values[rows[at - 1]!]!) at -= 1;
    rows.splice(at, 0, row);
    if (rows.length > ENDS) rows.pop();
  }
  return rows;
}

function endsOf(values: Float64Array, known: Float64Array): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row]!;
    if (Number.isNaN(known[row]) || Number.isNaN(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
