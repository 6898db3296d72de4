// node container/local/prepare-main.ts MODEL: imports a model, builds the page, and says where both lie, as a line of JSON. In a
// separate process, so that neither the readers of R's files nor esbuild stay in the memory of what serves.
import { fileURLToPath } from 'node:url';
import { zoneNote } from '../../model/artifact/assumed.ts';
import { buildArtifact } from '../../model/artifact/build.ts';
import { maybeFactorsNote } from '../../model/artifact/maybe-factors.ts';
import { buildPage } from '../../model/bundle/build-page.ts';
import { explain } from '../../model/commands/explain.ts';
import { ModelError } from '../../shared/errors.ts';
import { exampleRecord } from '../../shared/wire/cells.ts';

/** What was prepared: an artifact and the page's parts, by their files, and what to say of the model. */
export type Prepared = { file: string; page: string; name: string; sha256: string; example: object; notes: string[] };

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

// Whoever asked may have ended meanwhile: then nobody reads this.
process.stdout.on('error', () => process.exit(1));

try {
  const page = buildPage(PROJECT);
  // Its error is reported below, or the model's, which comes first.
  page.catch(() => {});
  const given = process.argv[2] ?? '';
  const { file, model } = buildArtifact(given, PROJECT);
  const { card, sha256, schema } = model;
  const said = { name: card.name, sha256, example: exampleRecord(schema), notes: [...maybeFactorsNote(model, given), ...zoneNote(schema)] };
  const prepared: Prepared = { file, page: (await page).file, ...said };
  process.stdout.write(JSON.stringify(prepared));
} catch (error) {
  // A clone that cannot be written to, or a full disk, is no fault of ours.
  const isSaid = error instanceof ModelError || (error as NodeJS.ErrnoException).path !== undefined;
  if (!isSaid) throw error;
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
