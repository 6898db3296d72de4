/** What a value is, for an error's text to its sender: its kind, and the value itself where that is short. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return value.length <= 40 ? `the text ${quote(value)}` : 'a long text';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number too large for a double';
  return `the ${typeof value} ${String(value)}`;
}

/** A name or text in quotes, escaped as JSON does. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
