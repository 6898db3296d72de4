import type { Model } from '../../shared/artifact.ts';
import { answerColumns, cellOf } from '../../shared/schema/answer-columns.ts';
import type { Feature, Label } from '../../shared/schema/features.ts';
import { type ExplainedRow, type ExplainedRows, type Reason, shortNumber } from './reasons.ts';

/** Explained rows as people read them; `unit` stands behind the numbers that a row starts and ends at. */
export type WordedRows = ExplainedRows & { unit: string };

/** A label in English, in which the report is. */
export function english(label: Label): string {
  return typeof label === 'string' ? label : label.en;
}

/** What people see of a text that the model knows: the sidecar's words where it has some. */
export function wordsOf(words: Record<string, Label> | undefined, text: string): string {
  return words && Object.hasOwn(words, text) ? english(words[text]!) : text;
}

/** The rows with the sidecar's words for levels and classes, the units of values, and shares in percent, as the page has them. */
export function inWords(model: Model, explained: ExplainedRows): WordedRows {
  const { schema, card } = model;
  const isShare = isShareOf(model, explained);
  const scale = isShare ? 100 : 1;
  const columns = answerColumns(schema.features);
  const reasonOf = (reason: Reason, at: number): Reason => {
    const value = textOf(schema.features[at]!, cellOf(columns[at]!, reason.place));
    return { ...reason, value, adds: scale * reason.adds, error: reason.error === undefined ? undefined : scale * reason.error };
  };
  const rows = explained.rows.map(
    (row): ExplainedRow => ({
      number: scale * row.number,
      class: row.class === undefined ? undefined : wordsOf(card.answer?.classes, row.class),
      baseline: scale * row.baseline,
      rounding: scale * row.rounding,
      reasons: row.reasons.map(reasonOf),
    }),
  );
  const unit = explained.explain.output === 'margin' ? '' : english(card.answer?.unit ?? '');
  return { ...explained, rows, unit: isShare ? '%' : unit && ` ${unit}` };
}

/** Whether the explained numbers are shares of 1. */
function isShareOf({ schema: { kind }, card }: Model, { explain: { output } }: ExplainedRows): boolean {
  if (output === 'margin') return false;
  return output === 'probability' || kind === 'probability' || kind === 'classification' || card.answer?.percent === true;
}

function textOf(feature: Feature, cell: number | string | boolean | null): string {
  if (cell === null) return 'missing';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (feature.type === 'factor') return wordsOf(feature.words, String(cell));
  const unit = 'unit' in feature && feature.unit !== undefined ? ` ${english(feature.unit)}` : '';
  return `${typeof cell === 'number' ? shortNumber(cell) : String(cell)}${unit}`;
}
