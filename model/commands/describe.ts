import { statSync } from 'node:fs';
import { describeFile, describeText } from '../artifact/describe.ts';
import { loadModel } from '../artifact/import.ts';
import { readCommandLine } from './command-line.ts';
import { progressLine } from './load.ts';
import { expectArguments, HELP_OPTION as help, OBJECT_OPTION as object } from './options.ts';

const HELP = `npm run model -- describe FILE [--json] [--object NAME]

  FILE      a model of R (*.RDS), a booster's own file, each with its sidecar; or an artifact (*.canopy)
  --json    as JSON: what GET /model says, with the file and what the model consists of
  --object  which model, of a file with several (save(), or a list): m, or lst$m
`;

/** `describe`: what a model is. What it prints; throws a UsageError or a ModelError. */
export function describeCommand(args: string[]): string {
  const { values, positionals } = readCommandLine({ args, allowPositionals: true, options: { help, object, json: { type: 'boolean' } } });
  if (values.help) return HELP;
  const [file] = expectArguments(positionals, ['FILE']) as [string];
  // The text says of explanations only that there are some; the JSON has their sha256.
  const options = { progress: progressLine(file), object: values.object, isBrief: !values.json };
  const loaded = { file, model: loadModel(file, options), bytes: statSync(file).size };
  return values.json ? `${JSON.stringify(describeFile(loaded), null, 2)}\n` : describeText(loaded);
}
