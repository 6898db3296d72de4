import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import type { Admission } from './admission.ts';
import type { Connections } from './connections.ts';
import type { Workers } from './threads/workers.ts';

/** What is counted of the container, as Prometheus text. */
export type ContainerMetrics = {
  note(route: string, status: number, seconds: number, rows: number | undefined): void;
  /** A request that was refused for want of room, and how long at most that took since it came in, in seconds. */
  noteRefused(route: string, seconds: number): void;
  text(): Promise<{ type: string; body: string }>;
};

/** What reports its state when it is asked for the metrics. */
type Measured = { admission: Admission; connections: Connections; workers?: Workers | undefined };

/** Upper bounds of the latency's buckets, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Sums that prom-client gives as gauges, under names that Prometheus keeps for counters; their parts are there by type. */
const MISNAMED = ['nodejs_active_resources_total', 'nodejs_active_handles_total', 'nodejs_active_requests_total'];

/** What is counted of one route. A bucket here has what lies above the one before; the last has what lies above all. */
type Counted = { statuses: Map<number, number>; buckets: Float64Array; seconds: number };

/** Metrics of one container; with a separate registry, so that several live in one process. */
export function createMetrics(
  model: { name: string; sha256: string } | undefined,
  { admission, connections, workers }: Measured,
): ContainerMetrics {
  const register = new Registry();
  const registers = [register];
  const [routes, refused] = [new Map<string, Counted>(), new Map<string, Counted>()];
  collectDefaultMetrics({ register });
  for (const name of MISNAMED) register.removeSingleMetric(name);
  new Counter({
    name: 'canopy_requests_total',
    help: 'Requests answered',
    labelNames: ['route', 'status'],
    registers,
    collect() {
      this.reset();
      for (const [route, { statuses }] of routes) for (const [status, count] of statuses) this.inc({ route, status }, count);
    },
  });
  for (const one of [
    latencies('canopy_request_seconds', 'From the head of a request to its answer', routes),
    latencies('canopy_refused_seconds', 'From the earliest time a refused request can have come in to its 503', refused),
  ]) {
    register.registerMetric(one as unknown as Metric);
  }
  const rows = new Counter({ name: 'canopy_rows_total', help: 'Rows predicted', registers });
  new Gauge({
    name: 'canopy_waiting_seconds',
    help: 'Computing that waits in this thread',
    registers,
    collect() {
      this.set(admission.waitingMs() / 1_000);
    },
  });
  new Gauge({
    name: 'canopy_batches',
    help: 'Big requests that wait or are computed by workers',
    registers,
    collect() {
      this.set(workers?.jobs() ?? 0);
    },
  });
  new Gauge({
    name: 'canopy_connections',
    help: 'Open connections',
    registers,
    collect() {
      this.set(connections.open());
    },
  });
  new Counter({
    name: 'canopy_connections_closed_total',
    help: 'Idle or slow connections closed to make room for new ones',
    registers,
    collect() {
      this.reset();
      this.inc(connections.closed());
    },
  });
  if (model) {
    const info = new Gauge({ name: 'canopy_model_info', help: 'The model served', labelNames: ['name', 'sha256'], registers });
    info.set({ name: model.name, sha256: model.sha256 }, 1);
  }
  return {
    note: (route, status, time, count) => {
      const { statuses } = observe(routes, route, time);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (count !== undefined && status === 200) rows.inc(count);
    },
    noteRefused: (route, time) => void observe(refused, route, time),
    text: async () => ({ type: register.contentType, body: await register.metrics() }),
  };
}

/** Counts a time in seconds for a route. */
function observe(routes: Map<string, Counted>, route: string, time: number): Counted {
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

/** The latencies as prom-client's histogram gives them, from what was counted: to observe costs it a microsecond a request. */
function latencies(name: string, help: string, routes: Map<string, Counted>) {
  const values = () =>
    [...routes].flatMap(([route, { buckets, seconds }]) => {
      let sum = 0;
      const cumulated = Array.from(buckets, (count, at) => {
        sum += count;
        return { labels: { le: BUCKETS[at] ?? '+Inf', route }, value: sum, metricName: `${name}_bucket` };
      });
      const whole = [
        { labels: { route }, value: seconds, metricName: `${name}_sum` },
        { labels: { route }, value: sum, metricName: `${name}_count` },
      ];
      return [...cumulated, ...whole];
    });
  return { name, help, type: 'histogram', get: async () => ({ name, help, type: 'histogram', values: values(), aggregator: 'sum' }) };
}
