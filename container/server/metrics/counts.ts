/** Upper bounds of the latency's buckets, in seconds. */
export const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What is counted of one route. A bucket here has what lies above the one before; the last has what lies above all. */
export type Counted = { statuses: Map<number, number>; buckets: Float64Array; seconds: number };
/** What is counted of the container: routes by how metrics call them, and the rows of all answers. */
export type Counts = { routes: Map<string, Counted>; refused: Map<string, Counted>; rows: number };

/** Counts a time in seconds for a route. */
export function observe(routes: Map<string, Counted>, route: string, time: number): Counted {
  let counted = routes.get(route);
  if (!counted) {
    counted = { statuses: new Map(), buckets: new Float64Array(BUCKETS.length + 1), seconds: 0 };
    routes.set(route, counted);
  }
  let bucket = 0;
  while (bucket < BUCKETS.length && time > BUCKETS[bucket]!) bucket += 1;
  counted.buckets[bucket]! += 1;
  counted.seconds += time;
  return counted;
}
