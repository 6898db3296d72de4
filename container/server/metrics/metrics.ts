import { type Counts, observe } from './counts.ts';
import { type Measured, openRegistry } from './text.ts';

/** What is counted of the container, as Prometheus text. */
export type ContainerMetrics = {
  note(route: string, status: number, seconds: number, rows: number | undefined): void;
  /** A request that was refused for want of room, and how long at most that took since it came in, in seconds. */
  noteRefused(route: string, seconds: number): void;
  text(): Promise<{ type: string; body: string }>;
};

/**
 * Metrics of one container; with a separate registry, so that several live in one process. The registry is opened by the first who asks for
 * the text: prom-client takes 8 ms of a start and 2 MB, and most containers are never asked (model/bundle/late.ts).
 */
export function createMetrics(model: { name: string; sha256: string } | undefined, measured: Measured): ContainerMetrics {
  const counts: Counts = { routes: new Map(), refused: new Map(), rows: 0 };
  let text: ContainerMetrics['text'] | undefined;
  let asked: ReturnType<ContainerMetrics['text']> | undefined;
  return {
    note: (route, status, time, count) => {
      const { statuses } = observe(counts.routes, route, time);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (count !== undefined && status === 200) counts.rows += count;
    },
    noteRefused: (route, time) => void observe(counts.refused, route, time),
    text: () => {
      text ??= openRegistry(counts, model, measured);
      // To whoever asks before the next look at the sockets it is the same text, which takes most of a millisecond.
      asked ??= text().finally(() => {
        setImmediate(() => {
          asked = undefined;
        });
      });
      return asked;
    },
  };
}
