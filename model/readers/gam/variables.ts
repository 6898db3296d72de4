import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { Level } from '../../../shared/schema/features.ts';
import type { FormulaReader } from '../../formula/formula.ts';
import { readTerms, type Variable } from '../../formula/terms.ts';
import { attributesOf, element, levelsOf, type RValue } from '../../rds/values.ts';

const FACTORS = ['factor', 'ordered', 'character'];

/** The variables of a gam's formula with its smooths, by their names in R, as new data makes them: without what training remembered. */
export class SmoothVariables {
  readonly variables: Variable[];
  readonly levels = new Map<string, Level[]>();
  /** What the smooths ask by a place. */
  readonly expressions: Expression[] = [];
  readonly #label: string;
  readonly #places = new Map<string, number>();
  /** Factors by whether they are random effects alone. */
  readonly #effects = new Map<string, boolean>();
  #reader: FormulaReader | undefined;

  constructor(value: RValue, label: string) {
    this.#label = label;
    const { variables, offsets } = readTerms(element(value, 'terms'), `${label}'s terms`);
    const left = new Set(offsets);
    this.variables = variables.filter((_, at) => !left.has(at)).map((variable) => ({ ...variable, value: variable.source }));
    const [frame, summary] = ['model', 'var.summary'].map((part) => element(value, part));
    for (const { name, kind } of this.variables) {
      const column = (frame && element(frame, name)) ?? (summary && element(summary, name));
      const levels = FACTORS.includes(kind) && column ? attributesOf(column).get('levels') : undefined;
      if (levels) this.levels.set(name, levelsOf(levels, `${label}'s levels of ${name}`));
    }
  }

  /** What makes expressions, once the formula is read. */
  set reader(reader: FormulaReader) {
    this.#reader = reader;
  }

  #variable(name: string): Variable {
    const found = this.variables.find((one) => one.name === name);
    if (found) return found;
    throw new ModelError(`${this.#label}'s smooths`, `the variable ${name}`, 'one of its formula');
  }

  /** The levels of a factor; undefined for a number. */
  levelsOf(name: string): Level[] | undefined {
    const { kind } = this.#variable(name);
    const levels = this.levels.get(name);
    if (FACTORS.includes(kind) && !levels)
      throw new ModelError(`${this.#label}, variable ${name}`, 'a factor without levels', 'its levels');
    return levels;
  }

  /** A numeric variable's value. */
  number(name: string): Expression {
    const { kind, source } = this.#variable(name);
    if (kind === 'numeric' || kind === 'unknown') return this.#reader!.number(source);
    throw new ModelError(`${this.#label}, variable ${name} of a smooth`, `the class ${kind}`, 'a number');
  }

  /** Whether a feature is a factor of random effects alone, in which a level that was not there counts 0. */
  isEffect(name: string): boolean {
    return this.#effects.get(name) === true && this.#variable(name).source.type === 'symbol';
  }

  /** A factor's place among its levels. */
  category(name: string, isEffect = false): Expression {
    this.#effects.set(name, isEffect && this.#effects.get(name) !== false);
    return this.#reader!.category({ ...this.#variable(name), kind: 'factor' }, this.levelsOf(name));
  }

  /** The place of a numeric variable among what smooths are of. */
  place(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    this.#places.set(name, this.expressions.length);
    this.expressions.push(this.number(name));
    return this.expressions.length - 1;
  }
}
