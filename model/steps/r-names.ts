/** recipes' names0(): numbers from 1 to `count`, as wide as the last one, behind a prefix. */
export function numberedNames(count: number, prefix: string): string[] {
  const width = String(count).length;
  return Array.from({ length: count }, (_, at) => `${prefix}${String(at + 1).padStart(width, '0')}`);
}
