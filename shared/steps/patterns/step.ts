import { ModelError } from '../../errors.ts';
import type { StepKind, TextReader } from '../kind.ts';
import { compilePattern, type StepsLeft } from './match.ts';
import type { PatternOptions } from './parse.ts';

/**
 * A column that says whether a text has a match (regex), how many (count), or how many for each of its characters (share). `texts` has the
 * answer for each of the column's levels, null where a level has none. A text that training did not have is asked for its number where it
 * is read: `unknown` is the feature, and behind the place of a new text stands 1 + the sum of its numbers, each times its `factor`.
 */
export type PatternStep = {
  step: 'patterns';
  of: string;
  name: string;
  column: number;
  make: 'regex' | 'count' | 'share';
  pattern: string;
  options: PatternOptions;
  texts: (number | null)[];
  missing: number | null;
  unknown?: { feature: number; factor: number };
};

/** A text of so many characters has no number; the same bounds its matches. */
export const MAX_TEXT = 4096;
/** How many numbers a text may have by each way: as many values of one as it may have have room in a place behind the levels. */
export const SIZES: Record<PatternStep['make'], number> = { regex: 2, count: MAX_TEXT, share: MAX_TEXT * MAX_TEXT };
/** Most numbers of one text together. */
export const MAX_SIZE = 2 ** 50;

/** A text's whole number by a step: how many matches, and of a share its characters, too. Undefined where R's answer is not known. */
export function numberOfText(
  { make, pattern, options }: PatternMade,
  label: string,
): (text: string, steps?: StepsLeft) => number | undefined {
  const { isIn, count } = compilePattern(pattern, options, make !== 'regex', label);
  return (text, steps) => {
    // Characters are at most as many as units of UTF-16, and at least half of them.
    const length = text.length < MAX_TEXT ? Array.from(text).length : MAX_TEXT;
    if (length >= MAX_TEXT) return undefined;
    const found = make === 'regex' ? isIn(text, steps) : count(text, steps);
    if (found === undefined) return undefined;
    return make === 'share' ? Number(found) + MAX_TEXT * length : Number(found);
  };
}
type PatternMade = Pick<PatternStep, 'make' | 'pattern' | 'options'>;

/** The column's value by a text's whole number. */
export function valueOfNumber(make: PatternStep['make'], number: number): number {
  return make === 'share' ? (number % MAX_TEXT) / Math.floor(number / MAX_TEXT) : number;
}

/** step_regex() and step_count(). */
export const PATTERNS: StepKind<PatternStep> = {
  step: 'patterns',
  check: (step, schema, label) => {
    const { name, column, make, pattern, options, texts, missing, unknown } = step;
    const fail = (found: string, expected: string) => new ModelError(`${label}'s pattern`, found, expected);
    const feature = Number.isInteger(column) ? schema.features[column] : undefined;
    if (feature?.type !== 'factor' || typeof name !== 'string') throw fail('another column', 'a name, and a column with levels');
    const isNumber = (one: unknown) => one === null || typeof one === 'number';
    if (!Array.isArray(texts) || texts.length !== feature.levels.length || !texts.every(isNumber) || !isNumber(missing))
      throw fail('other values of its levels', `${feature.levels.length} numbers`);
    if (!Object.hasOwn(SIZES, make) || typeof pattern !== 'string' || typeof options !== 'object' || options === null)
      throw fail('another form', 'make, pattern and options');
    if (unknown === undefined) return;
    const { feature: place = -1, factor = 0 } = (unknown ?? {}) as Partial<typeof unknown>;
    const isFit = Number.isInteger(place) && place >= 0 && Number.isInteger(factor) && factor >= 1 && factor * SIZES[make] <= MAX_SIZE;
    if (!isFit) throw fail('another place of new texts', 'a feature, and a factor');
    numberOfText(step, label);
  },
  columns: ({ name, make }, schema) => [...schema.features, { name, type: 'number', computed: make !== undefined }],
  compile: (step, schema) => {
    const { column, make, texts, missing, unknown } = step;
    const width = schema.features.length;
    const values = texts.map((value) => value ?? Number.NaN);
    const factor = unknown?.factor ?? 1;
    return (rows, count, flags) => {
      const out = new Float64Array(count * (width + 1));
      for (let row = 0; row < count; row += 1) {
        out.set(rows.subarray(row * width, (row + 1) * width), row * (width + 1));
        const place = rows[row * width + column]!;
        const code = place - values.length - 2;
        let value = Number.isNaN(place) ? (missing ?? Number.NaN) : values[place - 1];
        if (value === undefined && unknown && code >= 0) value = valueOfNumber(make, Math.floor(code / factor) % SIZES[make]);
        if (value === undefined) flags[row] = 1;
        out[row * (width + 1) + width] = value ?? Number.NaN;
      }
      return out;
    };
  },
  source: (_, place) => place,
  uses: ({ column }, place, columns) => [place < columns ? place : column],
  reads: (step, label): TextReader | undefined => {
    const { unknown } = step;
    return unknown && { ...unknown, read: numberOfText(step, label) };
  },
};
