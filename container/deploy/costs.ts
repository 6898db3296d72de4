/**
 * Prices in US dollars, us-east-1, for a plan's size and not for a bill. AWS's list could not be read; they stand so in what
 * others keep of it: Lambda's requests, serverless inference, ml.m5.large and ml.m5.xlarge in a list taken from the Price List
 * API on 2026-03-07 (which gives no more than 5 to 10 % of accuracy); Lambda for arm64, the HTTP API and alarms in guides of
 * 2025-05 to 2026-03. One such guide has 0.269 for ml.m5.xlarge. The other instances' prices were found nowhere.
 */
export const PRICES_OF = '2026-03';
const HOURS_A_MONTH = 730;
const LAMBDA = { perRequest: 0.2e-6, perGbSecond: 13.3334e-6 };
const HTTP_API_PER_REQUEST = 1e-6;
/** Serverless inference: a GB of memory for a second of work. */
const INFERENCE_PER_GB_SECOND = 20e-6;
const PER_ALARM_METRIC = 0.1;
/** What the two stacks' alarms look at: those with a formula count each of their metrics. */
const ALARM_METRICS = { api: 7, endpoint: 6 };
/** An hour of one instance of a SageMaker endpoint, or of a transform job, whose price is the same; all but the m5 are unconfirmed. */
const INSTANCE_HOUR: Record<string, number> = {
  'ml.t2.medium': 0.056,
  'ml.c5.large': 0.102,
  'ml.c6i.large': 0.102,
  'ml.c7i.large': 0.107,
  'ml.c7i.xlarge': 0.214,
  'ml.m5.large': 0.115,
  'ml.m5.xlarge': 0.23,
  'ml.m6i.large': 0.115,
  'ml.m7i.large': 0.121,
};

/** What an hour of an instance costs, in dollars; undefined where it is not known here. */
export function hourlyPrice(instanceType: string): number | undefined {
  return Object.hasOwn(INSTANCE_HOUR, instanceType) ? INSTANCE_HOUR[instanceType] : undefined;
}

/** What answers: the Lambda alone, or an endpoint. */
export type Plan = { hosting: 'none' | 'serverless' | 'instances'; instanceType: string; instanceCount: number };

/** What a plan costs in a month in which nobody asks, in dollars; undefined where the instance type's price is not known here. */
export function idleCost(plan: Plan): number | undefined {
  const alarms = PER_ALARM_METRIC * (ALARM_METRICS.api + (plan.hosting === 'none' ? 0 : ALARM_METRICS.endpoint));
  if (plan.hosting !== 'instances') return alarms;
  const hour = hourlyPrice(plan.instanceType);
  return hour === undefined ? undefined : alarms + hour * HOURS_A_MONTH * plan.instanceCount;
}

/** What a million requests cost: API and Lambda, and the endpoint's seconds where it is serverless, in dollars. */
export function costOfMillion(plan: Plan, { lambdaMs, lambdaGb, endpointMs, endpointGb }: Usage): number {
  const lambda = HTTP_API_PER_REQUEST + LAMBDA.perRequest + LAMBDA.perGbSecond * lambdaGb * (lambdaMs / 1000);
  const inference = plan.hosting === 'serverless' ? INFERENCE_PER_GB_SECOND * endpointGb * (endpointMs / 1000) : 0;
  return 1e6 * (lambda + inference);
}

/** A step of a state machine, as guides of 2025 have it. */
const PER_TRANSITION = 25e-6;
/** Steps of a state machine for a part of a batch job: its own execution's start and end, and the call. */
const TRANSITIONS_A_PART = 3;

/** What the parts of a batch job by the state machine cost without their computing, in dollars, and what a second of computing does; `memory` in MB. */
export function batchMapCost(parts: number, memory: number): { parts: number; second: number } {
  return { parts: parts * (TRANSITIONS_A_PART * PER_TRANSITION + LAMBDA.perRequest), second: LAMBDA.perGbSecond * (memory / 1_024) };
}

/** What a request writes into logs in bytes: two or three lines of the function (758) and one of the API; AWS takes some for each line. */
const LOGGED_BYTES = 1_300;
const PER_LOGGED_GB = 0.5;
/** Of requests one in twenty is traced. */
const PER_TRACE = 5e-6;
const TRACED = 0.05;

/** How long a small request keeps the function busy, in milliseconds: several times what it computes, so that the figure is none too low. */
const REQUEST_MS = 10;

/**
 * What an API costs that is asked at its throttle all the time, with its logs and traces, without an endpoint, in dollars; `rate` in requests a
 * second, `memory` in MB.
 */
export function costAtThrottle(rate: number, memory: number): { day: number; month: number } {
  const usage = { lambdaMs: REQUEST_MS, lambdaGb: memory / 1_024, endpointMs: 0, endpointGb: 0 };
  const answered = costOfMillion({ hosting: 'none', instanceType: '', instanceCount: 0 }, usage) / 1e6;
  const hour = (answered + (LOGGED_BYTES / 1e9) * PER_LOGGED_GB + TRACED * PER_TRACE) * rate * 3_600;
  return { day: 24 * hour, month: HOURS_A_MONTH * hour };
}

/** How long a request keeps the Lambda and the endpoint busy, in milliseconds, and with how many GB of memory. */
export type Usage = { lambdaMs: number; lambdaGb: number; endpointMs: number; endpointGb: number };

/** The plan's cost in words. */
export function costInWords(plan: Plan): string {
  const idle = idleCost(plan);
  const of = { none: 'the Lambda alone', serverless: 'a serverless endpoint', instances: `${plan.instanceCount} x ${plan.instanceType}` }[
    plan.hosting
  ];
  const price = idle === undefined ? `alarms and an unknown price of ${plan.instanceType} (see AWS's list)` : `about $${idle.toFixed(2)}`;
  return `idle, ${of} costs ${price} a month (us-east-1, prices of ${PRICES_OF} at second hand; other regions differ, sa-east-1 is dearer); requests come on top`;
}
