import { createHash } from 'node:crypto';
import path from 'node:path';
import { decodeArtifact, encodeArtifact, failedCheck, type Model, sha256Of } from '../../shared/artifact.ts';
import { ModelError } from '../../shared/errors.ts';
import { checkPredictor, withIntervals } from '../../shared/predict.ts';
import { failedProof } from '../../shared/proof/check.ts';
import type { TrainingCard } from '../../shared/schema/card.ts';
import type { Progress } from '../rds/budget.ts';
import { compressionOf } from '../rds/inflate.ts';
import { describeOther } from '../rds/other-files.ts';
import { readRFile } from '../rds/rds.ts';
import { secondsFor, withinSeconds } from '../rds/time-limit.ts';
import { classOf, type RValue } from '../rds/values.ts';
import { notMade, pairOf } from '../readers/pair.ts';
import type { FileReader, Imported, Reader } from '../readers/reader.ts';
import { READERS } from '../readers/readers.ts';
import { type Chosen, modelIn } from '../readers/saved.ts';
import { describeUnread } from '../readers/unread.ts';
import { assumedNote } from './assumed.ts';
import { asStored, basisOf } from './basis.ts';
import type { Calibration } from './calibration.ts';
import { drawCheckRows } from './check-rows.ts';
import { checkInteger64, guessTypes, splitRanges } from './guess-types.ts';
import { spreadOf } from './intervals.ts';
import { withLackingLevels, withoutDoubted } from './lacking.ts';
import { applyData } from './levels.ts';
import { applyNames } from './names.ts';
import { fileReaderOf } from './package-format.ts';
import { proveSidecar } from './proof.ts';
import { readModelFile } from './read-file.ts';
import type { Sidecar } from './sidecar/form.ts';
import { applySidecar, findData, findSidecar, readSidecar } from './sidecar.ts';
import { checkCodes, checkLevels } from './splits.ts';
import type { TrainingData } from './training-rows.ts';

/** What a card says of a file that R did not write. */
const OTHER_FORMAT = "in the package's own format";

/** Whose exp, log and pow shared/math has. */
const MATH_LIBRARY = 'glibc 2.36';

/** What an import may get beside the file: an ISO 8601 date for the card, and training data. */
export type ImportOptions = {
  date?: string | undefined;
  /** The training data, for the levels that neither the model file nor its sidecar has, and for explanations. */
  data?: TrainingData | undefined;
  /** The column of that data which the model predicts, for the importance of features; where it is not named, the model's call may tell it. */
  target?: string | undefined;
  /** `real`: the artifact gets 100 rows of the training data as background rows of explanations, and not synthetic ones. */
  background?: 'synthetic' | 'real' | undefined;
  /** Rows that the model was not trained on, for split-conformal intervals. */
  calibration?: Calibration | undefined;
  /** `plain` where R ran on a processor without fused multiplication, whose C library gives other last bits. */
  libm?: 'plain' | undefined;
  /** The folder below which the file must lie, links followed. */
  within?: string | undefined;
  /** Which object of a file with several, as R writes it: model, or lst$model. */
  object?: string | undefined;
  /** Leaves out what explains the answers but for the fact that something does: for somebody who shows none of it. */
  isBrief?: boolean | undefined;
  /** Takes a model although R's own predictions in its sidecar differ, to look at it: its card says how many agree. */
  acceptDifferences?: boolean | undefined;
  /** Seconds that the import may take; by default secondsFor the file. */
  timeLimit?: number | undefined;
  /** Told how far the reading of the file is. */
  progress?: Progress | undefined;
  /** Told what to say of the model beside what it is, a line each. */
  note?: ((line: string) => void) | undefined;
  /** The families that are read: the project's, unless somebody passes others. */
  readers?: readonly Reader[];
  /** The formats of packages' files that are read: the project's, unless somebody passes others. */
  fileReaders?: readonly FileReader[];
};

/**
 * Imports a model file with its sidecar: the bytes of its artifact. The same file and sidecar give the same model section
 * wherever and whenever that is. Throws a ModelError that says what is wrong with which part.
 */
export function importModel(file: string, options: ImportOptions = {}): Uint8Array {
  const bytes = readModelFile(file, options.within);
  const found = findSidecar(file);
  const sidecar: Sidecar = found ? readSidecar(found.bytes, found.file) : {};
  const data = options.data ?? (found && findData(sidecar, found.file));
  const { timeLimit = secondsFor(bytes.length, (data?.bytes.length ?? 0) + (options.calibration?.bytes.length ?? 0)) } = options;
  return withinSeconds(file, timeLimit, () => importBytes(bytes, sidecar, { ...options, file, sidecarFile: found?.file ?? file, data }));
}

