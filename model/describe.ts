import { failedCheck, type Model } from '../shared/artifact.ts';
import { depth, treeCount } from '../shared/bodies/forest/forest.ts';
import type { Feature, Label, Level, TrainingCard } from '../shared/features.ts';
import type { Body } from '../shared/predict.ts';
import { describeModel } from '../shared/routes.ts';

/** Most levels or classes that are shown of one feature or model. */
const SHOWN = 12;

/** A model file or artifact that was read: its path, its size in bytes, and the model in it. */
export type LoadedFile = { file: string; bytes: number; model: Model };

/** What GET /model tells of a model, with its file and the measures of what computes. */
export function describeFile({ file, bytes, model }: LoadedFile) {
  return {
    ...describeModel(model),
    ...measures(model),
    checkRows: model.checks.rows.length / model.schema.features.length,
    failedCheck: failedCheck(model) ?? null,
    types: model.schema.types ?? ['response'],
    notServed: notServed(model),
    file: { path: file, bytes },
  };
}

/** The size of what computes, under the name of its family. */
function measures({ forest, rpart, linear }: Body) {
  const leavesOf = (left: Uint32Array) => left.reduce((sum, child) => sum + (child === 0 ? 1 : 0), 0);
  if (rpart) return { rpart: { nodes: rpart.left.length, leaves: leavesOf(rpart.left), splits: rpart.input.length } };
  if (linear) return { linear: { coefficients: linear.coefficients.length, offsets: linear.offsets.length, link: linkName(linear) } };
  return { forest: { trees: treeCount(forest), nodes: forest.left.length, leaves: leavesOf(forest.left), depth: depth(forest) } };
}

function linkName({ link, lambda }: { link: string; lambda?: number }): string {
  return lambda === undefined ? link : `${link}(${lambda})`;
}

/** The same in words. */
function measuresText(told: ReturnType<typeof measures>): [string, string] {
  if (told.rpart) {
    const { nodes, leaves, splits } = told.rpart;
    return ['tree', `${count(nodes, 'node')} (${count(leaves, 'leaf', 'leaves')}), ${count(splits, 'split')}, surrogates among them`];
  }
  if (told.linear) {
    const { coefficients, offsets, link } = told.linear;
    return ['linear', `${count(coefficients, 'coefficient')}, ${count(offsets, 'offset')}, link ${link}`];
  }
  const { trees, nodes, leaves, depth: splits } = told.forest;
  return [
    'forest',
    `${count(trees, 'tree')}, ${count(nodes, 'node')} (${count(leaves, 'leaf', 'leaves')}), at most ${count(splits, 'split')} deep`,
  ];
}

/** The same as lines for people, in aligned columns. */
export function describeText(loaded: LoadedFile): string {
  const told = describeFile(loaded);
  const { card } = loaded.model;
  const facts: [string, string][] = [
    ['name', told.name],
    ...(card.title === undefined ? [] : [['title', labelText(card.title)] as [string, string]]),
    ['kind', told.kind],
    ...(told.classes === undefined ? [] : [['classes', list(told.classes)] as [string, string]]),
    measuresText(told),
    ['missing', told.takesMissing ? 'has an answer for missing values' : 'has no answer for missing values'],
    ['answers', (told.types ?? ['response']).join(', ')],
    ['parameters', ['type', ...(loaded.model.schema.takes ?? [])].join(', ')],
    ...notServed(loaded.model).map((text): [string, string] => ['not served', text]),
    ['made by', card.madeBy],
    ...(card.versions === undefined ? [] : [['versions', card.versions] as [string, string]]),
    ['source', `${card.source.file}, sha256 ${card.source.sha256}`],
    ...(card.date === undefined ? [] : [['date', card.date] as [string, string]]),
    ...trainingFacts(card.training),
    ['sha256', told.sha256],
    ['check rows', told.failedCheck ?? `${told.checkRows}, each with the same bits as at import`],
    ['file', `${told.file.path}, ${count(told.file.bytes, 'byte')}`],
  ];
  const head = ['feature', 'type', 'values', 'default', 'label'];
  const features = told.features.map((feature) => [
    feature.name,
    feature.type,
    valuesOf(feature, told.linear ? 'seen' : 'splits'),
    feature.default === undefined ? '' : String(feature.default),
    feature.label === undefined ? '' : labelText(feature.label),
  ]);
  return `${table(facts)}\n\n${table([head, ...features])}\n`;
}

