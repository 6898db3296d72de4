import { ModelError } from '../errors.ts';
import { type Card, MAX_DEPTH, MODEL_NAME, type TrainingCard } from './card.ts';
import { areWords, isCount, isLabel, isRecord, isShallow } from './check-schema.ts';
import { describe } from './describe-value.ts';

/** Most characters of a text that a person or a call may have written, and of one that is short. */
const LONG = 2 ** 20;
const SHORT = 1_000;
/** Most values of one of ranger's arguments, and most numbers by name. */
const MOST_VALUES = 2 ** 20;

/** What a member of a card has to be, in words, and whether a value is. */
type Form = { expected: string; fits(value: unknown): boolean };

const text = (most: number): Form => ({
  expected: `a text of at most ${most} characters`,
  fits: (value) => typeof value === 'string' && value.length <= most,
});
const LABEL: Form = { expected: 'a text', fits: isLabel };
const COUNT: Form = { expected: 'a whole number above 0', fits: isCount };
const NUMBER: Form = { expected: 'a number', fits: (value) => typeof value === 'number' };
const FLAG: Form = { expected: 'true or false', fits: (value) => typeof value === 'boolean' };
const SHA256: Form = { expected: '64 hexadecimal digits', fits: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) };
const WORDS: Form = { expected: 'texts by class', fits: areWords };
const NUMBERS: Form = { expected: 'numbers by name', fits: (value) => isRecordOf(value, (one) => typeof one === 'number') };
const ARGUMENTS: Form = { expected: 'numbers, texts and lists of them by name', fits: (value) => isRecordOf(value, isArgument) };
const PIPELINE: Form = {
  expected: 'steps with their names and columns',
  fits: (value) => Array.isArray(value) && value.every(isPipelineStep),
};

/** Checks a card that came from a file against its type. Throws a ModelError that names the member at fault. */
export function checkCard(card: Card, label: string): void {
  if (!isRecord(card)) throw new ModelError(label, describe(card), 'an object');
  if (!isShallow(card)) throw new ModelError(label, 'another form', `values nested at most ${MAX_DEPTH} deep`);
  if (typeof card.name !== 'string' || !MODEL_NAME.test(card.name))
    throw new ModelError(`${label}'s name`, describe(card.name), 'letters, digits, dots, dashes and underscores, 63 at most');
  for (const name of ['title', 'description', 'limits'] as const) allow(card[name], LABEL, `${label}'s ${name}`);
  need(card.madeBy, text(LONG), `${label}'s madeBy`);
  for (const name of ['versions', 'mathLibrary', 'date'] as const) allow(card[name], text(SHORT), `${label}'s ${name}`);
  const source = recordOf(card.source, `${label}'s source`);
  need(source.file, text(SHORT), `${label}'s source: its file`);
  need(source.sha256, SHA256, `${label}'s source: its sha256`);
  allow(card.pipeline, PIPELINE, `${label}'s pipeline`);
  if (card.answer !== undefined) {
    const answer = recordOf(card.answer, `${label}'s answer`);
    for (const name of ['label', 'unit', 'meaning'] as const) allow(answer[name], LABEL, `${label}'s answer: its ${name}`);
    allow(answer.percent, FLAG, `${label}'s answer: its percent`);
    allow(answer.classes, WORDS, `${label}'s answer: its classes`);
  }
  if (card.training !== undefined) checkTraining(card.training, `${label}'s training`);
  if (card.proof === undefined) return;
  const proof = recordOf(card.proof, `${label}'s proof`);
  need(proof.rows, COUNT, `${label}'s proof: its rows`);
  need(proof.agreed, NUMBER, `${label}'s proof: its agreed`);
  need(proof.by, text(SHORT), `${label}'s proof: its by`);
  need(proof.drawn, FLAG, `${label}'s proof: its drawn`);
}

function checkTraining(training: TrainingCard, label: string): void {
  const card = recordOf(training, label);
  for (const name of ['rows', 'columns'] as const) need(card[name], COUNT, `${label}: its ${name}`);
  need(card.formula, text(LONG), `${label}: its formula`);
  need(card.arguments, ARGUMENTS, `${label}: its arguments`);
  allow(card.seed, NUMBER, `${label}: its seed`);
  need(card.rangerSeed, NUMBER, `${label}: its rangerSeed`);
  const versions = recordOf(card.versions, `${label}: its versions`);
  for (const name of ['ranger', 'node'] as const) need(versions[name], text(SHORT), `${label}: its version of ${name}`);
  need(card.metrics, NUMBERS, `${label}: its metrics`);
  allow(card.importance, NUMBERS, `${label}: its importance`);
  if (card.validation === undefined) return;
  const validation = recordOf(card.validation, `${label}: its validation`);
  need(validation.rows, COUNT, `${label}: the rows of its validation`);
  need(validation.metrics, NUMBERS, `${label}: the metrics of its validation`);
}

function need(value: unknown, { expected, fits }: Form, label: string): void {
  if (!fits(value)) throw new ModelError(label, found(value), expected);
}

function found(value: unknown): string {
  return value === undefined ? 'nothing' : describe(value);
}

/** The same of a member that may be missing. */
function allow(value: unknown, form: Form, label: string): void {
  if (value !== undefined) need(value, form, label);
}

function recordOf<Value>(value: Value, label: string): Value {
  if (!isRecord(value)) throw new ModelError(label, found(value), 'an object');
  return value;
}

function isRecordOf(value: unknown, fits: (one: unknown) => boolean): boolean {
  if (!isRecord(value)) return false;
  const members = Object.values(value as object);
  return members.length <= MOST_VALUES && members.every(fits);
}

/** Whether a value is one of ranger's arguments: a number, a text, TRUE or FALSE, or several. */
function isArgument(value: unknown): boolean {
  if (Array.isArray(value)) return value.length <= MOST_VALUES && value.every((one) => !Array.isArray(one) && isArgument(one));
  return typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value.length <= LONG);
}

function isPipelineStep(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { step, gives = [], drops = [], skipped = false } = value as { [name: string]: unknown };
  const areTexts = (list: unknown) => Array.isArray(list) && list.every((one) => typeof one === 'string');
  return typeof step === 'string' && areTexts(gives) && areTexts(drops) && typeof skipped === 'boolean';
}