/** The same of the file's bytes, with what its sidecar says. */
function importBytes(bytes: Uint8Array, sidecar: Sidecar, options: Omit<Origin, 'bytes'>): Uint8Array {
  const { file, readers = READERS, fileReaders, object } = options;
  const reader = fileReaderOf(bytes, fileReaders);
  if (reader) {
    if (object !== undefined) throw new ModelError(file, `${reader.title}, which is one model`, 'no --object');
    return encodeModel(reader.read(bytes, file), sidecar, { ...options, bytes, written: OTHER_FORMAT });
  }
  const read = readRFile(bytes, file, undefined, options.progress);
  const chosen = modelIn(read, file, { isRead: (one) => isRead(one, readers), families: familiesOf(readers), object });
  const written = `serialization ${read.version} by ${read.saved}(), ${read.form}, ${read.compression}`;
  return encodeModel(readChosen(chosen, file, readers), sidecar, { ...options, bytes, written, r: read.r });
}

/** What a model came from: the file that names it in errors and, without a sidecar's name, in its card; the bytes that made it. */
export type Origin = ImportOptions & {
  file: string;
  bytes: Uint8Array;
  sidecarFile: string;
  source?: string;
  training?: TrainingCard;
  /** The training data for explanations alone, where types and levels are settled. */
  explained?: TrainingData;
  /** How R wrote the file, and which R. */
  written?: string;
  r?: string;
};

/** The bytes of the artifact of a model and of what a sidecar says of it. */
export function encodeModel(
  {
    schema: given,
    cover,
    means,
    intervalParts,
    call,
    version,
    others,
    isClassed,
    read,
    note,
    codes,
    lacking,
    doubted,
    pipeline,
    isUnnamed = false,
    isOfFused = false,
    ...computed
  }: Imported,
  sidecar: Sidecar,
  origin: Origin,
): Uint8Array {
  const { file, bytes, sidecarFile, source = file, training, date, data, explained = data, libm, written, r } = origin;
  if (libm === 'plain' && isOfFused) {
    throw new ModelError(
      file,
      'contr.poly of more than 17 levels and --libm plain',
      "the C library's usual form, with fused multiplication",
    );
  }
  const settled = lacking ? withLackingLevels(given, lacking, { file, sidecar, data }) : withoutDoubted(given, doubted, sidecar);
  const said = doubted && settled !== given ? undefined : note;
  for (const one of [assumedNote(read?.assumed ?? []), said]) if (one !== undefined) origin.note?.(one);
  const named = applyNames(settled, isUnnamed, { names: sidecar.names, sidecarFile, data });
  const described = applySidecar(guessTypes({ schema: named, ...computed }, others, isClassed), sidecar, sidecarFile, read);
  checkInteger64({ schema: described, ...computed }, sidecarFile);
  const known = new Set(Object.entries(sidecar.features ?? {}).flatMap(([name, { type, levels }]) => ((type ?? levels) ? [name] : [])));
  const { lacksLevels } = computed.body.kind;
  const typed = data && lacksLevels ? applyData({ ...computed, schema: described }, known, data) : described;
  const schema = { ...splitRanges({ ...computed, schema: typed }), ...(libm === undefined ? {} : { libm }) };
  if (lacksLevels) {
    checkLevels({ ...computed, schema }, file);
    checkCodes(settled, { ...computed, schema }, codes, file);
  }
  const { title, description, limits, answer } = sidecar;
  const model = { ...computed, schema };
  checkPredictor(model, file);
  const spread = spreadOf(model, intervalParts, origin.calibration, file);
  const whole = spread ? withIntervals(model, spread, file, sha256Of) : model;
  const proved = proveSidecar(whole, sidecar, sidecarFile, origin.acceptDifferences ?? false);
  const card = {
    name: sidecar.name ?? nameOf(file),
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(limits === undefined ? {} : { limits }),
    ...(answer === undefined ? {} : { answer }),
    madeBy: call.toWellFormed(),
    ...(written === undefined ? {} : { versions: `${[r && `R ${r}`, version].filter(Boolean).join(', ')}; ${written}` }),
    source: { file: path.basename(source), sha256: createHash('sha256').update(bytes).digest('hex') },
    ...((computed.body.kind.earlierUlp?.(schema) ?? 0) > 0 ? { mathLibrary: MATH_LIBRARY } : {}),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(date === undefined ? {} : { date }),
    ...(training === undefined ? {} : { training }),
    ...(proved.card === undefined ? {} : { proof: proved.card }),
  };
  const how = {
    isReal: origin.background === 'real',
    mayMisfit: origin.explained !== undefined,
    isBrief: origin.isBrief ?? false,
  };
  const stored = asStored(model, file);
  const basis = basisOf({ model, stored }, { cover, means, data: explained, target: origin.target, call, ...how }, file);
  const proof = proved.section;
  const sections = { ...(basis ? { basis } : {}), ...(spread ? { spread } : {}), ...(proof ? { proof } : {}) };
  return encodeArtifact({ ...stored, card, checks: drawCheckRows(model), ...sections });
}

