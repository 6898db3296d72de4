import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Model } from '../shared/artifact.ts';
import { failedCheck } from '../shared/artifact.ts';
import { ModelError, RequestError } from '../shared/errors.ts';
import { answerQuery } from '../shared/predict.ts';
import { writeAnswer } from '../shared/wire/answers.ts';
import type { DeclaredForm } from '../shared/wire/media.ts';
import { readBody } from '../shared/wire/wire.ts';
import { describeFile, describeText, printable } from './artifact/describe.ts';
import { importModel, loadModel, verifyArtifact } from './artifact/import.ts';
import type { LevelsOrder } from './artifact/levels.ts';
import { verify } from './artifact/verify.ts';
import { readCommandLine, UsageError } from './commands/command-line.ts';
import type { Progress } from './rds/rds.ts';

const HELP = `npm run model -- COMMAND

  describe FILE                  what a model is: kind, features, classes, size, sha256
  import FILE.RDS -o OUT.canopy  make a model file into an artifact
  predict FILE ROWS              predict with a model file or an artifact
  train --data FILE.csv ...      grow the forest that R's ranger grows, and make it into an artifact
  verify FILE ROWS.json          compare with R's own predictions

COMMAND --help says more. Errors go to standard error: exit status 1, or 2 where the command line is not understood.
`;

const DESCRIBE_HELP = `npm run model -- describe FILE [--json] [--object NAME]

  FILE      a model saved by saveRDS or save (*.RDS, with its sidecar), or an artifact (*.canopy)
  --json    as JSON: what GET /model tells, with the file and what the model consists of
  --object  which model, of a file with several (save(), or a list): m, or lst$m
`;

const IMPORT_HELP = `npm run model -- import FILE.RDS -o OUT.canopy [--data TRAINING.csv] [--levels-order c|locale] [--date DATE]
    [--object NAME]

  FILE.RDS      a model saved by saveRDS or save; NAME.model.json or model.json beside it is its sidecar
  -o, --output  the artifact to write; it is replaced where it is there, and left as it was where the import fails
  --data        the training data as CSV, for the types and levels that neither the file nor its sidecar has
  --levels-order  c or locale: how R sorted those levels, where that makes a difference (C: B Zeta a; else: a B Zeta)
  --object      which model, of a file with several (save(), or a list): m, or lst$m
  --date        the date for the model's card, 2026-01-31 or 2026-01-31T12:00:00Z; SOURCE_DATE_EPOCH (seconds) does the
                same. The model's sha256 does not depend on it.

Prints the model's name, its sha256 and the artifact's size, once its check rows are computed again; with --data the
levels as they were read too.
`;

const VERIFY_HELP = `npm run model -- verify FILE ROWS.json [--ulp N] [--object NAME]

  FILE       a model saved by saveRDS or save (*.RDS, with its sidecar), or an artifact (*.canopy)
  ROWS.json  {"rows": [...], "predictions": [...]}: rows, and what R's predict() said of them, printed with 17 digits
             (sprintf("%.17g"), with or without quotes); and, where they are asked for, "parameters"
  --ulp N    how many doubles a number may lie away from R's; 0 by default, 1 for survival, 4 for lm and glm
  --object   which model, of a file with several (save(), or a list): m, or lst$m

Prints the greatest difference in units of the last place. Exit status 1 where one is larger, or a label differs.
`;

const PREDICT_HELP = `npm run model -- predict FILE ROWS [--csv | --jsonl] [--object NAME]

  FILE     a model saved by saveRDS or save (*.RDS, with its sidecar), or an artifact (*.canopy)
  ROWS     a file in any form POST /predict takes: JSON (*.json), CSV (*.csv), JSON Lines (*.jsonl, *.ndjson) or a NumPy
           array (*.npy); - reads standard input. Its content tells the form where its name does not
  --csv    ROWS is CSV, whatever it is called
  --jsonl  ROWS is JSON Lines, whatever it is called
  --object  which model, of a file with several (save(), or a list): m, or lst$m

Prints {"predictions": [...], "model": {...}}, as the API answers.
`;

