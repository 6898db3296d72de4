import type { Model } from '../../../shared/artifact.ts';
import { printable } from '../../artifact/printable.ts';
import type { TrainedFile } from '../artifact.ts';
import type { Confusion } from './metrics.ts';

/** Most columns whose importance is printed, and classes of a printed confusion matrix. */
const SHOWN_COLUMNS = 20;
const SHOWN_CLASSES = 12;

/** What ranger's print() says of a forest, and more, as lines for a terminal. */
export function reportText({ trained, metrics, card }: TrainedFile, model: Model): string {
  const { frame, settings, data } = trained;
  const facts: [string, string][] = [
    ['name', model.card.name],
    ['call', model.card.madeBy],
    ['seed', `${card.seed === undefined ? '' : `${card.seed}, so ranger's seed is `}${card.rangerSeed}`],
    ['data', `${model.card.source.file}, ${card.rows} rows, ${card.columns} columns, sha256 ${model.card.source.sha256}`],
    ['kind', frame.kind],
    ['trees', String(settings.numTrees)],
    ['features', String(data.columns)],
    ['mtry', String(settings.mtry)],
    ['node size', String(settings.minNodeSize)],
    ['splitrule', settings.splitrule],
    ...Object.entries(metrics.numbers).map(([name, value]): [string, string] => [`oob ${name}`, value.toPrecision(10)]),
    ...(card.validation ? [['validation', `${card.validation.rows} rows`] as [string, string]] : []),
    ...Object.entries(card.validation?.metrics ?? {}).map(([name, value]): [string, string] => [`valid. ${name}`, value.toPrecision(10)]),
    ['sha256', model.sha256],
  ];
  const width = facts.reduce((most, [name]) => Math.max(most, name.length), 0);
  const parts = [facts.map(([name, value]) => printable(`${name.padEnd(width)}  ${value}`)).join('\n')];
  if (metrics.confusion && metrics.confusion.classes.length <= SHOWN_CLASSES) parts.push(confusionText(metrics.confusion));
  if (metrics.importance) parts.push(importanceText(metrics.importance));
  return parts.join('\n\n');
}

/** The confusion matrix with a name at each of its sides, and the share of each true class that is predicted right. */
function confusionText({ classes, counts }: Confusion): string {
  const names = classes.map(printable);
  const size = Math.max(9, ...names.map((name) => name.length));
  const line = (head: string, cells: string[]) => [head.padEnd(size), ...cells.map((cell) => cell.padStart(size))].join('  ').trimEnd();
  const rows = counts.map((ofTruth, at) => {
    const all = ofTruth.reduce((sum, count) => sum + count, 0);
    const right = all === 0 ? '' : `${((100 * ofTruth[at]!) / all).toFixed(1)} %`;
    return line(names[at] as string, [...ofTruth.map(String), right]);
  });
  return ['confusion, out of the bag', line('', ['predicted']), line('true', [...names, 'right']), ...rows].join('\n');
}

function importanceText(importance: [string, number][]): string {
  const shown = importance.slice(0, SHOWN_COLUMNS);
  const most = Math.max(...shown.map(([, value]) => value), Number.MIN_VALUE);
  const size = Math.max(...shown.map(([name]) => printable(name).length));
  const lines = shown.map(([name, value]) => {
    const bar = '#'.repeat(Math.max(0, Math.round((30 * value) / most)));
    return `${printable(name).padEnd(size)}  ${value.toPrecision(6).padStart(13)}  ${bar}`.trimEnd();
  });
  return ['importance', ...lines].join('\n');
}
