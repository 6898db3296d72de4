import type { RStream } from './stream.ts';
import type { RValue } from './values.ts';

/** Longest name that is kept. */
const MAX_NAME = 64;

/** A function of R's core: its name is all that the file has of it. */
export function builtinOf(stream: RStream): RValue {
  const what = "a builtin's name";
  const length = stream.length(1, what);
  const value = { type: 'opaque', what: 'a builtin function', value: { type: 'function' } } as const;
  if (length <= MAX_NAME) return { ...value, builtin: stream.text(length, 'bytes', what) };
  stream.skip('bytes', length, what);
  return value;
}
