import type { Schema } from '../../shared/schema/features.ts';

/** What R's own names stand for. */
const VALUES: Record<string, string> = { pi: '3.14159', T: 'TRUE', F: 'FALSE' };

/** What to say where a formula's pi, T or F were taken for R's own though the data may have columns of these names; undefined where none were. */
export function assumedNote(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const shown = names.map((name) => `${name} is ${VALUES[name]}`).join(', ');
  return `in the formula ${shown}, as R has it: the file does not have the columns of its data; if they had one of that name, fit the model where its data is a variable beside the formula`;
}

/** Most names in a line. */
const SHOWN = 8;

/** What to say where times without an offset are taken for UTC's since nothing names their zone: R reads and writes such texts in the zone that it runs in. */
export function zoneNote({ features }: Pick<Schema, 'features'>): string[] {
  const names = features.flatMap((feature) => (feature.type === 'datetime' && feature.timeZone === undefined ? [feature.name] : []));
  const [first] = names;
  if (first === undefined) return [];
  const shown = names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? `, and ${names.length - SHOWN} more` : '');
  const sidecar = JSON.stringify({ features: { [first]: { timeZone: 'America/Sao_Paulo' } } });
  return [`${shown}: times without an offset are read as UTC; where R ran in another zone, name it in a sidecar: ${sidecar}`];
}
