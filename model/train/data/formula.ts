import { ModelError } from '../../../shared/errors.ts';

/**
 * A model formula: the target as it is, as a factor, or as a time with its status (survival), and the features in R's order
 * (terms.formula): those named, in the order they are named in, `.` standing for all columns that are not in the target.
 */
export type Formula = { target: Target; features: string[]; text: string };
export type Target = { type: 'plain' | 'factor'; name: string } | { type: 'survival'; time: string; status: string };

const NAME = '(?:`[^`]+`|(?:\\p{L}|\\.(?!\\d))[\\p{L}\\p{N}._]*)';

/** Reads `y ~ .`, `y ~ a + b`, `y ~ . - c`, `factor(y) ~ ...` and `Surv(time, status) ~ ...`. `columns` are the table's. Throws a ModelError. */
export function readFormula(text: string, columns: string[]): Formula {
  const sides = text.split('~');
  const label = `the formula ${JSON.stringify(text)}`;
  if (sides.length !== 2) throw new ModelError(label, `${sides.length - 1} times ~`, 'y ~ a + b, y ~ . or y ~ . - c');
  const [left, right] = sides.map((side) => side.trim()) as [string, string];
  const target = readTarget(left, label);
  const targets = target.type === 'survival' ? [target.time, target.status] : [target.name];
  const known = new Set(columns);
  for (const name of targets) expectColumn(name, known, label);
  const features = new Set<string>();
  const terms = [...right.matchAll(new RegExp(`\\s*(?:([+-])\\s*)?(${NAME}|\\.|[01])(?=\\s*(?:[+-]|$))`, 'guy'))];
  const read = terms.reduce((length, [term]) => length + term.length, 0);
  const isSigned = terms.every(([, sign], at) => at === 0 || sign !== undefined);
  if (terms.length === 0 || read !== right.length || !isSigned) {
    throw new ModelError(
      label,
      `the right side ${JSON.stringify(right)}`,
      'columns with + and -, or . for all; no interactions and no functions',
    );
  }
  for (const [, sign, term = ''] of terms) {
    const names = term === '.' ? columns.filter((name) => !targets.includes(name)) : /^[01]$/.test(term) ? [] : [bare(term)];
    if (term !== '.') for (const name of names) expectColumn(name, known, label);
    for (const name of names) {
      if (sign === '-') features.delete(name);
      // R drops the target from the features.
      else if (!targets.includes(name)) features.add(name);
    }
  }
  if (features.size === 0) throw new ModelError(label, 'no feature on its right side', 'at least one');
  return { target, features: [...features], text: `${left} ~ ${right}` };
}

function readTarget(text: string, label: string): Target {
  const plain = new RegExp(`^(${NAME})$`, 'u').exec(text);
  if (plain) return { type: 'plain', name: bare(plain[1] as string) };
  const factor = new RegExp(`^(?:as\\.)?factor\\(\\s*(${NAME})\\s*\\)$`, 'u').exec(text);
  if (factor) return { type: 'factor', name: bare(factor[1] as string) };
  const survival = new RegExp(`^(?:survival::)?Surv\\(\\s*(${NAME})\\s*,\\s*(${NAME})\\s*\\)$`, 'u').exec(text);
  if (survival) return { type: 'survival', time: bare(survival[1] as string), status: bare(survival[2] as string) };
  throw new ModelError(label, `the target ${JSON.stringify(text)}`, 'a column, factor(column) or Surv(time, status)');
}

function bare(name: string): string {
  return name.startsWith('`') ? name.slice(1, -1) : name;
}

function expectColumn(name: string, columns: ReadonlySet<string>, label: string): void {
  if (columns.has(name)) return;
  const shown = [...columns].slice(0, 20).join(', ');
  throw new ModelError(
    label,
    `the column "${name}"`,
    `one of the data's: ${shown}${columns.size > 20 ? ` and ${columns.size - 20} more` : ''}`,
  );
}
