/**
 * The names of the pairs of classes, "a/b" with the class that comes first in front, as e1071's decision values have them; undefined
 * where two would be the same.
 */
export function pairNames(classes: readonly string[]): string[] | undefined {
  const names = classes.flatMap((one, at) => classes.slice(at + 1).map((other) => `${one}/${other}`));
  return new Set(names).size === names.length ? names : undefined;
}