/** An R object as a model, by the reader of its first class. Throws a ModelError that names the class where none reads it. */
export function readModel(value: RValue, label: string, readers: readonly Reader[] = READERS): Imported {
  const reader = readerOf(value, readers);
  if (reader) return reader.read(value, label, (inner, name) => readModel(inner, name, readers));
  const { found, help } = describeUnread(value);
  throw new ModelError(label, found, help ?? familiesOf(readers));
}

/** The model of a file with what lies before it. Throws as readModel, and where the file does not say that it comes first. */
export function readChosen({ model, before }: Chosen, label: string, readers: readonly Reader[] = READERS): Imported {
  const read = readModel(model, label, readers);
  if (!before) return read;
  const names = { label, first: before.path, second: before.modelPath };
  const at = `${label}'s ${before.path}`;
  const alone = readModel(before.value, at, readers);
  const passed = notMade(alone, read);
  const withPassed = passed.length > 0 ? readerOf(before.value, readers)?.readBefore?.(before.value, at, passed) : undefined;
  return pairOf(withPassed ?? alone, read, names);
}

/** The families that are read, as an error lists them. */
export function familiesOf(readers: readonly Reader[] = READERS): string {
  const titles = readers.map(({ title }) => title);
  return titles.length < 2 ? titles.join('') : `${titles.slice(0, -1).join(', ')} or ${titles.at(-1)}`;
}

/** Whether one of the readers takes an object: what is looked for among all that save() wrote. */
export function isRead(value: RValue, readers: readonly Reader[] = READERS): boolean {
  return readerOf(value, readers) !== undefined;
}

/** The reader of an object's first class. What butcher() and parsnip put before it (butchered_lm, _lm) does not count. */
function readerOf(value: RValue, readers: readonly Reader[]): Reader | undefined {
  const first = classOf(value).find((name) => !/^(?:butchered)?_/.test(name));
  return readers.find(({ classes }) => first !== undefined && classes.includes(first));
}

/** The model of a file, be it an artifact (*.canopy) or a model file to import. */
export function loadModel(file: string, options: ImportOptions = {}): Model {
  const artifact = file.endsWith('.canopy') ? readArtifactFile(file) : importModel(file, options);
  return withinSeconds(file, secondsFor(artifact.length), () => decodeArtifact(artifact, file));
}

/** The bytes of a file that is called an artifact (*.canopy). Throws a ModelError that says what it is where it is a file of another kind. */
export function readArtifactFile(file: string): Uint8Array {
  const bytes = readModelFile(file);
  if (Buffer.from(bytes.subarray(0, 6)).toString('latin1') === 'CANOPY') return bytes;
  const expected = 'an artifact, which starts with CANOPY: npm run model -- import FILE.RDS -o OUT.canopy';
  if (bytes.length === 0) throw new ModelError(file, 'an empty file', expected);
  const isR = compressionOf(bytes) !== 'none' || /^(?:[XAB]\n|RD[XAB]\d\n)/.test(Buffer.from(bytes.subarray(0, 5)).toString('latin1'));
  throw new ModelError(file, isR ? 'an R file' : (describeOther(bytes)?.found ?? 'other bytes'), expected);
}

/** Decodes an artifact that is about to be deployed and computes its check rows and R's own predictions. Throws a ModelError where one fails. */
export function verifyArtifact(bytes: Uint8Array, label: string): Model {
  return withinSeconds(label, secondsFor(bytes.length), () => {
    const model = decodeArtifact(bytes, label);
    const failed = failedCheck(model) ?? failedProof(model);
    if (failed !== undefined) throw new ModelError(label, failed, 'the same bits as at import');
    return model;
  });
}

/** A model's name from its file's: what a URL or a log line can carry. */
function nameOf(file: string): string {
  const name = path
    .parse(file)
    .name.replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63);
  return name === '' ? 'model' : name;
}
