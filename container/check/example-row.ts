import { boundedText } from './bounded-text.ts';

/** One row of a model's features: its values as JSON has them, and the same as a line of CSV. */
export type ExampleRow = { values: unknown[]; row: string };

/** How long each question may take, in milliseconds, and how long its answer may be, in bytes. */
const [WITHIN, MOST] = [5_000, 4_000_000];
/** Most values of a row. */
const MOST_VALUES = 100_000;
/** A value that every model takes of a tensor's datatype, where its metadata say nothing of levels. */
const TENSOR_VALUES: Record<string, unknown> = { BOOL: true };

/**
 * Finds a row that a container's model takes, by asking the container: `/model` (of canopy) lists features with their defaults,
 * ranges and levels; the Open Inference Protocol V2 lists names and types. Throws an Error that asks for --row where neither does.
 */
export async function findRow(url: string): Promise<ExampleRow> {
  const model = (await ask(url, '/model')) as { features?: unknown } | undefined;
  if (Array.isArray(model?.features)) return rowOf(model.features.map(valueOfFeature));
  const tried = ['/model'];
  for (const name of await namesOf(url)) {
    const path = `/v2/models/${encodeURIComponent(name)}`;
    tried.push(path);
    const metadata = (await ask(url, path)) as { inputs?: unknown } | undefined;
    if (!Array.isArray(metadata?.inputs)) continue;
    const inputs = metadata.inputs as { name?: unknown; datatype?: unknown; shape?: unknown }[];
    const texts = inputs.filter(({ datatype }) => datatype === 'BYTES').map((input) => String(input.name));
    if (texts.length > 0)
      throw new Error(`--row: found none; ${path} does not say which texts ${texts.join(', ')} takes, expected --row CSV`);
    const count = inputs.reduce((sum, { shape }) => sum + width(shape), 0);
    if (count > MOST_VALUES) throw new Error(`--row: found ${path} with ${count} values, expected at most ${MOST_VALUES}, or --row CSV`);
    return rowOf(inputs.flatMap(({ datatype, shape }) => Array(width(shape)).fill(TENSOR_VALUES[String(datatype)] ?? 0)));
  }
  throw new Error(`--row: found none, and ${tried.join(', ')} of ${url} list no features; expected --row CSV, one row without a header`);
}

/** Reads a row of --row: fields between commas, a text with a comma in double quotes. */
export function readRow(row: string): ExampleRow {
  const fields = Array.from(
    row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g),
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
  return { row, values: fields.map((field) => (field !== '' && Number.isFinite(Number(field)) ? Number(field) : field)) };
}

function rowOf(values: unknown[]): ExampleRow {
  const cell = (value: unknown) =>
    value === null ? '' : /[",\n\r]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  return { values, row: values.map(cell).join(',') };
}

/** What `/model` says of a feature, as far as it is needed here. */
type Feature = { type?: string; default?: unknown; levels?: unknown[]; range?: unknown[]; min?: unknown };

function valueOfFeature(feature: Feature): unknown {
  if (feature.default !== undefined) return feature.default;
  const level = feature.levels?.find((one) => one !== null);
  if (level !== undefined) return level;
  const first: Record<string, unknown> = { logical: true, date: '2024-01-31', datetime: '2024-01-31T12:00:00Z' };
  return feature.range?.[0] ?? feature.min ?? first[feature.type ?? ''] ?? 0;
}

/** How many features one tensor holds: all of them where its second dimension says so. */
function width(shape: unknown): number {
  const [, second] = Array.isArray(shape) ? shape : [];
  return typeof second === 'number' && second > 0 && second <= MOST_VALUES ? second : 1;
}

/** The names of the models that a container serves, as it lists them: by KServe's list, SageMaker's, or canopy's metrics. */
async function namesOf(url: string): Promise<string[]> {
  const listed = [(await ask(url, '/v2/models')) ?? {}, (await ask(url, '/models')) ?? {}] as { models?: unknown }[];
  const names = listed.flatMap(({ models }) => (Array.isArray(models) ? models : [])) as (string | { name?: string; modelName?: string })[];
  const metrics = (await askText(url, '/metrics')) ?? '';
  const info = metrics.split('\n').find((line) => line.startsWith('canopy_model_info{')) ?? '';
  const named = /[{,]name="([^"]{1,200})"/.exec(info)?.[1];
  return [
    ...new Set([
      ...(named === undefined ? [] : [named]),
      ...names.map((one) => (typeof one === 'string' ? one : (one.modelName ?? one.name ?? ''))),
    ]),
  ]
    .filter((name) => name !== '')
    .slice(0, 10);
}

/** The JSON document at a path; undefined where there is none. */
async function ask(url: string, path: string): Promise<unknown> {
  const text = await askText(url, path);
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function askText(url: string, path: string): Promise<string | undefined> {
  try {
    const response = await fetch(url + path, { signal: AbortSignal.timeout(WITHIN), headers: { accept: '*/*' } });
    const text = await boundedText(response, MOST);
    return response.ok ? text : undefined;
  } catch {
    return undefined;
  }
}
