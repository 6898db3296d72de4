import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import type { Admission } from '../admission.ts';
import type { Connections } from '../connections.ts';
import type { Workers } from '../threads/workers.ts';
import { BUCKETS, type Counted, type Counts } from './counts.ts';

/** What reports its state when it is asked for the metrics. */
export type Measured = { admission: Admission; connections: Connections; workers?: Workers | undefined };

/** Sums that prom-client gives as gauges, under names that Prometheus keeps for counters; their parts are there by type. */
const MISNAMED = ['nodejs_active_resources_total', 'nodejs_active_handles_total', 'nodejs_active_requests_total'];

/** A registry that gives what was counted as Prometheus text. What Node counts by itself (its collections of garbage) counts from here on. */
export function openRegistry(
  counts: Counts,
  model: { name: string; sha256: string } | undefined,
  { admission, connections, workers }: Measured,
): () => Promise<{ type: string; body: string }> {
  const { routes, refused } = counts;
  const register = new Registry();
  const registers = [register];
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
  new Counter({
    name: 'canopy_rows_total',
    help: 'Rows predicted',
    registers,
    collect() {
      this.reset();
      this.inc(counts.rows);
    },
  });
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
  // A mean of nothing is NaN in Prometheus' text, and Nan in prom-client's: of the lags before the first look.
  return async () => ({ type: register.contentType, body: (await register.metrics()).replace(/ Nan$/gm, ' NaN') });
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
