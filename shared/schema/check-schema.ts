import { ModelError } from '../errors.ts';
import { areAnswerColumns } from './answer-columns.ts';
import { type Card, MODEL_NAME } from './card.ts';
import { describe } from './describe-value.ts';
import { areDistinct } from './distinct.ts';
import type { Feature, Kind, Schema } from './features.ts';

const TYPES: string[] = ['number', 'integer64', 'date', 'datetime', 'logical', 'factor'] satisfies Feature['type'][];

/** Holds a schema that came from a file against its type. Throws a ModelError that names the member at fault. */
export function checkSchema(schema: Schema, label: string): void {
  const kinds: string[] = ['regression', 'classification', 'probability', 'survival', 'columns'] satisfies Kind[];
  if (!isRecord(schema)) throw new ModelError(label, describe(schema), 'an object');
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
  if ((schema.kind === 'classification' || schema.kind === 'probability') && !areLabels(schema.classes)) {
    throw new ModelError(`${label}'s classes`, describe(schema.classes), 'labels, each once');
  }
  if ((schema.kind === 'columns' || schema.columns !== undefined) && !areAnswerColumns(schema.columns)) {
    throw new ModelError(`${label}'s columns`, describe(schema.columns), 'columns with name, type and levels, each name once');
  }
  if (schema.kind === 'survival' && !(Array.isArray(schema.times) && schema.times.length > 0 && schema.times.every(Number.isFinite))) {
    throw new ModelError(`${label}'s times`, describe(schema.times), 'finite numbers');
  }
}

/** The member of a feature that is not of its type: the page writes them as they are. */
function oddMember(feature: Feature): string | undefined {
  const defaults = { number: 'number', integer64: 'number', date: 'string', datetime: 'string', logical: 'boolean', factor: 'string' };
  const isTime = feature.type === 'date' || feature.type === 'datetime';
  const isEnd = (value: unknown) => typeof value === (isTime ? 'string' : 'number');
  const { range, min, max, step, default: first, label, unit, timeZone, words } = feature as unknown as Record<string, unknown>;
  const fits = {
    // An infinite split is null in JSON.
    range: Array.isArray(range) && range.every((end) => end === null || isEnd(end)),
    ...{ min: isEnd(min), max: isEnd(max), step: typeof step === 'number' },
    default: typeof first === defaults[feature.type],
    ...{ label: isLabel(label), unit: isLabel(unit), timeZone: typeof timeZone === 'string', words: areWords(words) },
  };
  return Object.entries(fits).find(([name, isGood]) => !isGood && (feature as Record<string, unknown>)[name] !== undefined)?.[0];
}

function isLabel(value: unknown): boolean {
  const { en, pt } = (typeof value === 'object' && value !== null ? value : {}) as { en?: unknown; pt?: unknown };
  return typeof value === 'string' || (typeof en === 'string' && typeof pt === 'string');
}

/** Whether a value has a text for people by each of its names. */
function areWords(value: unknown): boolean {
  return isRecord(value) && Object.values(value as object).every(isLabel);
}

/** Holds a card that came from a file against its type. Throws a ModelError that names the member at fault. */
export function checkCard(card: Card, label: string): void {
  if (!isRecord(card)) throw new ModelError(label, describe(card), 'an object');
  if (typeof card.name !== 'string' || !MODEL_NAME.test(card.name))
    throw new ModelError(`${label}'s name`, describe(card.name), 'letters, digits, dots, dashes and underscores, 63 at most');
  if (!isRecord(card.source)) throw new ModelError(`${label}'s source`, describe(card.source), 'an object');
  if (card.training !== undefined && !isRecord(card.training))
    throw new ModelError(`${label}'s training`, describe(card.training), 'an object');
  for (const name of ['title', 'description', 'limits'] as const) {
    if (card[name] !== undefined && !isLabel(card[name])) throw new ModelError(`${label}'s ${name}`, describe(card[name]), 'a text');
  }
  const { classes } = card.answer ?? {};
  if (classes !== undefined && !areWords(classes))
    throw new ModelError(`${label}'s answer`, 'another form of its classes', 'texts by class');
  if (card.pipeline !== undefined && !(Array.isArray(card.pipeline) && card.pipeline.every(isPipelineStep)))
    throw new ModelError(`${label}'s pipeline`, 'another form', 'steps with their names and columns');
  const metrics = card.training?.metrics;
  if (card.training && !(isRecord(metrics) && Object.values(metrics as object).every((value) => typeof value === 'number')))
    throw new ModelError(`${label}'s training`, 'another form of its metrics', 'numbers by name');
}

/** Whether a value has the rounds of a boosted model. */
function areRounds(value: NonNullable<Schema['rounds']>): boolean {
  return isRecord(value) && isCount(value.all) && isCount(value.used) && isCount(value.trees) && value.used <= value.all;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPipelineStep(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { step, gives = [], drops = [] } = value as { step?: unknown; gives?: unknown; drops?: unknown };
  const areTexts = (list: unknown) => Array.isArray(list) && list.every((text) => typeof text === 'string');
  return typeof step === 'string' && areTexts(gives) && areTexts(drops);
}

/** Whether a value is a list of texts that are not the same. */
function areLabels(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === 'string') && areDistinct(value);
}

/** Whether a value is a list of labels that are not the same; one may be null, R's NA. */
function areLevels(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const texts = value.filter((level) => level !== null);
  return value.length - texts.length <= 1 && (areLabels(texts) || (texts.length === 0 && value.length === 1));
}
