import type { RValue } from '../rds/values.ts';

/** The names of the variables in an expression, without those of its functions (R's all.vars). */
export function variablesOf(value: RValue): string[] {
  const names = new Set<string>();
  const rest = [value];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.type === 'symbol') names.add(next.name);
    else if (next.type === 'language') for (const part of next.values.slice(1)) rest.push(part);
  }
  return [...names];
}

/** The names of the functions that an expression calls by their names alone, not as stats::poly. */
export function calledIn(value: RValue): string[] {
  const names = new Set<string>();
  const rest = [value];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.type !== 'language') continue;
    const [head, ...parts] = next.values;
    if (head?.type === 'symbol') names.add(head.name);
    for (const part of parts) rest.push(part);
  }
  return [...names];
}
