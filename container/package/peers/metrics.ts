import { createRequire } from 'node:module';
import type * as Powertools from '@aws-lambda-powertools/metrics';

// In the package this file stands for @aws-lambda-powertools/metrics, an optional peer. Metrics are lines for CloudWatch, which nobody
// reads on a user's machine: where it is not installed, nothing is counted.
const require = createRequire(import.meta.url);

/** What functions/telemetry.ts asks of it. */
type Counter = { addMetric(name: string, unit: string, value: number): unknown; publishStoredMetrics(): unknown };
type Part = {
  Metrics: new (options: Record<string, unknown>) => Counter;
  MetricUnit: Pick<typeof Powertools.MetricUnit, 'Count' | 'Milliseconds'>;
};

class NoMetrics {
  addMetric(): void {}
  publishStoredMetrics(): void {}
}

/** Powertools' Metrics and the units of ours, or what counts nothing. */
export const { Metrics, MetricUnit }: Part = load();

function load(): Part {
  try {
    return require('@aws-lambda-powertools/metrics');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    return { Metrics: NoMetrics, MetricUnit: { Count: 'Count', Milliseconds: 'Milliseconds' } };
  }
}
