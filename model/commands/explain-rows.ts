import type { Model } from '../../shared/artifact.ts';
import { RequestError } from '../../shared/errors.ts';
import { notExplained } from '../../shared/schema/explain-ask.ts';
import { explainMs } from '../../shared/schema/explanation.ts';
import { readParameters } from '../../shared/schema/read-parameters.ts';
import { readBody } from '../../shared/wire/read-body.ts';
import type { Query } from '../../shared/wire/wire.ts';
import { printable } from '../artifact/printable.ts';
import { replaceFile } from '../artifact/replace-file.ts';
import { explainRows, type Progress } from '../explain/reasons.ts';
import { explainedHtml } from '../explain/report.ts';
import { explainedText } from '../explain/text.ts';
import { readCommandLine, UsageError } from './command-line.ts';
import { formOf, readInput, readRowsFile } from './files.ts';
import { checkedModel } from './load.ts';
import { expectArguments, HELP_OPTION as help, OBJECT_OPTION as object } from './options.ts';

const HELP = `npm run model -- explain FILE ROWS [--report FILE.html] [--top N] [--output NUMBER]
    [--background path|rows|means] [--class LABEL] [--time T] [--csv | --jsonl] [--object NAME]

  FILE        a model of R (*.RDS), a booster's own file, each with its sidecar; or an artifact (*.canopy)
  ROWS        a file in any form POST /predict takes; - reads standard input
  --report    one HTML page with charts of all rows, which loads nothing: waterfalls, importance,
              beeswarm, dependence
  --top       how many of the greatest contributions of a row are shown, 20 by default
  --output    margin, response or probability: the number that is explained; the model's default is the
              first one that GET /model names
  --background  what a feature is where it is not known: see shared/README.md
  --class     the class whose number is explained; the predicted one by default
  --time      of a survival model: the time whose chance to live on is explained; the middle one of the
              model's times by default
  --csv       ROWS is CSV, whatever it is called
  --jsonl     ROWS is JSON Lines, whatever it is called
  --object    which model, of a file with several (save(), or a list): m, or lst$m

Prints what each feature adds to each of the first rows, and on average to all. A contribution says what the
model made of a value; it does not say that the value is a cause.
`;

/** How long explanations have to take, by their estimate, so that their progress is told. */
const SLOW_MS = 2_000;

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;
const OPTIONS = {
  help,
  object,
  report: TEXT,
  top: TEXT,
  output: TEXT,
  background: TEXT,
  class: TEXT,
  time: TEXT,
  csv: FLAG,
  jsonl: FLAG,
} as const;
type Wishes = Partial<Record<'top' | 'output' | 'background' | 'class' | 'time', string>>;

/** `explain`: why the predictions of a file of rows are what they are. What it prints; throws a UsageError, a RequestError or a ModelError. */
export async function explainCommand(args: string[]): Promise<string> {
  const { values, positionals } = readCommandLine({ args, allowPositionals: true, options: OPTIONS });
  if (values.help) return HELP;
  if (values.csv && values.jsonl) throw new UsageError('found --csv and --jsonl, expected one of them');
  if (values.top !== undefined && !/^[1-9]\d{0,8}$/.test(values.top))
    throw new UsageError(`found --top ${values.top}, expected a whole number from 1`);
  const [file, rows] = expectArguments(positionals, ['FILE', 'ROWS']) as [string, string];
  const model = checkedModel(file, values.object);
  const body = rows === '-' ? await readInput() : readRowsFile(rows);
  const query = asking(model, readBody(model.schema, body, values.csv ? 'csv' : values.jsonl ? 'jsonlines' : formOf(rows)), values);
  const explained = explainRows(model, query, progressOf(model, query));
  if (values.report !== undefined) replaceFile(values.report, explainedHtml(model, explained));
  const text = explainedText(model, explained, values.top === undefined ? undefined : Number(values.top));
  return values.report === undefined ? text : `${text}\n${printable(values.report)} has the charts\n`;
}

/** The rows with all contributions asked for, whatever the rows' file asks for. Throws a RequestError where the model has no such ones. */
function asking({ schema }: Model, query: Query, { output, background, class: label, time }: Wishes): Query {
  const wishes = { ...(output && { output }), ...(background && { background }), ...(label && { class: label }) };
  const { parameters, problems } = readParameters(
    schema,
    { explain: wishes, ...(time === undefined ? {} : { time: /\d/.test(time) ? Number(time) : time }) },
    '',
  );
  if (problems.length === 0) return { ...query, parameters };
  const messages = schema.explain ? problems.map(({ message }) => message) : [notExplained(true, schema)];
  throw new RequestError(
    422,
    'the predictions cannot be explained',
    messages.map((message) => ({ path: 'explain', message })),
  );
}

/** Says on standard error how many rows are explained, once a second, where it takes long. */
function progressOf(model: Model, query: Query): Progress | undefined {
  if (explainMs(model.schema, query) < SLOW_MS) return undefined;
  let said = performance.now();
  return (done, all) => {
    if (performance.now() - said < 1000) return;
    said = performance.now();
    process.stderr.write(`${done} of ${all} rows explained\n`);
  };
}
