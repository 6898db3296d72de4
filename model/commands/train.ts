import { verifyArtifact } from '../artifact/import.ts';
import { printable } from '../artifact/printable.ts';
import { replaceFile } from '../artifact/replace-file.ts';
import { UsageError } from './command-line.ts';
import { checkReplaceable, isSameFile } from './files.ts';
import { cardDate } from './options.ts';

/** `train`: a forest from data. `epoch` is SOURCE_DATE_EPOCH. What it prints; throws a UsageError or a ModelError. */
export async function trainCommand(args: string[], epoch: string | undefined): Promise<string> {
  // Loaded for this command alone: it is more than all the others take.
  const { readTrainRequest, TRAIN_HELP } = await import('./train-request.ts');
  const [{ reportHtml }, { reportText }] = await Promise.all([import('../train/report/page.ts'), import('../train/report/report.ts')]);
  const line = (text: string) => process.stderr.write(`\r\u001b[2K${text}`);
  const show = process.stderr.isTTY ? line : () => {};
  const request = readTrainRequest(args, (given) => cardDate(given, epoch), show);
  if (!request) return TRAIN_HELP;
  const { data, output, report } = request;
  for (const file of [output, ...(report === undefined ? [] : [report])]) {
    if (isSameFile(data, file)) throw new UsageError(`the output ${file} is the file with the data; expected another name`);
    checkReplaceable(file);
  }
  const done = await request.run();
  if (process.stderr.isTTY) line('');
  const model = verifyArtifact(done.artifact, output);
  if (report !== undefined) replaceFile(report, Buffer.from(reportHtml(done, model)));
  replaceFile(output, done.artifact);
  return `${reportText(done, model)}\n${printable(output)}, ${done.artifact.byteLength} bytes\n`;
}
