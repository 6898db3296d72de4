import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import type { Level } from '../../shared/schema/features.ts';
import { COLUMNS, MAX_COLUMNS } from '../../shared/steps/columns.ts';
import { type BoundStep, type Step, type StepKind, stepOf } from '../../shared/steps/kind.ts';
import { PartsLeft } from '../formula/parts-left.ts';

/** A column with levels: its values are the places of these, from 1. A text may also be one place beyond: one that training did not have. */
export type LevelColumn = { name: string; kind: 'factor' | 'ordered' | 'text'; levels: Level[] };
/** A column of a data frame while it goes through a recipe, with its class in R. `isLocal`: times of the zone that R ran in, which no file tells. */
export type FrameColumn =
  | { name: string; kind: 'number' | 'integer' | 'logical' | 'date' }
  | { name: string; kind: 'datetime'; timeZone?: string; isLocal?: true }
  | LevelColumn;
/** A column that a step makes of the columns that come in. */
export type NewColumn = FrameColumn & { value: Expression };

/** A column of the next frame: one of this frame as it stands, or a value. */
export type Arranged = { column: FrameColumn } & ({ place: number } | { value: Expression });

/** What a step does to a frame: new values under old names, columns behind the last one, and columns that go. */
export type Change = { set?: NewColumn[]; add?: NewColumn[]; drop?: Iterable<string> };

/** The value of a column that is missing in each row: JSON has no NaN. */
export const MISSING_VALUE: Expression = { call: '/', of: [0, 0] };

/** Most levels of all looks at columns of levels: a file has them once, however many steps make others of them. */
const MAX_LOOKS = 2 ** 24;

/** Most products of columns that all of step_interact() make: with what a model of so many columns takes, some 400 MB. */
export const MOST_PRODUCTS = 2 ** 16;

/** Most products that the inverses of all step_classdist() take, some two seconds; and most numbers of these, an artifact of 100 MB. */
export const MOST_OF_DISTANCES = { products: 2_200_000_000, numbers: 2 ** 22 };

/** Most columns before all steps together: checkSteps() of shared/steps/pipeline.ts, which exports functions alone, has the same. */
const MOST_STEP_COLUMNS = 2_000_000;

/** What only training rows can prove of the step at `label`: what was found, and, beside these rows, what helps. `mayLack`: rows without a number here prove it, too. */
export type Unproved = { label: string; found: string; help: string; mayLack: boolean };

/** A function that a user wrote for a step. */
const A_FUNCTION = { found: 'a function, whose code is not read', help: '', mayLack: false };

/** A data frame's columns as far as a recipe is read, and the steps that make them. */
export class Frame {
  readonly steps: BoundStep[] = [];
  readonly #label: string;
  #columns: readonly FrameColumn[] = [];
  #places = new Map<string, number>();
  #names: ReadonlySet<string> | undefined;
  #unproved: Unproved | undefined;
  readonly #raw: ReadonlySet<FrameColumn>;
  /** The names of the raw columns that a step has read. */
  readonly asked: Set<string> = new Set();

  #levelsLeft = MAX_LOOKS;
  #columnsLeft = MOST_STEP_COLUMNS;
  /** The parts that calls may still have. */
  readonly parts = new PartsLeft();
  /** The products that step_interact() may still make. */
  productsLeft = MOST_PRODUCTS;
  /** The numbers that matrices of step_classdist() may still have, and the products that their inverses may still take. */
  readonly distancesLeft = { ...MOST_OF_DISTANCES };

  /** `label` names the pipeline in errors. */
  constructor(columns: readonly FrameColumn[], label: string) {
    this.#label = label;
    this.#raw = new Set(columns);
    this.#take(columns);
  }

  /** What only training rows can prove, where there is something. */
  get unproved(): Unproved | undefined {
    return this.#unproved;
  }

  /** Says that a step is read on a guess, by default that a function does what it does by default: the first such step is told. */
  needsProof(label: string, about: Omit<Unproved, 'label'> = A_FUNCTION): void {
    this.#unproved ??= { label, ...about };
  }

  /** The columns that a step named as recipes does, where another function for names, or other contrasts, may have named them. */
  readonly guessedNames: Set<string> = new Set();

  get columns(): readonly FrameColumn[] {
    return this.#columns;
  }

  /** The names of the columns. */
  get names(): ReadonlySet<string> {
    this.#names ??= new Set(this.#places.keys());
    return this.#names;
  }

  has(name: string): boolean {
    return this.#places.has(name);
  }

