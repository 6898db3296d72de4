import { ModelError } from '../errors.ts';
import { type Hash, isObject, newSection, openSection, sealSection } from '../sections/sections.ts';

/** Most rows of a proof, and most lists of answers to them. */
export const MAX_PROOF_ROWS = 1_000;
export const MAX_PROOF_ANSWERS = 20;

/** What R answered to all rows, in the form of an answer's `predictions` (and `se`), and the parameters under which it did. */
export type ProofAnswer = { parameters: Record<string, unknown>; predictions: unknown[]; se?: unknown[] | undefined };

/** Rows with R's own predictions, by which a model is compared with R wherever it is served. */
export type Proof = {
  /** Who said them: R 4.5.1. */
  by: string;
  /** Whether the rows were drawn, column by column, or are rows of the training data. */
  drawn: boolean;
  /** How far a number may be from R's: in units of the last place, and as a part of the greatest number of its list. */
  ulp: number;
  within: number;
  columns: string[];
  rows: unknown[][];
  answers: ProofAnswer[];
};

/** The bytes of the section. The same proof gives the same bytes. */
export function encodeProof({ by, drawn, ulp, within, columns, rows, answers }: Proof, hash: Hash): Uint8Array {
  return sealSection(newSection('PROOF', { by, drawn, ulp, within, columns, rows, answers }).bytes, hash);
}

/** The proof of such bytes. Throws a ModelError where they were changed, or are of another form. */
export function decodeProof(bytes: Uint8Array, label: string, hash: Hash): Proof {
  const part = `${label}'s section of R's predictions`;
  const { json } = openSection(bytes, part, hash);
  if (!isProof(json)) throw new ModelError(part, 'another form of its JSON', 'rows and answers, one prediction a row');
  return json;
}

function isProof(value: unknown): value is Proof {
  if (!isObject(value)) return false;
  const { by, drawn, ulp, within, columns, rows, answers } = value;
  const isSmall = (number: unknown, most: number) => typeof number === 'number' && number >= 0 && number <= most;
  const isHead = typeof by === 'string' && by.length <= 300 && typeof drawn === 'boolean' && isSmall(ulp, 1e6) && isSmall(within, 1e-6);
  if (!isHead || !isList(columns, 1, 65_535) || !columns.every((name) => typeof name === 'string')) return false;
  if (!isList(rows, 1, MAX_PROOF_ROWS) || !rows.every((row) => isList(row, columns.length, columns.length))) return false;
  const isWhole = (list: unknown) => isList(list, rows.length, rows.length);
  const isAnswer = (one: unknown) =>
    isObject(one) && isObject(one.parameters) && isWhole(one.predictions) && (one.se === undefined || isWhole(one.se));
  return isList(answers, 1, MAX_PROOF_ANSWERS) && answers.every(isAnswer);
}

function isList(value: unknown, least: number, most: number): value is unknown[] {
  return Array.isArray(value) && value.length >= least && value.length <= most;
}
