import { answerColumns, type Cell, cellOf } from '../../schema/answer-columns.ts';
import type { ExplainAsk, ExplainOutput, Loss } from '../../schema/explain-ask.ts';
import { explainMs } from '../../schema/explanation.ts';
import { defaultParameters } from '../../schema/parameters.ts';
import type { FormModel } from '../html/form.ts';

/** The longest that the reasons of one answer may take a server, in milliseconds: they are asked for whenever an input moves. */
const MOST_MS = 500;
/** Most rows whose lines stand beside a curve, and most values of them that the page carries. */
const [MOST_LINES, MOST_VALUES] = [12, 2_400];

/** How important each feature is, by its place: what it adds or takes away on average, and how much worse the answers get with it shuffled. */
export type PageImportance = { means: number[]; output: ExplainOutput; shuffled?: number[]; loss?: Loss; base?: number };

/** What the page's script gets of a model's explanations, as far as the artifact has it. */
export type PageExplained = {
  /** How the reasons of an answer are asked for, where the model has some that come soon; and how many milliseconds those of a row take a server. */
  explain?: ExplainAsk;
  explainMs?: number;
  importance?: PageImportance;
  /** Rows that are made up, beside which a curve can be looked at. */
  others?: Cell[][];
};

/** What the page says of a model's explanations. */
export function explainedOf({ schema }: FormModel): PageExplained {
  const { importance, permutation, ways = [] } = schema.explain ?? {};
  const asked = explainOf(schema);
  const others = othersOf(schema);
  const shuffled = permutation && { shuffled: [...permutation.increases], loss: permutation.loss, base: permutation.base };
  return {
    ...(asked ? { explain: asked, explainMs: msOf(schema, asked) } : {}),
    ...(importance ? { importance: { means: [...importance], output: ways[0]?.outputs[0] ?? 'response', ...shuffled } } : {}),
    ...(others.length > 0 ? { others } : {}),
  };
}

/**
 * What is asked of an explanation: the number that is the answer, where the model has a way to it, else a sum that the answer is made from.
 * Undefined where nothing can be explained, or a row may take longer than MOST_MS.
 */
function explainOf(schema: FormModel['schema']): ExplainAsk | undefined {
  const asks = (schema.explain?.ways ?? []).flatMap(({ background, outputs }) => outputs.map((output) => ({ background, output })));
  // Of a curve over time people see the chance to live on, and no hazard.
  const shown = schema.kind === 'survival' ? asks.filter(({ output }) => output === 'probability') : asks;
  const soon = shown.filter((ask) => msOf(schema, ask) <= MOST_MS);
  const isSum = ['link', 'lp', 'margin'].includes(defaultParameters(schema).type);
  return soon.find(({ output }) => (output === 'margin') === isSum) ?? soon[0];
}

/** How many milliseconds a row takes at most, be it whole or not. */
function msOf(schema: FormModel['schema'], explain: ExplainAsk): number {
  const width = schema.features.length;
  const each = [0, Number.NaN].map((value) =>
    explainMs(schema, { rows: new Float64Array(width).fill(value), count: 1, parameters: { explain } }),
  );
  return Math.max(...each);
}

/** The first made-up background rows, as values of the form. */
function othersOf({ features, explain }: FormModel['schema']): Cell[][] {
  // A 64-bit integer's double is no number.
  const isReadable = features.every(({ type }) => type !== 'integer64');
  const rows = (isReadable && explain?.drawnRows) || new Float64Array(0);
  const columns = answerColumns(features);
  const count = Math.min(MOST_LINES, Math.floor(MOST_VALUES / features.length), rows.length / features.length);
  return Array.from({ length: count }, (_, row) => columns.map((column, at) => cellOf(column, rows[row * features.length + at]!)));
}
