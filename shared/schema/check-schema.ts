import { ModelError } from '../errors.ts';
import { areAnswerColumns } from './answer-columns.ts';
import { MAX_DEPTH } from './card.ts';
import { describe } from './describe-value.ts';
import { areDistinct } from './distinct.ts';
import type { Feature, Kind, Schema } from './features.ts';

const TYPES: string[] = ['number', 'integer64', 'date', 'datetime', 'logical', 'factor'] satisfies Feature['type'][];

/** Checks a schema that came from a file against its type. Throws a ModelError that names the member at fault. */
export function checkSchema(schema: Schema, label: string): void {
  const kinds: string[] = ['regression', 'classification', 'probability', 'survival', 'columns'] satisfies Kind[];
  if (!isRecord(schema)) throw new ModelError(label, describe(schema), 'an object');
  if (!isShallow(schema)) throw new ModelError(label, 'another form', `values nested at most ${MAX_DEPTH} deep`);
  if (!kinds.includes(schema.kind)) throw new ModelError(`${label}'s kind`, describe(schema.kind), `one of ${kinds.join(', ')}`);
  if (!Array.isArray(schema.features) || schema.features.length === 0) {
    throw new ModelError(`${label}'s features`, describe(schema.features), 'an array with at least one');
  }
  for (const list of [schema.types, schema.takes]) {
    if (list !== undefined && !areLabels(list)) throw new ModelError(`${label}'s types and parameters`, describe(list), 'names, each once');
  }
  if (schema.trees !== undefined && !Number.isInteger(schema.trees))
    throw new ModelError(`${label}'s trees`, describe(schema.trees), 'a whole number');
  if (schema.libm !== undefined && schema.libm !== 'plain')
    throw new ModelError(`${label}'s libm`, describe(schema.libm), 'plain, or none');
  if (schema.rounds !== undefined && !areRounds(schema.rounds)) {
    throw new ModelError(`${label}'s rounds`, 'other numbers', 'all rounds, those that are used, and the trees of each');
  }
  if (schema.margins !== undefined && !isCount(schema.margins))
    throw new ModelError(`${label}'s margins`, describe(schema.margins), 'a whole number above 0');
  if (schema.terms !== undefined && !areLabels(schema.terms))
    throw new ModelError(`${label}'s terms`, describe(schema.terms), 'names, each once');
  if (schema.chosen !== undefined && !areLabels(schema.chosen))
    throw new ModelError(`${label}'s chosen penalties`, describe(schema.chosen), 'names, each once');
  schema.features.forEach((feature, at) => {
    const known = isRecord(feature) && TYPES.includes(feature.type) && typeof feature.name === 'string';
    if (!known || (feature.type === 'factor' && !areLevels(feature.levels))) {
      throw new ModelError(`${label}'s feature ${at + 1}`, 'another form', 'name, type and levels');
    }
    const odd = oddMember(feature);
    if (odd) throw new ModelError(`${label}'s feature ${at + 1}`, `another form of its ${odd}`, 'texts and numbers as a sidecar has them');
  });
  if (!areDistinct(schema.features.map((feature) => feature.name))) {
    throw new ModelError(`${label}'s features`, 'a name twice', 'a name for each');
  }
  const isOfClasses = schema.kind === 'classification' || schema.kind === 'probability';
  if ((isOfClasses || schema.classes !== undefined) && !areLabels(schema.classes)) {
    throw new ModelError(`${label}'s classes`, describe(schema.classes), 'labels, each once');
  }
  if ((schema.kind === 'columns' || schema.columns !== undefined) && !areAnswerColumns(schema.columns)) {
    throw new ModelError(`${label}'s columns`, describe(schema.columns), 'columns with name, type and levels, each name once');
  }
  if ((schema.kind === 'survival' || schema.times !== undefined) && !areTimes(schema.times)) {
    throw new ModelError(`${label}'s times`, describe(schema.times), 'finite numbers');
  }
}

