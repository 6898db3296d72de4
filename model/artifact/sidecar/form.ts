import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { ModelError, type Problem } from '../../../shared/errors.ts';
import { MAX_PROOF_ANSWERS, MAX_PROOF_ROWS } from '../../../shared/proof/section.ts';
import { MODEL_NAME } from '../../../shared/schema/card.ts';
import { isRecord } from '../../../shared/schema/check-schema.ts';

/*
 * The form of a sidecar. It is a module of its own that exports functions and types alone, so that a bundle loads it, and zod, when
 * there is a sidecar to read (model/bundle/late.ts): they take a start 5 ms.
 */

// As zod itself does; zod/mini takes half of its time to load, and has no words of its own.
z.config(en());

const text = (most: number) => z.string().check(z.maxLength(most));
const shownText = z.union([text(200), z.strictObject({ en: text(2000), pt: text(2000) })]);

/** Members at fault that are named. */
const MAX_NAMED = 20;
/** Most characters of what is said of one of them: unknown members are listed in it. */
const MAX_SAID = 1000;
/** Most members of an object by names: the features of a model, the levels of a feature. */
const MAX_MEMBERS = 100_000;

/**
 * Values by their names, of at most so many characters. As z.record, but for what it does with a file that is wrong in millions of places: it
 * would make an error for each, and they would take gigabytes.
 */
function named<Value extends z.ZodMiniType>(value: Value, longest = 1000) {
  return z.custom<{ [name: string]: z.infer<Value> }>(isRecord, 'Invalid input: expected record').check(({ value: members, issues }) => {
    const fail = (path: string[], message: string) => issues.push({ code: 'custom', input: undefined, path, message });
    const names = Object.keys(members);
    if (names.length > MAX_MEMBERS) {
      fail([], `Too big: expected object to have <=${MAX_MEMBERS} members`);
      return;
    }
    for (const name of names) {
      if (issues.length >= MAX_NAMED) return;
      if (name.length > longest) fail([`${name.slice(0, 40)}...`], `Too big: expected name to have <=${longest} characters`);
      if (name === '__proto__') fail([name], 'Invalid input: expected another name');
      const wrong = value.safeParse(members[name], { jitless: true }).error?.issues ?? [];
      for (const { path, message } of wrong.slice(0, MAX_NAMED)) fail([name, ...path.map(String)], message);
    }
  });
}

const share = z.number().check(z.minimum(0), z.maximum(1));
const profile = z.strictObject({
  edges: z.optional(z.array(z.number()).check(z.maxLength(1000))),
  counts: z.optional(z.array(z.int().check(z.minimum(0))).check(z.maxLength(1000))),
  shares: z.optional(named(share)),
  others: z.optional(share),
  missing: z.optional(share),
});

/** What R or Python ran on, as canopy.R and canopy.py write it. */
const rSession = z.strictObject({
  version: text(100),
  platform: z.optional(text(100)),
  packages: z.optional(named(text(100), 100)),
  blas: z.optional(text(1000)),
  lapack: z.optional(text(1000)),
  libc: z.optional(text(100)),
  locale: z.optional(text(1000)),
  fma: z.optional(z.boolean()),
});
export type RSession = z.infer<typeof rSession>;

type Cell = number | string | boolean | null;
/** A row as one value, since each of its cells may be wrong. */
const row = z.custom<Cell[]>(
  (value) => Array.isArray(value) && value.every(isCell),
  'Invalid input: expected numbers, texts, true, false and null',
);

function isCell(value: unknown): boolean {
  return Number.isFinite(value) || (typeof value === 'string' && value.length <= 100_000) || typeof value === 'boolean' || value === null;
}

const proof = z.strictObject({
  drawn: z.boolean(),
  columns: z.array(text(1000)).check(z.minLength(1), z.maxLength(65_535)),
  rows: z.array(row).check(z.minLength(1), z.maxLength(MAX_PROOF_ROWS)),
  answers: z
    .array(
      z.strictObject({
        parameters: named(z.unknown(), 100),
        predictions: z.array(z.unknown()),
        se: z.optional(z.array(z.unknown())),
      }),
    )
    .check(z.minLength(1), z.maxLength(MAX_PROOF_ANSWERS)),
});

const featureSidecar = z.strictObject({
  label: z.optional(shownText),
  type: z.optional(z.enum(['number', 'integer64', 'date', 'datetime', 'logical', 'factor'])),
  levels: z.optional(z.array(z.nullable(text(1000))).check(z.minLength(1), z.maxLength(10_000))),
  min: z.optional(z.union([z.number(), text(100)])),
  max: z.optional(z.union([z.number(), text(100)])),
  step: z.optional(z.number().check(z.positive())),
  default: z.optional(z.union([z.number(), z.string(), z.boolean()])),
  unit: z.optional(shownText),
  timeZone: z.optional(text(100)),
  words: z.optional(named(shownText)),
  rType: z.optional(text(1000)),
  profile: z.optional(profile),
});
export type FeatureSidecar = z.infer<typeof featureSidecar>;

const sidecar = z.strictObject({
  name: z.optional(z.string().check(z.regex(MODEL_NAME, 'letters, digits, dots, dashes and underscores, 63 at most'))),
  title: z.optional(shownText),
  description: z.optional(shownText),
  limits: z.optional(shownText),
  answer: z.optional(
    z.strictObject({
      label: z.optional(shownText),
      unit: z.optional(shownText),
      percent: z.optional(z.boolean()),
      classes: z.optional(named(shownText)),
      meaning: z.optional(shownText),
    }),
  ),
  /** A CSV file beside the sidecar, as import's --data. */
  data: z.optional(
    z.string().check(z.maxLength(255), z.regex(/^[^/\\]+\.csv$/i, 'the name of a CSV file beside the sidecar, without a folder')),
  ),
  names: z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(1000))).check(z.minLength(1), z.maxLength(65_535))),
  features: z.optional(named(featureSidecar, Number.POSITIVE_INFINITY)),
  r: z.optional(rSession),
  python: z.optional(rSession),
  proof: z.optional(proof),
});

/** What a person says of a model beside its file: names, texts, and for each feature what the file does not say. */
export type Sidecar = z.infer<typeof sidecar>;

/** Checks the form of a sidecar's JSON. Throws a ModelError that names every member at fault. */
export function checkSidecar(value: unknown, label: string): Sidecar {
  // A sidecar is read once: to write code for that, as zod does by default, takes longer.
  const parsed = sidecar.safeParse(value, { jitless: true });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, MAX_NAMED)
    .map((issue): Problem => ({ path: `/${issue.path.join('/')}`, message: issue.message.slice(0, MAX_SAID) }));
  throw new ModelError(
    label,
    problems.map(({ path: at, message }) => `${at}: ${message}`).join('; '),
    'members as model/README.md lists them',
  );
}
