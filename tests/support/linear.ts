/** Least and most length that expectLinear tries: three orders of magnitude. */
const [LEAST, MOST] = [500, 512_000];
/** Most CPU time of one length, in milliseconds. Linear work takes a fiftieth of it; quadratic work reaches it and stops there. */
const MOST_MS = 2_000;

/**
 * Holds that some work takes linear time: it is done for lengths that double over three orders of magnitude, and none may take
 * longer than the ceiling. `work` may throw, since most hostile input is refused.
 */
export function expectLinear<T>(name: string, make: (length: number) => T, work: (input: T) => unknown, most = MOST): void {
  for (let length = LEAST; length <= most; length *= 2) {
    const input = make(length);
    const start = process.cpuUsage();
    try {
      work(input);
    } catch {
      // A refusal is an answer, too.
    }
    const { user } = process.cpuUsage(start);
    if (user / 1_000 > MOST_MS) throw new Error(`${name}: a length of ${length} took ${user / 1_000} ms, expected at most ${MOST_MS}`);
  }
}
