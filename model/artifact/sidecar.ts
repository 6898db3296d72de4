import path from 'node:path';
import { ModelError } from '../../shared/errors.ts';
import { isTimeZone, parseDate, parseDatetime } from '../../shared/schema/dates.ts';
import { DECIMAL } from '../../shared/schema/decimal.ts';
import type { Feature, Level, Schema } from '../../shared/schema/features.ts';
import { MAX_INTEGER64 } from '../../shared/schema/integer64.ts';
import { utf8Json } from '../../shared/schema/utf8.ts';
import { readWhole } from './read-file.ts';
import { checkSidecar, type FeatureSidecar, type Sidecar } from './sidecar/form.ts';
import { sidecarPaths } from './sidecar/paths.ts';
import type { TrainingData } from './training-rows.ts';

/** Largest sidecar that is read: 10,000 levels of a few features and their texts take less. */
const MAX_BYTES = 2 ** 24;
/** Largest training data that are read. */
const MAX_DATA_BYTES = 2 ** 29;

/**
 * The bytes of a model file's sidecar and its path; undefined where there is none. Throws a ModelError where it is no file of its
 * folder: a link in an unpacked archive may lead anywhere, and an error shows what is there.
 */
export function findSidecar(modelFile: string): { file: string; bytes: Uint8Array } | undefined {
  for (const file of sidecarPaths(modelFile)) {
    const bytes = readBeside(file, MAX_BYTES, 'a JSON file');
    if (bytes) return { file, bytes };
  }
  return undefined;
}

/** The training data that a sidecar names, beside it. Throws a ModelError where there is no such file of its folder. */
export function findData({ data }: Sidecar, sidecarFile: string): TrainingData | undefined {
  if (data === undefined) return undefined;
  const file = path.join(path.dirname(sidecarFile), data);
  const bytes = readBeside(file, MAX_DATA_BYTES, 'a CSV file');
  if (!bytes) throw new ModelError(file, 'no such file', `the training data, which ${path.basename(sidecarFile)} names`);
  return { bytes, file, order: undefined };
}

