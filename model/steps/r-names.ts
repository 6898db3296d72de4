/** Words that R does not take for names. */
const RESERVED = new Set([
  ...['if', 'else', 'repeat', 'while', 'function', 'for', 'next', 'break', 'TRUE', 'FALSE', 'NULL', 'Inf', 'NaN', 'NA', 'in'],
  ...['NA_integer_', 'NA_real_', 'NA_character_', 'NA_complex_'],
]);

/** R's make.names() of one text (character.c, do_makenames). */
export function makeName(text: string): string {
  const isNamed = /^(?:\p{L}|\.(?!\d))/u.test(text) || text === '.';
  const valid = (isNamed ? text : `X${text}`).replaceAll(/[^\p{L}\p{N}._]/gu, '.');
  return RESERVED.has(valid) ? `${valid}.` : valid;
}

/** recipes' names0(): numbers from 1 to `count`, as wide as the last one, behind a prefix. */
export function numberedNames(count: number, prefix: string): string[] {
  const width = String(count).length;
  return Array.from({ length: count }, (_, at) => `${prefix}${String(at + 1).padStart(width, '0')}`);
}
