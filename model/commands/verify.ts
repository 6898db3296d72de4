import { type Model, sha256Of } from '../../shared/artifact.ts';
import { ModelError } from '../../shared/errors.ts';
import { prove, provenText } from '../../shared/proof/proof.ts';
import { decodeProof } from '../../shared/proof/section.ts';
import { printableLines } from '../artifact/printable.ts';
import { verify } from '../artifact/verify.ts';
import { readCommandLine, UsageError } from './command-line.ts';
import { readRowsFile } from './files.ts';
import { checkedModel } from './load.ts';
import { expectArguments, HELP_OPTION as help, OBJECT_OPTION as object } from './options.ts';

const HELP = `npm run model -- verify FILE [ROWS.json] [--ulp N] [--object NAME]

  FILE       a model of R (*.RDS), a booster's own file, each with its sidecar; or an artifact (*.canopy)
  ROWS.json  {"rows": [...], "predictions": [...]}: rows, and what R's predict() said of them, printed with 17 digits
             (sprintf("%.17g"), with or without quotes); and, where they are asked for, "parameters"
             without it: R's own predictions that canopy_save() wrote beside the model
  --ulp N    how many doubles a number may lie away from R's; 0 by default, 4 where a formula asks for
             sin, cos, tan, asin, acos or atan, and for the link cauchit
  --object   which model, of a file with several (save(), or a list): m, or lst$m

Prints the greatest difference in units of the last place. Exit status 1 where one is larger, or a label differs.
`;

/** `verify`: compares a model with R's predictions. What it prints; the exit status is 1 where they differ. Throws a UsageError or a ModelError. */
export function verifyCommand(args: string[]): string {
  const { values, positionals } = readCommandLine({ args, allowPositionals: true, options: { help, object, ulp: { type: 'string' } } });
  if (values.help) return HELP;
  const [file, rows] = (positionals.length === 1 ? positionals : expectArguments(positionals, ['FILE', 'ROWS.json'])) as [string, string?];
  const most = Number(values.ulp ?? Number.NaN);
  if (values.ulp !== undefined && !/^\d{1,15}$/.test(values.ulp))
    throw new UsageError(`found --ulp ${values.ulp}, expected a whole number`);
  const model = checkedModel(file, values.object);
  if (rows === undefined) return verifyProof(model, file);
  const { rows: count, numbers, ulp, worst, wrong } = verify(model, Buffer.from(readRowsFile(rows)).toString('utf8'), rows);
  const promised = model.body.kind.ulp(model.schema, model.body.data);
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

/** Compares a model with R's own predictions that came with it. Throws a ModelError where none did. */
function verifyProof(model: Model, file: string): string {
  const { proof, card } = model;
  if (!proof) throw new ModelError(file, "no predictions of R's own", 'ROWS.json, or a model saved by canopy_save() of canopy.R');
  const { rows, agreed, numbers, first } = prove(model, decodeProof(proof, file, sha256Of), file);
  if (first !== undefined) process.exitCode = 1;
  const said = provenText({ rows, agreed, by: card.proof?.by ?? '' });
  return printableLines([`${card.name}: ${said}, ${numbers} numbers and labels`, ...(first === undefined ? [] : [`  ${first}`])]);
}
