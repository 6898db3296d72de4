import { MAX_PROBLEMS } from '../errors.ts';
import type { BadRecord } from '../wire/records.ts';
import type { Columns, LineForm } from './columns.ts';

/** Most things that are said of one row. */
export const MOST_SAID = 3;

/** Why a row has no answer, for whoever sent it. What the reader says of the one line that it got is said of the line of the payload. */
export function reasonOf({ message, problems, found }: BadRecord, columns: Columns): string {
  if (problems.length === 0) return here(message, columns);
  return joined(
    problems.slice(0, MOST_SAID).map((one) => here(one.message, columns)),
    found,
  );
}

/** The same for the log, which has no feature's value: which features do not fit, and what they should be. */
export function loggedReason({ problems, found }: BadRecord, form: LineForm, columns: Columns): string {
  if (problems.length === 0) return `it cannot be read as ${form === 'csv' ? 'a line of CSV' : 'JSON'}, or has no answer`;
  const texts = problems.slice(0, MOST_SAID).map(({ path, message }) => {
    const feature = path.split('/').slice(2).join('/');
    const at = message.lastIndexOf(', expected ');
    const expected = at === -1 ? 'does not fit' : here(message.slice(at + 2), columns);
    return feature === '' ? expected : `${feature}: ${expected}`;
  });
  return joined(texts, found);
}

/** A sentence of the reader without what it says of the one line that it got, and of a header that the payload has not. */
function here(text: string, { isGiven }: Columns): string {
  const plain = text.replace(/ on line \d+(?=, expected)/, '').replace(/^line \d+(?: of the CSV)?:? /, '');
  return isGiven ? plain : plain.replace(/, as the header line has$/, '');
}

function joined(texts: string[], found: number): string {
  const rest = Math.min(found, MAX_PROBLEMS) - texts.length;
  return texts.join('; ') + (rest > 0 ? ` and ${rest} more` : '');
}
