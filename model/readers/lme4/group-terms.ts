import { type GroupTerm, keyOf } from '../../../shared/bodies/mixed/mixed.ts';
import { ModelError } from '../../../shared/errors.ts';
import { codeNamed } from '../../formula/coding.ts';
import { deparse } from '../../formula/deparse.ts';
import { argumentsOf, Expander } from '../../formula/expand.ts';
import type { FormulaReader } from '../../formula/formula.ts';
import { type MatrixColumn, modelMatrix } from '../../formula/model-matrix.ts';
import { isSpline } from '../../formula/splines.ts';
import { placesIn, type Terms, type Variable } from '../../formula/terms.ts';
import { calledIn } from '../../formula/variables.ts';
import type { RValue } from '../../rds/values.ts';
import type { Bar } from './bars.ts';
import { type GroupEffects, plainName } from './effects.ts';
import type { ModelFrame } from './frame.ts';

/** Most variables that make one group. */
const MAX_PARTS = 20;
/** Most effects of all terms: a file has those of a group once, however many terms are of it. */
const MAX_EFFECTS = 2 ** 24;
/** Most columns of all terms: a file has a factor once, however many terms have a column for each of its levels. */
const MAX_COLUMNS = 100_000;

/** The terms of random effects, with their numbers one behind the other. */
export type GroupTerms = { terms: GroupTerm[]; keys: number[]; effects: number[] };

/** The variables of the terms of random effects; those of groups alone by their names. */
export class RandomPart {
  readonly variables: Variable[];
  /** Variables that make groups and nothing else. */
  readonly groupsOnly: ReadonlySet<string>;
  readonly #frame: ModelFrame;
  readonly #label: string;
  /** `places` are those of a bar's own variables among all. */
  readonly #bars: readonly { bar: Bar; terms: Pick<Terms, 'factors' | 'intercept'>; places: number[]; groups: number[] }[];