const help = { type: 'boolean', short: 'h' } as const;
const object = { type: 'string' } as const;

function describeCommand(args: string[]): string {
  const { values, positionals } = readCommandLine({ args, allowPositionals: true, options: { help, object, json: { type: 'boolean' } } });
  if (values.help) return DESCRIBE_HELP;
  const [file] = expectArguments(positionals, ['FILE']) as [string];
  const loaded = { file, model: loadModel(file, { progress: progressLine(file), object: values.object }), bytes: statSync(file).size };
  return values.json ? `${JSON.stringify(describeFile(loaded), null, 2)}\n` : describeText(loaded);
}

function importCommand(args: string[]): string {
  const text = { type: 'string' } as const;
  const options = { help, object, output: { type: 'string', short: 'o' }, date: text, data: text, 'levels-order': text } as const;
  const { values, positionals } = readCommandLine({ args, allowPositionals: true, options });
  if (values.help) return IMPORT_HELP;
  const [file] = expectArguments(positionals, ['FILE.RDS']) as [string];
  const { output } = values;
  if (!output?.endsWith('.canopy')) throw new UsageError(`found ${output ?? 'no output'}, expected -o OUT.canopy`);
  if (isSameFile(file, output)) throw new UsageError(`the output ${output} is the file to import; expected another name`);
  const order = levelsOrder(values['levels-order']);
  const data = values.data === undefined ? undefined : { bytes: readRowsFile(values.data), file: values.data, order };
  const artifact = importModel(file, {
    date: cardDate(values.date, process.env.SOURCE_DATE_EPOCH),
    data,
    object: values.object,
    progress: progressLine(file),
  });
  const model = verifyArtifact(artifact, output);
  replaceFile(output, artifact);
  const levels = model.schema.features.flatMap((feature) => {
    return feature.type === 'factor'
      ? [
          `  ${feature.name}: ${feature.levels
            .slice(0, SHOWN_LEVELS)
            .map((level) => level ?? 'NA')
            .join(', ')}${feature.levels.length > SHOWN_LEVELS ? ', ...' : ''}`,
        ]
      : [];
  });
  // A CSV cannot tell levels that were put in another order by factor(levels =), and a wrong order is a wrong answer.
  const ask = ['the levels as read; where levels() in R says otherwise, name them in a sidecar:', ...levels];
  return printableLines([
    ...[model.card.name, `sha256 ${model.sha256}`, `${output}, ${artifact.byteLength} bytes`],
    ...(data && levels.length > 0 ? ask : []),
  ]);
}

async function trainCommand(args: string[]): Promise<string> {
  // Loaded for this command alone: it is more than all the others take.
  const { readTrainRequest, TRAIN_HELP } = await import('./train/command.ts');
  const [{ reportHtml }, { reportText }] = await Promise.all([import('./train/report/page.ts'), import('./train/report/report.ts')]);
  const line = (text: string) => process.stderr.write(`\r\u001b[2K${text}`);
  const show = process.stderr.isTTY ? line : () => {};
  const request = readTrainRequest(args, (given) => cardDate(given, process.env.SOURCE_DATE_EPOCH), show);
  if (!request) return TRAIN_HELP;
  const { data, output, report } = request;
  for (const file of [output, ...(report === undefined ? [] : [report])]) {
    if (isSameFile(data, file)) throw new UsageError(`the output ${file} is the file with the data; expected another name`);
  }
  const done = await request.run();
  if (process.stderr.isTTY) line('');
  const model = verifyArtifact(done.artifact, output);
  if (report !== undefined) replaceFile(report, Buffer.from(reportHtml(done, model)));
  replaceFile(output, done.artifact);
  return `${reportText(done, model)}\n${printable(output)}, ${done.artifact.byteLength} bytes\n`;
}

