import type { Path } from '../../../shared/bodies/penalized/path.ts';
import { ModelError } from '../../../shared/errors.ts';
import { attributesOf, classOf, element, listOf, numbersOf, type RValue, textsOf, typeOf } from '../../rds/values.ts';

/** The coefficients of a glmnet object: a path, the names of its inputs, and those of its groups where it has several. */
export type Coefficients = { path: Path; inputs: string[]; groups: string[] | undefined; lambda: Float64Array };

/** Most coefficients of a relaxed path, whose last column may stand for many penalties, unless the file itself has half as many. */
const MAX_ENTRIES = 2 ** 24;

/** Reads a0, beta and lambda. `hasIntercept`: a Cox model has none. Throws a ModelError that names what is wrong. */
export function readPath(value: RValue, hasIntercept: boolean, label: string): Coefficients {
  const lambda = Float64Array.from(numbersOf(element(value, 'lambda'), `${label}'s lambda`));
  const beta = element(value, 'beta');
  const isMany = beta?.type === 'list';
  const matrices = isMany ? listOf(beta, `${label}'s beta`) : [beta];
  const groups = isMany ? textsOf(attributesOf(beta).get('names'), `${label}'s names of beta`) : undefined;
  if (matrices.length === 0 || matrices.length !== (groups?.length ?? 1))
    throw new ModelError(`${label}'s beta`, `${matrices.length} matrices`, 'one a group, with its name');
  const columns = matrices.map((matrix, at) =>
    readSparse(matrix, lambda.length, isMany ? `${label}'s beta[[${at + 1}]]` : `${label}'s beta`),
  );
  const [{ names: inputs }] = columns as [Sparse];
  const other = columns.find(({ names }) => names.length !== inputs.length || names.some((name, at) => name !== inputs[at]));
  if (other) throw new ModelError(`${label}'s beta`, 'other inputs in one group than in another', 'the same in all');
  const intercepts = hasIntercept ? readIntercepts(value, columns.length, lambda.length, label) : new Float64Array(lambda.length);
  return { path: { intercepts, ...joined(columns) }, inputs, groups, lambda };
}

/** The intercepts, group after group; R's matrix has a row a group. */
function readIntercepts(value: RValue, groups: number, count: number, label: string): Float64Array {
  const intercepts = numbersOf(element(value, 'a0'), `${label}'s a0`);
  if (intercepts.length !== groups * count) throw new ModelError(`${label}'s a0`, `${intercepts.length} numbers`, `${groups * count}`);
  return Float64Array.from({ length: intercepts.length }, (_, at) => intercepts[(at % count) * groups + Math.floor(at / count)]!);
}

type Sparse = { starts: Int32Array | Float64Array; rows: Int32Array | Float64Array; values: Int32Array | Float64Array; names: string[] };

/** A dgCMatrix of the package Matrix, whose slots are attributes; the body checks its places. */
function readSparse(value: RValue | undefined, count: number, label: string): Sparse {
  if (!value || !classOf(value).includes('dgCMatrix'))
    throw new ModelError(label, (value && classOf(value)[0]) ?? typeOf(value), 'a sparse matrix (dgCMatrix)');
  const slots = attributesOf(value);
  const [rows, starts] = [numbersOf(slots.get('i'), `${label}@i`), numbersOf(slots.get('p'), `${label}@p`)];
  const values = numbersOf(slots.get('x'), `${label}@x`);
  const [inputs = 0, columns] = numbersOf(slots.get('Dim'), `${label}@Dim`);
  if (columns !== count || starts.length !== count + 1) throw new ModelError(label, `${columns} columns`, `${count}, one a lambda`);
  const isAscending = starts.every((start, at) => (at === 0 ? start === 0 : start >= starts[at - 1]!));
  if (!isAscending || starts[count] !== rows.length || values.length !== rows.length)
    throw new ModelError(label, 'columns that do not fit its entries', `starts from 0 to ${rows.length}`);
  const dimnames = slots.get('Dimnames');
  const names = dimnames?.type === 'list' ? dimnames.values[0] : undefined;
  const texts = textsOf(names, `${label}'s row names`);
  if (texts.length !== inputs || inputs === 0) throw new ModelError(label, `${texts.length} names of ${inputs} inputs`, 'one an input');
  return { starts, rows, values, names: texts };
}

/** Matrices one after another as one list of columns. */
function joined(matrices: Sparse[]): Omit<Path, 'intercepts'> {
  const entries = matrices.reduce((sum, { rows }) => sum + rows.length, 0);
  const [rows, values] = [new Uint32Array(entries), new Float64Array(entries)];
  const starts = [0];
  let from = 0;
  for (const one of matrices) {
    rows.set(one.rows, from);
    values.set(one.values, from);
    for (let column = 1; column < one.starts.length; column += 1) starts.push(from + one.starts[column]!);
    from += one.rows.length;
  }
  return { starts: Uint32Array.from(starts), rows, values };
}

/** The columns of a path at these places, for each group: a relaxed path has a column for each lambda that it has. */
export function columnsAt({ intercepts, starts, rows, values }: Path, groups: number, places: number[], label: string): Path {
  const count = intercepts.length / groups;
  const chosen = Array.from({ length: groups }, (_, group) => places.map((place) => group * count + place)).flat();
  const spans = chosen.map((column) => [starts[column]!, starts[column + 1]!] as const);
  const total = spans.reduce((sum, [from, to]) => sum + to - from, 0);
  const most = Math.max(MAX_ENTRIES, 2 * rows.length);
  if (total > most) throw new ModelError(label, `${total} coefficients`, `at most ${most}`);
  const made: Path = {
    intercepts: Float64Array.from(chosen, (column) => intercepts[column]!),
    starts: new Uint32Array(chosen.length + 1),
    rows: new Uint32Array(total),
    values: new Float64Array(total),
  };
  spans.forEach(([from, to], at) => {
    const start = made.starts[at]!;
    made.rows.set(rows.subarray(from, to), start);
    made.values.set(values.subarray(from, to), start);
    made.starts[at + 1] = start + to - from;
  });
  return made;
}