  constructor(bars: readonly Bar[], frame: ModelFrame, label: string) {
    this.#frame = frame;
    this.#label = label;
    const table = new Expander(`${label}'s random effects`);
    this.#bars = bars.map((bar) => {
      // Each bar orders its own variables, as R's model.matrix() of its formula does.
      const own = new Expander(`${label}'s random effects`, table);
      const terms = own.expand(bar.effects);
      const places = own.variables.map((variable) => table.place(variable));
      if (isOffset(bar.effects)) throw new ModelError(`${label}'s random effects`, 'an offset', 'offset() among the fixed effects');
      return { bar, terms, places, groups: partsOf(bar.group, label).map((part) => table.place(part)) };
    });
    this.variables = frame.variables(table.variables, 'predvars.random');
    const used = new Set(
      this.#bars.flatMap(({ terms, places }) => terms.factors.flatMap((pattern) => placesIn(pattern).map((at) => places[at]!))),
    );
    const groups = new Set(this.#bars.flatMap((one) => one.groups));
    this.groupsOnly = new Set([...groups].filter((place) => !used.has(place)).map((place) => this.variables[place]!.name));
    for (const place of used) {
      const spline = calledIn(this.variables[place]!.source).find(isSpline);
      if (spline) throw new ModelError(`${label}'s random effects`, `the function ${spline}()`, 'poly(), or columns of your own');
    }
  }

  /** The names of all variables that make groups. */
  get groupNames(): string[] {
    return [...new Set(this.#bars.flatMap(({ groups }) => groups.map((place) => this.variables[place]!.name)))];
  }

  /** The terms as the body computes them, by the effects that the model has. */
  read(reader: FormulaReader, known: Map<string, GroupEffects>): GroupTerms {
    const made: GroupTerms = { terms: [], keys: [], effects: [] };
    let columnsLeft = MAX_COLUMNS;
    // The rows of training are looked through once for all terms of the same groups.
    const seen = new Map<string, { parts: ReturnType<ModelFrame['groups']>[]; keys: number[] }>();
    for (const { bar, terms, places, groups } of this.#bars) {
      const name = deparse(bar.group);
      const label = `${this.#label}'s random effects by ${name}`;
      const effects = known.get(plainName(name));
      if (!effects) throw new ModelError(label, 'none', `one of ${[...known.keys()].join(', ')}`);
      const columns = this.#columns(reader, terms, places, label);
      columnsLeft -= columns.length;
      if (columnsLeft < 0) throw new ModelError(label, 'too many columns of random effects', `at most ${MAX_COLUMNS} of all terms`);
      const numbers = numbersFor(columns, effects, label);
      const count = made.effects.length + effects.levels.length * Math.max(1, columns.length);
      if (count > MAX_EFFECTS) throw new ModelError(label, `${count} effects of all terms`, `at most ${MAX_EFFECTS}`);
      const group = `${plainName(name)} ${groups}`;
      if (!seen.has(group)) {
        const parts = groups.map((place) => this.#frame.groups(this.variables[place] as Variable));
        seen.set(group, { parts, keys: keysOf(effects, parts, label) });
      }
      const { parts, keys } = seen.get(group)!;
      made.terms.push({
        ...{ name, sizes: parts.map(({ labels }) => labels.length), groups: effects.levels.length },
        parts: groups.map((place, at) => reader.labelled(this.variables[place]!.source, parts[at]!.labels)),
        columns: columns.map(({ factors }) => factors),
      });
      for (const key of keys) made.keys.push(key);
      for (const level of effects.levels.keys()) for (const column of numbers) made.effects.push(column[level]!);
    }
    return made;
  }

  #columns(
    reader: FormulaReader,
    { factors, intercept }: Pick<Terms, 'factors' | 'intercept'>,
    places: readonly number[],
    label: string,
  ): MatrixColumn[] {
    const contrasts = this.#frame.contrasts(this.variables);
    const variables = places.map((place) => this.variables[place] as Variable);
    const terms: Terms = { variables, factors, intercept, offsets: [] };
    const coded = terms.variables.map((variable, at) => {
      if (!terms.factors.some((pattern) => pattern[at]! > 0)) return undefined;
      const levels = this.#frame.levels(variable);
      const all = new Map(levels ? [[variable.name, levels] as const] : []);
      return codeNamed(reader, variable, { levels: all, contrasts, standard: 'contr.treatment' }, label);
    });
    return modelMatrix(terms, coded, label);
  }
}

/** The effects of each column by level; R finds them by the column's name, too. */
function numbersFor(made: readonly MatrixColumn[], { columns }: GroupEffects, label: string): Float64Array[] {
  const bare = (text: string) => text.replaceAll('`', '');
  // Of two columns of one name the first counts.
  const known = new Map([...columns].reverse().map(([name, numbers]) => [bare(name), numbers]));
  return made.map(({ name }) => {
    const found = known.get(bare(name));
    if (found) return found;
    throw new ModelError(label, `a column ${name}`, `one of ${[...columns.keys()].join(', ')}, by R's usual contrasts`);
  });
}

/** The variables of a:b. */
function partsOf(group: RValue, label: string): RValue[] {
  const parts: RValue[] = [];
  const rest = [group];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const sides = argumentsOf(next, ':') ?? argumentsOf(next, '(');
    if (sides && sides.length > 0) rest.push(...sides.reverse());
    else if (next.type === 'symbol') parts.push(next);
    else
      throw new ModelError(`${label}'s groups`, deparse(group).slice(0, 100), 'variables, a:b or a/b: make a column of what is computed');
    if (parts.length > MAX_PARTS) throw new ModelError(`${label}'s groups`, 'too many variables', `at most ${MAX_PARTS}`);
  }
  return parts;
}

function isOffset(effects: RValue): boolean {
  return calledIn(effects).includes('offset');
}

/** The key of each group, by the rows of training that have it. */
function keysOf({ levels, codes }: GroupEffects, parts: ReturnType<ModelFrame['groups']>[], label: string): number[] {
  const sizes = parts.map(({ labels }) => labels.length);
  if (sizes.reduce((product, size) => product * size, 1) > Number.MAX_SAFE_INTEGER)
    throw new ModelError(label, `${sizes.join(' x ')} combinations`, 'fewer than 2^53');
  const keys: number[] = new Array(levels.length).fill(Number.NaN);
  for (let row = 0; row < codes.length; row += 1) {
    const level = codes[row]! - 1;
    const places = parts.map((part) => part.codes[row]!);
    const key = keyOf(places, sizes);
    if (Number.isNaN(key) || !(level >= 0 && level < keys.length)) throw new ModelError(label, 'a row without a group', 'one for each row');
    if (!Number.isNaN(keys[level]!) && keys[level] !== key)
      throw new ModelError(label, `two combinations called ${JSON.stringify(levels[level])}`, 'labels without a colon');
    keys[level] = key;
  }
  const none = keys.findIndex(Number.isNaN);
  if (none >= 0) throw new ModelError(label, `no row of the group ${JSON.stringify(levels[none])}`, 'the training rows in its frame');
  return keys;
}
