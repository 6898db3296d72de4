import { readWhole } from '../../model/artifact/read-file.ts';
import { ModelError } from '../../shared/errors.ts';
import { utf8Text } from '../../shared/schema/utf8.ts';

/** Largest configuration that is read: 100 hyperparameters of 2,500 characters take less. */
const MOST_BYTES = 2 ** 20;

/** A JSON object of the platform's; undefined where there is no such file. Throws a ModelError where it is something else. */
export function readConfig(file: string): Record<string, unknown> | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readWhole(file, { most: MOST_BYTES, expected: 'a JSON file' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(utf8Text(bytes));
  } catch {
    throw new ModelError(file, 'text that is no JSON', 'an object');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ModelError(file, value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value, 'an object');
}
