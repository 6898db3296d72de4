import { ModelError } from '../../../shared/errors.ts';
import { numberText } from '../../../shared/math/significant.ts';
import type { Level } from '../../../shared/schema/features.ts';
import { keyOf } from '../../formula/expand.ts';
import { readTerms, type Variable } from '../../formula/terms.ts';
import { attributesOf, element, levelsOf, numbersOf, type RValue } from '../../rds/values.ts';

/** A variable's value in each training row as a place among labels, from 1. */
export type Coded = { labels: Level[]; codes: ArrayLike<number> };

/** The data frame of training that a merMod keeps, with its terms: the columns of the formula's variables. */
export class ModelFrame {
  readonly frame: RValue;
  readonly #label: string;
  readonly #terms: RValue | undefined;
  readonly #names = new Map<string, { name: string; kind: string }>();
  readonly environment: RValue | undefined;

  constructor(frame: RValue | undefined, label: string) {
    if (frame?.type !== 'list') throw new ModelError(`${label}'s frame`, 'no data frame', 'the one of training');
    this.frame = frame;
    this.#label = label;
    this.#terms = attributesOf(frame).get('terms');
    const { variables, environment } = readTerms(this.#terms, `${label}'s terms`);
    for (const { name, kind, source } of variables) this.#names.set(keyOf(source), { name, kind });
    this.environment = environment;
  }

  /** The variables of one part of the formula; `part` is the attribute that has what makes them of new data, behind the response. */
  variables(sources: readonly RValue[], part: 'predvars.fixed' | 'predvars.random'): Variable[] {
    const made = this.#terms && attributesOf(this.#terms).get(part);
    const values = made?.type === 'language' ? made.values.slice(2) : [];
    if (values.length !== sources.length)
      throw new ModelError(`${this.#label}'s ${part}`, `${values.length} variables`, `${sources.length}, as in its formula`);
    return sources.map((source, at): Variable => {
      const known = this.#names.get(keyOf(source));
      if (!known) throw new ModelError(`${this.#label}'s frame`, 'no column for a variable of the formula', 'one for each');
      return { ...known, source, value: values[at] as RValue };
    });
  }

  /** The levels of a factor, which texts are in the frame too; undefined for anything else. */
  levels({ name, kind }: Variable): Level[] | undefined {
    if (kind !== 'factor' && kind !== 'ordered' && kind !== 'character') return undefined;
    return levelsOf(attributesOf(this.column(name)).get('levels'), `${this.#label}'s levels of ${name}`);
  }

  column(name: string): RValue {
    const column = element(this.frame, name);
    if (column) return column;
    throw new ModelError(`${this.#label}'s frame`, `no column ${name}`, 'one for each variable');
  }

  /** A variable that makes groups, as a factor of what training had (lme4, makeFac). */
  groups(variable: Variable): Coded {
    const label = `${this.#label}'s groups by ${variable.name}`;
    const values = numbersOf(this.column(variable.name), label);
    if (values.some(Number.isNaN)) throw new ModelError(label, 'NA', 'a group for each row');
    const levels = this.levels(variable);
    if (levels) return { labels: levels, codes: values };
    if (variable.kind === 'logical') return { labels: ['FALSE', 'TRUE'], codes: Array.from<number, number>(values, (value) => value + 1) };
    if (variable.kind !== 'numeric') throw new ModelError(label, `the class ${variable.kind}`, 'a factor, texts, numbers or a logical');
    const labels = [...new Set(values)].sort((a, b) => a - b).map(numberText);
    const places = new Map([...new Set(labels)].map((text, at) => [text, at + 1]));
    return { labels: [...places.keys()], codes: Array.from<number, number>(values, (value) => places.get(numberText(value))!) };
  }

  /** The contrasts of factors that carry some, by their names. */
  contrasts(variables: readonly Variable[]): RValue {
    const found = variables.flatMap(({ name }): [string, RValue][] => {
      const own = attributesOf(element(this.frame, name) ?? { type: 'null' }).get('contrasts');
      return own ? [[name, own]] : [];
    });
    const names: RValue = { type: 'character', values: found.map(([name]) => name) };
    return { type: 'list', values: found.map(([, value]) => value), attributes: new Map([['names', names]]) };
  }

  /** A group variable's value in the first training row, which has a group. */
  first(name: string): number | string | boolean | undefined {
    const column = element(this.frame, name);
    const value = column && 'values' in column && column.type !== 'list' ? column.values[0] : undefined;
    if (typeof value !== 'number' || !column) return undefined;
    if (column.type === 'logical') return value === 1;
    const levels = attributesOf(column).get('levels');
    const level = levels?.type === 'character' ? levels.values[value - 1] : value;
    return level ?? undefined;
  }
}
