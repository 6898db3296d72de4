import { ModelError } from '../../shared/errors.ts';
import type { Feature, Level } from '../../shared/schema/features.ts';
import { type RValue, readText } from '../rds/values.ts';
import { type Call, functionName, numberOf } from './constants.ts';
import type { Variable } from './terms.ts';

/** Functions that make a factor of what they are given, without changing its labels. */
export const FACTORS = ['addNA', 'factor', 'as.factor', 'ordered', 'as.ordered', 'relevel', 'droplevels', 'C', 'as.character', '(', 'I'];
/**
 * Features that a formula reads as numbers, and those that it reads by as.numeric(), which gives a factor's codes; and which of pi, T and F
 * were taken for R's own though the data, whose columns the file does not have, may have one of that name.
 */
export type Read = { numbers: string[]; codes: string[]; assumed?: string[] };

/** The features that a formula's variables are made of, in the order in which it names them. */
export class FeatureTable {
  readonly features: Feature[] = [];
  readonly #label: string;
  readonly #places = new Map<string, number>();
  /** Features whose class in R is known: they stand alone in the formula. */
  readonly #bare = new Set<string>();

  /** Features that the formula reads as numbers, or by as.numeric(), which of a factor are codes. */
  readonly #read = { number: new Set<string>(), code: new Set<string>() };

  /** `variables` are those of the whole formula; `levels` the levels of its factors by variable. */
  constructor(variables: Variable[], levels: Map<string, Level[]>, label: string) {
    this.#label = label;
    for (const { name, value, kind } of variables) {
      if (value.type === 'symbol') this.#declare(value.name, kind, levels.get(name));
      else this.#declareLabels(value, kind, levels.get(name));
    }
  }

  get names(): Set<string> {
    return new Set(this.#places.keys());
  }

  has(name: string): boolean {
    return this.#places.has(name);
  }

  isBare(name: string): boolean {
    return this.#bare.has(name);
  }

  /** Notes that the formula reads a feature as a number, or by as.numeric(). */
  reads(name: string, as: 'number' | 'code'): void {
    this.#read[as].add(name);
  }

  /** What no sidecar makes a factor: the features that are read as numbers, and those by as.numeric(). */
  get read(): Read {
    return { numbers: [...this.#read.number], codes: [...this.#read.code] };
  }

  featureOf(name: string): Feature | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : this.features[place];
  }

  /** A feature's place; a name that is new becomes a feature, a number. */
  place(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    // Nothing is known of its values; 1 is where most functions have one of theirs, as log(0) has not.
    this.add({ name, type: 'number', default: 1 });
    return this.features.length - 1;
  }

  add(feature: Feature): void {
    readText(feature.name, `${this.#label}, a variable`);
    this.#places.set(feature.name, this.features.length);
    this.features.push(feature);
  }

  /** A variable that stands alone, of the class that R noted. */
  #declare(name: string, kind: string, levels: Level[] | undefined): void {
    this.#bare.add(name);
    const known = this.featureOf(name);
    const feature: Feature = levels ? { name, type: 'factor', levels } : { name, type: kind === 'logical' ? 'logical' : 'number' };
    if (!known) this.add(feature);
    else this.features[this.#places.get(name) as number] = feature;
    // as.numeric() of a text is the number it spells, not a code.
    if (kind === 'character') this.#bare.delete(name);
    if (levels === undefined && !['numeric', 'logical', 'other', 'unknown'].includes(kind)) {
      throw new ModelError(
        `${this.#label}, variable ${name}`,
        kind === 'factor' || kind === 'ordered' ? 'no levels' : `the class ${kind}`,
        'a number, a logical, or a factor with its levels',
      );
    }
  }

  /** factor(x) and the like: where the levels are no numbers, x is a factor or a text of those labels. */
  #declareLabels(value: RValue, kind: string, levels: Level[] | undefined): void {
    if (!levels || !['factor', 'ordered', 'character'].includes(kind)) return;
    let inner: RValue | undefined = value;
    while (inner?.type === 'language') {
      const name = functionName(inner.values[0]);
      if (name === undefined || !FACTORS.includes(name) || hasLabels(name, inner)) return;
      inner = inner.values[1];
    }
    if (inner?.type !== 'symbol' || this.#places.has(inner.name)) return;
    const { name } = inner;
    const values = levels.map(numberOf);
    if (values.every(Number.isFinite)) {
      this.add({
        name,
        type: 'number',
        range: [values.reduce((least, value) => Math.min(least, value)), values.reduce((most, value) => Math.max(most, value))],
        default: values[0]!,
      });
    } else if (levels.every((level) => level === 'TRUE' || level === 'FALSE')) this.add({ name, type: 'logical' });
    else this.add({ name, type: 'factor', levels });
  }
}

/** Whether a call gives its factor other labels: the third argument of factor() and ordered(). Of C() it is how many contrasts there are. */
function hasLabels(name: string, { values, tags }: Call): boolean {
  if (tags.includes('labels')) return true;
  const others = tags.filter((tag) => tag === 'ordered' || tag === 'exclude').length;
  return name !== 'C' && values.length - others > 3;
}
