import { compile, type Evaluate } from '../../expressions/expressions.ts';
import { libraryOf } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { inverseLink, predictLinear } from '../linear/predict.ts';
import { type GroupTerm, keyOf, type Mixed } from './mixed.ts';

/** A term ready to be computed: where its effects start, and for each key the place of the group. */
type Ready = { term: GroupTerm; parts: Evaluate[]; columns: Evaluate[][]; first: number; places: Map<number, number> };
const READY = new WeakMap<Mixed, Ready[]>();

/**
 * A mixed model's answers, row by row (lme4, predict.merMod of one row): the fixed effects with their offset, then the sum of the random
 * effects, added up term by term in the formula's order. `random: false` leaves them out (R's re.form = NA); a new group has no answer
 * (NaN), or adds nothing where `allowNewLevels` says so.
 */
export function predictMixed(schema: Schema, mixed: Mixed, rows: Float64Array, parameters: Parameters): Float64Array {
  const width = schema.features.length;
  const out = predictLinear(schema, mixed.fixed, rows, { type: 'link' });
  const inverse = inverseLink(mixed.fixed, libraryOf(schema.libm));
  const terms = parameters.random === false ? [] : readyTerms(schema, mixed);
  for (let row = 0; row < out.length; row += 1) {
    const at = row * width;
    let sum = 0;
    for (const { term, parts, columns, first, places } of terms) {
      const group = groupOf(term, parts, places, rows, at);
      if (group === undefined) {
        if (parameters.allowNewLevels !== true) sum = Number.NaN;
        continue;
      }
      const start = first + group * columns.length;
      for (const [column, factors] of columns.entries()) {
        let value = 1;
        for (const factor of factors) value *= factor(rows, at);
        sum += mixed.effects[start + column]! * value;
      }
    }
    const eta = terms.length > 0 ? out[row]! + sum : out[row]!;
    out[row] = parameters.type === 'link' ? eta : inverse(eta);
  }
  return out;
}

/** Why a row of inputs has no answer where its group is new; undefined where that is not why. */
export function newGroupOf(schema: Schema, mixed: Mixed, row: Float64Array, { random, allowNewLevels }: Parameters): string | undefined {
  if (random === false || allowNewLevels) return undefined;
  const found = readyTerms(schema, mixed).find(({ term, parts, places }) => groupOf(term, parts, places, row, 0) === undefined);
  if (!found) return undefined;
  const help = '{"allowNewLevels": true} counts its effects as 0, {"random": false} leaves out those of all groups';
  return `its group by ${found.term.name} was not in training; of the parameters, ${help}`;
}

/** The place of a row's group among a term's, from 0. */
function groupOf({ sizes }: GroupTerm, parts: Evaluate[], places: Map<number, number>, rows: Float64Array, at: number): number | undefined {
  if (parts.length === 1) return places.get(keyOf([parts[0]!(rows, at)], sizes));
  const key = keyOf(
    parts.map((part) => part(rows, at)),
    sizes,
  );
  return places.get(key);
}

function readyTerms(schema: Schema, mixed: Mixed): Ready[] {
  const known = READY.get(mixed);
  if (known) return known;
  let [first, firstKey] = [0, 0];
  const made = mixed.terms.map((term): Ready => {
    const keys = mixed.keys.subarray(firstKey, firstKey + term.groups);
    const ready: Ready = {
      ...{ term, first, places: new Map(Array.from(keys, (key, group) => [key, group])) },
      parts: term.parts.map((part) => compile(part, schema)),
      columns: term.columns.map((factors) => factors.map((factor) => compile(factor, schema))),
    };
    first += term.groups * term.columns.length;
    firstKey += term.groups;
    return ready;
  });
  READY.set(mixed, made);
  return made;
}