/** The bytes of a file that lies where its path says; undefined where there is none. Throws a ModelError that says what is wrong with it. */
function readBeside(file: string, most: number, expected: string): Uint8Array | undefined {
  try {
    return readWhole(file, { most, expected, within: path.dirname(file) });
  } catch (error) {
    if (error instanceof ModelError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw new ModelError(file, `what cannot be read (${code})`, expected);
    return undefined;
  }
}

/** Reads a sidecar. Throws a ModelError that names every member at fault. */
export function readSidecar(bytes: Uint8Array, label: string): Sidecar {
  let value: unknown;
  try {
    value = utf8Json(bytes);
  } catch (error) {
    throw new ModelError(label, `text that is not JSON (${(error as Error).message})`, 'a JSON object');
  }
  const { features } = (typeof value === 'object' && value !== null ? value : {}) as { features?: object };
  // zod drops such a key without a word.
  if (features && Object.hasOwn(features, '__proto__')) throw new ModelError(label, 'a feature called __proto__', 'another name');
  return checkSidecar(value, label);
}

/** What a model has no levels for, by its formula. */
type Read = { numbers: string[]; codes: string[] };

/** A schema with a sidecar's labels, levels and ranges. Throws where the sidecar speaks of what the model does not have, or reads otherwise. */
export function applySidecar(schema: Schema, { features = {} }: Sidecar, label: string, read: Read = { numbers: [], codes: [] }): Schema {
  const known = new Set(schema.features.map((feature) => feature.name));
  const unknown = Object.keys(features).find((name) => !known.has(name));
  if (unknown !== undefined) throw new ModelError(label, `the feature "${unknown}"`, `features of the model: ${[...known].join(', ')}`);
  const entryOf = (name: string) => (Object.hasOwn(features, name) ? features[name] : undefined);
  return {
    ...schema,
    features: schema.features.map((feature) => withPipeline(feature, withSidecar(feature, entryOf(feature.name), label, read))),
  };
}

/** A feature with what a pipeline does to it, which no sidecar changes. */
function withPipeline(before: Feature, after: Feature): Feature {
  if (after === before) return before;
  const required = before.required ? { required: before.required } : {};
  const others = before.type === 'factor' && before.others !== undefined ? { others: before.others } : {};
  return { ...after, ...required, ...others };
}

function withSidecar(feature: Feature, given: FeatureSidecar | undefined, label: string, read: Read): Feature {
  if (!given) return feature;
  const isRead = read.numbers.includes(feature.name) && !read.codes.includes(feature.name);
  const entry = isRead ? withoutNumbers(given) : given;
  const at = `${label}, feature "${feature.name}"`;
  if (feature.type === 'factor' && entry.type !== undefined && entry.type !== 'factor') {
    throw new ModelError(at, `the type ${entry.type}`, 'factor, as in the model file');
  }
  const shown = { name: feature.name, ...(entry.label === undefined ? {} : { label: entry.label }) };
  const type = entry.type ?? (entry.levels ? 'factor' : feature.type);
  const isNumeric = type === 'number' || type === 'integer64';
  const isTime = type === 'date' || type === 'datetime';
  const limits = entry.min ?? entry.max;
  if (!isNumeric && (entry.step ?? (isTime ? undefined : limits)) !== undefined)
    throw new ModelError(at, 'min, max or step', `none for a ${type}`);
  if (!isNumeric && entry.unit !== undefined) throw new ModelError(at, 'a unit', `none for a ${type}`);
  if (entry.words && type !== 'factor') throw new ModelError(at, 'words', `none for a ${type}`);
  if (entry.levels && type !== 'factor') throw new ModelError(at, 'levels', `none for a ${type}`);
  if (entry.timeZone !== undefined && type !== 'datetime') throw new ModelError(at, 'a time zone', `none for a ${type}`);
  switch (type) {
    case 'factor': {
      const levels = levelsOf(feature, entry);
      if (!levels) throw new ModelError(at, 'a factor without levels', 'its levels, in R: levels(data$column)');
      if (new Set(levels).size !== levels.length) throw new ModelError(at, 'a level twice', 'each once');
      if (feature.type === 'factor' && JSON.stringify(feature.levels) !== JSON.stringify(levels)) {
        const show = (levels: Level[]) => levels.map((level) => level ?? 'NA').join(', ');
        throw new ModelError(at, `levels ${show(levels)}`, `those of the model file: ${show(feature.levels)}`);
      }
      if (feature.type !== 'factor') checkRead(feature.name, levels, read, at);
      const first = entry.default;
      if (first !== undefined && (typeof first !== 'string' || !levels.includes(first)))
        throw new ModelError(at, `the default ${first}`, 'one of its levels');
      const { words } = entry;
      const known = new Set(levels);
      const strange = Object.keys(words ?? {}).find((level) => !known.has(level));
      if (strange !== undefined) throw new ModelError(at, `words for "${strange}"`, `one of its levels: ${levels.join(', ')}`);
      return { ...shown, type, levels, ...(first === undefined ? {} : { default: first as string }), ...(words ? { words } : {}) };
    }
    case 'logical':
      if (entry.default !== undefined && typeof entry.default !== 'boolean')
        throw new ModelError(at, `the default ${entry.default}`, 'true or false');
      return { ...shown, type, ...(entry.default === undefined ? {} : { default: entry.default }) };
    case 'date':
    case 'datetime':
      return timeWithSidecar(feature, type, entry, shown, at);
    case 'number':
    case 'integer64': {
      const { min, max, step, unit, default: first } = entry;
      for (const [what, value] of Object.entries({ default: first, min, max })) {
        if (value !== undefined && typeof value !== 'number') throw new ModelError(at, `the ${what} ${value}`, 'a number');
        const isWhole = typeof value !== 'number' || (Number.isInteger(value) && value >= 0 && value <= MAX_INTEGER64);
        if (type === 'integer64' && !isWhole) throw new ModelError(at, `the ${what} ${value}`, 'a whole number from 0 to 2^53');
      }
      if (min !== undefined && max !== undefined && min >= max) throw new ModelError(at, `min ${min} and max ${max}`, 'min below max');
      const given = Object.fromEntries(Object.entries({ min, max, step, unit, default: first }).filter(([, value]) => value !== undefined));
      const range = (feature.type === 'number' || feature.type === 'integer64') && feature.range ? { range: feature.range } : {};
      // Ends that the model file itself has, where the sidecar has none.
      const hasEnds = feature.type === 'number' && type === 'number' && min === undefined && max === undefined;
      const ends = hasEnds && feature.min !== undefined && feature.max !== undefined ? { min: feature.min, max: feature.max } : {};
      return { ...shown, type, ...range, ...ends, ...given } as Feature;
    }
  }
}

/**
 * A factor's levels. Those that R wrote may be more than the model's: a level that no training row had is none of the model's, and
 * R's predict() refuses it. They may stand in another order: R's predict() goes by the labels, and ranger puts levels into an order of its own.
 */
function levelsOf(feature: Feature, { levels, rType }: FeatureSidecar): Level[] | undefined {
  const before = feature.type === 'factor' ? feature.levels : undefined;
  if (!levels || !before || rType === undefined) return levels ?? before;
  const given = new Set(levels);
  return before.every((level) => given.has(level)) ? before : levels;
}

/** What R wrote of a factor whose levels are numbers, where the formula reads the numbers: factor(cyl) of a cyl that is a factor already. */
function withoutNumbers(entry: FeatureSidecar): FeatureSidecar {
  const { levels, default: first, ...rest } = entry;
  const areNumbers = entry.rType !== undefined && levels?.every((level) => level !== null && DECIMAL.test(level));
  return areNumbers ? { ...rest, ...(typeof first === 'string' ? { default: Number(first) } : {}) } : entry;
}

/** Refuses levels whose codes the formula would take for the numbers that it reads. */
function checkRead(name: string, levels: Level[], { numbers, codes }: Read, at: string): void {
  if (numbers.includes(name))
    throw new ModelError(at, 'levels', 'none: the formula reads its numbers, or TRUE and FALSE, which callers send');
  if (codes.includes(name) && levels.some((level) => level !== null && DECIMAL.test(level)))
    throw new ModelError(
      at,
      'levels that are numbers',
      'none: as.numeric() in the formula gives the numbers of a text and the codes of a factor',
    );
}

/** A date or a time as a sidecar describes it: its limits and its default are texts that this type takes. */
function timeWithSidecar(
  feature: Feature,
  type: 'date' | 'datetime',
  entry: FeatureSidecar,
  shown: Pick<Feature, 'name' | 'label'>,
  at: string,
): Feature {
  const timeZone = entry.timeZone ?? (feature.type === 'datetime' ? feature.timeZone : undefined);
  if (entry.timeZone !== undefined && !isTimeZone(entry.timeZone))
    throw new ModelError(at, `the time zone ${entry.timeZone}`, 'an IANA name such as America/Sao_Paulo');
  const read = (text: string) => (type === 'date' ? parseDate(text) : parseDatetime(text, timeZone));
  const { min, max, default: first } = entry;
  for (const [what, value] of Object.entries({ min, max, default: first })) {
    if (value === undefined || (typeof value === 'string' && typeof read(value) === 'number')) continue;
    throw new ModelError(at, `the ${what} ${value}`, type === 'date' ? 'a date as "2024-01-31"' : 'a time as "2024-01-31T12:00:00Z"');
  }
  if (min !== undefined && max !== undefined && Number(read(String(min))) >= Number(read(String(max))))
    throw new ModelError(at, `min ${min} and max ${max}`, 'min below max');
  const range = feature.type === type && feature.range ? { range: feature.range } : {};
  const given = Object.fromEntries(Object.entries({ min, max, timeZone, default: first }).filter(([, value]) => value !== undefined));
  return { ...shown, type, ...range, ...given } as Feature;
}
