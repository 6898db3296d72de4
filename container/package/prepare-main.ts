// canopy start, before it serves: opens or imports a model, and says where its artifact lies, as a line of JSON. In a process of its
// own, so that the readers of R's files do not stay in the memory of what serves.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { zoneNote } from '../../model/artifact/assumed.ts';
import { importModel, readArtifactFile, verifyArtifact } from '../../model/artifact/import.ts';
import { maybeFactorsNote } from '../../model/artifact/maybe-factors.ts';
import { replaceFile } from '../../model/artifact/replace-file.ts';
import { explain } from '../../model/commands/explain.ts';
import { ModelError } from '../../shared/errors.ts';
import { exampleRecord } from '../../shared/wire/cells.ts';
import type { Prepared } from '../local/prepare-main.ts';

const [model = '', folder = ''] = process.argv.slice(2);

// Whoever asked may have ended meanwhile: then nobody reads this.
process.stdout.on('error', () => process.exit(1));

try {
  const bytes = model.endsWith('.canopy') ? readArtifactFile(model) : importModel(model);
  const opened = verifyArtifact(bytes, model);
  const { card, sha256, schema } = opened;
  const file = path.join(folder, 'model.canopy');
  mkdirSync(folder, { recursive: true });
  replaceFile(file, bytes);
  const page = fileURLToPath(new URL('page.json', import.meta.url));
  const notes = [...maybeFactorsNote(opened, model), ...zoneNote(schema)];
  const prepared: Prepared = { file, page, name: card.name, sha256, example: exampleRecord(schema), notes };
  process.stdout.write(JSON.stringify(prepared));
} catch (error) {
  // A folder that cannot be written to, or a full disk, is no fault of ours.
  const isSaid = error instanceof ModelError || (error as NodeJS.ErrnoException).path !== undefined;
  if (!isSaid) throw error;
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
