import { describeModel } from '../../shared/api/routes.ts';
import { failedCheck, type Model } from '../../shared/artifact.ts';
import { count } from '../../shared/bodies/measures.ts';
import { provenText } from '../../shared/proof/proof.ts';
import { type StepChange, stepChanges, type TrainingCard } from '../../shared/schema/card.ts';
import type { Feature, Label, Level } from '../../shared/schema/features.ts';
import { expectedOf, PARAMETERS, type ParameterTable } from '../../shared/schema/parameter-table.ts';
import { answerTypes } from '../../shared/schema/parameters.ts';
import { takenParameters } from '../../shared/schema/read-parameters.ts';
import { printable } from './printable.ts';

/** Most levels or classes that are shown of one feature or model. */
const SHOWN = 12;

/** A model file or artifact that was read: its path, its size in bytes, and the model in it. */
export type LoadedFile = { file: string; bytes: number; model: Model };

/** What GET /model says of a model, with its file and the measures of its body. */
export function describeFile({ file, bytes, model }: LoadedFile, table: ParameterTable = PARAMETERS) {
  const { name, numbers } = model.body.kind.measure(model.body.data);
  return {
    ...describeModel(model),
    [name]: numbers,
    checkRows: model.checks.rows.length / model.schema.features.length,
    failedCheck: failedCheck(model) ?? null,
    types: answerTypes(model.schema),
    parameters: takenParameters(model.schema, table).map(({ name, entry }) => ({
      ...{ name, summary: entry.summary, expected: expectedOf(entry, model.schema) },
    })),
    notServed: notServed(model),
    file: { path: file, bytes },
  };
}

/** The same as lines for people, in aligned columns. */
export function describeText(loaded: LoadedFile, parameters: ParameterTable = PARAMETERS): string {
  const about = describeFile(loaded, parameters);
  const { schema, card, body } = loaded.model;
  const { name, text } = body.kind.measure(body.data);
  const facts: [string, string][] = [
    ['name', about.name],
    ...(card.title === undefined ? [] : [['title', labelText(card.title)] as [string, string]]),
    ['kind', about.kind],
    ...(about.classes === undefined ? [] : [['classes', list(about.classes)] as [string, string]]),
    [name, text],
    ['missing', about.takesMissing ? 'has an answer for missing values' : 'has no answer for missing values'],
    ['answers', about.types.join(', ')],
    ['parameters', ['type', ...about.parameters.map(({ name }) => name)].join(', ')],
    ...notServed(loaded.model).map((text): [string, string] => ['not served', text]),
    ...(schema.libm === undefined ? [] : [['C library', 'without fused multiplication (--libm plain)'] as [string, string]]),
    ...pipelineOf(loaded.model).map((step, at): [string, string] => [at === 0 ? 'pipeline' : '', `${at + 1} ${stepText(step)}`]),
    ['made by', card.madeBy],
    ...(card.versions === undefined ? [] : [['versions', card.versions] as [string, string]]),
    ['source', `${card.source.file}, sha256 ${card.source.sha256}`],
    ...(card.date === undefined ? [] : [['date', card.date] as [string, string]]),
    ...trainingFacts(card.training),
    ['sha256', about.sha256],
    ['check rows', about.failedCheck ?? `${about.checkRows}, each with the same bits as at import`],
    ...(card.proof ? [["R's predictions", provenText(card.proof)] as [string, string]] : []),
    ['file', `${about.file.path}, ${count(about.file.bytes, 'byte')}`],
  ];
  const head = ['feature', 'type', 'values', 'default', 'label'];
  const features = about.features.map((feature) => [
    feature.name,
    feature.type,
    valuesOf(feature, body.kind.splits ? 'splits' : 'seen'),
    feature.default === undefined ? '' : String(feature.default),
    feature.label === undefined ? '' : labelText(feature.label),
  ]);
  return `${table(facts)}\n\n${table([head, ...features])}\n`;
}

/** What the steps of a model's pipeline do, one after the other. */
function pipelineOf({ card, schema }: Model): StepChange[] {
  const features = schema.features.map(({ name }) => name);
  return stepChanges(card.pipeline ?? [], features);
}

/** A step of a pipeline in words. */
function stepText({ step, changes, adds, drops, skipped }: StepChange): string {
  if (skipped) return `${step}: left out at predict()`;
  const parts = Object.entries({ changes, adds, drops }).flatMap(([verb, names]) => (names.length > 0 ? [`${verb} ${list(names)}`] : []));
  return `${step}: ${parts.join('; ') || 'changes nothing'}`;
}

/** How a model was trained, where its card says. */
function trainingFacts(training: TrainingCard | undefined): [string, string][] {
  if (!training) return [];
  const { rows, columns, formula, seed, rangerSeed, versions, metrics, validation, importance } = training;
  const listed = (numbers: Record<string, number>) =>
    Object.entries(numbers)
      .map(([name, value]) => `${name} ${Number(value.toPrecision(10))}`)
      .join(', ');
  const measures = listed(metrics);
  const first = Object.entries(importance ?? {}).slice(0, SHOWN);
  return [
    ['trained on', `${count(rows, 'row')} of ${count(columns, 'column')}, ${formula}`],
    ['seed', seed === undefined ? String(rangerSeed) : `${seed}, so ranger's seed is ${rangerSeed}`],
    ['equals', `ranger ${versions.ranger}; grown by Node ${versions.node}`],
    ...(measures === '' ? [] : [['out of bag', measures] as [string, string]]),
    ...(validation ? [['validation', `${listed(validation.metrics)}, of ${count(validation.rows, 'row')}`] as [string, string]] : []),
    ...(first.length === 0
      ? []
      : [['importance', first.map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`).join(', ')] as [string, string]]),
  ];
}

/** What R's predict() may be asked for and this model has no answer to, each with the reason. */
function notServed({ schema, body }: Model): string[] {
  return body.kind.notServed?.(schema, body.data) ?? [];
}

/** What a feature takes, as far as the file and its sidecar say. */
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

/** Lines of cells, each column as wide as its widest cell; the last one, and what is left of a line, stays as it is. */
function table(lines: string[][]): string {
  const shown = lines.map((line) => line.map(printable));
  const widths = (shown[0] ?? []).map((_, column) => shown.reduce((most, line) => Math.max(most, [...(line[column] ?? '')].length), 0));
  const pad = (text: string, column: number) => text + ' '.repeat(widths[column]! - [...text].length + 2);
  return shown.map((line) => line.map(pad).join('').trimEnd()).join('\n');
}
