import type { Model } from '../../shared/artifact.ts';
import { RequestError } from '../../shared/errors.ts';
import { answerQuery } from '../../shared/predict.ts';
import { misfitExplain, notExplained } from '../../shared/schema/explain-ask.ts';
import { defaultParameters } from '../../shared/schema/parameters.ts';
import { readParameters } from '../../shared/schema/read-parameters.ts';
import { writeAnswer } from '../../shared/wire/answers.ts';
import { readBody } from '../../shared/wire/read-body.ts';
import type { Query } from '../../shared/wire/wire.ts';
import { readCommandLine, UsageError } from './command-line.ts';
import { formOf, readInput, readRowsFile } from './files.ts';
import { checkedModel } from './load.ts';
import { expectArguments, HELP_OPTION as help, OBJECT_OPTION as object } from './options.ts';

const HELP = `npm run model -- predict FILE ROWS [--csv | --jsonl] [--explain] [--interval KIND [--level L]]
    [--object NAME] [-o OUT [--resume | --force] [--on-error line] [--threads N]]

  FILE     a model of R (*.RDS), a booster's own file, each with its sidecar; or an artifact (*.canopy)
  ROWS     a file in any form POST /predict takes: JSON (*.json), CSV (*.csv), JSON Lines (*.jsonl, *.ndjson) or a NumPy
           array (*.npy); - reads standard input. Its content shows the form where its name does not
  --csv    ROWS is CSV, whatever it is called
  --jsonl  ROWS is JSON Lines, whatever it is called
  --explain  what each feature adds to each prediction, beside it
  --interval  confidence, prediction or conformal: an interval around each prediction, of a model that has it
  --level     how often it shall hold, 0.95 by default
  --object  which model, of a file with several (save(), or a list): m, or lst$m

Prints {"predictions": [...], "model": {...}}, as the API answers. With -o a file of any size is answered row by row:

  -o, --out   the file of predictions: CSV with a header line (*.csv), JSON Lines (*.jsonl, *.ndjson) or Parquet (*.parquet), a row
              for each row, in their order. ROWS is then CSV with commas, JSON Lines or Parquet; the first two may be gzip
  --resume    go on where an earlier run was broken off, or begin. What it wrote is kept in OUT.part, and how far it came in
              OUT.journal. The model and the options must be the same, and the rows that were answered
  --force     begin anew, and replace OUT where it is there
  --on-error  line: a row that cannot be answered has no prediction, and the run goes on; fail, by default: the run ends there
  --threads   how many, by default one for each processor
`;

/** `predict`: the answer to a file of rows, as the API gives it. What it prints; throws a UsageError, a RequestError or a ModelError. */
export async function predictCommand(args: string[]): Promise<string> {
  const [flag, text, named] = [{ type: 'boolean' }, { type: 'string' }, { type: 'string', short: 'o' }] as const;
  const ofFile = { out: named, resume: flag, force: flag, 'on-error': text, threads: text } as const;
  const options = { help, object, interval: text, level: text, csv: flag, jsonl: flag, explain: flag, ...ofFile } as const;
  const { values, positionals } = readCommandLine({ args, allowPositionals: true, options });
  if (values.help) return HELP;
  if (values.csv && values.jsonl) throw new UsageError('found --csv and --jsonl, expected one of them');
  const [file, rows] = expectArguments(positionals, ['FILE', 'ROWS']) as [string, string];
  const { out, resume = false, force = false, 'on-error': onError, threads } = values;
  if (out !== undefined) {
    const { predictFile } = await import('./predict-file.ts');
    const parametersOf = (model: Model) => {
      const none = { rows: new Float64Array(0), count: 0, parameters: defaultParameters(model.schema) };
      const { parameters } = withInterval(model, none, values);
      return (values.explain ? withExplanations(model, { ...none, parameters }) : { parameters }).parameters;
    };
    const declared = values.csv ? 'csv' : values.jsonl ? 'jsonlines' : formOf(rows.replace(/\.gz$/i, ''));
    return predictFile({ file, rows, object: values.object, declared, parametersOf, out, resume, force, onError, threads });
  }
  const stray = Object.entries({ resume, force, 'on-error': onError, threads }).find(([, value]) => value !== undefined && value !== false);
  if (stray) throw new UsageError(`found --${stray[0]} without -o, expected both or neither`);
  const model = checkedModel(file, values.object);
  const body = rows === '-' ? await readInput() : readRowsFile(rows);
  const query = readBody(model.schema, body, values.csv ? 'csv' : values.jsonl ? 'jsonlines' : formOf(rows));
  const asked = withInterval(model, query, values);
  const predicted = answerQuery(model, values.explain ? withExplanations(model, asked) : asked);
  return `${writeAnswer(model.schema, { ...predicted, model: { name: model.card.name, sha256: model.sha256 } }, 'json')}\n`;
}

/** The same rows with the interval that the options ask for. Throws a RequestError where the model has none of that kind, or the body asks for what does not go with it. */
function withInterval({ schema }: Model, query: Query, { interval, level }: { interval?: string; level?: string }): Query {
  if (interval === undefined && level === undefined) return query;
  const { also = [], type, ...rest } = query.parameters;
  const given = { ...rest, type: [type, ...also], ...(interval && { interval }), ...(level && { level: Number(level) }) };
  const { parameters, problems } = readParameters(schema, given, '');
  if (problems.length === 0) return { ...query, parameters };
  throw new RequestError(
    422,
    'the predictions have no such interval',
    problems.map(({ path, message }) => ({ path: `-${path.replace('/', '-') || '-interval'}`, message })),
  );
}

/** The same rows with explanations; what a JSON body itself asks of them stays. Throws a RequestError where there are none. */
function withExplanations({ schema }: Model, query: Query): Query {
  const explain = query.parameters.explain || {};
  const message = schema.explain ? misfitExplain(explain, query.parameters, schema) : notExplained(true, schema);
  if (message === undefined) return { ...query, parameters: { ...query.parameters, explain } };
  throw new RequestError(422, 'the predictions cannot be explained', [{ path: '--explain', message }]);
}