/** How a model was trained, where its card says. */
function trainingFacts(training: TrainingCard | undefined): [string, string][] {
  if (!training) return [];
  const { rows, columns, formula, seed, rangerSeed, versions, metrics, importance } = training;
  const measures = Object.entries(metrics).map(([name, value]) => `${name} ${Number(value.toPrecision(10))}`);
  const first = Object.entries(importance ?? {}).slice(0, SHOWN);
  return [
    ['trained on', `${count(rows, 'row')} of ${count(columns, 'column')}, ${formula}`],
    ['seed', seed === undefined ? String(rangerSeed) : `${seed}, so ranger's own ${rangerSeed}`],
    ['equals', `ranger ${versions.ranger}; grown by Node ${versions.node}`],
    ...(measures.length === 0 ? [] : [['out of bag', measures.join(', ')] as [string, string]]),
    ...(first.length === 0
      ? []
      : [['importance', first.map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`).join(', ')] as [string, string]]),
  ];
}

/** What R's predict() may be asked for and this model has no answer to, each with the reason. */
function notServed({ schema, forest }: Model): string[] {
  if (schema.trees === undefined || !forest || !schema.types?.includes('terminalNodes')) return [];
  const types = schema.types ?? [];
  const out: string[] = [];
  if (schema.kind === 'regression' && !types.includes('quantiles')) out.push('quantiles: the forest was grown without quantreg = TRUE');
  if (schema.kind === 'survival' || schema.kind === 'classification') out.push(`se: ranger has no standard errors for ${schema.kind}`);
  else if (!forest.inbag) out.push('se: the forest was grown without keep.inbag = TRUE');
  else out.push('se of more than 20 rows by the infinitesimal jackknife: R calibrates it at random');
  if (!schema.takesMissing) out.push('missing values: the forest has no default children (na.learn, with missing values in training)');
  const bare = schema.features.filter((feature) => feature.type === 'number').length;
  if (bare > 0) out.push('labels of a factor among the features of type number: the file has no levels for it; see model.json or --data');
  return out;
}

/** What a feature takes, as far as the file and its sidecar tell. */
function valuesOf(feature: Feature, seen: 'splits' | 'seen'): string {
  if (feature.type === 'factor') return `${feature.levels.length}: ${list(feature.levels)}`;
  if (feature.type === 'logical') return 'true, false';
  const { range, min, max } = feature;
  if (feature.type === 'date' || feature.type === 'datetime') {
    return range ? `${seen} ${range[0]} to ${range[1]}` : seen === 'splits' ? 'no split' : `${feature.type}s`;
  }
  const splits = range ? `${seen} ${range[0]} to ${range[1]}` : seen === 'splits' ? 'no split' : 'numbers';
  return min === undefined && max === undefined ? splits : `${splits}, slider ${min ?? '...'} to ${max ?? '...'}`;
}

function labelText(label: Label): string {
  return typeof label === 'string' ? label : label.en;
}

function list(texts: Level[]): string {
  const rest = texts.length - SHOWN;
  return `${texts
    .slice(0, SHOWN)
    .map((text) => text ?? 'NA (null)')
    .join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** Lines of cells, each column as wide as its widest cell; the last one, and what is left of a line, stays as it is. */
function table(lines: string[][]): string {
  const shown = lines.map((line) => line.map(printable));
  const widths = (shown[0] ?? []).map((_, column) => shown.reduce((most, line) => Math.max(most, [...(line[column] ?? '')].length), 0));
  const pad = (text: string, column: number) => text + ' '.repeat((widths[column] as number) - [...text].length + 2);
  return shown.map((line) => line.map(pad).join('').trimEnd()).join('\n');
}

/** A text with whatever could move a terminal's cursor or turn its writing around written as an escape. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u${char.codePointAt(0)?.toString(16).padStart(4, '0')}`);
}
