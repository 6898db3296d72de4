import type { Card } from '../../schema/card.ts';
import { TEXTS } from '../words/texts.ts';
import { escapeHtml } from './fields.ts';

/** What a pipeline does to the values before the model has them, step by step; nothing for a model that is none. */
export function pipelineHtml({ pipeline = [] }: Card): string {
  if (pipeline.length === 0) return '';
  const rows = pipeline.map(({ step, gives = [], drops = [], skipped }) => {
    const columns = [...gives.map((name) => `+ ${name}`), ...drops.map((name) => `− ${name}`)].join(', ');
    return `<dt>${escapeHtml(step)}</dt><dd>${skipped ? '—' : escapeHtml(columns || '=')}</dd>`;
  });
  return `<details id="pipeline">\n<summary data-text="pipeline">${TEXTS.en.pipeline}</summary>\n<dl>${rows.join('\n')}</dl>\n</details>\n`;
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
  return `<details id="training">\n<summary data-text="training">${TEXTS.en.training}</summary>\n<dl>${rows}</dl>\n</details>\n`;
}