async function predictCommand(args: string[]): Promise<string> {
  const options = { help, object, csv: { type: 'boolean' }, jsonl: { type: 'boolean' } } as const;
  const { values, positionals } = readCommandLine({ args, allowPositionals: true, options });
  if (values.help) return PREDICT_HELP;
  if (values.csv && values.jsonl) throw new UsageError('found --csv and --jsonl, expected one of them');
  const [file, rows] = expectArguments(positionals, ['FILE', 'ROWS']) as [string, string];
  const model = checkedModel(file, values.object);
  const body = rows === '-' ? await readInput() : readRowsFile(rows);
  const query = readBody(model.schema, body, values.csv ? 'csv' : values.jsonl ? 'jsonlines' : formOf(rows));
  const predicted = answerQuery(model, query);
  return `${writeAnswer(model.schema, { ...predicted, model: { name: model.card.name, sha256: model.sha256 } }, 'json')}\n`;
}

/** Says on standard error how far a file is read, once a second and only where it takes longer than that. */
function progressLine(file: string): Progress {
  const [start, mb] = [performance.now(), (bytes: number) => (bytes / 1e6).toFixed(1)];
  let said = start;
  return (done, all) => {
    if (done === 0 && all > SLOW_BYTES) process.stderr.write(`${printable(file)}: inflating ${mb(all)} MB\n`);
    if (performance.now() - said < 1000) return;
    said = performance.now();
    process.stderr.write(`${printable(file)}: ${mb(done)} of ${mb(all)} MB read\n`);
  };
}

function levelsOrder(given: string | undefined): LevelsOrder | undefined {
  if (given === undefined || given === 'c' || given === 'locale') return given;
  throw new UsageError(`found the order ${given}, expected c or locale`);
}

function verifyCommand(args: string[]): string {
  const { values, positionals } = readCommandLine({ args, allowPositionals: true, options: { help, object, ulp: { type: 'string' } } });
  if (values.help) return VERIFY_HELP;
  const [file, rows] = expectArguments(positionals, ['FILE', 'ROWS.json']) as [string, string];
  const most = Number(values.ulp ?? Number.NaN);
  if (values.ulp !== undefined && !/^\d{1,15}$/.test(values.ulp))
    throw new UsageError(`found --ulp ${values.ulp}, expected a whole number`);
  const model = checkedModel(file, values.object);
  const { rows: count, numbers, ulp, worst, wrong } = verify(model, Buffer.from(readRowsFile(rows)).toString('utf8'), rows);
  const promised = model.body.kind.ulp(model.schema);
  const bound = values.ulp === undefined ? promised : most;
  const isMet = wrong.length === 0 && ulp <= bound;
  if (!isMet) process.exitCode = 1;
  const lines = wrong.slice(0, 20).map((text) => `  ${text}`);
  const greatest = `greatest difference ${ulp} ulp${ulp > 0 ? ` (${worst})` : ''}`;
  return printableLines([
    `${model.card.name}: ${count} rows, ${numbers} numbers, ${wrong.length} labels wrong, ${greatest}: ${isMet ? 'as R' : `NOT as R, expected at most ${bound} ulp`}`,
    ...lines,
  ]);
}

function printableLines(lines: string[]): string {
  return `${lines.map(printable).join('\n')}\n`;
}

/** A model that may answer: one whose check rows come out as they did at import. */
function checkedModel(file: string, name: string | undefined): Model {
  const model = loadModel(file, { progress: progressLine(file), object: name });
  const failed = failedCheck(model);
  if (failed !== undefined) throw new ModelError(file, failed, 'the same bits as at import');
  return model;
}

function expectArguments(found: string[], expected: string[]): string[] {
  if (found.length === expected.length) return found;
  throw new UsageError(`found ${found.length === 0 ? 'no argument' : found.join(' ')}, expected ${expected.join(' ')}`);
}

