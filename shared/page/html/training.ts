import { type Card, type ModelInfo, stepChanges } from '../../schema/card.ts';
import { TEXTS } from '../words/texts.ts';
import { escapeHtml } from './fields.ts';

/** What a pipeline does to the values before the model has them, step by step; nothing for a model that is none. */
export function pipelineHtml({ card: { pipeline = [] }, schema }: Pick<ModelInfo, 'card' | 'schema'>): string {
  if (pipeline.length === 0) return '';
  const features = schema.features.map(({ name }) => name);
  const rows = stepChanges(pipeline, features).map(({ step, changes, adds, drops, skipped }) => {
    const told: string[] = [columnsHtml('stepChanges', changes), columnsHtml('stepAdds', adds), columnsHtml('stepDrops', drops)].flat();
    const none = `<dd data-text="${skipped ? 'stepSkipped' : 'stepNothing'}">${TEXTS.en[skipped ? 'stepSkipped' : 'stepNothing']}</dd>`;
    return `<dt><code>${escapeHtml(step)}</code></dt>${told.join('') || none}`;
  });
  const summary = `<summary data-text="pipeline">${TEXTS.en.pipeline}</summary>`;
  return `<details id="pipeline">\n${summary}\n<dl class="facts">${rows.join('\n')}</dl>\n</details>\n`;
}

function columnsHtml(verb: 'stepChanges' | 'stepAdds' | 'stepDrops', names: string[]): string[] {
  if (names.length === 0) return [];
  return [`<dd><span class="verb" data-text="${verb}">${TEXTS.en[verb]}</span> ${escapeHtml(names.join(', '))}</dd>`];
}

/** How a model was trained, to be opened by whoever wants to know; nothing where its card does not say. */
export function trainingHtml({ training, source, madeBy, date }: Card): string {
  if (!training) return '';
  const facts: [string, string][] = [
    ['trainingCall', madeBy],
    ['trainingData', `${source.file}: ${training.rows} × ${training.columns}, sha256 ${source.sha256}`],
    ['trainingSeed', training.seed === undefined ? String(training.rangerSeed) : `${training.seed} (ranger ${training.rangerSeed})`],
    [
      'trainingMetrics',
      Object.entries(training.metrics)
        .map(([name, value]) => `${name} ${Number(value.toPrecision(6))}`)
        .join(', '),
    ],
    ...(date === undefined ? [] : [['trainingDate', date] as [string, string]]),
  ];
  const rows = facts.map(([key, value]) => `<dt data-text="${key}">${TEXTS.en[key]}</dt><dd>${escapeHtml(value)}</dd>`).join('\n');
  return `<details id="training">\n<summary data-text="training">${TEXTS.en.training}</summary>\n<dl class="facts">${rows}</dl>\n</details>\n`;
}
