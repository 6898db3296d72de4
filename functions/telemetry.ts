import { Logger } from '@aws-lambda-powertools/logger';
import type { LogAttributes } from '@aws-lambda-powertools/logger/types';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Reason } from './endpoint.ts';

/** What is counted of requests, for alarms and dashboards. */
export type MetricName =
  | 'RemoteSuccess'
  | 'BreakerOpen'
  | 'Mismatch'
  | 'ModelSkew'
  | 'ContractMismatch'
  | 'BadAnswer'
  | 'AccessDenied'
  | 'DeadlineTooShort';

/** How much whoever reads the log should care. */
export type Level = 'info' | 'warn' | 'error';

/** Where an environment tells what it does. Nothing told may hold a feature's value. */
export type Telemetry = {
  log(level: Level, message: string, entry: Record<string, unknown>): void;
  /** Counts each of the names once. */
  count(names: MetricName[]): void;
  /** How long an answer of the endpoint took, in milliseconds. */
  remoteLatency(ms: number): void;
  /** An answer that was computed here, and why. */
  localServed(reason: Reason | 'forced'): void;
  /** Writes what was counted, once a request. */
  flush(): void;
};

/**
 * Logs as JSON lines and metrics in CloudWatch's embedded format, both on standard output: nothing is sent by us. Alarms and
 * dashboard (serverless.yml, container/serverless.yml) go by the names, the namespace and the two dimensions settled here.
 */
export function openTelemetry(service: string, stage: string): Telemetry {
  const logger = new Logger({ serviceName: service });
  const metrics = new Metrics({ namespace: 'Canopy', serviceName: 'canopy', defaultDimensions: { stage } });
  let isEmpty = true;
  const add = (name: string, unit: (typeof MetricUnit)[keyof typeof MetricUnit], value: number) => {
    metrics.addMetric(name, unit, value);
    isEmpty = false;
  };
  return {
    log: (level, message, entry) => logger[level](message, entry as LogAttributes),
    count: (names) => {
      for (const name of names) add(name, MetricUnit.Count, 1);
    },
    remoteLatency: (ms) => add('RemoteLatency', MetricUnit.Milliseconds, ms),
    localServed: (reason) => {
      add('LocalServed', MetricUnit.Count, 1);
      // A line of its own, since a dimension holds for every metric of its line.
      const single = metrics.singleMetric();
      single.addDimension('reason', reason);
      single.addMetric('LocalServed', MetricUnit.Count, 1);
    },
    flush: () => {
      if (isEmpty) return;
      metrics.publishStoredMetrics();
      isEmpty = true;
    },
  };
}
