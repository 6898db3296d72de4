/** What R's own names stand for. */
const VALUES: Record<string, string> = { pi: '3.14159', T: 'TRUE', F: 'FALSE' };

/** What to say where a formula's pi, T or F were taken for R's own though the data may have columns of these names; undefined where none were. */
export function assumedNote(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const shown = names.map((name) => `${name} is ${VALUES[name]}`).join(', ');
  return `in the formula ${shown}, as R has it: the file does not have the columns of its data; if they had one of that name, fit the model where its data is a variable beside the formula`;
}
