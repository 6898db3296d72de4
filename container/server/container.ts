import type { PageParts } from '../../shared/page/base/parts.ts';
import type { ModelInfo } from '../../shared/schema/card.ts';
import type { LogEntry } from './access-log.ts';
import type { Admission } from './admission.ts';
import type { Batch } from './batch/batch.ts';
import type { Bodies } from './bodies.ts';
import type { Connections } from './connections.ts';
import type { Sending } from './http.ts';
import type { ContainerKeys } from './keys.ts';
import type { ContainerMetrics } from './metrics/metrics.ts';
import type { Models, ModelsOptions, Served } from './models.ts';
import type { Workers } from './threads/workers.ts';

/** What a container is made of. */
export type ContainerOptions = {
  /** `sagemaker`: SageMaker's paths and no others. `alone`: the public paths too, as the API has them. */
  mode: 'sagemaker' | 'alone';
  log: (entry: LogEntry) => void;
  /** True once the process is about to end: then /ping fails and every answer closes its connection. */
  isStopping?: () => boolean;
  /** The page's script and style, for `alone`. */
  page?: PageParts | undefined;
  /** The keys that callers are asked for; without them nobody is asked. */
  keys?: ContainerKeys | undefined;
  /** Threads for big requests, which know the model as `model`; without them all is computed in this one. */
  workers?: Workers;
  /** Set in a transform job of SageMaker; without it a payload is answered as any other request. */
  batch?: Batch | undefined;
  /** Where SageMaker may have models loaded from; without it there is no /models. */
  models?: ModelsOptions;
};

/** A container that runs: what its options gave, and what it counts and holds. */
export type Container = Omit<ContainerOptions, 'models'> & {
  served: Served | undefined;
  /** What may be shown of the model to whoever did not say who it is, where callers are asked. */
  shown: ModelInfo | undefined;
  models: Models | undefined;
  admission: Admission;
  metrics: ContainerMetrics;
  bodies: Bodies;
  connections: Connections;
};
/** An answer, and how many rows it is for; or that it was sent as it was computed. */
export type Answered = { reply: Sending; rows?: number } | { sent: Sent };

/** What was sent in pieces: its status, its bytes, and the rows. `badLines`: rows that have no answer, the first of them with reasons. */
export type Sent = { status: number; bytes: number; rows: number; bad?: number; badLines?: string[] };
