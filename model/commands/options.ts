import { UsageError } from './command-line.ts';

/** Options that several commands take, as parseArgs has them. */
export const HELP_OPTION = { type: 'boolean', short: 'h' } as const;
export const OBJECT_OPTION = { type: 'string' } as const;

/** The arguments of a command, as many as it takes. Throws a UsageError where there are more or fewer. */
export function expectArguments(found: string[], expected: string[]): string[] {
  if (found.length === expected.length) return found;
  throw new UsageError(`found ${found.length === 0 ? 'no argument' : found.join(' ')}, expected ${expected.join(' ')}`);
}

/** The date for the card: the one given, or that of SOURCE_DATE_EPOCH (seconds since 1970), or none. */
export function cardDate(given: string | undefined, epoch: string | undefined): string | undefined {
  if (given !== undefined) {
    const isDate = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)?$/.test(given);
    const date = new Date(given);
    if (isDate && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(given.slice(0, 10))) return given;
    throw new UsageError(`found the date ${given}, expected one such as 2026-01-31 or 2026-01-31T12:00:00Z`);
  }
  if (epoch === undefined || epoch === '') return undefined;
  if (!/^\d{1,11}$/.test(epoch)) throw new UsageError(`found SOURCE_DATE_EPOCH=${epoch}, expected seconds since 1970`);
  return new Date(Number(epoch) * 1000).toISOString().replace('.000Z', 'Z');
}