/** Checks a schema of an artifact, which must not say what only who opens one finds: it would be believed. Throws a ModelError. */
export function checkStored(schema: Schema, label: string): void {
  checkSchema(schema, label);
  const found = FOUND_MEMBERS.find((name) => Object.hasOwn(schema, name));
  const isFound = schema.features.some((feature) => Object.hasOwn(feature, 'placeOfNew'));
  if (found || isFound) throw new ModelError(label, `the member ${found ?? 'placeOfNew'}`, 'none, which the artifact does not keep');
}

/** What an artifact's schema has not: it is found where one is opened. */
const FOUND_MEMBERS = ['inputs', 'explain', 'intervals', 'later', 'beginTexts'] satisfies (keyof Schema)[];

/** The member of a feature that is not of its type: the page writes them as they are. */
function oddMember(feature: Feature): string | undefined {
  const defaults = { number: 'number', integer64: 'number', date: 'string', datetime: 'string', logical: 'boolean', factor: 'string' };
  const isTime = feature.type === 'date' || feature.type === 'datetime';
  const isEnd = (value: unknown) => typeof value === (isTime ? 'string' : 'number');
  const {
    range,
    min,
    max,
    step,
    default: first,
    label,
    unit,
    timeZone,
    words,
    others,
    required,
  } = feature as unknown as Record<string, unknown>;
  const fits = {
    // An infinite split is null in JSON.
    range: Array.isArray(range) && range.every((end) => end === null || isEnd(end)),
    ...{ min: isEnd(min), max: isEnd(max), step: typeof step === 'number' },
    default: typeof first === defaults[feature.type],
    ...{ others: others === 'missing' || others === 'new', required: typeof required === 'boolean' },
    ...{ label: isLabel(label), unit: isLabel(unit), timeZone: typeof timeZone === 'string', words: areWords(words) },
  };
  return Object.entries(fits).find(([name, isGood]) => !isGood && (feature as Record<string, unknown>)[name] !== undefined)?.[0];
}

/** Whether a value is a text for people: one, or one a language. */
export function isLabel(value: unknown): boolean {
  const { en, pt } = (typeof value === 'object' && value !== null ? value : {}) as { en?: unknown; pt?: unknown };
  return typeof value === 'string' || (typeof en === 'string' && typeof pt === 'string');
}

/** Whether a value has a text for people by each of its names. */
export function areWords(value: unknown): boolean {
  return isRecord(value) && Object.values(value as object).every(isLabel);
}

/** Whether a value is nested at most MAX_DEPTH deep. It is looked at level by level: what writes it as JSON would run out of stack. */
export function isShallow(value: unknown): boolean {
  let level: unknown[] = [[value]];
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    const inner: unknown[] = [];
    for (const outer of level) {
      // A factor may have a million levels, which are not copied.
      for (const one of Array.isArray(outer) ? outer : Object.values(outer as object))
        if (typeof one === 'object' && one !== null) inner.push(one);
    }
    if (inner.length === 0) return true;
    level = inner;
  }
  return false;
}

/** Whether a value has the rounds of a boosted model. */
function areRounds(value: NonNullable<Schema['rounds']>): boolean {
  return isRecord(value) && isCount(value.all) && isCount(value.used) && isCount(value.trees) && value.used <= value.all;
}

/** Whether a value is a whole number above 0. */
export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** Whether a value is an object, and neither an array nor null. */
export function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a list of texts that are not the same. */
function areLabels(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === 'string') && areDistinct(value);
}

/** Whether a value is a list of finite numbers. */
function areTimes(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);
}

/** Whether a value is a list of labels that are not the same; one may be null, R's NA. */
function areLevels(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const texts = value.filter((level) => level !== null);
  return value.length - texts.length <= 1 && (areLabels(texts) || (texts.length === 0 && value.length === 1));
}
