import type { Expression } from '../../shared/expressions/expressions.ts';

/** An expression whose features are other expressions: `valueAt` gives the one for a place. */
export function remap(expression: Expression, valueAt: (place: number) => Expression): Expression {
  const inside = (part: Expression) => remap(part, valueAt);
  if (typeof expression === 'number') return expression;
  if ('feature' in expression) return valueAt(expression.feature);
  if ('call' in expression) return { ...expression, of: expression.of.map(inside) };
  if ('poly' in expression) return { ...expression, poly: inside(expression.poly) };
  if ('number' in expression) return { ...expression, number: inside(expression.number) };
  if ('interval' in expression) return { ...expression, interval: inside(expression.interval) };
  if ('table' in expression) return { ...expression, table: inside(expression.table) };
  if ('pick' in expression) return { ...expression, pick: inside(expression.pick) };
  if ('is' in expression) return { ...expression, is: inside(expression.is) };
  const place = valueAt(expression.label);
  if (typeof place === 'object' && 'feature' in place) return { ...expression, label: place.feature };
  throw new TypeError('a label of a computed column');
}