/** What the name of a file of rows says of its form; another name, or standard input, says nothing. */
function formOf(file: string): DeclaredForm {
  const forms: Record<string, DeclaredForm> = {
    '.json': 'json',
    '.csv': 'csv',
    '.jsonl': 'jsonlines',
    '.ndjson': 'jsonlines',
    '.npy': 'npy',
  };
  return forms[path.parse(file.toLowerCase()).ext] ?? 'any';
}

/** The bytes of a file of rows. An error names the file, which that of a folder does not by itself. */
function readRowsFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path: file });
  }
}

async function readInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The date for the card: the one given, or that of SOURCE_DATE_EPOCH (seconds since 1970), or none. */
function cardDate(given: string | undefined, epoch: string | undefined): string | undefined {
  if (given !== undefined) {
    const isDate = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)?$/.test(given);
    const date = new Date(given);
    if (isDate && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(given.slice(0, 10))) return given;
    throw new UsageError(`found the date ${given}, expected one such as 2026-01-31 or 2026-01-31T12:00:00Z`);
  }
  if (epoch === undefined || epoch === '') return undefined;
  if (!/^\d{1,11}$/.test(epoch)) throw new UsageError(`found SOURCE_DATE_EPOCH=${epoch}, expected seconds since 1970`);
  return new Date(Number(epoch) * 1000).toISOString().replace('.000Z', 'Z');
}

/** Whether two paths lead to one file, links followed. */
function isSameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)];
    return realpathSync(one) === realpathSync(other) || (a.dev === b.dev && a.ino === b.ino);
  } catch {
    return false;
  }
}

/** Writes a file under another name and moves it into place when it is whole. An error names the file itself. */
function replaceFile(file: string, bytes: Uint8Array): void {
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(unfinished, bytes, { flag: 'wx', flush: true });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw Object.assign(error as NodeJS.ErrnoException, { path: file, dest: file });
  }
}

async function run([command, ...args]: string[]): Promise<string> {
  switch (command) {
    case 'describe':
      return describeCommand(args);
    case 'import':
      return importCommand(args);
    case 'predict':
      return await predictCommand(args);
    case 'train':
      return await trainCommand(args);
    case 'verify':
      return verifyCommand(args);
    case '--help':
    case '-h':
      return HELP;
    default:
      throw new UsageError(
        `found ${command === undefined ? 'no command' : `the command ${command}`}, expected describe, import, predict, verify or train`,
      );
  }
}

/** A file from which on the reading takes a second or so. */
const SLOW_BYTES = 5e7;
/** Levels of a feature that are printed. */
const SHOWN_LEVELS = 20;

const FILE_ERRORS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EISDIR: 'a folder, where a file was expected',
  ENOTDIR: 'a file, where a folder was expected',
  ENOSPC: 'no space left',
  EROFS: 'a read-only file system',
};

/** An error in words: a sentence, and a line for each problem of the rows. */
function explain(error: unknown): string {
  if (error instanceof RequestError) {
    const problems = error.problems.map((problem) => `  ${problem.path || '/'}  ${problem.message}`);
    return [error.message, ...problems, ...(error.advice === undefined ? [] : [error.advice])].map(printable).join('\n');
  }
  const { code = '', message, path: file, dest } = error as NodeJS.ErrnoException & { dest?: string };
  if (Object.hasOwn(FILE_ERRORS, code)) return printable(`${dest ?? file ?? 'a file'}: ${FILE_ERRORS[code]}`);
  return printable(message?.split('\n')[0] ?? String(error));
}

// Whoever reads us may stop early (| head), which is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

// npm runs its scripts in the package's folder; paths are meant from where the person stands.
if (process.env.npm_lifecycle_event === 'model' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);

try {
  process.stdout.write(await run(process.argv.slice(2)));
} catch (error) {
  const usage = error instanceof UsageError;
  process.stderr.write(`${explain(error)}${usage ? '; --help says more' : ''}\n`);
  process.exitCode = usage ? 2 : 1;
}
