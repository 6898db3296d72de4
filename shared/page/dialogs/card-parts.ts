import type { PageData, PageFeature } from '../base/data.ts';
import { make } from '../base/dom.ts';
import type { PageImportance } from '../base/explained.ts';
import { className, inWords, isShare, nameOf, readable } from '../base/reading.ts';
import { levelLabel } from '../html/fields.ts';
import { laterWords } from '../words/texts-later.ts';
import type { Words } from '../words/words.ts';

/** The model card: what it predicts, from what, what made it, and where it ends. */
export function cardParts(data: PageData, base: Words): Node[] {
  const words = laterWords(base);
  const { card, kind, classes, features, sha256 } = data;
  const { text, label } = words;
  const parts: Node[] = card.description === undefined ? [] : [make('p', {}, label(card.description))];
  const list = make('dl', { className: 'facts' });
  const fact = (key: string, ...told: (Node | string)[]) => list.append(make('dt', {}, text(key)), make('dd', {}, ...told));
  fact(
    'card.limits',
    ...[
      card.limits && label(card.limits),
      text(features.some(({ edges }) => edges) ? 'card.trees' : 'card.line'),
      text(card.pipeline ? 'card.near' : 'card.numbers'),
    ].flatMap((told) => (told ? [make('p', {}, told)] : [])),
  );
  if (data.explain) fact('card.why', text('card.whyText'));
  if (data.importance) fact('card.importance', ...importanceParts(data, data.importance, words));
  const answer = card.answer?.label === undefined ? '' : `${label(card.answer.label)}: `;
  fact(
    'card.what',
    `${answer}${text(`kind.${kind}`)}${classes.length > 0 ? `: ${classes.map((name) => inWords(className(data, words, name), name)).join(', ')}` : ''}`,
    ...(card.answer?.meaning === undefined ? [] : [make('p', {}, label(card.answer.meaning))]),
  );
  fact('card.features', make('ul', {}, ...features.map((feature) => make('li', {}, featureText(feature, words)))));
  fact('card.madeBy', make('code', {}, card.madeBy));
  fact('card.source', make('code', {}, card.source.file), make('br'), make('code', { className: 'hash' }, `sha256 ${card.source.sha256}`));
  if (card.date !== undefined) fact('card.date', card.date);
  const { proof } = card;
  if (proof)
    fact(
      'card.proof',
      text('card.proven').replace(/\{(\w+)\}/g, (_, name: keyof typeof proof) => String(proof[name])),
    );
  fact('card.sha', make('code', { className: 'hash' }, sha256));
  return [...parts, list];
}

/** The inputs by how much the model makes of them, and how much worse its answers get with each shuffled. */
function importanceParts(data: PageData, { means, output, shuffled, loss, base }: PageImportance, words: Words): Node[] {
  const { features, order } = data;
  const number = (value: number) => words.number(value, { maximumSignificantDigits: 3 });
  const isScore = output === 'margin';
  const mean = (value: number) =>
    isScore
      ? words.number(value, { maximumSignificantDigits: 4 })
      : isShare(data)
        ? `${words.number(100 * value, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} ${words.text('points')}`
        : readable(data, words, value);
  const lines = order.map((at) => {
    const beside = shuffled ? ` (${shuffled[at]! < 0 ? '' : '+'}${number(shuffled[at]!)})` : '';
    return make('li', {}, `${nameOf(features[at] as PageFeature, words)}: ${mean(means[at]!)}${beside}`);
  });
  const told = words
    .text('card.shuffled')
    .replace('{loss}', words.text(`loss.${loss}`))
    .replace('{base}', number(base ?? 0));
  return [make('p', {}, `${words.text('card.importanceText')}${shuffled ? ` ${told}` : ''}`), make('ol', {}, ...lines)];
}

function featureText(feature: PageFeature, words: Words): string {
  const name = nameOf(feature, words);
  if (feature.type === 'factor')
    return `${name}: ${feature.levels
      .slice(0, 20)
      .map((level) => inWords(words.label(levelLabel(feature, level)), level ?? 'NA'))
      .join(', ')}${feature.levels.length > 20 ? '...' : ''}`;
  if (feature.type === 'logical') return `${name}: ${words.text('yes')}, ${words.text('no')}`;
  if (feature.type === 'number' && feature.isSwitch) return `${name}: 0, 1`;
  const { edges } = feature;
  const range = feature.type === 'number' ? (edges ?? feature.range) : feature.range;
  if (!range) return name;
  const [low, high] = range.map((value) => (typeof value === 'string' ? value : words.number(value)));
  if (!edges) return `${name}: ${words.text('card.range')} ${low} ${words.text('to')} ${high}`;
  return `${name}: ${low === high ? `${words.text('card.edge')} ${low}` : `${words.text('card.edges')} ${low} ${words.text('card.and')} ${high}`}`;
}