  /** The place of a column. Throws where there is none. */
  place(name: string, label: string): number {
    const place = this.#places.get(name);
    if (place === undefined) throw new ModelError(label, `the column "${name}"`, this.#shown());
    if (this.#raw.has(this.#columns[place] as FrameColumn)) this.asked.add(name);
    return place;
  }

  /** A column by its name. Throws where there is none. */
  column(name: string, label: string): FrameColumn {
    return this.#columns[this.place(name, label)] as FrameColumn;
  }

  /** The value of a column as it comes in. */
  value(name: string, label: string): Expression {
    return { feature: this.place(name, label) };
  }

  /** A column of levels by its name. Throws where it is another one. */
  levels(name: string, label: string): LevelColumn {
    const column = this.column(name, label);
    if ('levels' in column) {
      this.#levelsLeft -= column.levels.length;
      if (this.#levelsLeft < 0) throw new ModelError(`${label}, column ${name}`, 'too many levels of all steps', `at most ${MAX_LOOKS}`);
      return column;
    }
    throw new ModelError(`${label}, column ${name}`, `a column of class ${column.kind}`, 'a factor or texts');
  }

  /** A column of numbers by its name: its value. Throws where it is another one. */
  number(name: string, label: string): Expression {
    const column = this.column(name, label);
    if (!('levels' in column)) return this.value(name, label);
    throw new ModelError(`${label}, column ${name}`, `a column of class ${column.kind}`, 'numbers');
  }

  /** A step of columns, one by one. `of` is R's name of it. */
  change(of: string, { set = [], add = [], drop = [] }: Change): void {
    const made = new Map(set.map((column) => [column.name, column]));
    const gone = new Set(drop);
    const kept = this.#columns.flatMap((column, place): Arranged[] => {
      if (gone.has(column.name)) return [];
      const entry = made.get(column.name);
      return [entry ? arranged(entry) : { column, place }];
    });
    this.arrange(of, [...kept, ...add.map(arranged)]);
  }

  /** A step whose columns are these, in this order. */
  arrange(of: string, all: Arranged[]): void {
    if (all.length === 0) throw new ModelError(`${this.#label}, ${of}`, 'no columns left', 'at least one');
    const arranged = all.map((one) => this.#itself(one));
    const isSame = all.length === this.#columns.length && arranged.every((one, at) => 'place' in one && one.place === at);
    const columns = arranged.map((one) => {
      const { name } = one.column;
      if ('place' in one && name === this.#columns[one.place]?.name) return one.place;
      const value = 'place' in one ? { feature: one.place } : one.value;
      return { name, value, ...('levels' in one.column ? { levels: one.column.levels } : {}) };
    });
    const next = all.map(({ column }) => column);
    // A step that was trained on no columns does nothing; a new class of a column is known here alone.
    if (isSame && columns.every((column) => typeof column === 'number')) this.#take(next);
    else this.push(COLUMNS, { step: 'columns', of, columns }, next);
  }

  /** Texts whose value is the column of their name are that column, so that texts that training did not have are still known. */
  #itself(one: Arranged): Arranged {
    if ('place' in one || typeof one.value !== 'object' || !('feature' in one.value)) return one;
    const before = this.#columns[one.value.feature];
    const isSame = before?.kind === 'text' && one.column.kind === 'text' && before.name === one.column.name;
    return isSame ? { column: one.column, place: one.value.feature } : one;
  }

  /** Another kind of step, which gives these columns. */
  push<S extends Step>(kind: StepKind<S>, step: S, columns: readonly FrameColumn[]): void {
    this.#columnsLeft -= this.#columns.length;
    if (this.#columnsLeft < 0) throw new ModelError(this.#label, 'too many columns of all steps', `at most ${MOST_STEP_COLUMNS}`);
    this.steps.push(stepOf(kind, step));
    this.#take(columns);
  }

  #take(columns: readonly FrameColumn[]): void {
    if (columns.length > MAX_COLUMNS) throw new ModelError(this.#label, `${columns.length} columns`, `at most ${MAX_COLUMNS}`);
    this.#columns = columns;
    this.#names = undefined;
    this.#places = new Map(columns.map(({ name }, place) => [name, place]));
    if (this.#places.size === columns.length) return;
    const twice = columns.find(({ name }, place) => this.#places.get(name) !== place);
    throw new ModelError(this.#label, `the column "${twice?.name}" twice`, 'each once');
  }

  #shown(): string {
    const names = this.#columns.map(({ name }) => name);
    return `one of ${names.slice(0, 20).join(', ')}${names.length > 20 ? ` and ${names.length - 20} more` : ''}`;
  }
}

function arranged({ value, ...column }: NewColumn): Arranged {
  return { column, value };
}

/** A finite number. Throws a ModelError for any other. */
export function finiteNumber(value: number | undefined, label: string): number {
  if (value === undefined || !Number.isFinite(value)) throw new ModelError(label, String(value), 'a finite number');
  return value;
}
