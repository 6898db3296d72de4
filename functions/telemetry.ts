import { Logger } from '@aws-lambda-powertools/logger';
import type { LogAttributes } from '@aws-lambda-powertools/logger/types';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Reason } from './endpoint/endpoint.ts';

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

/** Where an environment reports what it does. No report may hold a feature's value. */
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
  // Made when something is first written: each opens standard output, for which a bare Node loads its streams, 4 ms of a start.
  let [logger, metrics]: [Logger?, Metrics?] = [];
  // One each, since a dimension holds for every metric of its line; to make one anew at each answer took half of its time.
  const byReason = new Map<string, Metrics>();
  const filled = new Set<Metrics>();
  const add = (to: Metrics, name: string, unit: (typeof MetricUnit)[keyof typeof MetricUnit], value: number) => {
    to.addMetric(name, unit, value);
    filled.add(to);
  };
  return {
    log: (level, message, entry) => {
      logger ??= new Logger({ serviceName: service });
      logger[level](message, entry as LogAttributes);
    },
    count: (names) => {
      metrics ??= openMetrics({ stage });
      for (const name of names) add(metrics, name, MetricUnit.Count, 1);
    },
    remoteLatency: (ms) => {
      metrics ??= openMetrics({ stage });
      add(metrics, 'RemoteLatency', MetricUnit.Milliseconds, ms);
    },
    localServed: (reason) => {
      metrics ??= openMetrics({ stage });
      add(metrics, 'LocalServed', MetricUnit.Count, 1);
      const counter = byReason.get(reason) ?? openMetrics({ stage, reason });
      byReason.set(reason, counter);
      add(counter, 'LocalServed', MetricUnit.Count, 1);
    },
    flush: () => {
      for (const one of filled) one.publishStoredMetrics();
      filled.clear();
    },
  };
}

function openMetrics(defaultDimensions: Record<string, string>): Metrics {
  return new Metrics({ namespace: 'Canopy', serviceName: 'canopy', defaultDimensions });
}
