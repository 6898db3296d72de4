import type { Schema } from '../../schema/features.ts';
import { pairNames } from '../../schema/pairs.ts';
import type { AnswerType } from '../../schema/parameter-table.ts';

/** What support vectors answer: class first, then chances where the model has them, then what decides between the classes. */
export function vectorAnswers(schema: Schema, { task, probA }: { task: string; probA?: Float64Array }): AnswerType[] {
  if (task === 'regression') return ['response'];
  const decisions = pairNames(schema.classes ?? []) ? (['decision'] as const) : [];
  if (!probA) return ['class', ...decisions];
  return schema.kind === 'probability' ? ['prob', 'class', ...decisions] : ['class', 'prob', ...decisions];
}
