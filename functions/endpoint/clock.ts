/** Milliseconds of a clock that only goes forward. Node's `performance` would take a millisecond of a function's start to load. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
