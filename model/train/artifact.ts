import { constants } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { FOREST } from '../../shared/bodies/forest/body.ts';
import { bodyOf } from '../../shared/bodies/kind.ts';
import { ModelError } from '../../shared/errors.ts';
import type { TrainingCard } from '../../shared/schema/card.ts';
import { utf8Text } from '../../shared/schema/utf8.ts';
import { encodeModel } from '../artifact/import.ts';
import type { Sidecar } from '../artifact/sidecar/form.ts';
import { applySidecar, findSidecar, readSidecar } from '../artifact/sidecar.ts';
import { type RangerModel, readRanger } from '../readers/ranger/ranger.ts';
import { writeArguments } from './arguments.ts';
import { readCsv, type Table } from './data/read-csv.ts';
import { type Metrics, measure } from './report/metrics.ts';
import { type HeldRows, readHeld, validate } from './report/validation.ts';
import { type Trained, type TrainOptions, trainForest } from './train.ts';

/** The ranger whose forests these equal. */
export const RANGER_VERSION = '0.14.1';

/** How a model is trained of a file: its sidecar (else the one beside the data), a file of rows to measure it by, the artifact's name, a date for the card. */
export type TrainFileOptions = TrainOptions & {
  sidecar?: string | undefined;
  validation?: string | undefined;
  output: string;
  date?: string | undefined;
};

/** A trained model: its artifact's bytes, and what the report shows. */
export type TrainedFile = { artifact: Uint8Array; trained: Trained; metrics: Metrics; model: RangerModel; card: TrainingCard };

/**
 * Trains a model of a CSV file: the artifact that the import of R's RDS would give (its model.sha256 is the same where
 * the sidecar is), with a card that says how it came to be. Throws a ModelError that names what cannot be used.
 */
export async function trainFile(file: string, options: TrainFileOptions): Promise<TrainedFile> {
  const bytes = readData(file);
  const found = options.sidecar === undefined ? findSidecar(file) : { file: options.sidecar, bytes: readData(options.sidecar) };
  const sidecar: Sidecar = found ? readSidecar(found.bytes, found.file) : {};
  const features = Object.entries(sidecar.features ?? {});
  const settled = features.flatMap(([name, { levels }]): [string, string[]][] => {
    if (levels?.includes(null))
      throw new ModelError(
        found?.file ?? file,
        `null among the levels of "${name}"`,
        'texts: a forest is grown here without NA as a level',
      );
    return levels ? [[name, levels as string[]]] : [];
  });
  const { table, explained: data } = await readTable(file, bytes, Object.fromEntries(settled));
  // Before the hours that growing may take.
  const held = options.validation === undefined ? undefined : await readHeldFile(options.validation, table, options.formula);
  const trained = await trainForest(table, options);
  const metrics = measure(trained);
  const model = withDataTypes(readRanger(trained.object, path.basename(file)), trained, file);
  const { forest, ...read } = model;
  const body = bodyOf(FOREST, forest);
  const validation = held && validate({ schema: read.schema, body }, trained, held);
  const card: TrainingCard = {
    rows: table.rows,
    columns: table.columns.length,
    formula: trained.frame.formula.text,
    arguments: { ...options.arguments },
    ...(options.seeds.seed === undefined ? {} : { seed: options.seeds.seed }),
    rangerSeed: trained.settings.seed,
    versions: { ranger: RANGER_VERSION, node: process.version },
    metrics: Object.fromEntries(Object.entries(metrics.numbers).filter(([, value]) => Number.isFinite(value))),
    ...(validation ? { validation } : {}),
    ...(metrics.importance ? { importance: Object.fromEntries(metrics.importance.filter(([, value]) => Number.isFinite(value))) } : {}),
  };
  // The levels were settled when the data were read; respect.unordered.factors = "order" put them in another order since.
  const rest = { ...sidecar, features: Object.fromEntries(features.map(([name, { levels: _, ...others }]) => [name, others])) };
  const explained = data && { bytes: data, file, order: undefined };
  const origin = {
    file: options.output,
    bytes,
    sidecarFile: found?.file ?? file,
    source: file,
    training: card,
    date: options.date,
    ...(explained ? { explained } : {}),
  };
  const call = `ranger(${card.formula}, data${writeArguments(options.arguments ?? {})})`;
  return { artifact: encodeModel({ ...read, body, call }, rest, origin), trained, metrics, model, card };
}

/** The schema with what the data say beside the forest: logical columns, and levels. */
function withDataTypes(model: RangerModel, { frame }: Trained, label: string): RangerModel {
  const entries = frame.features.flatMap(({ name, type, levels }): [string, NonNullable<Sidecar['features']>[string]][] => {
    if (type === 'factor' && levels) return [[name, { levels }]];
    return type === 'logical' ? [[name, { type }]] : [];
  });
  return { ...model, schema: applySidecar(model.schema, { features: Object.fromEntries(entries) }, label) };
}

/** The data of a file, CSV or Parquet (NAME.parquet), and the CSV of it that explanations are made of. */
async function readTable(
  file: string,
  bytes: Uint8Array,
  levels: Record<string, string[]>,
): Promise<{ table: Table; explained: Uint8Array | undefined }> {
  if (!isParquet(file)) return { table: readCsv(readText(bytes, file), path.basename(file), levels), explained: bytes };
  const { readParquet, writeCsv } = await import('./data/read-parquet.ts');
  const table = await readParquet(file, levels);
  return { table, explained: writeCsv(table) };
}

function isParquet(file: string): boolean {
  return /\.parquet$/i.test(file);
}

async function readHeldFile(file: string, training: Table, formula: string): Promise<HeldRows> {
  const levels = training.columns.flatMap(({ name, levels }): [string, string[]][] => (levels ? [[name, levels]] : []));
  return readHeld((await readTable(file, readData(file), Object.fromEntries(levels))).table, training, formula);
}

function readData(file: string): Uint8Array {
  try {
    const stat = statSync(file);
    if (stat.isCharacterDevice() || stat.isBlockDevice()) throw new ModelError(file, 'a device', 'a file');
    // Its text would be longer than one can be, which its decoding says as if it were no text.
    const most = constants.MAX_STRING_LENGTH;
    if (stat.size > most && !isParquet(file)) throw new ModelError(file, `${stat.size} bytes`, `at most ${most} of CSV, or NAME.parquet`);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw Object.assign(error as NodeJS.ErrnoException, { path: file });
  }
}

function readText(bytes: Uint8Array, label: string): string {
  try {
    return utf8Text(bytes);
  } catch {
    throw new ModelError(label, 'bytes that are not UTF-8', 'CSV in UTF-8');
  }
}
