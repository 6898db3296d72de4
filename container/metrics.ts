import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Admission } from './admission.ts';
import type { Workers } from './workers.ts';

/** What is counted of the container, as Prometheus text. */
export type ContainerMetrics = {
  note(route: string, status: number, seconds: number, rows: number | undefined): void;
  text(): Promise<{ type: string; body: string }>;
};

/** Upper bounds of the latency's buckets, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Metrics of one container; a registry of its own, so that several live in one process. */
export function createMetrics(
  model: { name: string; sha256: string } | undefined,
  admission: Admission,
  workers?: Workers,
): ContainerMetrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const requests = new Counter({ name: 'canopy_requests_total', help: 'Requests answered', labelNames: ['route', 'status'], registers });
  const seconds = new Histogram({
    name: 'canopy_request_seconds',
    help: 'From the head of a request to its answer',
    labelNames: ['route'],
    buckets: BUCKETS,
    registers,
  });
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
  if (model) {
    const info = new Gauge({ name: 'canopy_model_info', help: 'The model served', labelNames: ['name', 'sha256'], registers });
    info.set({ name: model.name, sha256: model.sha256 }, 1);
  }
  return {
    note: (route, status, time, count) => {
      requests.inc({ route, status });
      seconds.observe({ route }, time);
      if (count !== undefined && status === 200) rows.inc(count);
    },
    text: async () => ({ type: register.contentType, body: await register.metrics() }),
  };
}
