import type { Model } from '../../shared/artifact.ts';
import { RequestError } from '../../shared/errors.ts';
import { answerQuery } from '../../shared/predict.ts';
import { misfitExplain, notExplained } from '../../shared/schema/explain-ask.ts';
import { readParameters } from '../../shared/schema/read-parameters.ts';
import { writeAnswer } from '../../shared/wire/answers.ts';
import { readBody } from '../../shared/wire/read-body.ts';
import type { Query } from '../../shared/wire/wire.ts';
import { readCommandLine, UsageError } from './command-line.ts';
import { formOf, readInput, readRowsFile } from './files.ts';
import { checkedModel } from './load.ts';
import { expectArguments, HELP_OPTION as help, OBJECT_OPTION as object } from './options.ts';

const HELP = `npm run model -- predict FILE ROWS [--csv | --jsonl] [--explain] [--interval KIND [--level L]]
    [--object NAME]

  FILE     a model of R (*.RDS), a booster's own file, each with its sidecar; or an artifact (*.canopy)
  ROWS     a file in any form POST /predict takes: JSON (*.json), CSV (*.csv), JSON Lines (*.jsonl, *.ndjson) or a NumPy
           array (*.npy); - reads standard input. Its content shows the form where its name does not
  --csv    ROWS is CSV, whatever it is called
  --jsonl  ROWS is JSON Lines, whatever it is called
  --explain  what each feature adds to each prediction, beside it
  --interval  confidence, prediction or conformal: an interval around each prediction, of a model that has it
  --level     how often it shall hold, 0.95 by default
  --object  which model, of a file with several (save(), or a list): m, or lst$m

Prints {"predictions": [...], "model": {...}}, as the API answers.
`;

/** `predict`: the answer to a file of rows, as the API gives it. What it prints; throws a UsageError, a RequestError or a ModelError. */
export async function predictCommand(args: string[]): Promise<string> {
  const [flag, text] = [{ type: 'boolean' }, { type: 'string' }] as const;
  const options = { help, object, interval: text, level: text, csv: flag, jsonl: flag, explain: flag } as const;
  const { values, positionals } = readCommandLine({ args, allowPositionals: true, options });
  if (values.help) return HELP;
  if (values.csv && values.jsonl) throw new UsageError('found --csv and --jsonl, expected one of them');
  const [file, rows] = expectArguments(positionals, ['FILE', 'ROWS']) as [string, string];
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
