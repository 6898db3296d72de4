import { ModelError } from '../../errors.ts';
import { LINKS } from '../../expressions/links.ts';
import type { Schema } from '../../schema/features.ts';
import { type Path, scaled } from './path.ts';
import { type Chosen, type Penalized, type Response, weighedInputs } from './penalized.ts';

const RESPONSES: readonly string[] = ['identity', 'logistic', 'exp', 'shares', 'link'] satisfies Response['by'][];
const NAMES: readonly string[] = ['lambda.min', 'lambda.1se', 'gamma.min', 'gamma.1se'] satisfies (keyof Chosen)[];

/** Checks penalized coefficients from a file against their invariants, so that no prediction needs a check. Throws a ModelError. */
export function checkPenalized(schema: Schema, penalized: Penalized, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(label, found, expected);
  const { lambda, groups, path, relaxed, hasOffset } = penalized;
  if (!Number.isInteger(groups) || groups < 1) throw fail(`${groups} groups`, 'a whole number above 0');
  if (typeof hasOffset !== 'boolean') throw fail(`hasOffset ${hasOffset}`, 'true or false');
  checkLambda(lambda, label);
  const inputs = weighedInputs(penalized, schema.features.length);
  if (inputs < 1) throw fail(`${schema.features.length} inputs`, `at least one beside the ${groups} offsets`);
  checkPath(path, { columns: groups * lambda.length, inputs }, `${label}'s path`);
  if (relaxed) checkPath(relaxed, { columns: groups * lambda.length, inputs }, `${label}'s relaxed path`);
  checkResponse(schema, penalized, label);
  checkChosen(schema, penalized, label);
}

function checkLambda(lambda: Float64Array, label: string): void {
  const isNumber = (value: number) => Number.isFinite(value) && value >= 0;
  if (lambda.length === 0 || !lambda.every(isNumber)) throw new ModelError(`${label}'s lambda`, 'other numbers', 'finite ones from 0 on');
  const shares = lambda.length > 1 ? scaled(lambda) : lambda;
  const wrong = lambda.length > 1 ? shares.findIndex((share, at) => at > 0 && !(share > shares[at - 1]!)) : -1;
  if (wrong >= 0) throw new ModelError(`${label}'s lambda`, `${lambda[wrong]} after ${lambda[wrong - 1]}`, 'penalties in order, each once');
}

function checkPath(
  { intercepts, starts, rows, values }: Path,
  { columns, inputs }: { columns: number; inputs: number },
  label: string,
): void {
  const fail = (found: string, expected: string) => new ModelError(label, found, expected);
  if (intercepts.length !== columns || !intercepts.every(Number.isFinite))
    throw fail(`${intercepts.length} intercepts`, `${columns} finite numbers`);
  if (values.length !== rows.length || !values.every(Number.isFinite))
    throw fail(`${values.length} coefficients`, `${rows.length} finite numbers`);
  const isAscending = starts.every((start, at) => (at === 0 ? start === 0 : start >= starts[at - 1]!));
  if (starts.length !== columns + 1 || !isAscending || starts[columns] !== rows.length)
    throw fail('other starts of columns', `${columns + 1}, from 0 to ${rows.length}`);
  for (let column = 0; column < columns; column += 1) {
    for (let entry = starts[column]!; entry < starts[column + 1]!; entry += 1) {
      const isAfter = entry === starts[column] || rows[entry]! > rows[entry - 1]!;
      if (!isAfter || rows[entry]! >= inputs) throw fail(`input ${rows[entry]} in column ${column}`, `inputs below ${inputs}, ascending`);
    }
  }
}

function checkResponse({ kind, classes = [], margins = 1 }: Schema, { response, groups }: Penalized, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(`${label}'s response`, found, expected);
  const { by } = response ?? {};
  if (!RESPONSES.includes(by)) throw fail(String(by), RESPONSES.join(', '));
  if (response.by === 'link') {
    const { link, lambda } = response;
    const isPower = link === 'power' && typeof lambda === 'number' && lambda > 0;
    if (!isPower && !(typeof link === 'string' && Object.hasOwn(LINKS, link)))
      throw fail(`the link ${link}`, Object.keys(LINKS).join(', '));
  }
  if (by === 'shares' ? groups < 2 : by !== 'identity' && groups > 1) throw fail(`${by} of ${groups} groups`, 'one that fits them');
  if (margins !== groups) throw fail(`${margins} margins`, `${groups}`);
  if (kind === 'regression' && by !== 'shares') return;
  const isShare = (by === 'logistic' && classes.length === 2) || (by === 'shares' && classes.length === groups);
  if (kind !== 'probability' || !isShare) throw fail(`${by} of ${classes.length} classes, ${kind}`, 'a response that fits the kind');
}

function checkChosen({ chosen: names = [] }: Schema, { chosen, s, gamma, relaxed }: Penalized, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(`${label}'s penalties`, found, expected);
  if (typeof chosen !== 'object' || chosen === null || Array.isArray(chosen)) throw fail('another form', 'numbers by name');
  for (const [name, value] of Object.entries(chosen)) {
    const most = name.startsWith('gamma') ? 1 : Number.MAX_VALUE;
    if (!NAMES.includes(name) || !(typeof value === 'number' && value >= 0 && value <= most))
      throw fail(`${name} ${value}`, `numbers under ${NAMES.join(', ')}`);
  }
  if ([...names].sort().join() !== Object.keys(chosen).sort().join()) throw fail(`the names ${names.join(', ')}`, 'those of its numbers');
  const isGood = (value: unknown, prefix: string, most: number) =>
    typeof value === 'number'
      ? value >= 0 && value <= most
      : typeof value === 'string' && value.startsWith(prefix) && Object.hasOwn(chosen, value);
  if (!isGood(s, 'lambda', Number.MAX_VALUE)) throw fail(`s ${s}`, 'a number from 0 on, or the name of one');
  if (!isGood(gamma, 'gamma', 1)) throw fail(`gamma ${gamma}`, 'a number from 0 to 1, or the name of one');
  if (!relaxed && gamma !== 1) throw fail(`gamma ${gamma} without a relaxed path`, '1');
}
