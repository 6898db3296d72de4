import * as z from 'zod';
import { ModelError, type Problem } from '../../../shared/errors.ts';
import { MAX_PROOF_ANSWERS, MAX_PROOF_ROWS } from '../../../shared/proof/section.ts';
import { MODEL_NAME } from '../../../shared/schema/card.ts';

/*
 * The form of a sidecar. It is a module of its own that exports functions and types alone, so that a bundle loads it, and zod, when
 * there is a sidecar to read (model/bundle/late.ts): they take a start 10 ms.
 */

const shownText = z.union([z.string().max(200), z.strictObject({ en: z.string().max(2000), pt: z.string().max(2000) })]);

const share = z.number().min(0).max(1);
const profile = z.strictObject({
  edges: z.array(z.number()).max(1000).optional(),
  counts: z.array(z.number().int().min(0)).max(1000).optional(),
  shares: z.record(z.string().max(1000), share).optional(),
  others: share.optional(),
  missing: share.optional(),
});

/** What R or Python ran on, as canopy.R and canopy.py write it. */
const rSession = z.strictObject({
  version: z.string().max(100),
  platform: z.string().max(100).optional(),
  packages: z.record(z.string().max(100), z.string().max(100)).optional(),
  blas: z.string().max(1000).optional(),
  lapack: z.string().max(1000).optional(),
  libc: z.string().max(100).optional(),
  locale: z.string().max(1000).optional(),
  fma: z.boolean().optional(),
});
export type RSession = z.infer<typeof rSession>;

const cell = z.union([z.number(), z.string().max(100_000), z.boolean(), z.null()]);
const proof = z.strictObject({
  drawn: z.boolean(),
  columns: z.array(z.string().max(1000)).min(1).max(65_535),
  rows: z.array(z.array(cell)).min(1).max(MAX_PROOF_ROWS),
  answers: z
    .array(
      z.strictObject({
        parameters: z.record(z.string().max(100), z.unknown()),
        predictions: z.array(z.unknown()),
        se: z.array(z.unknown()).optional(),
      }),
    )
    .min(1)
    .max(MAX_PROOF_ANSWERS),
});

const featureSidecar = z.strictObject({
  label: shownText.optional(),
  type: z.enum(['number', 'integer64', 'date', 'datetime', 'logical', 'factor']).optional(),
  levels: z.array(z.string().max(1000).nullable()).min(1).max(10_000).optional(),
  min: z.union([z.number(), z.string().max(100)]).optional(),
  max: z.union([z.number(), z.string().max(100)]).optional(),
  step: z.number().positive().optional(),
  default: z.union([z.number(), z.string(), z.boolean()]).optional(),
  unit: shownText.optional(),
  timeZone: z.string().max(100).optional(),
  words: z.record(z.string().max(1000), shownText).optional(),
  rType: z.string().max(1000).optional(),
  profile: profile.optional(),
});
export type FeatureSidecar = z.infer<typeof featureSidecar>;

const sidecar = z.strictObject({
  name: z.string().regex(MODEL_NAME, 'letters, digits, dots, dashes and underscores, 63 at most').optional(),
  title: shownText.optional(),
  description: shownText.optional(),
  limits: shownText.optional(),
  answer: z
    .strictObject({
      label: shownText.optional(),
      unit: shownText.optional(),
      percent: z.boolean().optional(),
      classes: z.record(z.string().max(1000), shownText).optional(),
      meaning: shownText.optional(),
    })
    .optional(),
  /** A CSV file beside the sidecar, as import's --data. */
  data: z
    .string()
    .max(255)
    .regex(/^[^/\\]+\.csv$/i, 'the name of a CSV file beside the sidecar, without a folder')
    .optional(),
  names: z.array(z.string().min(1).max(1000)).min(1).max(65_535).optional(),
  features: z.record(z.string(), featureSidecar).optional(),
  r: rSession.optional(),
  python: rSession.optional(),
  proof: proof.optional(),
});

/** What a person says of a model beside its file: names, texts, and for each feature what the file does not say. */
export type Sidecar = z.infer<typeof sidecar>;

/** Members at fault that are named. */
const MAX_NAMED = 20;

/** Checks the form of a sidecar's JSON. Throws a ModelError that names every member at fault. */
export function checkSidecar(value: unknown, label: string): Sidecar {
  // A sidecar is read once: to write code for that, as zod does by default, takes longer.
  const parsed = sidecar.safeParse(value, { jitless: true });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, MAX_NAMED)
    .map((issue): Problem => ({ path: `/${issue.path.join('/')}`, message: issue.message }));
  throw new ModelError(
    label,
    problems.map(({ path: at, message }) => `${at}: ${message}`).join('; '),
    'members as model/README.md lists them',
  );
}
